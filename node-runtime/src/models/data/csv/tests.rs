//! Hand-made tables: what a file is to the model once it is parsed.

use super::*;
use crate::model::{Input, Slots};
use std::sync::Arc;

const QUARTER_S: i64 = 900;
const START_S: i64 = 1_325_376_000;

/// Rows a quarter of an hour apart from the start on.
fn table(file: &str, header: &[&str], rows: &[&[f64]]) -> Table {
    let rows = rows.iter().enumerate().map(|(number, cells)| Row {
        line: number as u32 + 3,
        date_s: START_S + number as i64 * QUARTER_S,
        date_text: String::new(),
        cells: Cells::Numbers(cells.to_vec()),
    });
    Table {
        file: file.to_owned(),
        header: header.iter().map(ToString::to_string).collect(),
        rows: rows.collect(),
    }
}

fn settings(files: Vec<Table>) -> Settings {
    let tables = Tables { files: Arc::from(files), start_s: START_S };
    Settings { step_size: 1, resolution_s: QUARTER_S as u32, tables, ..Settings::default() }
}

fn two_files() -> Settings {
    let a = table("a.csv", &["Time", "load"], &[&[1.0], &[2.0], &[3.0], &[4.0]]);
    let b = table("b.csv", &["Time", "load"], &[&[10.0], &[20.0], &[30.0], &[40.0]]);
    settings(vec![a, b])
}

/// Slot 0 holds `file_index`; the attributes follow.
struct Bench {
    model: Box<dyn Model>,
    attributes: Vec<Attribute>,
    slots: Slots,
    connected: bool,
}

impl Bench {
    fn new(settings: &Settings) -> Self {
        let Built { model, attributes } = build(settings).unwrap();
        let slots = Slots::new(1 + attributes.len());
        Self { model, attributes, slots, connected: false }
    }

    fn names(&self) -> Vec<&str> {
        self.attributes.iter().map(|attribute| attribute.name.as_str()).collect()
    }

    fn select(&mut self, file_index: Scalar) {
        self.slots.set(0, file_index);
        self.connected = true;
    }

    fn step(&mut self, step: u64) -> Result<Vec<f64>, StepError> {
        let inputs = [if self.connected { Input::state(0) } else { Input::NONE }];
        self.model.step(&mut Io::new(&mut self.slots, &inputs, 1, step))?;
        Ok((1..self.slots.len() as u32).map(|slot| self.slots.scalar(slot).value()).collect())
    }
}

#[test]
fn header_cells_name_the_states() {
    let header = ["Time", " u # wind [m/s]", "v", ""];
    let bench = Bench::new(&settings(vec![table("a.csv", &header, &[&[1.0, 2.0, 3.0]])]));
    assert_eq!(bench.names(), ["u", "v", ""]);
    assert!(bench.attributes.iter().all(|attribute| *attribute == Attribute::state(&attribute.name)));
}

#[test]
fn the_last_of_two_columns_with_one_name_is_seen() {
    let mut bench = Bench::new(&settings(vec![table("a.csv", &["t", "u", "v", "u"], &[&[1.0, 2.0, 3.0]])]));
    assert_eq!(bench.names(), ["u", "v"]);
    assert_eq!(bench.step(0).unwrap(), [3.0, 2.0]);
}

#[test]
fn cells_are_floats_short_rows_keep_and_long_rows_are_cut() {
    let rows: [&[f64]; 3] = [&[1.0, 2.0], &[3.0], &[5.0, 6.0, 7.0]];
    let mut bench = Bench::new(&settings(vec![table("a.csv", &["t", "u", "v"], &rows)]));
    assert_eq!(bench.step(0).unwrap(), [1.0, 2.0]);
    assert_eq!(bench.slots.scalar(1).kind(), Kind::Float);
    assert_eq!(bench.step(1).unwrap(), [3.0, 2.0]);
    assert_eq!(bench.step(2).unwrap(), [5.0, 6.0]);
}

