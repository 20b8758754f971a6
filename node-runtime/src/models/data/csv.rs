//! Time series from a file: one row per step, a state per column.
//!
//! ```text
//!   host: file ──parse──▶ Table (rows from the start on) ──▶ step: row under the cursor ──▶ states
//!                            ▲ one per file of `file_path`; `file_index` chooses
//! ```
//!
//! The host reads and parses the files; this model steps through the tables. Invariant: the cursor stands on
//! the row that the next step expects, or behind the last one.

use super::wall_clock::WallClock;
use crate::model::{
    Attribute, Build, BuildError, Built, Cells, Const, Family, Io, Model, ModelType, Parameter, Port, Row,
    SectionKind, Settings, StepError, Table, Tables,
};
use crate::scalar::{Kind, Scalar};
use crate::value::Value;
use illuminator_protocol::Unit;

#[cfg(test)]
mod tests;

/// `CSV`
pub static TYPE: ModelType = ModelType {
    name: "CSV",
    family: Family::Data,
    summary: "Plays a time series from a file: a state per column.",
    documentation: DOCUMENTATION,
    parameters: &[
        Parameter::required("file_path", Unit::Text, "a file name, or a list of them", Const::Absent)
            .with_example(Const::Text("./data.csv")),
        Parameter::optional(
            "delimiter",
            Unit::Text,
            "one character between cells; null: runs of blanks",
            Const::Absent,
            Const::Null,
        )
        .with_example(Const::Text(",")),
        Parameter::required("date_format", Unit::Text, "how the first column is written", Const::Absent)
            .with_example(Const::Text("YYYY-MM-DD HH:mm:ss")),
        Parameter::optional(
            "start",
            Unit::Text,
            "first date; null: start of the run",
            Const::Absent,
            Const::Null,
        ),
        Parameter::optional(
            "send_row",
            Unit::One,
            "send each row as one mapping of texts",
            Const::Absent,
            Const::Bool(false),
        ),
        Parameter::unused("tzinfo", Unit::Text, "not read: dates are compared as wall clock", Const::Absent),
    ],
    inputs: &[Port::optional("file_index", Unit::One, "which file of the list, from 0", Const::Absent)],
    outputs: &[],
    states: &[],
    step_size: 1,
    build: Build::OnHost(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 1.3. The first line of a file is a title, the second the header; the first column is
the date. The states are the other columns, named as in the header up to the first `#` and without outer
blanks; with `send_row` the only state is `row`, a mapping from header cells to texts. They need not be
declared.

At co-simulation step t, with s steps per model step and R seconds per co-simulation step, the next row must
have the date start + t·s·R seconds of wall-clock time. Missing cells at the end of a row leave the old value,
more cells than columns are ignored.

`file_index` chooses another file during a run: its rows up to the date of the previous step are skipped. In
`inputs` it says which file is played first (0 if not given, or null).

Kept on purpose: t counts co-simulation steps already, so with s ≠ 1 the rows must be R·s² apart; a switch
at the very first step goes one row too far and is an error.

Different from the Python Illuminator: dates have no time zone and no summer time; behind the last row its
values are held for ever; a file without a row for the start is refused before the run.";

const FILE_INDEX: usize = 0;

struct Csv {
    tables: Tables,
    /// Seconds from one co-simulation step to the next, as this model counts them: s·R.
    scale_s: i64,
    /// Co-simulation steps between two steps of this model.
    stride: u64,
    layout: Layout,
    file: usize,
    /// The row that the next step expects.
    cursor: usize,
}

/// How a row becomes attributes.
enum Layout {
    /// As many attributes as columns, in the order of the cells: unless two columns have one name.
    InOrder(usize),
    /// The attribute that each cell is written to.
    Columns(Vec<usize>),
    /// The keys of the mapping: all header cells.
    Row(Vec<Value>),
}

fn build(settings: &Settings) -> Result<Built, BuildError> {
    let tables = settings.tables.clone();
    let file = initial_file(settings)?;
    let table = &tables.files[file];
    let cursor = first_row(table, tables.start_s)?;
    let (layout, attributes) = if settings.parameters.get("send_row").is_some_and(Value::is_truthy) {
        let keys = table.header.iter().cloned().map(Value::Text).collect();
        (Layout::Row(keys), vec![Attribute::state("row")])
    } else {
        columns(table)
    };
    let model = Csv {
        tables,
        scale_s: i64::from(settings.step_size) * i64::from(settings.resolution_s),
        stride: u64::from(settings.step_size),
        layout,
        file,
        cursor,
    };
    Ok(Built { model: Box::new(model), attributes })
}

fn initial_file(settings: &Settings) -> Result<usize, BuildError> {
    let files = settings.tables.files.len();
    if files == 0 {
        return Err(BuildError::new(SectionKind::Parameters, "file_path", "`file_path` names no file"));
    }
    let index = match settings.inputs.get("file_index") {
        None | Some(Value::Null) => Ok(0),
        Some(Value::Int(index)) => checked_index(*index, files),
        Some(value) => Err(format!("`file_index` must be an integer, not {}", value.describe())),
    };
    index.map_err(|problem| BuildError::new(SectionKind::Inputs, "file_index", problem))
}

fn checked_index(index: i64, files: usize) -> Result<usize, String> {
    usize::try_from(index).ok().filter(|&file| file < files).ok_or_else(|| {
        format!("`file_index` is {index}, but `file_path` names {files} file(s), counted from 0")
    })
}

/// The row of the start: there has to be one.
fn first_row(table: &Table, start_s: i64) -> Result<usize, BuildError> {
    let (file, start) = (&table.file, WallClock(start_s));
    let problem = match table.rows.iter().position(|row| row.date_s >= start_s) {
        Some(cursor) if table.rows[cursor].date_s == start_s => return Ok(cursor),
        Some(cursor) => {
            let Row { line, date_s, .. } = table.rows[cursor];
            format!(
                "{file} has no row for the start {start}: the next one is {} in line {line}",
                WallClock(date_s)
            )
        }
        None => format!("{file} has no row at or after the start {start}"),
    };
    Err(BuildError::new(SectionKind::Parameters, "file_path", problem))
}

/// The columns as attributes. Of two columns with the same name the last one is seen.
fn columns(table: &Table) -> (Layout, Vec<Attribute>) {
    let mut attributes: Vec<Attribute> = Vec::new();
    let mut targets = Vec::new();
    for cell in table.header.iter().skip(1) {
        let name = cell.split('#').next().unwrap_or_default().trim();
        let target = Attribute::position(&attributes, name).unwrap_or_else(|| {
            attributes.push(Attribute::state(name));
            attributes.len() - 1
        });
        targets.push(target);
    }
    let in_order = targets.iter().copied().eq(0..attributes.len());
    (if in_order { Layout::InOrder(attributes.len()) } else { Layout::Columns(targets) }, attributes)
}

impl Csv {
    fn date_s(&self, step: u64) -> i64 {
        let steps = i64::try_from(step).unwrap_or(i64::MAX);
        self.tables.start_s.saturating_add(steps.saturating_mul(self.scale_s))
    }

    /// Follows `file_index` to another file, behind the row of the previous step.
    fn switch(&mut self, io: &Io<'_>) -> Result<(), StepError> {
        let index = io.number(FILE_INDEX)?;
        if index.kind() != Kind::Int {
            return Err(StepError::Other(format!(
                "`file_index` must be an integer, not the float {}",
                index.value()
            )));
        }
        let file = checked_index(index.value() as i64, self.tables.files.len()).map_err(StepError::Other)?;
        if file != self.file {
            let previous_s = self.date_s(io.step().saturating_sub(self.stride));
            self.cursor = row_behind(&self.tables.files[file], previous_s)?;
            self.file = file;
        }
        Ok(())
    }
}

/// The row behind the one of `previous_s`; behind the last row if the file ends before that.
fn row_behind(table: &Table, previous_s: i64) -> Result<usize, StepError> {
    match table.rows.iter().position(|row| row.date_s >= previous_s) {
        None => Ok(table.rows.len()),
        Some(cursor) if table.rows[cursor].date_s == previous_s => Ok(cursor + 1),
        Some(cursor) => Err(wrong_date(table, &table.rows[cursor], previous_s)),
    }
}

#[cold]
fn wrong_date(table: &Table, row: &Row, expected_s: i64) -> StepError {
    StepError::Other(format!(
        "{}, line {}: the date is {}, expected {}",
        table.file,
        row.line,
        WallClock(row.date_s),
        WallClock(expected_s)
    ))
}

impl Model for Csv {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        if io.input(FILE_INDEX).is_some() {
            self.switch(io)?;
        }
        let table = &self.tables.files[self.file];
        let row = if let Some(row) = table.rows.get(self.cursor) {
            let expected_s = self.date_s(io.step());
            if row.date_s != expected_s {
                return Err(wrong_date(table, row, expected_s));
            }
            self.cursor += 1;
            row
        } else {
            let ended = || StepError::Other(format!("{} has no row at or after the start", table.file));
            table.rows.last().ok_or_else(ended)?
        };
        match (&self.layout, &row.cells) {
            (&Layout::InOrder(columns), Cells::Numbers(cells)) => {
                for (target, &cell) in cells.iter().take(columns).enumerate() {
                    io.set(target, Scalar::float(cell));
                }
            }
            (Layout::Columns(targets), Cells::Numbers(cells)) => {
                for (&target, &cell) in targets.iter().zip(cells) {
                    io.set(target, Scalar::float(cell));
                }
            }
            (Layout::Row(keys), Cells::Texts(cells)) => {
                let texts = core::iter::once(&row.date_text).chain(cells);
                let entries = keys.iter().cloned().zip(texts.cloned().map(Value::Text)).collect();
                io.set_value(0, Value::Map(entries));
            }
            _ => return Err(StepError::Other(format!("{} was parsed for another `send_row`", table.file))),
        }
        Ok(())
    }

    fn save(&self) -> Vec<Value> {
        vec![Value::Int(self.file as i64), Value::Int(self.cursor as i64)]
    }

    fn restore(&mut self, kept: &[Value]) -> bool {
        let [Value::Int(file), Value::Int(cursor)] = kept else { return false };
        let Ok(file) = checked_index(*file, self.tables.files.len()) else { return false };
        let Ok(cursor) = usize::try_from(*cursor) else { return false };
        let fits = cursor <= self.tables.files[file].rows.len();
        if fits {
            (self.file, self.cursor) = (file, cursor);
        }
        fits
    }
}
