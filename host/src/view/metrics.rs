//! How a run stands, for Prometheus and what else reads the OpenMetrics text format.
//!
//! ```text
//!   Scene, Moment, Health ─▶ families of gauges, one sample per item, cable or node ─▶ text
//! ```
//!
//! Invariants: what is absent has no sample; names and units only grow; values are those of the last step.
//!
//! Source: OpenMetrics 1.0, <https://prometheus.io/docs/specs/om/open_metrics_spec/>.

use super::{Cell, Health, LinkState, Moment, NodeHealth, RunState, Scene};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;
use std::fmt;
use std::sync::Arc;

/// Media type of [`metrics`].
pub const METRICS_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What a run may do.
const STATES: [RunState; 7] = [
    RunState::Idle,
    RunState::Starting,
    RunState::Running,
    RunState::Paused,
    RunState::Stopped,
    RunState::Ended,
    RunState::Failed,
];

/// How that is called, as in the API.
const fn name_of(state: RunState) -> &'static str {
    match state {
        RunState::Idle => "idle",
        RunState::Starting => "starting",
        RunState::Running => "running",
        RunState::Paused => "paused",
        RunState::Stopped => "stopped",
        RunState::Ended => "ended",
        RunState::Failed => "failed",
    }
}

/// Names and values of labels.
type Labels<'a> = Vec<(&'static str, &'a str)>;

/// How a run stands, as OpenMetrics text.
pub fn metrics(scene: Arc<Scene>, moment: Moment, health: Health) -> String {
    let mut registry = Registry::with_prefix("illuminator");
    registry.register_collector(Box::new(Standing { scene, moment, health }));
    let mut out = String::new();
    // A text takes whatever is written to it.
    let _ = text::encode(&mut out, &registry);
    out
}

#[derive(Debug)]
struct Standing {
    scene: Arc<Scene>,
    moment: Moment,
    health: Health,
}

impl Collector for Standing {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut families = Families(encoder);
        self.run(&mut families)?;
        self.items(&mut families)?;
        self.cables(&mut families)?;
        self.links(&mut families)?;
        self.machines(&mut families)
    }
}

impl Standing {
    fn run(&self, families: &mut Families<'_>) -> fmt::Result {
        let Self { scene, moment, .. } = self;
        let info = vec![
            ("run", scene.run.as_str()),
            ("scenario", &scene.title),
            ("phase", &moment.phase),
            ("version", env!("CARGO_PKG_VERSION")),
        ];
        families.gauges("run_info", "The run that is shown; its value is 1", [(info, Some(1.0))])?;
        let state = |state| (vec![("state", name_of(state))], Some(truth(moment.state == state)));
        families.gauges("run_state", "1 for the state that the run is in", STATES.map(state))?;
        let alone = |value| [(Labels::new(), Some(value))];
        families.gauges("run_steps", "Co-simulation steps of the run", alone(scene.steps as f64))?;
        families.gauges("run_steps_done", "Steps that are done", alone(moment.done as f64))?;
        let resolution = alone(f64::from(scene.resolution_s));
        families.gauges("run_resolution_seconds", "Simulated time per step", resolution)?;
        families.gauges(
            "run_pace_seconds",
            "Real time per step; 0: as fast as possible",
            alone(moment.pace_s),
        )?;
        families.gauges("run_steps_per_second", "Steps per second of real time", alone(moment.steps_per_s))
    }

    fn items(&self, families: &mut Families<'_>) -> fmt::Result {
        let Self { scene, moment, .. } = self;
        let values = scene.items.iter().zip(&moment.values).map(|(item, value)| {
            let component = item.component.and_then(|component| scene.components.get(component));
            let component = component.map_or("", |component| component.name.as_str());
            let labels = vec![("component", component), ("item", &item.item), ("unit", &item.unit)];
            (labels, if let Cell::Number(number) = value { Some(*number) } else { None })
        });
        families.gauges("item_value", "Value after the last step, in the unit of its label", values)
    }

    fn cables(&self, families: &mut Families<'_>) -> fmt::Result {
        let ids: Vec<String> = self.scene.cables.iter().map(|cable| cable.id.to_string()).collect();
        let cables = || {
            let scenes = self.scene.cables.iter().zip(&ids).zip(&self.moment.cables);
            scenes.map(|((scene, id), moment)| (vec![("cable", id.as_str()), ("name", &scene.name)], moment))
        };
        let power = cables().map(|(labels, cable)| (labels, Some(cable.power_kw)));
        families.gauges("cable_power_kilowatts", "Power from the first end to the second", power)?;
        let plugged = cables().map(|(labels, cable)| (labels, Some(truth(cable.plugged == [true; 2]))));
        families.gauges("cable_plugged", "1 if it is plugged in at both ends", plugged)
    }

