//! The table in the terminal: a line per node, the flow as a coloured arrow.
//!
//! ```text
//!   The table   2024-06-20 14:00
//!   wind       3.4 kW  ━━━━╸━━▶│
//!   battery   18.0 kW  ◀━━━╸━━━│  charging, 43.2 %
//! ```
//!
//! An arrow points to the table's bar (│) where a component feeds it, and away where it draws from it. Its
//! length is the power relative to the greatest seen so far.

use crate::plan::{NodeTarget, Placement};
use crate::scenario::Scenario;
use crate::shell::OutputError;
use illuminator_node::model::{Family, Slots};
use jiff::civil::DateTime;
use jiff::{SignedDuration, ToSpan};
use std::fmt::Write as _;
use std::io::Write as _;

/// Longest arrow `[characters]`.
const ARROW_MAX: usize = 28;
/// Below this a flow is shown as none `[kW]`.
const FLOW_MIN_KW: f64 = 0.005;

type AttributeId = (usize, usize);

/// One node of the table: where its flow and its state of charge are found.
pub(super) struct Line {
    name: String,
    /// The attribute that is its power `[kW]`, and the sign with which it feeds the table.
    flow: (AttributeId, f64),
    soc: Option<AttributeId>,
    colour: u8,
    /// What it does when it feeds the table, and when it draws from it.
    verbs: (&'static str, &'static str),
}

impl Line {
    /// The lines of a scenario's nodes, in the order of the placement; nodes without a flow have none.
    pub(super) fn of_table(scenario: &Scenario, placement: &Placement) -> Vec<Self> {
        (placement.nodes.iter().enumerate())
            .filter_map(|(index, node)| {
                placement.models_of(index + 1).find_map(|model| Self::of_model(scenario, node, model))
            })
            .collect()
    }

    fn of_model(scenario: &Scenario, node: &NodeTarget, model: usize) -> Option<Self> {
        let attribute = |name: &str| {
            let attributes = &scenario.models[model].attributes;
            attributes.iter().position(|attribute| attribute.name == name).map(|index| (model, index))
        };
        // A grid connection shows what arrives at its input: the surplus of the table.
        let surplus = || {
            let to_grid = |connection: &&crate::scenario::Connection| {
                connection.to_model == model && connection.to_name == "dump"
            };
            let connection = scenario.connections.iter().find(to_grid)?;
            Some((connection.from_model, connection.from_attribute))
        };
        let (flow, colour, verbs) = match scenario.models[model].model_type.family {
            Family::Generation => {
                ((attribute("pv_gen").or_else(|| attribute("wind_gen"))?, 1.0), 32, ("generates", "draws"))
            }
            Family::Demand => {
                let demand = ["load_dem", "load_EV", "load_HP", "demand"].into_iter().find_map(attribute);
                ((demand?, -1.0), 31, ("feeds", "uses"))
            }
            Family::Storage => ((attribute("p_out")?, -1.0), 34, ("discharges", "charges")),
            Family::Hydrogen => {
                let power = ["flow2e", "p_out_fuelcell", "eflow2c"].into_iter().find_map(attribute);
                ((power?, 1.0), 36, ("generates", "uses"))
            }
            Family::Grid => ((surplus()?, -1.0), 35, ("import", "feed-in")),
            Family::Heat
            | Family::Networks
            | Family::Market
            | Family::Control
            | Family::Data
            | Family::Utility => return None,
        };
        Some(Self { name: node.to_string(), flow, soc: attribute("soc"), colour, verbs })
    }

    /// The attributes it shows: the flow, then the state of charge if it has one.
    pub(super) fn attributes(&self) -> impl Iterator<Item = AttributeId> + '_ {
        std::iter::once(self.flow.0).chain(self.soc)
    }
}

/// Draws the table again and again in the same place.
pub(super) struct TableView {
    title: String,
    start: DateTime,
    resolution_s: u32,
    lines: Vec<Line>,
    /// Where the lines' attributes are found, in order.
    cells: Vec<u32>,
    greatest_kw: f64,
    coloured: bool,
    drawn: bool,
}

