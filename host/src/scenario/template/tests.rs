//! Patterns and their scenarios.

use super::*;
use proptest::prelude::*;
use std::sync::Arc;

struct NoFiles;

impl Files for NoFiles {
    fn read(&mut self, path: &str) -> Result<Arc<str>, String> {
        Err(format!("{path}: there are no files here"))
    }

    fn directory_exists(&mut self, _path: &str) -> bool {
        true
    }
}

/// Two adders, in blocks, with comments.
const BLOCKS: &str = "# A comment.
scenario:
  name: two adders
  start_time: '2024-01-01 00:00:00'
  end_time: '2024-01-01 01:00:00'
  time_resolution: 900 # a quarter of an hour
  align_parameters: false
models:
- name: L1   # the first
  type: Load
  parameters:
    houses: 1 # so many
    output_type: 'power'
    input_type: power
  inputs: {load: 0}
  outputs: {load_dem: 0}
  multi_parameters:
    houses: [1, 2.5]
    # between
    brand_new: [a, 'true', 'b, c', \"d: #e\"]

  # of the next one
- name: L2
  type: Load
  parameters: {houses: 1, output_type: power, input_type: power}
  multi_parameters:
    houses: range(3, 0, -1)
  inputs: {load: 0}
  outputs: {load_dem: 0}
- multi_parameters: {file_path: ['x.csv', 'y.csv']}
  name: Extra
  type: Collector
connections: []
monitor:
  file: out/res.csv
  items: [L1.load_dem]
";

fn template(text: &str) -> Template {
    Template::read(text, "s.yaml").unwrap_or_else(|error| panic!("{error}"))
}

fn told(text: &str) -> String {
    Template::read(text, "s.yaml").err().map(|error| error.to_string()).unwrap_or_default()
}

/// The same with what makes it a pattern that can be edited as text.
fn in_blocks() -> String {
    BLOCKS
        .replace("- multi_parameters: {file_path: ['x.csv', 'y.csv']}\n  name: Extra", "- name: Extra")
        .replace(
            "  type: Collector",
            "  type: Collector\n  multi_parameters:\n    file_path:\n    - x.csv\n    - y.csv",
        )
}

#[test]
fn the_text_keeps_what_is_not_changed() {
    let text = in_blocks();
    let expected = text
        .replace("  align_parameters: false\n", "")
        .replace("  multi_parameters:\n    houses: [1, 2.5]\n    # between\n    brand_new: [a, 'true', 'b, c', \"d: #e\"]\n", "")
        .replace("  multi_parameters:\n    houses: range(3, 0, -1)\n", "")
        .replace("  multi_parameters:\n    file_path:\n    - x.csv\n    - y.csv", "  parameters:\n    file_path: y_9.csv")
        .replace("houses: 1 # so", "houses: 2.5 # so")
        .replace("    input_type: power\n", "    input_type: power\n    brand_new: b, c\n")
        .replace("{houses: 1,", "{houses: 3,")
        .replace("out/res.csv", "out/res_9.csv");
    assert_eq!(template(&text).scenario_text(Choice { id: 9, values: &[1, 2, 0, 1] }), expected);
}

#[test]
fn a_text_that_cannot_be_edited_is_written_anew_with_the_same_meaning() {
    let (edited, anew) = (template(&in_blocks()), template(BLOCKS));
    for chosen in [[0, 0, 0, 0], [1, 1, 2, 1], [1, 3, 1, 0]] {
        let tree =
            |text: &str| yaml::parse(text, &mut Findings::new("", yaml::lines(text))).expect("it is YAML");
        let (edited, anew) = (
            edited.scenario_text(Choice { id: 3, values: &chosen }),
            anew.scenario_text(Choice { id: 3, values: &chosen }),
        );
        assert!(!anew.contains('#') || anew.contains("d: #e"), "comments are lost: {anew}");
        let name = |node: &Node| format!("{:?}", sorted(node));
        assert_eq!(name(&tree(&edited)), name(&tree(&anew)));
    }
}

use yaml::{Node, Yaml};

/// A tree without marks and the order of keys.
fn sorted(node: &Node) -> String {
    match &node.value {
        Yaml::List(items) => format!("{:?}", items.iter().map(sorted).collect::<Vec<_>>()),
        Yaml::Map(entries) => {
            let mut entries: Vec<_> =
                entries.iter().map(|(key, value)| (sorted(key), sorted(value))).collect();
            entries.sort();
            format!("{entries:?}")
        }
        other => format!("{other:?}"),
    }
}

#[test]
fn the_scenario_is_that_of_its_text() {
    let template = template(BLOCKS);
    for chosen in [[0, 0, 0, 0], [1, 3, 2, 1]] {
        let text = template.scenario_text(Choice { id: 4, values: &chosen });
        let direct = template.raw_scenario(Choice { id: 4, values: &chosen });
        let mut findings = Findings::new("", yaml::lines(&text));
        let read = yaml::parse(&text, &mut findings).and_then(|tree| schema::read(&tree, &mut findings));
        let read = read.expect("it is a scenario");
        assert_eq!(read.monitor_file.value, "out/res_4.csv");
        assert_eq!(direct.monitor_file.value, "out/res_4.csv");
        for (direct, read) in direct.models.iter().zip(&read.models) {
            let values = |model: &RawModel| {
                let entries = parameters(model).map(|section| section.entries.clone()).unwrap_or_default();
                entries.into_iter().map(|entry| (entry.name.value, entry.value.value)).collect::<Vec<_>>()
            };
            assert_eq!(values(direct), values(read), "{}", direct.name.value);
        }
    }
}

#[test]
fn a_mistake_is_located_at_the_value_that_makes_it() {
    let text = BLOCKS.replace("houses: [1, 2.5]", "houses: [1, many]").replace(
        "- multi_parameters: {file_path: ['x.csv', 'y.csv']}\n  name: Extra\n  type: Collector\n",
        "",
    );
    let template = template(&text);
    let mut parsed = ParsedTables::default();
    let error = template
        .scenario(Choice { id: 2, values: &[1, 0, 0] }, &mut NoFiles, &mut parsed)
        .err()
        .map(|error| error.to_string());
    let error = error.expect("houses are a number");
    assert!(error.contains("s.yaml:18:17") && error.contains("houses: [1, many]"), "{error}");
}

#[test]
fn what_cannot_be_swept_is_told_where_it_stands() {
    for (from, to, place, part) in [
        ("range(3, 0, -1)", "range(3, 0, 1)", "s.yaml:27:13", "empty"),
        ("range(3, 0, -1)", "range(3, 1, 0)", "s.yaml:27:13", "must not be 0"),
        ("align_parameters: false", "align_parameters: true", "s.yaml:20:16", "equally many values"),
        ("range(3, 0, -1)", "range(0, 900000, 1)", "s.yaml", "more than 1000000"),
        ("[1, 2.5]", "[1, 2024-01-01]", "s.yaml:18:17", "date"),
    ] {
        let told = told(&BLOCKS.replace(from, to));
        assert!(told.contains(place) && told.contains(part), "{to}: {told}");
    }
    let plain = BLOCKS.replace("align_parameters: false", "align_parameters: true");
    let lines =
        plain.lines().filter(|line| !line.contains("multi_parameters") && !line.contains("houses: ["));
    let plain: String = lines
        .filter(|line| !line.contains("brand_new") && !line.contains("range("))
        .map(|line| format!("{line}\n"))
        .collect();
    let plain = plain.replace("  name: Extra", "- name: Extra");
    assert!(told(&plain).contains("nothing to align"), "{}", told(&plain));
}

proptest! {
    #[test]
    fn any_text_can_be_a_value(value in any::<String>(), number in any::<f64>(), whole in any::<i64>()) {
        let values = [Value::Text(value.clone()), Value::Float(number), Value::Int(whole),
            Value::List(vec![Value::Text(value), Value::Null, Value::Bool(true)])];
        for value in values {
            for (pattern, expected) in [("houses: 1 # so many", false), ("{houses: 1,", true)] {
                let mut template = template(&in_blocks());
                let axis = if expected { 2 } else { 0 };
                template.axes[axis].values[0] = value.clone();
                prop_assert!(template.text.contains(pattern));
                let text = template.scenario_text(Choice { id: 1, values: &[0, 0, 0, 0] });
                let mut findings = Findings::new("", yaml::lines(&text));
                let read = yaml::parse(&text, &mut findings).and_then(|tree| schema::read(&tree, &mut findings));
                let read = read.ok_or_else(|| TestCaseError::fail(text.clone()))?;
                let model = if expected { 1 } else { 0 };
                let read = &entry(parameters(&read.models[model]).unwrap(), "houses").unwrap().value.value;
                let same = match (read, &value) {
                    (Value::Float(read), Value::Float(value)) => read.to_bits() == value.to_bits() || value.is_nan(),
                    (read, value) => read == value,
                };
                prop_assert!(same, "{read:?} instead of {value:?}");
            }
        }
    }
}
