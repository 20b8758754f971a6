//! Rows as lines for InfluxDB and what else takes its line protocol.
//!
//! ```text
//!   illuminator,scenario=Tutorial\ 1,model=Battery1 soc=52.5,flag=0 1718841600000000000
//!   measurement, tags                               fields          the row's date as UTC [ns]
//! ```
//!
//! Every model is a line per row, each of its items a field. Numbers and truths are floats, whatever a model makes of
//! them in one step or another, since a field keeps the type that it had first; texts and lists are strings; what is
//! absent, or no finite number, is left out.
//!
//! Source: <https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/>.

use super::csv::Cell;
use super::text;
use crate::scenario::{Recorder, Scenario};
use illuminator_node::scalar::{Kind, Scalar};
use jiff::SignedDuration;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use std::fmt::Write as _;

/// Why writing cannot fail, said once.
const NO_ERROR: &str = "a String takes any text";

/// Makes lines of the rows of one result file.
pub struct LineProtocol {
    start: DateTime,
    resolution_s: u32,
    step_size: u64,
    models: Vec<Lines>,
}

/// The lines of a model.
struct Lines {
    /// Measurement and tags.
    head: String,
    /// Its items: position in the recorder's items, name.
    fields: Vec<(usize, String)>,
}

impl LineProtocol {
    /// The lines of what `recorder` records of `scenario`.
    pub fn new(scenario: &Scenario, recorder: &Recorder) -> Self {
        let names: Vec<String> = recorder.items.iter().map(|&item| scenario.item_name(item)).collect();
        Self {
            start: recorder.start,
            resolution_s: scenario.resolution_s,
            step_size: recorder.step_size.max(1).into(),
            models: Lines::of(&scenario.name, &names),
        }
    }

    /// Appends the lines of co-simulation step `step`, if it is recorded; `value_of` gives the value of an item by its
    /// position in the recorder's items.
    pub fn row<'a>(&self, step: u64, value_of: impl Fn(usize) -> Cell<'a>, out: &mut String) {
        if !step.is_multiple_of(self.step_size) {
            return;
        }
        let elapsed_s = i64::try_from(step.saturating_mul(self.resolution_s.into())).unwrap_or(i64::MAX);
        let date = self.start.saturating_add(SignedDuration::from_secs(elapsed_s));
        // Dates that no timestamp has are later than all results.
        let Ok(date) = date.to_zoned(TimeZone::UTC) else { return };
        let nanoseconds = date.timestamp().as_nanosecond();
        for Lines { head, fields } in &self.models {
            let line = out.len();
            out.push_str(head);
            let mut separator = ' ';
            for (item, name) in fields {
                let field = out.len();
                write!(out, "{separator}{name}=").expect(NO_ERROR);
                if push(&value_of(*item), out) {
                    separator = ',';
                } else {
                    out.truncate(field);
                }
            }
            if separator == ' ' {
                out.truncate(line);
            } else {
                writeln!(out, " {nanoseconds}").expect(NO_ERROR);
            }
        }
    }
}

impl Lines {
    /// The lines of these items, `model.attribute` each.
    fn of(scenario: &str, items: &[String]) -> Vec<Self> {
        let mut models: Vec<Self> = Vec::new();
        for (position, name) in items.iter().enumerate() {
            let (model, attribute) = name.split_once('.').unwrap_or(("", name));
            let head = format!("illuminator{}{}", tag("scenario", scenario), tag("model", model));
            let field = (position, escaped(attribute));
            match models.iter_mut().find(|lines| lines.head == head) {
                // An item that is recorded twice is one field.
                Some(lines) if lines.fields.iter().any(|(_, name)| *name == field.1) => {}
                Some(lines) => lines.fields.push(field),
                None => models.push(Self { head, fields: vec![field] }),
            }
        }
        models
    }
}

/// Appends a value; false if there is none.
fn push(cell: &Cell<'_>, out: &mut String) -> bool {
    let value = match cell {
        Cell::Scalar(scalar) => return push_number(*scalar, out),
        Cell::Value(value) => value,
    };
    if let Some(scalar) = value.as_scalar() {
        return push_number(scalar, out);
    }
    let mut bytes = Vec::new();
    text::push_value(value, false, &mut bytes);
    let text = String::from_utf8_lossy(&bytes).replace('\\', "\\\\").replace('"', "\\\"");
    write!(out, "\"{text}\"").expect(NO_ERROR);
    true
}

fn push_number(scalar: Scalar, out: &mut String) -> bool {
    let is_number = matches!(scalar.kind(), Kind::Bool | Kind::Int | Kind::Float | Kind::Numpy);
    let number = scalar.value();
    let is_told = is_number && number.is_finite();
    if is_told {
        write!(out, "{number}").expect(NO_ERROR);
    }
    is_told
}

/// A tag with its comma; nothing where it has no value, which no tag may have.
fn tag(key: &str, value: &str) -> String {
    if value.is_empty() { String::new() } else { format!(",{key}={}", escaped(value)) }
}

/// The name of a tag or field, or the value of a tag. Line breaks cannot be in there, and a backslash may take the
/// meaning of what follows: both become `_`.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\r' | '\\' => escaped.push('_'),
            ',' | '=' | ' ' => escaped.extend(['\\', character]),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use illuminator_node::value::Value;

    #[test]
    fn a_model_is_a_line_and_what_is_absent_is_left_out() {
        let items = ["Load=1.a b", "E.f", "Load=1.c", "Load=1.c", "Load=1.d"].map(str::to_owned);
        let lines = LineProtocol {
            start: jiff::civil::date(1970, 1, 2).at(0, 0, 0, 0),
            resolution_s: 900,
            step_size: 1,
            models: Lines::of("a day, at sea", &items),
        };
        let row = |step, cells: [Cell<'static>; 5]| {
            let mut out = String::new();
            lines.row(step, |item| cells[item].clone(), &mut out);
            out
        };
        let float = |value| Cell::Scalar(Scalar::float(value));
        let text = |text: &str| Cell::from(Value::Text(text.to_owned()));
        let all = [float(-0.1), text("say \"hi\\\""), float(1e21), float(9.0), Cell::Scalar(Scalar::int(3))];
        let head = "illuminator,scenario=a\\ day\\,\\ at\\ sea,model=";
        assert_eq!(
            row(1, all),
            format!(
                "{head}Load\\=1 a\\ b=-0.1,c=1000000000000000000000,d=3 87300000000000\n{head}E \
                 f=\"say \\\"hi\\\\\\\"\" 87300000000000\n"
            )
        );
        let none = || Cell::Scalar(Scalar::NULL);
        let some = [none(), none(), float(f64::NAN), none(), float(f64::INFINITY)];
        assert_eq!(row(0, some), "", "nothing to tell is no line");
        let one = [none(), none(), none(), none(), Cell::Scalar(Scalar::bool(true))];
        assert_eq!(row(0, one), format!("{head}Load\\=1 d=1 86400000000000\n"));
        assert_eq!(escaped("a\\\nb"), "a__b");
    }
}
