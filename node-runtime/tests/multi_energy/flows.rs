//! The models whose recordings are plain inputs and outputs, step by step.

use crate::bench::{Bench, assert_equal, entries, load, value};
use crate::results;
use illuminator_node::value::Value;
use serde_json::Value as Json;

/// Vector files, with the number of their cases.
const FILES: &[(&str, usize)] = &[
    ("legacy_Eboiler", 3),
    ("legacy_Electrolyser", 3),
    ("legacy_Elenetwork", 1),
    ("legacy_Fuelcell", 1),
    ("legacy_H2demand", 3),
    ("legacy_H2network", 2),
    ("legacy_H2product", 3),
    ("legacy_H2storage", 5),
    ("legacy_Heatdemand", 3),
    ("legacy_Heatnetwork", 1),
    ("legacy_Heatproduct", 3),
    ("legacy_Heatpump", 1),
    ("legacy_Heatstorage", 4),
    ("legacy_Valves", 2),
];

#[test]
fn results_equal_the_vectors() {
    results::keep("flows", &run_all(false));
}

#[test]
fn a_model_restored_before_each_step_gives_the_same_results() {
    assert_eq!(run_all(true), run_all(false));
}

/// Runs all cases; all that they computed, exactly.
fn run_all(restored: bool) -> String {
    let mut results = String::new();
    for (file, count) in FILES {
        let cases = load(file);
        assert_eq!(cases.len(), *count, "{file}");
        for case in &cases {
            let context = format!("{file}/{}", case["name"].as_str().unwrap());
            results += &format!("{context}\n{}", run(case, restored, &context));
        }
    }
    results
}

fn type_name(case: &Json) -> &str {
    match case["model"].as_str().unwrap() {
        "Eboiler(old)" => "Eboiler_old",
        "Fuelcell(legacy)" => "Fuelcell_legacy",
        "QValve(legacy)" => "Qvalve",
        name => name.strip_suffix("(legacy)").unwrap(),
    }
}

/// Upstream's constructors take some of their arguments as mappings; here each is a parameter.
fn parameters(case: &Json) -> Vec<(String, Value)> {
    let nested = |(key, item): (&String, &Json)| match item {
        Json::Object(_) => entries(item),
        _ => vec![(key.clone(), value(item))],
    };
    case["parameters"].as_object().unwrap().iter().flat_map(nested).collect()
}

fn run(case: &Json, restored: bool, context: &str) -> String {
    let mut written = String::new();
    let mut bench = Bench::new(type_name(case), parameters(case)).unwrap();
    let steps = case["steps"].as_array().unwrap();
    assert!(!steps.is_empty(), "{context}");
    for (number, step) in steps.iter().enumerate() {
        let context = format!("{context} step {number}");
        if restored {
            bench.restore();
        }
        let inputs = entries(&step["inputs"]);
        let inputs: Vec<(&str, Value)> =
            inputs.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        bench.step(&inputs).unwrap_or_else(|error| panic!("{context}: {error}"));
        compare(&bench, step, &context);
        written += &bench.written();
    }
    written
}

/// Every attribute is as recorded; what is recorded beyond that repeats an input, or was never defined.
fn compare(bench: &Bench, step: &Json, context: &str) {
    let recorded = step["outputs"].as_object().unwrap();
    for name in bench.names() {
        let wanted = recorded.get(name).unwrap_or_else(|| panic!("{context}: `{name}` was not recorded"));
        assert_equal(&bench.get(name), wanted, &format!("{context} `{name}`"));
    }
    for (name, wanted) in recorded.iter().filter(|(name, _)| !bench.names().any(|other| other == *name)) {
        assert!(
            wanted.is_null() || step["inputs"].get(name) == Some(wanted),
            "{context}: `{name}` is missing"
        );
    }
}
