//! Every model against what the Python Illuminator computed: tests/vectors/*.json, in the format of
//! spec/models.md, section 8.
//!
//! ```text
//!   case: sections ──▶ Settings ──build──▶ model, attributes
//!         steps: inputs ──▶ slots ──step──▶ slots ──compare──▶ outputs and states, values and kinds
//! ```
//!
//! Where this project differs on purpose, and in which words it fails, stands in [`ours`], and nowhere else; but for
//! the wind cable of the story, where [`story`] says what is expected instead.

#![expect(clippy::unwrap_used, reason = "a vector that cannot be read is a failed test")]

mod vectors {
    pub(super) mod boards;
    pub(super) mod compare;
    pub(super) mod inputs;
    pub(super) mod ordered;
    pub(super) mod ours;
    pub(super) mod reports;
    pub(super) mod results;
    pub(super) mod story;
}

use illuminator_node::model::{
    Build, Built, Io, ModelType, Section, SectionKind, Settings, Slots, Takes, registry,
};
use illuminator_node::value::Value;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use vectors::compare::compare;
use vectors::inputs::connect;
use vectors::ordered::Case;
use vectors::ours::{DIFFERENCES, ERRORS, Ours};
use vectors::{boards, ours, reports, results, story};

/// The vector files that are run: one model type each, `cluster_` for an older branch of upstream.
const FILES: &[&str] = &[
    "Adder",
    "Battery",
    "Compressor",
    "Controller",
    "ControllerEV",
    "ControllerT3Congestion",
    "Controller_StoryMode",
    "Controller_T1",
    "Controller_T4",
    "EV",
    "Electrolyzer",
    "Fuelcell",
    "GenerationCompanyAgent",
    "GridConnection",
    "H2Storage",
    "JusticeAgent",
    "Load",
    "LoadEV",
    "LoadHeatpump",
    "Operator_Market",
    "PV",
    "Wind",
    "cluster_Battery",
    "cluster_Controller_StoryMode",
    "cluster_Controller_T1",
    "cluster_Dummy",
    "cluster_GridConnection",
    "cluster_LED_connection",
    "cluster_Load",
    "cluster_PV",
    "cluster_Wind",
];

#[test]
fn results_equal_the_vectors() {
    results::keep("models", &run_all(Keeping::Instance));
}

#[test]
fn a_model_restored_before_each_step_gives_the_same_results() {
    assert_eq!(run_all(Keeping::SavedState), run_all(Keeping::Instance));
}

/// Where a case ends as it is recorded, in whatever words, it is no difference.
#[test]
fn every_listed_difference_is_one() {
    for (file, name, ours, reason) in DIFFERENCES {
        let cases = load(file);
        let case = cases.iter().find(|case| text(case, "name") == *name);
        let case = case.unwrap_or_else(|| panic!("{file}/{name} is not recorded: {reason}"));
        let words = match ours {
            Ours::Refused(words) | Ours::Fails(words) => words,
            Ours::Computes(_) => "",
        };
        assert!(run(case, Keeping::Instance, recorded_end(case, words)).is_err(), "{file}/{name}: {reason}");
    }
}

#[test]
fn every_listed_error_is_recorded() {
    for (file, name, words) in ERRORS {
        let cases = load(file);
        let mut failing = cases.iter().filter(|case| recorded_end(case, words) != End::Last);
        assert!(failing.any(|case| text(case, "name") == *name), "{file}/{name}: {words}");
        assert!(ours::difference(file, name).is_none(), "{file}/{name} is listed twice");
    }
}

#[test]
fn saved_states_that_do_not_fit_are_refused() {
    for file in FILES {
        let cases = load(file);
        let mut built = cases.iter().filter_map(|case| build(model_type(case), &settings(case)).ok());
        let mut model = built.next().unwrap_or_else(|| panic!("{file}: no case can be built")).model;
        let mut longer = model.save();
        longer.push(Value::Null);
        assert!(!model.restore(&longer), "{file}");
        assert!(model.restore(&model.save()), "{file}");
    }
}

/// What goes from one step to the next: the model itself, or only what it saves.
#[derive(Clone, Copy, PartialEq)]
enum Keeping {
    Instance,
    SavedState,
}

fn load(file: &str) -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(file).with_extension("json");
    Case::all(&fs::read_to_string(path).unwrap())
}

/// Runs all cases; all that they computed, exactly.
fn run_all(keeping: Keeping) -> String {
    let (mut results, mut problems) = (String::new(), String::new());
    for file in FILES {
        for case in &load(file) {
            let name = text(case, "name");
            match run_as_ours(file, case, keeping) {
                Ok(computed) => writeln!(results, "{file}/{name}\n{computed}").unwrap(),
                Err(problem) => writeln!(problems, "{file}/{name}: {problem}").unwrap(),
            }
        }
    }
    assert_eq!(problems, "");
    results
}

/// Runs one case: the outcome must be what is written down as ours, else the recorded one.
fn run_as_ours(file: &str, case: &Case, keeping: Keeping) -> Result<String, String> {
    let name = text(case, "name");
    match ours::difference(file, name) {
        Some(Ours::Refused(words)) => run(case, keeping, End::Refused(words)),
        Some(Ours::Fails(words)) => run(case, keeping, End::Fails(0, words)),
        Some(Ours::Computes(steps)) => run(&case.with_steps(steps), keeping, End::Last),
        None => run(case, keeping, recorded_end(case, ours::error(file, name).unwrap_or("unknown words"))),
    }
}

