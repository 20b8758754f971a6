//! The nodes of the picture: a line per node, the flow as a coloured arrow.
//!
//! ```text
//!   wind       3.4 kW  ━━━━╸━━▶│  generates
//!   battery   18.0 kW  ◀━━━╸━━━│  charges 43.2 % full
//! ```
//!
//! An arrow points to the table's bar (│) where a component feeds it, and away where it draws from it. Its
//! length is the power relative to the greatest seen so far.

use super::colours::Colours;
use crate::plan::{NodeTarget, Placement};
use crate::scenario::Scenario;
use crate::view::flow::{AttributeId, ModelFlow, attribute};
use illuminator_node::model::Family;
use std::fmt::Write as _;

/// Longest arrow `[characters]`.
const ARROW_MAX: usize = 28;
/// Below this a flow is shown as none `[kW]`.
const FLOW_MIN_KW: f64 = 0.005;

/// One node of the table: where its flow and its state of charge are found.
pub(super) struct Line {
    name: String,
    flow: ModelFlow,
    soc: Option<AttributeId>,
    colour: u8,
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
        let flow = ModelFlow::of(scenario, model)?;
        let colour = match scenario.models[model].model_type.family {
            Family::Generation => 32,
            Family::Demand => 31,
            Family::Storage => 34,
            Family::Hydrogen => 36,
            _ => 35,
        };
        Some(Self { name: node.to_string(), flow, soc: attribute(scenario, model, "soc"), colour })
    }

    /// The attributes it shows: the flow, then the state of charge if it has one.
    pub(super) fn attributes(&self) -> impl Iterator<Item = AttributeId> + '_ {
        std::iter::once(self.flow.attribute).chain(self.soc)
    }

    /// Its power `[kW]` of the values of its attributes, positive where it feeds the table.
    pub(super) fn power_kw(&self, values: &[f64]) -> f64 {
        self.flow.sign * values.first().unwrap_or(&0.0)
    }

    /// The line, with an arrow that is longest at `greatest_kw` `[kW]`.
    pub(super) fn draw(&self, values: &[f64], greatest_kw: f64, step: u64, colours: Colours) -> String {
        let power_kw = self.power_kw(values);
        let arrow = colours.paint(self.colour, &arrow(power_kw, greatest_kw, step));
        let mut text = format!("{:<9}{:>6.1} kW  {arrow}│  ", self.name, power_kw.abs());
        if power_kw.abs() >= FLOW_MIN_KW {
            text.push_str(if power_kw > 0.0 { self.flow.feeds } else { self.flow.draws });
        }
        if let (Some(_), Some(soc)) = (self.soc, values.get(1)) {
            let _ = write!(text, " {soc:.1} % full");
        }
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
