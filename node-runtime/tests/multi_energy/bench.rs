//! A model on the bench: built from parameters, stepped with named inputs, its attributes read by name.

use illuminator_node::model::{
    Attribute, Build, BuildError, Built, Input, Io, Model, ModelType, Section, Settings, Slots, StepError,
    registry,
};
use illuminator_node::value::Value;
use serde_json::Value as Json;
use std::fs;
use std::path::Path;

/// Length of a co-simulation step in all recordings `[s]`.
const RESOLUTION_S: u32 = 900;
/// How far a number may be from the recorded one, relative to the greater of that and 1.
pub(crate) const TOLERANCE: f64 = 1e-9;

/// A model and the slots of its inputs and attributes.
pub(crate) struct Bench {
    model_type: &'static ModelType,
    settings: Settings,
    model: Box<dyn Model>,
    attributes: Vec<Attribute>,
    slots: Slots,
    step: u64,
}

impl Bench {
    /// A model of this type with these parameters, writing all that it can write.
    pub(crate) fn new(type_name: &str, parameters: Vec<(String, Value)>) -> Result<Self, BuildError> {
        let model_type = registry::find(type_name).expect("the type is registered");
        let ports = model_type.outputs.iter().chain(model_type.states);
        let declared: Vec<String> = ports.map(|port| port.name.to_owned()).collect();
        Self::declared(type_name, parameters, &declared, RESOLUTION_S)
    }

    /// A model that writes these of its attributes, with steps of this length.
    pub(crate) fn declared(
        type_name: &str,
        parameters: Vec<(String, Value)>,
        declared: &[String],
        resolution_s: u32,
    ) -> Result<Self, BuildError> {
        let model_type = registry::find(type_name).expect("the type is registered");
        let section = || Section(declared.iter().map(|name| (name.clone(), Value::Null)).collect());
        let settings = Settings {
            parameters: Section(parameters),
            outputs: section(),
            states: section(),
            step_size: 1,
            resolution_s,
            ..Settings::default()
        };
        let Built { model, attributes } = build(model_type, &settings)?;
        let slots = Slots::new(model_type.inputs.len() + attributes.len());
        Ok(Self { model_type, settings, model, attributes, slots, step: 0 })
    }

    /// Replaces the model by a new one that knows only what the old one saved.
    pub(crate) fn restore(&mut self) {
        let saved = self.model.save();
        self.model = build(self.model_type, &self.settings).unwrap().model;
        let mut longer = saved.clone();
        longer.push(Value::Null);
        assert!(!self.model.restore(&longer), "{} takes {longer:?}", self.model_type.name);
        assert!(self.model.restore(&saved), "{} does not take back {saved:?}", self.model_type.name);
        assert_eq!(self.model.save(), saved, "{}", self.model_type.name);
    }

    /// One step with these inputs, each as a state of one source.
    pub(crate) fn step(&mut self, inputs: &[(&str, Value)]) -> Result<(), StepError> {
        let ports = self.model_type.inputs;
        let mut wires = vec![Input::NONE; ports.len()];
        for (name, value) in inputs {
            let input = ports.iter().position(|port| port.name == *name);
            let input = input.unwrap_or_else(|| panic!("{} has no input `{name}`", self.model_type.name));
            self.slots.set_value(input as u32, value.clone());
            wires[input] = Input::state(input as u32);
        }
        let mut io = Io::new(&mut self.slots, &wires, ports.len() as u32, self.step);
        self.step += 1;
        self.model.step(&mut io)
    }

    /// The attributes that the model writes.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.attributes.iter().map(|attribute| attribute.name.as_str())
    }

    /// All that the model wrote in the last step, exactly, a line for each attribute.
    pub(crate) fn written(&self) -> String {
        let line = |name: &str| format!("  {} {name} {:?}\n", self.step - 1, self.get(name));
        self.names().map(line).collect()
    }

    /// What stands in an attribute after a step.
    pub(crate) fn get(&self, name: &str) -> Value {
        let position = Attribute::position(&self.attributes, name);
        let position = position.unwrap_or_else(|| panic!("`{name}` is not written"));
        let slot = self.model_type.inputs.len() + position;
        self.slots.value(slot as u32).unwrap_or_else(|| panic!("`{name}` was not written"))
    }
}

fn build(model_type: &ModelType, settings: &Settings) -> Result<Built, BuildError> {
    match model_type.build {
        Build::Anywhere(build) => build(settings),
        Build::OnHost(_) | Build::Recorder => panic!("{} needs a host", model_type.name),
    }
}

/// The cases of a vector file.
pub(crate) fn load(file: &str) -> Vec<Json> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(file).with_extension("json");
    let cases: Vec<Json> = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    assert!(!cases.is_empty(), "{file} is empty");
    cases
}

/// A JSON value as the engine would hand it on.
pub(crate) fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Number(number) => {
            number.as_i64().map_or_else(|| Value::Float(number.as_f64().unwrap()), Value::Int)
        }
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(items) => Value::List(items.iter().map(value).collect()),
        Json::Object(entries) => {
            Value::Map(entries.iter().map(|(key, item)| (Value::Text(key.clone()), value(item))).collect())
        }
    }
}

/// A mapping as named values.
pub(crate) fn entries(json: &Json) -> Vec<(String, Value)> {
    json.as_object().unwrap().iter().map(|(key, item)| (key.clone(), value(item))).collect()
}

/// Panics unless a value is the recorded one: of the same kind, and as near as [`TOLERANCE`].
#[track_caller]
pub(crate) fn assert_equal(found: &Value, wanted: &Json, context: &str) {
    assert!(equal(found, wanted), "{context}: {found:?}, not {wanted}");
}

fn equal(found: &Value, wanted: &Json) -> bool {
    match (found, wanted) {
        (Value::Float(found), Json::Number(number)) if number.is_f64() => {
            let wanted = number.as_f64().unwrap();
            (found - wanted).abs() <= TOLERANCE * wanted.abs().max(1.0)
        }
        (Value::List(found), Json::Array(wanted)) => {
            found.len() == wanted.len()
                && found.iter().zip(wanted).all(|(found, wanted)| equal(found, wanted))
        }
        (found, wanted) => *found == value(wanted),
    }
}