/// How a case is to end.
#[derive(Clone, Copy, Debug, PartialEq)]
enum End<'a> {
    /// With its last step.
    Last,
    /// The model cannot be built, in these words.
    Refused(&'a str),
    /// In this step, counted from 0, in these words.
    Fails(usize, &'a str),
}

fn recorded_end<'a>(case: &Json, words: &'a str) -> End<'a> {
    if case.get("construction_error").is_some() {
        return End::Refused(words);
    }
    let failing = steps(case).iter().position(|step| step.get("error").is_some());
    failing.map_or(End::Last, |step| End::Fails(step, words))
}

fn steps(case: &Json) -> &[Json] {
    case["steps"].as_array().map_or(&[], Vec::as_slice)
}

fn text<'a>(case: &'a Json, key: &str) -> &'a str {
    case[key].as_str().unwrap()
}

fn model_type(case: &Json) -> &'static ModelType {
    registry::find(text(case, "model")).unwrap()
}

fn settings(case: &Case) -> Settings {
    let section = |kind, key| match case.ordered(key) {
        Value::Null => model_type(case).class_section(kind),
        Value::Map(entries) => Section(
            entries.iter().map(|(key, value)| (key.as_text().unwrap().to_owned(), value.clone())).collect(),
        ),
        other => panic!("{key} is {}", other.describe()),
    };
    let whole = |key: &str, default| case[key].as_u64().map_or(default, |number| number.try_into().unwrap());
    Settings {
        parameters: parameters(case, section(SectionKind::Parameters, "parameters")),
        inputs: section(SectionKind::Inputs, "inputs_section"),
        outputs: section(SectionKind::Outputs, "outputs_section"),
        states: section(SectionKind::States, "initial_states"),
        step_size: whole("time_step_size", model_type(case).step_size),
        resolution_s: whole("time_resolution", 1),
        sources: sources(case),
        ..Settings::default()
    }
}

/// What upstream has on two branches stands in the file here.
fn parameters(case: &Json, mut parameters: Section) -> Section {
    if case["branch"] == "cluster" && case["model"] == "PV" {
        parameters.set("formula", Value::Text("cluster".to_owned()));
    }
    parameters
}

/// The sources of each input whose model has to know them, as the first step that has them says.
fn sources(case: &Json) -> BTreeMap<String, Vec<String>> {
    let named = model_type(case).inputs.iter().filter(|port| port.takes == Takes::AnyWithSources);
    named
        .filter_map(|port| {
            let mut steps = case["steps"].as_array()?.iter();
            let sources = steps.find_map(|step| step["inputs"][port.name].get("sources"))?;
            let ids = sources.as_array()?.iter().map(|id| id.as_str().unwrap().to_owned());
            Some((port.name.to_owned(), ids.collect()))
        })
        .collect()
}

fn build(model_type: &ModelType, settings: &Settings) -> Result<Built, String> {
    match model_type.build {
        Build::Anywhere(build) => build(settings).map_err(|error| error.to_string()),
        Build::OnHost(_) | Build::Recorder => panic!("{} needs a host", model_type.name),
    }
}

/// Runs one case and gives what it computed, exactly; the error says where it differs from what is wanted.
fn run(case: &Case, keeping: Keeping, end: End<'_>) -> Result<String, String> {
    let mut computed = String::new();
    let (model_type, settings) = (model_type(case), settings(case));
    let Built { mut model, attributes } = match build(model_type, &settings) {
        Ok(built) => built,
        Err(error) if end == End::Refused(&error) => return Ok(error),
        Err(error) => return Err(format!("is refused with {error:?} instead of {end:?}")),
    };
    let first_slot = model_type.inputs.len() as u32;
    let mut slots = Slots::new(model_type.inputs.len() + attributes.len());
    for (number, step) in steps(case).iter().enumerate() {
        if keeping == Keeping::SavedState {
            let saved = model.save();
            model = build(model_type, &settings)?.model;
            if !model.restore(&saved) {
                return Err(format!("does not take back {saved:?}"));
            }
        }
        let inputs = connect(model_type, case, number, &mut slots);
        let mut io = Io::new(&mut slots, &inputs, first_slot, step["time"].as_u64().unwrap());
        if let Err(error) = model.step(&mut io) {
            let error = error.to_string();
            let wanted = end == End::Fails(number, &error);
            writeln!(computed, "  {number} {error}").unwrap();
            return if wanted {
                Ok(computed)
            } else {
                Err(format!("{error:?} in step {number}, not {end:?}"))
            };
        }
        compare(model_type, &story::corrected(case, step), &attributes, &slots, first_slot)
            .and_then(|()| boards::compare(step, &attributes, &slots, first_slot))
            .and_then(|()| reports::compare(model_type, step, &attributes, &slots, first_slot))
            .map_err(|problem| format!("step {number}: {problem}"))?;
        for (attribute, slot) in attributes.iter().zip(first_slot..) {
            writeln!(computed, "  {number} {} {:?}", attribute.name, slots.value(slot)).unwrap();
        }
    }
    if end == End::Last { Ok(computed) } else { Err(format!("runs; it should end with {end:?}")) }
}

fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Number(number) => match (number.as_i64(), number.as_f64().unwrap()) {
            (Some(integer), _) => Value::Int(integer),
            (None, float) => Value::Float(float),
        },
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(items) => Value::List(items.iter().map(value).collect()),
        Json::Object(entries) => {
            Value::Map(entries.iter().map(|(key, item)| (Value::Text(key.clone()), value(item))).collect())
        }
    }
}
