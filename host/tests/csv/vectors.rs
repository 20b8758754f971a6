//! The vectors of the CSV model.

use crate::results;
use illuminator::csv::{CsvError, TableRequest, parse_start, parse_table};
use illuminator::scenario::{Files, load};
use illuminator_node::model::{Build, Built, Input, Io, Section, Settings, Slots, Table, Tables, registry};
use illuminator_node::value::Value;
use serde_json::Value as Json;
use std::fmt::Write as _;
use std::sync::Arc;

/// What we do where the Python Illuminator fails or does something else.
enum Ours {
    /// In this step the only column has this value.
    Value(u64, f64),
    /// Fails in this step, with this error.
    Fails(u64, &'static str),
    /// Is refused before the first step, with this error.
    Refused(&'static str),
    /// Is refused by the check of the scenario, which gives no date format on.
    Unchecked,
}
use Ours::{Fails, Refused, Unchecked, Value as Gives};

/// Every vector that fails, here or there: vector, what we do, why it is not an error in the recorded step (empty if
/// it is). Mistakes in a file are found before the run, where upstream meets them in a step.
const OURS: &[(&str, Ours, &str)] = &[
    (
        "start_before_file",
        Refused(
            "3:0: the run starts at 2011-12-31 23:45:00, before the first row of the file (2012-01-01 00:00:00)",
        ),
        "",
    ),
    (
        "start_after_file",
        Refused(
            "8:0: the run starts at 2012-01-02 00:00:00, after the last row of the file (2012-01-01 01:15:00)",
        ),
        "",
    ),
    (
        "start_between_rows",
        Refused(
            "a.csv has no row for the start 2012-01-01 00:20:00: the next one is 2012-01-01 00:30:00 in line 5",
        ),
        EARLY,
    ),
    (
        "resolution_mismatch",
        Fails(1, "a.csv, line 4: the date is 2012-01-01 00:15:00, expected 2012-01-01 00:30:00"),
        "",
    ),
    (
        "time_step_size_2_wrong_spacing",
        Fails(2, "a.csv, line 4: the date is 2012-01-01 00:30:00, expected 2012-01-01 01:00:00"),
        "",
    ),
    ("non_numeric_cell", Refused("3:21: `abc` is not a number"), EARLY),
    ("empty_cell", Refused("3:21: an empty cell"), EARLY),
    ("blank_line_inside", Refused("4:0: a blank line among the rows"), EARLY),
    (
        "file_list_switch_at_first_step",
        Fails(0, "b.csv, line 4: the date is 2012-01-01 00:15:00, expected 2012-01-01 00:00:00"),
        "",
    ),
    (
        "file_index_out_of_range",
        Fails(1, "`file_index` is 2, but `file_path` names 2 file(s), counted from 0"),
        "",
    ),
    ("file_index_float", Fails(1, "`file_index` must be an integer, not the float 1"), ""),
    ("missing_date_format", Unchecked, ""),
    ("trailing_blank_line", Gives(0, 1.0), "blank lines at the end are no rows"),
    ("dst_spring_wall_clock_rows", Gives(2, 2.0), "dates are plain wall clock: no hour is skipped"),
    (
        "dst_spring_rows_without_gap",
        Fails(2, "a.csv, line 5: the date is 2012-03-25 03:00:00, expected 2012-03-25 02:00:00"),
        "dates are plain wall clock: no hour is missing",
    ),
];
const EARLY: &str = "found before the run";

fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => match number.as_i64() {
            Some(integer) if !number.is_f64() => Value::Int(integer),
            _ => Value::Float(number.as_f64().unwrap()),
        },
        Json::String(text) => match text.as_str() {
            "NaN" => Value::Float(f64::NAN),
            "Infinity" => Value::Float(f64::INFINITY),
            _ => Value::Text(text.clone()),
        },
        Json::Array(items) => Value::List(items.iter().map(value).collect()),
        Json::Object(entries) => {
            Value::Map(entries.iter().map(|(key, item)| (Value::Text(key.clone()), value(item))).collect())
        }
    }
}

fn section(json: &Json) -> Section {
    let entries = json.as_object().into_iter().flatten();
    Section(entries.map(|(key, item)| (key.clone(), value(item))).collect())
}

