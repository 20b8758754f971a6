//! Result files: the vectors of the Collector byte for byte, columns, rows and formats.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

#[path = "../../node-runtime/tests/vectors/results.rs"]
mod results;

use illuminator::csv::DateFormat;
use illuminator::record::{Cell, CsvRecorder, ResultFormat};
use illuminator::scenario::{Item, Recorder};
use illuminator_node::scalar::Scalar;
use illuminator_node::value::Value;
use jiff::civil::{DateTime, date};
use serde_json::Value as Json;

const START: DateTime = date(2012, 1, 1).at(23, 45, 0, 0);

fn recorder(items: &[(usize, usize)]) -> Recorder {
    Recorder {
        file: "out.csv".to_owned(),
        delimiter: ",".to_owned(),
        start: START,
        step_size: 1,
        zone: "Europe/Amsterdam".to_owned(),
        items: items.iter().map(|&(model, attribute)| Item::Attribute { model, attribute }).collect(),
    }
}

/// The file that steps 0 to `steps` − 1 leave, with the item's position as value.
fn file(format: ResultFormat, recorder: &Recorder, names: &[&str], steps: u64) -> String {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let recorder = CsvRecorder::new(format, recorder, 900, &names).unwrap();
    let mut out = Vec::new();
    recorder.header(&mut out);
    for step in (0..steps).filter(|&step| recorder.wants(step)) {
        recorder.row(step, |item| Scalar::int(i64::try_from(item).unwrap()).into(), &mut out);
    }
    String::from_utf8(out).unwrap()
}

const ITEMS: [(usize, usize); 6] = [(3, 1), (0, 0), (3, 0), (0, 0), (3, 1), (1, 7)];
const NAMES: [&str; 6] = ["D.y", "A.x", "D.x", "A.x", "D.y", "B.z"];

#[test]
fn dev_groups_columns_by_model_and_drops_repeats() {
    let expected = "date,D.y,D.x,A.x,B.z\n2012-01-01,0,2,1,5\n2012-01-02 00:00:00,0,2,1,5\n";
    assert_eq!(file(ResultFormat::Dev, &recorder(&ITEMS), &NAMES, 2), expected);
    let names = NAMES.map(str::to_owned);
    let columns = CsvRecorder::new(ResultFormat::Dev, &recorder(&ITEMS), 900, &names).unwrap();
    assert_eq!(columns.columns(), [0, 2, 1, 5]);
}

#[test]
fn the_story_is_one_more_model() {
    let load = Item::Attribute { model: 0, attribute: 0 };
    let items = vec![Item::Plugged(4), load, Item::Phase, Item::Plugged(0), Item::Plugged(4)];
    let names = ["story.cable_4", "A.x", "story.phase", "story.cable_0", "story.cable_4"];
    let recorder = Recorder { items, ..recorder(&[]) };
    let dev = file(ResultFormat::Dev, &recorder, &names, 1);
    assert_eq!(dev, "date,story.cable_4,story.phase,story.cable_0,A.x\n2012-01-01,0,2,3,1\n");
    let main = file(ResultFormat::Main, &recorder, &names, 1);
    assert!(main.starts_with("date,story.cable_4,A.x,story.phase,story.cable_0,story.cable_4\n"), "{main}");
}

#[test]
fn main_keeps_items_as_they_are_and_writes_every_step() {
    let slow = Recorder { step_size: 2, zone: "Nowhere".to_owned(), ..recorder(&ITEMS) };
    let expected = "\
date,D.y,A.x,D.x,A.x,D.y,B.z
2012-01-01 23:45:00,0,1,2,3,4,5
2012-01-02,0,1,2,3,4,5
2012-01-02 00:15:00,0,1,2,3,4,5
";
    assert_eq!(file(ResultFormat::Main, &slow, &NAMES, 3), expected);
}

#[test]
fn dev_writes_a_row_per_recorder_step() {
    let slow = Recorder { step_size: 2, ..recorder(&[(0, 0)]) };
    // The step size counts twice in the dates.
    let expected = "date,A.x\n2012-01-01,0\n2012-01-02 00:45:00,0\n2012-01-02 01:45:00,0\n";
    assert_eq!(file(ResultFormat::Dev, &slow, &["A.x"], 5), expected);
}