#[test]
fn the_last_values_are_held() {
    let mut bench = Bench::new(&settings(vec![table("a.csv", &["t", "u"], &[&[1.0], &[2.0]])]));
    let values: Vec<_> = (0..4).map(|step| bench.step(step).unwrap()[0]).collect();
    assert_eq!(values, [1.0, 2.0, 2.0, 2.0]);
}

#[test]
fn rows_before_the_start_are_skipped() {
    let mut settings = two_files();
    settings.tables.start_s += 2 * QUARTER_S;
    assert_eq!(Bench::new(&settings).step(0).unwrap(), [3.0]);
}

#[test]
fn a_start_without_a_row_is_refused() {
    for (start_s, problem) in [
        (
            START_S + 60,
            "a.csv has no row for the start 2012-01-01 00:01:00: the next one is 2012-01-01 00:15:00 in line 4",
        ),
        (
            START_S - QUARTER_S,
            "a.csv has no row for the start 2011-12-31 23:45:00: the next one is 2012-01-01 00:00:00 in line 3",
        ),
        (START_S + 86_400, "a.csv has no row at or after the start 2012-01-02 00:00:00"),
    ] {
        let mut settings = two_files();
        settings.tables.start_s = start_s;
        let error = build(&settings).err().unwrap();
        assert_eq!((error.key.as_str(), error.problem.as_str()), ("file_path", problem));
    }
}

#[test]
fn a_wrong_date_names_file_line_and_both_dates() {
    let mut settings = two_files();
    settings.resolution_s = 1800;
    let mut bench = Bench::new(&settings);
    bench.step(0).unwrap();
    let text = "a.csv, line 4: the date is 2012-01-01 00:15:00, expected 2012-01-01 00:30:00";
    assert_eq!(bench.step(1).unwrap_err().to_string(), text);
}

#[test]
fn a_step_size_counts_twice() {
    let mut settings = settings(vec![table("a.csv", &["t", "u"], &[&[1.0], &[2.0]])]);
    (settings.step_size, settings.resolution_s) = (2, 225);
    let mut bench = Bench::new(&settings);
    assert_eq!(bench.step(0).unwrap(), [1.0]);
    assert_eq!(bench.step(2).unwrap(), [2.0]);
}

#[test]
fn switching_continues_in_the_other_file() {
    let mut bench = Bench::new(&two_files());
    bench.select(Scalar::int(0));
    assert_eq!(bench.step(0).unwrap(), [1.0]);
    bench.select(Scalar::int(1));
    assert_eq!(bench.step(1).unwrap(), [20.0]);
    assert_eq!(bench.step(2).unwrap(), [30.0]);
    bench.select(Scalar::int(0));
    assert_eq!(bench.step(3).unwrap(), [4.0]);
}

#[test]
fn switching_behind_the_end_holds_the_other_files_last_values() {
    let mut bench = Bench::new(&two_files());
    for step in 0..6 {
        bench.step(step).unwrap();
    }
    bench.select(Scalar::int(1));
    assert_eq!(bench.step(6).unwrap(), [40.0]);
}

#[test]
fn switching_at_the_first_step_goes_one_row_too_far() {
    let mut bench = Bench::new(&two_files());
    bench.select(Scalar::int(1));
    let text = "b.csv, line 4: the date is 2012-01-01 00:15:00, expected 2012-01-01 00:00:00";
    assert_eq!(bench.step(0).unwrap_err().to_string(), text);
}

#[test]
fn switching_to_a_file_without_the_previous_date_is_an_error() {
    let mut settings = two_files();
    let mut files = settings.tables.files.to_vec();
    files[1].rows.remove(1);
    settings.tables.files = Arc::from(files);
    let mut bench = Bench::new(&settings);
    bench.step(0).unwrap();
    bench.step(1).unwrap();
    bench.select(Scalar::int(1));
    let text = "b.csv, line 5: the date is 2012-01-01 00:30:00, expected 2012-01-01 00:15:00";
    assert_eq!(bench.step(2).unwrap_err().to_string(), text);
}

