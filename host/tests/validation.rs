//! The 86 cases of the format's validation vectors: what runs there loads, everything else is refused when it
//! is loaded, at the right line and in words that are kept here.

#[path = "../../node-runtime/tests/vectors/results.rs"]
mod results;

use illuminator::scenario::{Files, Severity, load};
use proptest::prelude::*;
use serde_json::Value;
use std::fmt::Write as _;
use std::sync::Arc;

const CASES: &str = include_str!("vectors/engine_validation.json");

/// What is said of each refused case: its first error's line, and a part of the message.
const REFUSALS: &[(&str, u32, &str)] = &[
    ("end_before_start", 4, "`end_time` is not later than `start_time`"),
    ("end_equals_start", 4, "`end_time` is not later than `start_time`"),
    ("bad_time_format_T", 3, "`2015-05-04T00:00:00` is not of the form 'YYYY-MM-DD HH:MM:SS'"),
    ("bad_month", 3, "`2015-13-04 00:00:00` is not a date of the calendar"),
    ("missing_time_resolution", 1, "`scenario` lacks the key `time_resolution`"),
    ("zero_time_resolution", 5, "`time_resolution` must be between 1 and 4294967295 seconds, not 0"),
    ("float_time_resolution", 5, "`time_resolution` must be an integer, not a number with a decimal point"),
    ("bool_time_resolution", 5, "`time_resolution` must be an integer, not a boolean"),
    ("missing_name", 1, "`scenario` lacks the key `name`"),
    ("empty_name", 2, "`name` must not be empty"),
    ("extra_scenario_key", 6, "unknown key `foo` in `scenario`"),
    ("extra_top_key", 34, "unknown key `foo` in a scenario file"),
    ("extra_model_key", 27, "unknown key `scenario_data` in a model"),
    ("model_without_type", 16, "a model lacks the key `type`"),
    ("unknown_model_type", 17, "unknown model type `Nope`"),
    ("empty_parameters", 18, "`parameters` must be a mapping with at least one name, but it is empty"),
    ("empty_states", 27, "`states` must be a mapping with at least one name, but it is empty"),
    ("inputs_list", 23, "`inputs` must be a mapping with at least one name, but it is a list"),
    ("null_inputs", 22, "`inputs` must be a mapping with at least one name, but it is empty"),
    ("empty_models", 8, "there is no model `CX`"),
    ("missing_connections", 1, "a scenario file lacks the key `connections`"),
    ("bad_connection_pattern", 28, "`CX-1.u` is not of the form `model.attribute`"),
    ("connection_three_parts", 29, "`L1.load.x` is not of the form `model.attribute`"),
    ("connection_extra_key", 30, "unknown key `weak` in a connection"),
    ("time_shifted_text", 30, "`time_shifted` must be true or false, not a text"),
    ("unknown_from_model", 28, "there is no model `ZZ`"),
    ("unknown_to_model", 29, "there is no model `ZZ`"),
    ("unknown_from_attribute", 28, "`CX` has no attribute `zz`"),
    ("unknown_to_attribute", 29, "`L1` has no input `zz`"),
    ("from_is_an_input", 41, "`load` is an input of `L1`: there is nothing to read"),
    ("split_output", 54, "`L1.load_dem` is an output and already feeds the connection on line 52"),
    ("split_unlisted", 38, "`CX.u` already feeds the connection on line 36"),
    ("mixed_origins", 42, "`L1.load` gets the output `L2.load_dem` and the state `CX.u`"),
    (
        "two_state_sources_make_list",
        39,
        "`L1.load` needs a number, but the states `CX.u` and `CY.u` arrive as a list",
    ),
    ("same_time_cycle", 41, "the models wait for each other: L1.load_dem -> L2.load, L2.load_dem -> L1.load"),
    ("self_loop", 28, "the models wait for each other: L1.load_dem -> L1.load"),
    (
        "time_shifted_without_inputs_section",
        27,
        "a time-shifted connection needs an initial value for `L1.load`",
    ),
    ("time_shifted_input_not_listed", 29, "`L1` does not list the input `load`"),
    (
        "time_shifted_source_unlisted",
        25,
        "the source of a time-shifted connection must be listed in `outputs` or `states` of `CX`",
    ),
    (
        "time_shifted_null_initial_output",
        34,
        "the initial value of `L2.load` must be a number, not null: the output",
    ),
    ("duplicate_from_model", 36, "several models are called `CX`: which one is the source?"),
    ("model_named_Collector", 27, "`Collector` is the name of the result writer"),
    ("monitor_missing_file", 30, "`monitor` lacks the key `file`"),
    ("monitor_bad_dir", 31, "there is no directory `nodir` for the result file"),
    ("monitor_empty_items", 32, "`items` is empty"),
    ("monitor_bad_item", 33, "`L1` is not of the form `model.attribute`"),
    ("monitor_non_text_item", 33, "an item must be a text, not an integer"),
    ("monitor_unknown_model", 33, "there is no model `ZZ`"),
    ("monitor_unknown_attribute", 33, "`L1` has no attribute `zz`"),
    ("monitor_never_set_output", 33, "`L1` never writes `consumption`"),
    ("monitor_input", 33, "`load` is an input of `L1`: there is nothing to read"),
    ("monitor_extra_key", 34, "unknown key `delimiter` in `monitor`"),
    ("output_and_state_same_name", 28, "`load_dem` is both an output and a state of `L1`"),
    ("csv_without_file", 9, "`CX` lacks the parameter `file_path`"),
    ("csv_missing_file", 10, "cannot read the data file `nofile.csv`: no such file"),
    ("connect_bad_ip", 28, "`a.b.c.d` is not an IPv4 address"),
    ("connect_without_ip", 27, "`connect` lacks the key `ip`"),
    ("connect_port_text", 29, "`port` must be an integer, not a text"),
    ("time_step_size_text", 27, "`time_step_size` must be an integer, not a text"),
    ("time_step_size_zero", 27, "`time_step_size` must be between 1 and 4294967295, not 0"),
    ("time_step_size_negative", 27, "`time_step_size` must be between 1 and 4294967295, not -1"),
    ("triggers_empty", 27, "`triggers` must be a list that is not empty"),
    (
        "multi_parameters_bad_range",
        28,
        "values of `multi_parameters` must be a list that is not empty, or a range",
    ),
    (
        "multi_parameters_bad_text",
        28,
        "values of `multi_parameters` must be a list that is not empty, or a range",
    ),
    (
        "multi_parameters_number",
        28,
        "values of `multi_parameters` must be a list that is not empty, or a range",
    ),
    (
        "multi_parameters_empty_list",
        28,
        "values of `multi_parameters` must be a list that is not empty, or a range",
    ),
    ("align_parameters_text", 6, "`align_parameters` must be true or false, not a text"),
    ("not_a_mapping", 1, "a scenario file must be a mapping, not a list"),
    ("empty_file", 0, "the file is empty"),
    ("yaml_syntax", 1, "this is not valid YAML: unclosed bracket '{'"),
    ("yaml_duplicate_key", 3, "the key `name` is there twice; the first one is on line 2"),
    ("unquoted_time", 3, "`start_time` must be a text, but YAML reads an unquoted date as a date"),
];

