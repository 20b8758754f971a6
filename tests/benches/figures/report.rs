//! One JSON line per figure.

use std::io::Write;

/// What a figure must reach: its ratio if it is measured against something, else its value.
#[derive(Clone, Copy)]
pub(crate) enum Reach {
    /// Nothing is promised.
    Open,
    AtLeast(f64),
    AtMost(f64),
}

/// One measured figure.
pub(crate) struct Figure<'a> {
    pub(crate) name: &'a str,
    pub(crate) value: f64,
    pub(crate) unit: &'a str,
    /// What the value is compared with, in the same unit.
    pub(crate) against: Option<f64>,
    pub(crate) reach: Reach,
}

/// Prints the figures that were asked for.
pub(crate) struct Report {
    wanted: Vec<String>,
}

impl Report {
    /// Figures whose names contain one of the texts in `wanted`; all of them if there is none.
    pub(crate) fn new(wanted: Vec<String>) -> Self {
        Self { wanted }
    }

    /// Whether a figure was asked for.
    pub(crate) fn wants(&self, name: &str) -> bool {
        self.wanted.is_empty() || self.names(name)
    }

    /// Whether a figure was asked for by its name: for the slow ones.
    pub(crate) fn names(&self, name: &str) -> bool {
        self.wanted.iter().any(|wanted| name.contains(wanted.as_str()))
    }

    /// Prints a figure, unless it was not asked for.
    pub(crate) fn figure(&self, figure: &Figure<'_>) {
        if self.wants(figure.name) {
            // Nobody listens any more: then there is nothing to print either.
            let _ = writeln!(std::io::stdout(), "{}", line(figure));
        }
    }
}

fn line(figure: &Figure<'_>) -> String {
    let ratio = figure.against.map(|against| figure.value / against);
    let judged = ratio.unwrap_or(figure.value);
    let (reach, reached) = match figure.reach {
        Reach::Open => ("null".to_owned(), "null".to_owned()),
        Reach::AtLeast(bound) => (format!("\">= {bound}\""), (judged >= bound).to_string()),
        Reach::AtMost(bound) => (format!("\"<= {bound}\""), (judged <= bound).to_string()),
    };
    let number = |number: Option<f64>| number.map_or("null".to_owned(), four_digits);
    format!(
        "{{\"figure\": \"{}\", \"value\": {}, \"unit\": \"{}\", \"against\": {}, \"ratio\": {}, \
         \"reach\": {reach}, \"reached\": {reached}}}",
        figure.name,
        four_digits(figure.value),
        figure.unit,
        number(figure.against),
        number(ratio),
    )
}

/// Rounded to about four digits: more are noise. JSON knows no infinity.
fn four_digits(number: f64) -> String {
    match number.abs() {
        magnitude if !magnitude.is_finite() => "null".to_owned(),
        magnitude if magnitude >= 1000.0 => format!("{number:.0}"),
        magnitude if magnitude >= 10.0 => format!("{number:.2}"),
        _ => format!("{number:.4}"),
    }
}