#[test]
fn a_file_index_must_be_an_integer_in_range() {
    for (index, text) in [
        (Scalar::float(1.0), "`file_index` must be an integer, not the float 1"),
        (Scalar::int(2), "`file_index` is 2, but `file_path` names 2 file(s), counted from 0"),
        (Scalar::int(-1), "`file_index` is -1, but `file_path` names 2 file(s), counted from 0"),
        (Scalar::NULL, "input 0 needs a number and got null"),
    ] {
        let mut bench = Bench::new(&two_files());
        bench.select(index);
        assert_eq!(bench.step(0).unwrap_err().to_string(), text);
    }
}

#[test]
fn the_inputs_section_chooses_the_first_file() {
    let mut settings = two_files();
    settings.inputs.0.push(("file_index".to_owned(), Value::Int(1)));
    assert_eq!(Bench::new(&settings).step(0).unwrap(), [10.0]);

    settings.inputs.0[0].1 = Value::Null;
    assert_eq!(Bench::new(&settings).step(0).unwrap(), [1.0]);

    for wrong in [Value::Int(2), Value::Float(1.0), Value::Text("1".to_owned())] {
        settings.inputs.0[0].1 = wrong;
        assert_eq!(build(&settings).err().unwrap().section, SectionKind::Inputs);
    }
}

#[test]
fn no_file_at_all_is_refused() {
    assert_eq!(build(&settings(Vec::new())).err().unwrap().key, "file_path");
}

#[test]
fn a_row_can_be_sent_as_texts() {
    let mut portfolio = table("p.csv", &["time ", "wind_cost"], &[&[]]);
    portfolio.rows[0].date_text = "2012-01-01".to_owned();
    portfolio.rows[0].cells = Cells::Texts(vec!["1.50".to_owned(), "extra".to_owned()]);
    let mut settings = settings(vec![portfolio]);
    settings.parameters.0.push(("send_row".to_owned(), Value::Bool(true)));
    let mut bench = Bench::new(&settings);
    assert_eq!(bench.names(), ["row"]);
    bench.step(0).unwrap();
    let entry = |key: &str, text: &str| (Value::Text(key.to_owned()), Value::Text(text.to_owned()));
    let row = Value::Map(vec![entry("time ", "2012-01-01"), entry("wind_cost", "1.50")]);
    assert_eq!(bench.slots.value(1), Some(row));
}

#[test]
fn cells_of_the_other_kind_are_an_error() {
    let mut settings = two_files();
    settings.parameters.0.push(("send_row".to_owned(), Value::Bool(true)));
    let error = Bench::new(&settings).step(0).unwrap_err();
    assert_eq!(error.to_string(), "a.csv was parsed for another `send_row`");
}

#[test]
fn a_restored_model_goes_on_where_the_saved_one_stood() {
    let mut bench = Bench::new(&two_files());
    bench.select(Scalar::int(1));
    bench.slots.set(0, Scalar::int(0));
    bench.step(0).unwrap();
    bench.select(Scalar::int(1));
    bench.step(1).unwrap();

    let mut other = Bench::new(&two_files());
    assert!(other.model.restore(&bench.model.save()));
    other.select(Scalar::int(1));
    assert_eq!(other.step(2).unwrap(), [30.0]);
}

#[test]
fn a_state_that_does_not_fit_is_refused() {
    let mut bench = Bench::new(&two_files());
    for kept in [
        vec![],
        vec![Value::Int(2), Value::Int(0)],
        vec![Value::Int(0), Value::Int(5)],
        vec![Value::Int(0), Value::Int(-1)],
        vec![Value::Float(0.0), Value::Int(0)],
    ] {
        assert!(!bench.model.restore(&kept));
    }
    assert_eq!(bench.step(0).unwrap(), [1.0]);
}