#[test]
fn anything_that_holds_the_delimiter_is_quoted() {
    let dashes = Recorder { delimiter: "-".to_owned(), ..recorder(&[(0, 0)]) };
    let names = ["A-\"x\"".to_owned()];
    let recorder = CsvRecorder::new(ResultFormat::Dev, &dashes, 900, &names).unwrap();
    let mut out = Vec::new();
    recorder.header(&mut out);
    recorder.row(0, |_| Scalar::int(-1).into(), &mut out);
    let expected = "date-\"A-\"\"x\"\"\"\n\"2012-01-01\"-\"-1\"\n";
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}

#[test]
fn an_unknown_zone_is_refused() {
    let atlantis = Recorder { zone: "Europe/Atlantis".to_owned(), ..recorder(&[]) };
    let error = CsvRecorder::new(ResultFormat::Dev, &atlantis, 900, &[]).err().unwrap();
    assert_eq!(
        error.to_string(),
        "unknown time zone `Europe/Atlantis`; use a name such as Europe/Amsterdam or UTC"
    );
}

fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) if number.is_f64() => Value::Float(number.as_f64().unwrap()),
        Json::Number(number) => Value::Int(number.as_i64().unwrap()),
        Json::String(text) => match text.as_str() {
            "NaN" => Value::Float(f64::NAN),
            "Infinity" => Value::Float(f64::INFINITY),
            "-Infinity" => Value::Float(f64::NEG_INFINITY),
            _ => Value::Text(text.clone()),
        },
        Json::Array(items) => Value::List(items.iter().map(value).collect()),
        Json::Object(entries) => {
            Value::Map(entries.iter().map(|(key, item)| (Value::Text(key.clone()), value(item))).collect())
        }
    }
}

/// The cells of a line, as far as the vectors need it: the header has no quotes.
fn columns(case: &Json) -> Vec<String> {
    let header = case["steps"][0]["file_after"].as_str().unwrap().lines().next().unwrap();
    header.split(case["parameters"]["delimiter"].as_str().unwrap()).skip(1).map(str::to_owned).collect()
}

/// Checks a case and gives the file that it leaves.
fn check_vector(case: &Json) -> String {
    let parameters = &case["parameters"];
    let start = parameters["start"].as_str().unwrap();
    let start_s = DateFormat::parse(parameters["date_format"].as_str().unwrap()).unwrap().read(start);
    if case["construction_error"].is_string() {
        assert_eq!(start_s, None, "{}", case["name"]);
        return String::new();
    }
    let names = columns(case);
    let recorder = Recorder {
        file: parameters["file_path"].as_str().unwrap().to_owned(),
        delimiter: parameters["delimiter"].as_str().unwrap().to_owned(),
        start: start.parse().unwrap(),
        step_size: case["time_step_size"].as_u64().map_or(1, |size| u32::try_from(size).unwrap()),
        zone: parameters["tzinfo"].as_str().unwrap_or("Europe/Amsterdam").to_owned(),
        // One model: the order of the vector is that of the columns.
        items: (0..names.len()).map(|attribute| Item::Attribute { model: 0, attribute }).collect(),
    };
    let resolution_s = u32::try_from(case["time_resolution"].as_u64().unwrap()).unwrap();
    let csv = CsvRecorder::new(ResultFormat::Dev, &recorder, resolution_s, &names).unwrap();
    let mut out = Vec::new();
    csv.header(&mut out);
    for step in case["steps"].as_array().unwrap() {
        let time = step["time"].as_u64().unwrap();
        assert!(csv.wants(time) && (recorder.step_size == 1 || !csv.wants(time + 1)));
        let items = &step["items"];
        let cell = |item: usize| -> Cell<'_> {
            // A row is written in the order in which its values arrive, whatever the header says; the JSON
            // reader orders keys, so that the one vector about this is told by its name.
            let swapped = case["name"] == "column_order_is_input_order_per_row" && time == 1;
            value(&items[names[if swapped { names.len() - 1 - item } else { item }].as_str()]).into()
        };
        csv.row(time, cell, &mut out);
        let expected = step["file_after"].as_str().unwrap();
        assert_eq!(String::from_utf8_lossy(&out), expected, "{} step {time}", case["name"]);
    }
    String::from_utf8(out).unwrap()
}

#[test]
fn vectors_of_the_collector() {
    let cases: Vec<Json> = serde_json::from_str(include_str!("vectors/Collector.json")).unwrap();
    assert_eq!(cases.len(), 14);
    results::keep("collector", &cases.iter().map(check_vector).collect::<String>());
}