/// `x.csv` with two hours of rows, and the working directory.
struct Fake;

impl Files for Fake {
    fn read(&mut self, path: &str) -> Result<Arc<str>, String> {
        if path != "x.csv" {
            return Err("no such file".to_owned());
        }
        let mut text = "x\nTime,u,v\n".to_owned();
        for row in 0..8 {
            let (hour, minute) = (row / 4, row % 4 * 15);
            writeln!(text, "2015-05-04 {hour:02}:{minute:02}:00,{row},{}", 10 + row)
                .expect("a String takes all");
        }
        Ok(text.into())
    }

    fn directory_exists(&mut self, path: &str) -> bool {
        path == "."
    }
}

fn cases() -> Vec<(String, String, bool)> {
    let cases: Vec<Value> = serde_json::from_str(CASES).expect("the vectors are JSON");
    let text = |case: &Value, key: &str| case[key].as_str().expect("a text").to_owned();
    cases
        .iter()
        .map(|case| (text(case, "name"), text(case, "scenario_yaml"), case["result"] == "ok"))
        .collect()
}

#[test]
fn every_case_is_judged_as_in_the_vectors() {
    let cases = cases();
    assert_eq!(cases.len(), 86);
    for (name, yaml, runs) in cases {
        match load(&yaml, "scenario.yaml", &mut Fake) {
            Ok(scenario) => {
                assert!(runs, "{name} loads");
                assert!(
                    scenario.warnings.iter().all(|message| message.severity == Severity::Warning),
                    "{name}"
                );
            }
            Err(messages) => assert!(!runs, "{name}: {messages}"),
        }
    }
}

