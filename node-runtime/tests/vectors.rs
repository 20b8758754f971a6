//! Every model against what the Python Illuminator computed: tests/vectors/*.json, in the format of
//! spec/models.md, section 8.
//!
//! ```text
//!   case: sections ──▶ Settings ──build──▶ model, attributes
//!         steps: inputs ──▶ slots ──step──▶ slots ──compare──▶ outputs and states, values and kinds
//! ```
//!
//! Where this project differs on purpose stands in [`DIFFERENCES`], and nowhere else; but for the wind cable of the
//! story, where [`story`] says what is expected instead.

#![expect(clippy::unwrap_used, reason = "a vector that cannot be read is a failed test")]

mod vectors {
    pub(super) mod boards;
    pub(super) mod compare;
    pub(super) mod ordered;
    pub(super) mod reports;
    pub(super) mod results;
    pub(super) mod story;
}

use illuminator_node::model::{
    Build, Built, Input, Io, ModelType, Section, SectionKind, Settings, Slots, Takes, registry,
};
use illuminator_node::value::Value;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use vectors::compare::compare;
use vectors::ordered::{Case, at};
use vectors::{boards, reports, results, story};

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

const EXTRA_STATES: &str =
    "an extra state of older files is written where it is declared; leaving it out is no error";
const OVERLAP: &str = "the class lists no state of the name of an output, so the model can be built";
const WORD: &str = "an unknown `output_type` is refused before the run";

/// File, case and reason of every deliberate difference.
const DIFFERENCES: &[(&str, &str, &str)] = &[
    ("Adder", "strings_concatenate", "texts are refused"),
    ("Adder", "connected_input_fails", "a connected input is added"),
    ("Adder", "two_sources_fail", "several sources of one input are added, as for every other model"),
    ("Adder", "class_defaults", OVERLAP),
    ("EV", "fast_true_away_ok", "fast charging, which is not there, is refused before the run"),
    ("PV", "class_default_states_conflict", OVERLAP),
    ("Wind", "bad_output_type_rated", WORD),
    ("Wind", "bad_output_type_standstill", WORD),
    ("cluster_Battery", "missing_power_states", EXTRA_STATES),
    ("cluster_Battery", "class_defaults", "the class lists no extra states"),
    ("cluster_Controller_T1", "battery_inactive_fails", "a controller without a battery runs, as on `dev`"),
    ("cluster_Controller_T1", "missing_state", EXTRA_STATES),
    ("cluster_Controller_T1", "wind_optional", "`wind_gen` has to be connected, as on `dev`"),
    ("cluster_Dummy", "text_passes", "outputs are numbers, so a text can only come from a state, and passes"),
    ("cluster_GridConnection", "missing_output", EXTRA_STATES),
    (
        "cluster_GridConnection",
        "dump_name_is_ignored",
        "`dump` is read, as on `dev`; `power_flow` if it is open",
    ),
    ("cluster_Load", "missing_state", EXTRA_STATES),
    ("cluster_Load", "class_defaults", "the class lists no extra states"),
    ("cluster_PV", "missing_state", EXTRA_STATES),
    ("cluster_Wind", "missing_wind_genState", EXTRA_STATES),
    ("cluster_Wind", "class_defaults", "the class lists no extra states"),
];

#[test]
fn results_equal_the_vectors() {
    results::keep("models", &run_all(Keeping::Instance));
}

#[test]
fn a_model_restored_before_each_step_gives_the_same_results() {
    assert_eq!(run_all(Keeping::SavedState), run_all(Keeping::Instance));
}

