//! The examples that `models show` prints, pasted into a scenario as their readers do.

use illuminator::scenario::{Files, load};
use illuminator_node::model::registry::MODEL_TYPES;
use illuminator_node::model::{Const, ModelType, Takes, Written};
use illuminator_tests::programs::{illuminator, stderr};
use illuminator_tests::samples::{local_result, project};
use std::sync::Arc;

/// Whatever data file an example names: a value for each of the two steps.
const DATA: &str = "any\nTime,value\n2024-06-20 00:00:00,1\n2024-06-20 00:15:00,0\n";

#[test]
fn every_example_runs_once_its_inputs_are_connected() {
    for model_type in MODEL_TYPES {
        let name = model_type.name;
        let shown = illuminator(&project("."), &["models", "show", name]);
        assert!(shown.status.success(), "{name}: {}", stderr(&shown));
        let shown = String::from_utf8(shown.stdout).expect("it is text");
        let (_, example) = shown.split_once("\nexample\n").expect("an example stands at the end");
        assert!(example.starts_with(&format!("  - name: {name}1\n    type: {name}\n")), "{example}");
        for connected in ["", ", time_shifted: true"] {
            let text = pasted(model_type, example.trim_end(), connected);
            let scenario =
                load(&text, name, &mut Memory).unwrap_or_else(|findings| panic!("{findings}\nin\n{text}"));
            assert!(scenario.warnings.is_empty(), "{:?}\nin\n{text}", scenario.warnings);
            let result = String::from_utf8(local_result(&scenario)).expect("it is text");
            assert_eq!(result.lines().count(), 3, "{name}: a header and two rows:\n{result}");
            assert!(
                !result.lines().any(|row| row.ends_with(',')),
                "{name}: every cell is written:\n{result}"
            );
        }
    }
}

/// A scenario with the example, each of its inputs connected, and what it writes recorded.
fn pasted(model_type: &ModelType, example: &str, connected: &str) -> String {
    let name = model_type.name;
    // A number where the model computes, else a list.
    let mut inputs: Vec<(&str, &str)> = (model_type.inputs.iter())
        .filter(|port| port.class_default != Const::Absent)
        .map(|port| (port.name, if port.takes == Takes::Number { "Feed.value" } else { "Lists.state1" }))
        .collect();
    let written = model_type.outputs.iter().chain(model_type.states);
    let item = match written.filter(|port| port.written == Written::Always).map(|port| port.name).next() {
        Some(port) => format!("{name}1.{port}"),
        None if name == "CSV" => "CSV1.value".to_owned(),
        None => {
            inputs.push(("anything", "Feed.value"));
            "Feed.value".to_owned()
        }
    };
    let connections: Vec<String> = (inputs.iter())
        .map(|(input, from)| format!("  - {{from: {from}, to: {name}1.{input}{connected}}}"))
        .collect();
    let connections =
        if connections.is_empty() { "[]".to_owned() } else { format!("\n{}", connections.join("\n")) };
    format!(
        "scenario:
  name: example
  start_time: '2024-06-20 00:00:00'
  end_time: '2024-06-20 00:30:00'
  time_resolution: 900
models:
  - name: Lists
    type: Dummy
    parameters: {{param1: []}}
    states: {{state1: []}}
  - name: Feed
    type: CSV
    parameters: {{file_path: feed.csv, delimiter: ',', date_format: 'YYYY-MM-DD HH:mm:ss'}}
    states: {{value: 0}}
{example}
connections: {connections}
monitor:
  file: out.csv
  items: [{item}]
"
    )
}

struct Memory;

impl Files for Memory {
    fn read(&mut self, _path: &str) -> Result<Arc<str>, String> {
        Ok(DATA.into())
    }

    fn directory_exists(&mut self, _path: &str) -> bool {
        true
    }
}
