//! What of a result is drawn, and as what.

use super::table::{Column, Results, Values};
use super::units;
use crate::scenario::Scenario;
use illuminator_protocol::Unit;

/// What a figure shows, from top to bottom.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// Columns of texts.
    pub(super) bands: Vec<Band>,
    /// Columns of numbers, one panel per unit.
    pub(super) panels: Vec<Panel>,
    /// Columns that are on or off.
    pub(super) switches: Vec<Line>,
    /// What was left out or is not known, and what to do about it.
    pub(super) notes: Vec<String>,
}

/// A column of texts.
#[derive(Debug)]
pub(super) struct Band {
    pub(super) name: String,
    /// The texts, each of another colour.
    pub(super) texts: Vec<String>,
    /// The text of each row: a position in `texts`.
    pub(super) rows: Vec<Option<usize>>,
}

/// Lines over one axis of values.
#[derive(Debug)]
pub(super) struct Panel {
    /// The unit of all of them; `None` if it is not known, or if they have none.
    pub(super) unit: Option<Unit>,
    pub(super) lines: Vec<Line>,
}

/// A column of numbers.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) name: String,
    /// The value of each row; NaN where there is none.
    pub(super) values: Vec<f64>,
    /// Whether a value holds until the next row.
    pub(super) steps: bool,
}

impl Contents {
    /// Sorts the columns of a result.
    pub(super) fn new(results: Results, scenario: Option<&Scenario>) -> Self {
        let mut contents = Self::default();
        results.columns.into_iter().for_each(|column| contents.add(column, scenario));
        if scenario.is_none() && !contents.panels.is_empty() {
            contents.notes.push(
                "units are not known from a result alone: `--scenario FILE` gives them, and a panel for each"
                    .to_owned(),
            );
        }
        contents
    }

    /// Whether there is nothing to draw.
    pub(super) fn is_empty(&self) -> bool {
        self.bands.is_empty() && self.panels.is_empty() && self.switches.is_empty()
    }

    fn add(&mut self, Column { name, values }: Column, scenario: Option<&Scenario>) {
        let unit = scenario.and_then(|scenario| units::unit_of(scenario, &name));
        let unit = unit.filter(|unit| !matches!(unit, Unit::One | Unit::Text));
        let (values, steps) = match values {
            Values::Texts { texts, rows, .. } => return self.bands.push(Band { name, texts, rows }),
            Values::ManyTexts { line } => {
                let note =
                    format!("`{name}` is not drawn: too many different texts, the first one in line {line}");
                return self.notes.push(note);
            }
            Values::Nothing => return self.notes.push(format!("`{name}` is not drawn: every cell is empty")),
            // What has a unit only happens to be 0 or 1.
            Values::Switch(values) if unit.is_none() => {
                return self.switches.push(Line { name, values, steps: true });
            }
            Values::Whole(values) | Values::Switch(values) => (values, true),
            Values::Numbers(values) => (values, false),
        };
        if values.iter().all(|value| value.is_nan()) {
            return self.notes.push(format!("`{name}` is not drawn: it has no finite number"));
        }
        let line = Line { name, values, steps };
        match self.panels.iter_mut().find(|panel| panel.unit == unit) {
            Some(panel) => panel.lines.push(line),
            None => self.panels.push(Panel { unit, lines: vec![line] }),
        }
    }
}
