//! What people see of a run is what it is: values, light, and what has become of it.

use illuminator::plan::{Placement, plan};
use illuminator::scenario::{Files, Scenario, load};
use illuminator::shell::{Conductor, Exhibit, LayoutFile, RunExhibit, SimulatedNodes, SimulatedTable};
use illuminator::view::{Moment, RunState, Scene, pixels, watched};
use illuminator_node::model::Slots;
use illuminator_node::scalar::Scalar;
use illuminator_protocol::{ClusterKey, Duration};
use std::sync::Arc;

const SCENARIO: &str = "
scenario:
  {name: two ends, start_time: '2024-01-01 00:00:00', end_time: '2024-01-02 00:00:00', time_resolution: 60}
models:
- {name: Source, type: Dummy, connect: {node: a}, parameters: {param1: 0}, inputs: {in1: 0}, outputs: {out1: 0}, states: {state1: 0}}
connections: []
monitor: {file: out.csv, items: [Source.out1]}
cables:
- {id: 1, ends: [a, b], shows: Source.out1, full_scale: 10}
";

struct NoFiles;

impl Files for NoFiles {
    fn read(&mut self, path: &str) -> Result<Arc<str>, String> {
        Err(format!("no {path}"))
    }

    fn directory_exists(&mut self, _path: &str) -> bool {
        true
    }
}

fn scenario() -> Scenario {
    load(SCENARIO, "two ends", &mut NoFiles).unwrap_or_else(|found| panic!("{found}"))
}

fn exhibit(scenario: &Scenario, table: Option<SimulatedTable>) -> RunExhibit {
    let scene = Scene::of(scenario, &Placement::local(scenario), Vec::new());
    let scene = Scene { pluggable: table.is_some(), ..scene };
    let orders = Box::new(|_: &_| Ok(()));
    RunExhibit::new(scenario, scene, table, Conductor::new(Duration::ZERO), orders, LayoutFile::in_memory())
}

/// A step in which everything has this value.
fn step(exhibit: &RunExhibit, scenario: &Scenario, step: u64, value: f64) {
    let plan = plan(scenario, &Placement::local(scenario), &watched(scenario)).expect("one stage");
    let mut slots = Slots::new(plan.places[0].slots as usize);
    (0..plan.places[0].slots).for_each(|slot| slots.set(slot, Scalar::float(value)));
    exhibit.step(step, &slots, &plan.watched);
}

#[test]
fn the_colours_are_those_that_the_strips_decoded_from_their_wires() {
    let scenario = scenario();
    let names = ["a".to_owned(), "b".to_owned()];
    let table = SimulatedTable::new(&names, &scenario.cables, &scenario.tokens);
    let _nodes = SimulatedNodes::of_table(&table, &ClusterKey::OPEN).expect("nodes on loopback");
    let exhibit = exhibit(&scenario, Some(table.clone()));
    let strips = || names.each_ref().map(|node| table.light(1, node).map(|leds| pixels(&leds)));
    // The strips go on meanwhile: an instant is one in which they are the same before and after. Ten different ones.
    let mut seen = std::collections::BTreeSet::new();
    let patience = 2_000_000;
    for _ in 0..patience {
        let (before, moment, after) = (strips(), exhibit.moment(), strips());
        if let ([Some(a), Some(b)], true) = (&before, before == after) {
            assert_eq!(moment.cables[0].light, [a.clone(), b.clone()]);
            seen.insert(a.clone());
        }
        if seen.len() == 10 {
            return;
        }
        std::thread::yield_now();
    }
    panic!("the strips showed only {seen:?}");
}

#[test]
fn a_moment_has_the_last_step_and_says_what_became_of_the_run() {
    let scenario = scenario();
    let exhibit = exhibit(&scenario, None);
    let at_first = exhibit.moment();
    assert_eq!((at_first.state, at_first.done, at_first.time.as_str()), (RunState::Starting, 0, ""));
    (0..100).for_each(|number| step(&exhibit, &scenario, number, number as f64));
    exhibit.notice("a\nnotice\u{1b}[31m");
    let Moment { state, done, time, notices, cables, .. } = exhibit.moment();
    assert_eq!((state, done, time.as_str()), (RunState::Running, 100, "2024-01-01T01:39:00"));
    assert_eq!(notices, ["anotice[31m"], "no control characters");
    assert_eq!((cables[0].power_kw, cables[0].plugged), (99.0, [true, true]));
    let series = exhibit.series(&["Source.out1".to_owned()], 0, u64::MAX, 10).expect("it is there");
    assert_eq!((series.done, series.series[0].max[9]), (100, Some(99.0)));
    assert!(exhibit.series(&["Source.nothing".to_owned()], 0, 1, 1).is_err());
    exhibit.end(Some("a node was lost"));
    let last = exhibit.moment();
    assert_eq!((last.state, last.notices[1].as_str()), (RunState::Failed, "a node was lost"));
    let run = exhibit.scene().run.clone();
    exhibit.begin();
    assert_ne!(exhibit.scene().run, run);
    assert_eq!((exhibit.moment().state, exhibit.moment().done), (RunState::Starting, 0));
}

#[test]
fn nothing_is_lost_while_nobody_looks_and_notices_are_bounded() {
    let scenario = scenario();
    let exhibit = exhibit(&scenario, None);
    let plan = plan(&scenario, &Placement::local(&scenario), &watched(&scenario)).expect("one stage");
    let mut slots = Slots::new(plan.places[0].slots as usize);
    let steps = 400_000;
    for number in 0..steps {
        (0..plan.places[0].slots).for_each(|slot| slots.set(slot, Scalar::float(number as f64)));
        exhibit.step(number, &slots, &plan.watched);
    }
    let series = exhibit.series(&["Source.out1".to_owned()], 0, u64::MAX, 4).expect("it is there");
    assert_eq!((series.from, series.to, series.done), (0, steps, steps));
    let item = &series.series[0];
    assert_eq!((item.min[0], item.max[3]), (Some(0.0), Some((steps - 1) as f64)));
    (0..100).for_each(|number| exhibit.notice(&number.to_string()));
    assert_eq!(exhibit.moment().notices.len(), 20);
}