fn content(case: &Json, file: &str) -> String {
    let text = case["files"][file].as_str().unwrap();
    if !text.starts_with("(generated)") {
        return text.to_owned();
    }
    let mut generated = "title\nTime,u\n".to_owned();
    for row in 0..903 {
        let (day, quarter) = (1 + row / 96, row % 96);
        let (hour, minute) = (quarter / 4, quarter % 4 * 15);
        writeln!(generated, "2012-01-{day:02} {hour:02}:{minute:02}:00,{}", 1.5 * f64::from(row)).unwrap();
    }
    generated
}

/// The model of a vector, or why it cannot be built; `rows_max` rows of each file are read.
fn build(case: &Json, rows_max: u64) -> Result<(Built, Settings), String> {
    let parameters = &case["parameters"];
    let date_format = parameters["date_format"].as_str().unwrap();
    let files: Vec<&str> = match &parameters["file_path"] {
        Json::Array(files) => files.iter().map(|file| file.as_str().unwrap()).collect(),
        file => vec![file.as_str().unwrap()],
    };
    let start_s = parse_start(parameters["start"].as_str().unwrap(), date_format)?;
    let parse = |file: &&str| {
        parse_table(&TableRequest {
            file,
            text: &content(case, file),
            delimiter: parameters["delimiter"].as_str(),
            date_format,
            send_row: parameters["send_row"] == true,
            start_s,
            rows_max,
        })
    };
    let tables: Result<Vec<Table>, CsvError> = files.iter().map(parse).collect();
    let settings = Settings {
        parameters: section(parameters),
        inputs: section(&case["inputs_section"]),
        step_size: case["time_step_size"].as_u64().map_or(1, |size| u32::try_from(size).unwrap()),
        resolution_s: u32::try_from(case["time_resolution"].as_u64().unwrap()).unwrap(),
        tables: Tables {
            files: tables.map_err(|error| format!("{}:{}: {error}", error.line, error.column))?.into(),
            start_s,
        },
        ..Settings::default()
    };
    let Build::OnHost(build) = registry::find("CSV").unwrap().build else {
        panic!("CSV is built on the host")
    };
    build(&settings).map(|built| (built, settings)).map_err(|error| error.to_string())
}

/// A model that is being stepped.
struct Run {
    built: Built,
    slots: Slots,
}

impl Run {
    fn new(built: Built) -> Self {
        let slots = Slots::new(built.attributes.len() + 1);
        Self { built, slots }
    }

    fn step(&mut self, step: u64, file_index: Option<Value>) -> Result<(), String> {
        let input_slot = u32::try_from(self.built.attributes.len()).unwrap();
        let input = file_index.map_or(Input::NONE, |index| {
            self.slots.set_value(input_slot, index);
            Input::state(input_slot)
        });
        self.built
            .model
            .step(&mut Io::new(&mut self.slots, &[input], 0, step))
            .map_err(|error| error.to_string())
    }

    fn value(&self, name: &str) -> Option<Value> {
        let attribute = self.built.attributes.iter().position(|attribute| attribute.name == name)?;
        self.slots.value(u32::try_from(attribute).unwrap())
    }
}

fn check_states(run: &Run, expected: &Json, place: &str) {
    for (name, json) in expected.as_object().unwrap() {
        match (value(json), run.value(name)) {
            (Value::Float(expected), Some(Value::Float(found))) if expected.is_nan() => {
                assert!(found.is_nan(), "{place}");
            }
            // Mappings compare as sets of entries: the JSON reader orders keys.
            (Value::Map(mut expected), Some(Value::Map(mut found))) => {
                let by_key = |(key, _): &(Value, Value)| key.as_text().map(str::to_owned);
                expected.sort_by_key(by_key);
                found.sort_by_key(by_key);
                assert_eq!(found, expected, "{place}");
            }
            (expected, found) => assert_eq!(found, Some(expected), "{place} {name}"),
        }
    }
}

