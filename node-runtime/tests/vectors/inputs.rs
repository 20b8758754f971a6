//! What arrives at a model in a step, as the engine would hand it over.

use super::boards;
use super::ordered::{Case, at};
use illuminator_node::model::{Input, ModelType, Slots};
use illuminator_node::scalar::Scalar;
use illuminator_node::value::Value;
use serde_json::Value as Json;

/// Writes the inputs of a step to slots of their own, as the engine does.
pub(crate) fn connect(model_type: &ModelType, case: &Case, number: usize, slots: &mut Slots) -> Vec<Input> {
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
    Value::from_scalar(numbers.fold(Scalar::ZERO, |sum, number| sum + number))
}

/// A number as numpy has it.
fn in_numpy(value: Value) -> Value {
    match value {
        Value::Int(number) => Value::Numpy(number as f64),
        Value::Float(number) => Value::Numpy(number),
        other => other,
    }
}