impl TableView {
    pub(super) fn new(scenario: &Scenario, lines: Vec<Line>, cells: Vec<u32>) -> Self {
        Self {
            title: scenario.name.clone(),
            start: scenario.start,
            resolution_s: scenario.resolution_s,
            lines,
            cells,
            greatest_kw: 1.0,
            coloured: std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
            drawn: false,
        }
    }

    pub(super) fn draw(&mut self, step: u64, values: &Slots) -> Result<(), OutputError> {
        let text = self.picture(step, values);
        let back = if self.drawn { format!("\x1b[{}A", self.lines.len() + 2) } else { String::new() };
        self.drawn = true;
        let mut out = std::io::stdout().lock();
        (out.write_all(back.as_bytes()).and_then(|()| out.write_all(text.as_bytes())))
            .and_then(|()| out.flush())
            .map_err(|error| OutputError { path: "the terminal".to_owned(), error })
    }

    /// The title, one line per node, and the hint how to leave. Each line clears what stood there before.
    fn picture(&mut self, step: u64, values: &Slots) -> String {
        let seconds = SignedDuration::from_secs(step as i64 * i64::from(self.resolution_s));
        let time = self.start.checked_add(seconds.as_secs().seconds()).unwrap_or(self.start);
        let mut text = format!("\x1b[2K{}   {}\n", self.title, time.strftime("%Y-%m-%d %H:%M"));
        let mut cells = self.cells.iter().map(|&cell| values.scalar(cell).value());
        for line in &self.lines {
            let power_kw = line.flow.1 * cells.next().unwrap_or(0.0);
            let soc = line.soc.and_then(|_| cells.next());
            self.greatest_kw = self.greatest_kw.max(power_kw.abs());
            let arrow = arrow(power_kw, self.greatest_kw, step);
            let arrow = if self.coloured { format!("\x1b[{}m{arrow}\x1b[0m", line.colour) } else { arrow };
            let _ = write!(text, "\x1b[2K{:<9}{:>6.1} kW  {arrow}│  ", line.name, power_kw.abs());
            if power_kw.abs() >= FLOW_MIN_KW {
                text.push_str(if power_kw > 0.0 { line.verbs.0 } else { line.verbs.1 });
            }
            if let Some(soc) = soc {
                let _ = write!(text, " {soc:.1} % full");
            }
            text.push('\n');
        }
        text.push_str("\x1b[2KCtrl-C ends the demo\n");
        text
    }
}

/// An arrow of the length of the flow, with a pulse that runs along it from step to step.
fn arrow(power_kw: f64, greatest_kw: f64, step: u64) -> String {
    let length = (power_kw.abs() / greatest_kw * ARROW_MAX as f64).ceil() as usize;
    if power_kw.abs() < FLOW_MIN_KW || length == 0 {
        return " ".repeat(ARROW_MAX + 1);
    }
    let length = length.min(ARROW_MAX);
    let inward = power_kw > 0.0;
    let phase = (step % 6) as usize;
    let body = (0..length).map(|position| {
        let along = if inward { position } else { length - 1 - position };
        if (along + 6 - phase).is_multiple_of(6) { '╍' } else { '━' }
    });
    let body: String = body.collect();
    let gap = " ".repeat(ARROW_MAX - length);
    if inward { format!("{gap}{body}▶") } else { format!("{gap}◀{body}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_point_to_the_table_or_away_and_have_one_width() {
        for power_kw in [0.0, 0.001, 0.5, 10.0, -10.0, -0.5] {
            assert_eq!(arrow(power_kw, 10.0, 3).chars().count(), ARROW_MAX + 1, "{power_kw}");
        }
        assert!(arrow(10.0, 10.0, 0).ends_with('▶'));
        assert!(arrow(-10.0, 10.0, 0).starts_with('◀'));
        assert_eq!(arrow(0.0, 10.0, 0).trim(), "");
    }

    #[test]
    fn the_pulse_moves_with_the_flow() {
        let pulse = |power_kw, step| arrow(power_kw, 10.0, step).chars().position(|c| c == '╍').unwrap();
        assert!(pulse(10.0, 1) > pulse(10.0, 0), "inward: towards the bar");
        let last = |power_kw, step| {
            arrow(power_kw, 10.0, step).chars().collect::<Vec<_>>().iter().rposition(|&c| c == '╍').unwrap()
        };
        assert!(last(-10.0, 1) < last(-10.0, 0), "outward: away from it");
    }
}