/// Checks a case and gives what it computed, exactly.
fn check_vector(case: &Json) -> String {
    let name = case["name"].as_str().unwrap();
    let ours = OURS.iter().find(|(case, ..)| *case == name).map(|(_, ours, _)| ours);
    let steps = case["steps"].as_array().unwrap();
    let step_of = |step: &Json| step["time"].as_u64().unwrap();
    let last = steps.last().map_or(0, step_of);
    if matches!(ours, Some(Unchecked)) {
        return check_without_date_format(case);
    }
    // Upstream reads one row ahead.
    let (built, settings) = match (build(case, last + 2), ours) {
        (Ok(built), _) => built,
        (Err(error), Some(Refused(words))) => {
            assert_eq!(error, *words, "{name}");
            return format!("{name} {error}\n");
        }
        (Err(error), _) => panic!("{name}: {error}"),
    };
    assert!(!matches!(ours, Some(Refused(_))), "{name} was built");
    let mut computed = String::new();
    let mut run = Run::new(built);
    for step in (0..=last).step_by(settings.step_size as usize) {
        let place = format!("{name}, step {step}");
        let expected = steps.iter().find(|candidate| step_of(candidate) == step);
        let file_index = expected.and_then(|step| step["inputs"].get("file_index")).map(value);
        let outcome = run.step(step, file_index);
        match ours {
            Some(Gives(at, number)) if *at == step => {
                outcome.expect(&place);
                assert_eq!(run.value("u"), Some(Value::Float(*number)), "{place}");
                return computed;
            }
            Some(Fails(at, words)) if *at == step => {
                assert_eq!(outcome.expect_err(&place), *words, "{place}");
                return computed;
            }
            _ => outcome.expect(&place),
        }
        if let Some(expected) = expected {
            check_states(&run, &expected["states"], &place);
        }
        for attribute in &run.built.attributes {
            writeln!(computed, "{place} {} {:?}", attribute.name, run.value(&attribute.name)).unwrap();
        }
    }
    assert!(ours.is_none(), "{name}: what is ours was not met");
    computed
}

/// A scenario that lacks the parameter is refused, at the place where it should be.
fn check_without_date_format(case: &Json) -> String {
    struct NoFiles;
    impl Files for NoFiles {
        fn read(&mut self, path: &str) -> Result<Arc<str>, String> {
            Err(format!("{path} is not read"))
        }
        fn directory_exists(&mut self, _path: &str) -> bool {
            true
        }
    }
    assert!(case["construction_error"].is_string() && case["parameters"]["date_format"].is_null());
    let text = "scenario: {name: s, start_time: '2012-01-01 00:00:00', end_time: '2012-01-02 00:00:00', \
                time_resolution: 900}\nmodels:\n- {name: C, type: CSV, parameters: {file_path: a.csv}}\n\
                connections: []\nmonitor: {file: o.csv, items: [C.u]}\n";
    let messages = load(text, "s.yaml", &mut NoFiles).err().unwrap().to_string();
    assert!(messages.starts_with("s.yaml:3:24: error: `C` lacks the parameter `date_format`"), "{messages}");
    messages
}

/// Where the vector fails in the same place, it is no difference.
fn is_recorded(case: &Json, ours: &Ours) -> bool {
    let failing = case["steps"].as_array().unwrap().iter().find(|step| step["error"].is_string());
    match ours {
        Gives(..) => false,
        Fails(at, _) => failing.is_some_and(|step| step["time"] == *at),
        Refused(_) | Unchecked => case["construction_error"].is_string(),
    }
}

#[test]
fn vectors_of_the_csv_model() {
    let cases: Vec<Json> = serde_json::from_str(include_str!("../vectors/CSV.json")).unwrap();
    assert_eq!(cases.len(), 31);
    for (name, ours, reason) in OURS {
        let case = cases.iter().find(|case| case["name"] == *name);
        let case = case.unwrap_or_else(|| panic!("no vector `{name}` ({reason})"));
        assert_eq!(is_recorded(case, ours), reason.is_empty(), "{name}: {reason}");
    }
    results::keep("csv", &cases.iter().map(check_vector).collect::<String>());
}

#[test]
fn after_the_last_row_its_values_are_held() {
    let cases: Vec<Json> = serde_json::from_str(include_str!("../vectors/CSV.json")).unwrap();
    let case = cases.iter().find(|case| case["name"] == "end_of_data_returns_max_advance").unwrap();
    let (built, _) = build(case, 1000).unwrap();
    let mut run = Run::new(built);
    (0..1000).for_each(|step| run.step(step, None).unwrap());
    assert_eq!(run.value("u"), Some(Value::Float(7.5)));
}