#[test]
fn every_refusal_says_where_and_why() {
    let mut refused = 0;
    let mut said = String::new();
    for (name, yaml, _) in cases() {
        let Err(messages) = load(&yaml, "scenario.yaml", &mut Fake) else { continue };
        refused += 1;
        let (_, line, fragment) =
            REFUSALS.iter().find(|(case, ..)| *case == name).expect("a line in the table");
        let error = messages.0.iter().find(|message| message.severity == Severity::Error).expect("an error");
        assert_eq!((error.file.as_str(), error.line), ("scenario.yaml", *line), "{name}: {messages}");
        assert!(error.message.contains(fragment), "{name}: {messages}");
        let shown = error.to_string();
        assert_eq!(shown.contains('^'), error.column > 0 && !error.excerpt.is_empty(), "{name}: {shown}");
        writeln!(said, "{name}\n{messages}").expect("a String takes all");
    }
    results::keep("validation", &said);
    assert_eq!(refused, REFUSALS.len());
}

/// A change to a text: at a position (in thousandths), remove, repeat or insert.
#[derive(Clone, Debug)]
enum Change {
    Remove(usize, usize),
    Repeat(usize, usize),
    Insert(usize, char),
}

fn change() -> impl Strategy<Value = Change> {
    let at = 0..1000_usize;
    let length = 1..40_usize;
    let odd = prop::sample::select("\t\n :-[]{}&*<!|>'\"%@`#,?~.0é\u{feff}\u{0}".chars().collect::<Vec<_>>());
    prop_oneof![
        (at.clone(), length.clone()).prop_map(|(at, length)| Change::Remove(at, length)),
        (at.clone(), length).prop_map(|(at, length)| Change::Repeat(at, length)),
        (at, odd).prop_map(|(at, c)| Change::Insert(at, c)),
    ]
}

fn apply(text: &mut Vec<char>, change: &Change) {
    let (Change::Remove(at, _) | Change::Repeat(at, _) | Change::Insert(at, _)) = change;
    let at = text.len() * at / 1000;
    match *change {
        Change::Remove(_, length) => drop(text.drain(at..(at + length).min(text.len()))),
        Change::Repeat(_, length) => {
            let part: Vec<char> = text[at..(at + length).min(text.len())].to_vec();
            text.splice(at..at, part);
        }
        Change::Insert(_, c) => text.insert(at, c),
    }
}

proptest! {
    /// A damaged file loads or is refused with an error that can be printed; it never panics.
    #[test]
    fn damaged_files_are_judged(case in 0..86_usize, changes in prop::collection::vec(change(), 1..8)) {
        let mut text: Vec<char> = cases()[case].1.chars().collect();
        for change in &changes {
            apply(&mut text, change);
        }
        let text: String = text.into_iter().collect();
        if let Err(messages) = load(&text, "scenario.yaml", &mut Fake) {
            prop_assert!(messages.0.iter().any(|message| message.severity == Severity::Error));
            prop_assert!(!messages.to_string().is_empty());
        }
    }
}