    fn links(&self, families: &mut Families<'_>) -> fmt::Result {
        let live = |node: &NodeHealth| Some(truth(matches!(node.link, LinkState::Live | LinkState::Slow)));
        self.nodes(families, "node_up", "1 if it takes part", live)?;
        self.nodes(families, "node_heard_seconds", "Since it was heard last", |node| node.heard_s)?;
        let rtt = |node: &NodeHealth| node.rtt_ms.map(|ms| ms / 1e3);
        self.nodes(families, "node_round_trip_seconds", "Round trip, smoothed", rtt)?;
        self.nodes(families, "node_loss_ratio", "Share of the packets sent again lately", |node| node.loss)?;
        let offset = |node: &NodeHealth| node.clock_offset_ms.map(|ms| ms / 1e3);
        self.nodes(families, "node_clock_offset_seconds", "Its clock minus the host's", offset)?;
        let stop = |node: &NodeHealth| Some(truth(node.emergency_stop));
        self.nodes(families, "node_emergency_stop", "1 while its emergency stop is pressed", stop)?;
        let dropped = self.health.nodes.iter().map(|node| (labels(node), node.dropped));
        families.counters("node_dropped_datagrams", "Datagrams from its address that were not taken", dropped)
    }

    fn machines(&self, families: &mut Families<'_>) -> fmt::Result {
        let temperature = |node: &NodeHealth| node.temperature_c;
        self.nodes(families, "node_temperature_celsius", "Temperature of its processor", temperature)?;
        self.nodes(families, "node_cpu_ratio", "Load of its machine, over all cores", |node| node.cpu)?;
        self.nodes(families, "node_memory_ratio", "Memory of its machine in use", |node| node.memory)?;
        let process = |node: &NodeHealth| node.process_kib.map(|kib| f64::from(kib) * 1024.0);
        self.nodes(families, "node_process_bytes", "Memory of its program", process)?;
        let uptime = |node: &NodeHealth| node.uptime_s.map(|seconds| seconds as f64);
        self.nodes(families, "node_uptime_seconds", "Since its machine started", uptime)?;
        let throttled = |node: &NodeHealth| Some(truth(node.throttling?.throttled));
        self.nodes(families, "node_throttled", "1 while its processor is slowed down", throttled)?;
        let voltage = |node: &NodeHealth| Some(truth(node.throttling?.under_voltage));
        self.nodes(families, "node_under_voltage", "1 while its supply voltage is too low", voltage)?;
        let counters = self.health.nodes.iter();
        let skipped = counters.clone().filter_map(|node| Some((labels(node), node.frames_skipped?)));
        families.counters(
            "node_frames_skipped",
            "Pictures that were over before they could be drawn",
            skipped,
        )?;
        let errors = counters.filter_map(|node| Some((labels(node), node.strip_errors?)));
        families.counters("node_strip_errors", "Pictures that did not reach a strip", errors)
    }

    /// A family with a sample for each node that has this value.
    fn nodes(
        &self,
        families: &mut Families<'_>,
        name: &str,
        help: &str,
        value: impl Fn(&NodeHealth) -> Option<f64>,
    ) -> fmt::Result {
        families.gauges(name, help, self.health.nodes.iter().map(|node| (labels(node), value(node))))
    }
}

fn labels(node: &NodeHealth) -> Labels<'_> {
    vec![("node", &node.name), ("address", &node.address)]
}

fn truth(truth: bool) -> f64 {
    f64::from(u8::from(truth))
}

/// Where families are written.
struct Families<'e>(DescriptorEncoder<'e>);

