//! Result files in CSV: which columns, which rows, and their bytes.

use super::dates::{RowDates, UnknownZone};
use super::text;
use crate::scenario::{Item, Recorder};
use illuminator_node::model::Slots;
use illuminator_node::scalar::{Kind, Scalar};
use illuminator_node::value::Value;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Whose result files ours look like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResultFormat {
    /// The Collector of the Python Illuminator's branch `dev` (spec/scenario-format.md 8.1): columns grouped by
    /// model, repeated items once, one row per recorder step, dates of a time zone, the first one without time
    /// of day.
    #[default]
    Dev,
    /// The external writer of `main` and `cluster` (8.2): one column per item, one row per co-simulation step,
    /// naive dates, midnights without time of day, keys of mappings as texts.
    Main,
}

/// The value of an item in one row.
#[derive(Clone, Debug)]
pub enum Cell<'a> {
    /// A number, or none ([`Scalar::NULL`], [`Scalar::UNSET`]: an empty cell).
    Scalar(Scalar),
    /// Anything.
    Value(Cow<'a, Value>),
}

impl Cell<'_> {
    /// The value in a slot.
    pub fn of_slot(values: &Slots, slot: u32) -> Self {
        let scalar = values.scalar(slot);
        if scalar.kind() == Kind::Rich {
            Self::from(values.value(slot).unwrap_or(Value::Null))
        } else {
            Self::Scalar(scalar)
        }
    }
}

impl From<Scalar> for Cell<'_> {
    fn from(scalar: Scalar) -> Self {
        Self::Scalar(scalar)
    }
}

impl From<Value> for Cell<'_> {
    fn from(value: Value) -> Self {
        Self::Value(Cow::Owned(value))
    }
}

impl<'a> From<&'a Value> for Cell<'a> {
    fn from(value: &'a Value) -> Self {
        Self::Value(Cow::Borrowed(value))
    }
}

/// Formats the lines of one result file. Whoever writes the file asks for [`header`](Self::header) once, before
/// the first row (a run without steps leaves no file), and for a [`row`](Self::row) in every step that it
/// [`wants`](Self::wants).
pub struct CsvRecorder {
    format: ResultFormat,
    delimiter: String,
    step_size: u64,
    dates: RowDates,
    columns: Vec<usize>,
    names: Vec<String>,
}

impl CsvRecorder {
    /// A recorder for a run with `resolution_s` seconds per co-simulation step. `item_names` are the names
    /// `model.attribute` of `recorder.items`, in the same order.
    ///
    /// # Errors
    /// A time zone that does not exist ([`ResultFormat::Dev`]).
    pub fn new(
        format: ResultFormat,
        recorder: &Recorder,
        resolution_s: u32,
        item_names: &[String],
    ) -> Result<Self, UnknownZone> {
        let step_size = recorder.step_size.max(1);
        let columns = match format {
            ResultFormat::Dev => grouped(&recorder.items),
            ResultFormat::Main => (0..recorder.items.len()).collect(),
        };
        let names = columns.iter().map(|&item| item_names.get(item).cloned().unwrap_or_default()).collect();
        Ok(Self {
            format,
            delimiter: recorder.delimiter.clone(),
            step_size: match format {
                ResultFormat::Dev => step_size.into(),
                ResultFormat::Main => 1,
            },
            dates: RowDates::new(format, recorder.start, resolution_s, step_size, &recorder.zone)?,
            columns,
            names,
        })
    }

    /// The items in the order of the columns, as positions in the recorder's `items`.
    pub fn columns(&self) -> &[usize] {
        &self.columns
    }

    /// Whether there is a row at this co-simulation step.
    pub fn wants(&self, step: u64) -> bool {
        step.is_multiple_of(self.step_size)
    }

    /// Appends the header line.
    pub fn header(&self, out: &mut Vec<u8>) {
        self.cell(out, |out| out.extend_from_slice(b"date"));
        for name in &self.names {
            out.extend_from_slice(self.delimiter.as_bytes());
            self.cell(out, |out| out.extend_from_slice(name.as_bytes()));
        }
        out.push(b'\n');
    }

    /// Appends the line of co-simulation step `step`. `value_of` gives the value of an item by its position in
    /// the recorder's `items`; it is called once per column, in the order of [`columns`](Self::columns).
    pub fn row<'a>(&self, step: u64, mut value_of: impl FnMut(usize) -> Cell<'a>, out: &mut Vec<u8>) {
        self.cell(out, |out| self.dates.push(step, out));
        for &item in &self.columns {
            out.extend_from_slice(self.delimiter.as_bytes());
            self.cell(out, |out| match value_of(item) {
                Cell::Scalar(scalar) => text::push_scalar(scalar, out),
                Cell::Value(value) => text::push_value(&value, self.format == ResultFormat::Main, out),
            });
        }
        out.push(b'\n');
    }

    /// Appends a cell, in quotes where needed.
    fn cell(&self, out: &mut Vec<u8>, push: impl FnOnce(&mut Vec<u8>)) {
        let start = out.len();
        push(out);
        text::quote_if_needed(self.delimiter.as_bytes(), start, out);
    }
}

/// The positions of `items` grouped by model, models in order of first appearance, without repeats. The story
/// counts as a model.
fn grouped(items: &[Item]) -> Vec<usize> {
    let model_of = |item: &Item| item.attribute().map(|(model, _)| model);
    let mut first_of_model = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut columns: Vec<usize> = (0..items.len())
        .filter(|&item| {
            first_of_model.entry(model_of(&items[item])).or_insert(item);
            seen.insert(items[item])
        })
        .collect();
    // The sort is stable, so the order inside a model stays.
    columns.sort_by_key(|&item| first_of_model[&model_of(&items[item])]);
    columns
}