#[test]
fn every_listed_difference_is_one() {
    for (file, name, reason) in DIFFERENCES {
        let cases = load(file);
        let mut listed = cases.iter().filter(|case| text(case, "name") == *name);
        assert!(listed.any(|case| run(case, Keeping::Instance).is_err()), "{file}/{name}: {reason}");
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

/// Runs all cases that are not listed as different; all that they computed, exactly.
fn run_all(keeping: Keeping) -> String {
    let (mut results, mut problems) = (String::new(), String::new());
    for file in FILES {
        for case in &load(file) {
            let name = text(case, "name");
            if is_different(file, name) {
                continue;
            }
            match run(case, keeping) {
                Ok(computed) => writeln!(results, "{file}/{name}\n{computed}").unwrap(),
                Err(problem) => writeln!(problems, "{file}/{name}: {problem}").unwrap(),
            }
        }
    }
    assert_eq!(problems, "");
    results
}

fn is_different(file: &str, name: &str) -> bool {
    DIFFERENCES.iter().any(|(of, case, _)| *of == file && *case == name)
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

/// Runs one case and gives what it computed, exactly; the error says where it differs from the vector.
fn run(case: &Case, keeping: Keeping) -> Result<String, String> {
    let mut computed = String::new();
    let (model_type, settings) = (model_type(case), settings(case));
    let no_steps = Vec::new();
    let steps = case["steps"].as_array().unwrap_or(&no_steps);
    let fails = |steps: &[Json]| steps.iter().any(|step| step.get("error").is_some());
    let Built { mut model, attributes } = match build(model_type, &settings) {
        Ok(_) if case.get("construction_error").is_some() => return Err("was built".to_owned()),
        Err(error) if case.get("construction_error").is_some() || fails(steps) => return Ok(error),
        built => built?,
    };
    let first_slot = model_type.inputs.len() as u32;
    let mut slots = Slots::new(model_type.inputs.len() + attributes.len());
    for (number, step) in steps.iter().enumerate() {
        if keeping == Keeping::SavedState {
            let saved = model.save();
            model = build(model_type, &settings)?.model;
            if !model.restore(&saved) {
                return Err(format!("does not take back {saved:?}"));
            }
        }
        let inputs = connect(model_type, case, number, &mut slots);
        let mut io = Io::new(&mut slots, &inputs, first_slot, step["time"].as_u64().unwrap());
        match model.step(&mut io) {
            Ok(()) if step.get("error").is_some() => return Err(format!("step {number} is no error")),
            Ok(()) => {}
            Err(error) if fails(&steps[number..]) => {
                writeln!(computed, "  {number} {error}").unwrap();
                return Ok(computed);
            }
            Err(error) => return Err(format!("step {number}: {error}")),
        }
        compare(model_type, &story::corrected(case, step), &attributes, &slots, first_slot)
            .and_then(|()| boards::compare(step, &attributes, &slots, first_slot))
            .and_then(|()| reports::compare(model_type, step, &attributes, &slots, first_slot))
            .map_err(|problem| format!("step {number}: {problem}"))?;
        for (attribute, slot) in attributes.iter().zip(first_slot..) {
            writeln!(computed, "  {number} {} {:?}", attribute.name, slots.value(slot)).unwrap();
        }
    }
    Ok(computed)
}

/// Writes the inputs of a step to slots of their own, as the engine does.
fn connect(model_type: &ModelType, case: &Case, number: usize, slots: &mut Slots) -> Vec<Input> {
    let numpy = case["numpy_float64_inputs"].as_bool().unwrap_or(false);
    let step = &case["steps"][number];
    let ports = model_type.inputs.iter().zip(0..);
    ports
        .map(|(port, slot)| {
            if port.of_table {
                slots.set_value(slot, boards::answers(&step["serial"]));
                return Input::state(slot);
            }
            let Some(input) = step["inputs"].get(port.name) else { return Input::NONE };
            slots.set_value(slot, reduce(case.input(number, port.name), numpy));
            let state = input.get("values").is_some() || is_state(case, port.name);
            if state { Input::state(slot) } else { Input::output(slot) }
        })
        .collect()
}

fn is_state(case: &Json, name: &str) -> bool {
    case["state_inputs"].as_array().is_some_and(|names| names.iter().any(|other| other == name))
}

/// Sources are given with their values: outputs are added, several states listed.
fn reduce(input: &Value, numpy: bool) -> Value {
    let kind = |number: Value| if numpy { in_numpy(number) } else { number };
    let Value::List(values) = at(input, "values") else { return kind(input.clone()) };
    let values = values.iter().cloned().map(kind);
    if at(input, "origin").as_text() == Some("state") {
        return match <[Value; 1]>::try_from(values.collect::<Vec<_>>()) {
            Ok([single]) => single,
            Err(values) => Value::List(values),
        };
    }
    let numbers = values.map(|value| value.as_scalar().unwrap());
    Value::from_scalar(numbers.fold(illuminator_node::scalar::Scalar::ZERO, |sum, number| sum + number))
}

/// A number as numpy has it.
fn in_numpy(value: Value) -> Value {
    match value {
        Value::Int(number) => Value::Numpy(number as f64),
        Value::Float(number) => Value::Numpy(number),
        other => other,
    }
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