impl Families<'_> {
    fn gauges<'a>(
        &mut self,
        name: &str,
        help: &str,
        samples: impl IntoIterator<Item = (Labels<'a>, Option<f64>)>,
    ) -> fmt::Result {
        let mut family = self.0.encode_descriptor(name, help, None, MetricType::Gauge)?;
        for (labels, value) in samples {
            let Some(value) = value else { continue };
            let gauge = ConstGauge::new(value);
            if labels.is_empty() {
                gauge.encode(family)?;
                break;
            }
            gauge.encode(family.encode_family(&labels)?)?;
        }
        Ok(())
    }

    /// Their names get the ending `_total`.
    fn counters<'a>(
        &mut self,
        name: &str,
        help: &str,
        samples: impl IntoIterator<Item = (Labels<'a>, u64)>,
    ) -> fmt::Result {
        let mut family = self.0.encode_descriptor(name, help, None, MetricType::Counter)?;
        for (labels, value) in samples {
            ConstCounter::new(value).encode(family.encode_family(&labels)?)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{CableMoment, CableScene, ItemScene};

    #[test]
    fn a_run_is_in_one_state() {
        for state in STATES {
            let text = metrics(Arc::default(), Moment { state, ..Moment::default() }, Health::default());
            let is_in = text
                .lines()
                .filter(|line| line.starts_with("illuminator_run_state{") && line.ends_with(" 1.0"));
            let name = serde_json::to_value(state).unwrap();
            let expected = format!("illuminator_run_state{{state={name}}} 1.0");
            assert_eq!(is_in.collect::<Vec<_>>(), [expected]);
        }
    }

    #[test]
    fn the_dashboard_asks_for_what_there_is() {
        let node = NodeHealth {
            temperature_c: Some(1.0),
            cpu: Some(0.1),
            memory: Some(0.1),
            rtt_ms: Some(1.0),
            loss: Some(0.0),
            ..NodeHealth::default()
        };
        let text = metrics(Arc::default(), Moment::default(), Health { nodes: vec![node] });
        let dashboard = include_str!("../../../docs/grafana.json");
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let names: Vec<&str> = dashboard
            .match_indices("illuminator_")
            .map(|(at, _)| dashboard[at..].split(|c| !is_name(c)).next().unwrap_or_default())
            .collect();
        assert!(names.len() > 10, "{names:?}");
        for name in names {
            let family = name.trim_end_matches("_total");
            assert!(text.contains(&format!("# TYPE {family} ")), "{name}");
        }
        serde_json::from_str::<serde_json::Value>(dashboard).unwrap();
    }

    #[test]
    fn a_run_is_told_with_units_and_what_is_absent_is_not() {
        let item = |item: &str, unit: &str| ItemScene {
            item: item.to_owned(),
            unit: unit.to_owned(),
            component: None,
            monitored: true,
        };
        let items = vec![item("B.soc", "%"), item("B.mod", ""), item("story.\"x\"\\\n", "")];
        let cables = vec![CableScene {
            id: 7,
            name: "sun".to_owned(),
            ends: [None, None],
            carrier: "electricity".to_owned(),
            full_scale_kw: 1.0,
        }];
        let scene = Scene { title: "day".to_owned(), steps: 96, items, cables, ..Scene::default() };
        let values = vec![Cell::Number(20.5), Cell::Text("winter".to_owned()), Cell::Number(-1.0)];
        let cables = vec![CableMoment { plugged: [true; 2], power_kw: -1.5, ..CableMoment::default() }];
        let moment = Moment { state: RunState::Paused, done: 3, values, cables, ..Moment::default() };
        let node = NodeHealth {
            name: "wind".to_owned(),
            rtt_ms: Some(0.5),
            dropped: 9,
            link: LinkState::Live,
            ..NodeHealth::default()
        };
        let text = metrics(Arc::new(scene), moment, Health { nodes: vec![node] });
        for line in [
            "# TYPE illuminator_item_value gauge",
            "illuminator_run_state{state=\"paused\"} 1.0",
            "illuminator_run_state{state=\"running\"} 0.0",
            "illuminator_run_steps_done 3.0",
            "illuminator_item_value{component=\"\",item=\"B.soc\",unit=\"%\"} 20.5",
            "illuminator_item_value{component=\"\",item=\"story.\\\"x\\\"\\\\\\n\",unit=\"\"} -1.0",
            "illuminator_cable_power_kilowatts{cable=\"7\",name=\"sun\"} -1.5",
            "illuminator_cable_plugged{cable=\"7\",name=\"sun\"} 1.0",
            "illuminator_node_up{node=\"wind\",address=\"\"} 1.0",
            "illuminator_node_round_trip_seconds{node=\"wind\",address=\"\"} 0.0005",
            "illuminator_node_dropped_datagrams_total{node=\"wind\",address=\"\"} 9",
        ] {
            assert!(text.lines().any(|other| other == line), "{line}\n{text}");
        }
        assert!(!text.contains("B.mod") && !text.contains("celsius{"), "{text}");
        assert!(text.ends_with("# EOF\n"));
    }
}
