//! What a model wrote against what is recorded: the same names, kinds and values.

use super::super::value;
use super::boards;
use illuminator_node::model::{Attribute, Origin, Slots};
use illuminator_node::value::Value;
use serde_json::Value as Json;

/// Compares what a step wrote with what the vector says.
pub(crate) fn compare(
    step: &Json,
    attributes: &[Attribute],
    slots: &Slots,
    first_slot: u32,
) -> Result<(), String> {
    let sections = |origin| match origin {
        Origin::Output => [&step["outputs"], &step["raw_outputs"]],
        Origin::State => [&step["states"], &Json::Null],
    };
    let expected: usize = [Origin::Output, Origin::State]
        .into_iter()
        .flat_map(sections)
        .filter_map(|section| Some(section.as_object()?.len()))
        .sum();
    let of_files = || attributes.iter().zip(first_slot..).filter(|(attribute, _)| !boards::writes(attribute));
    for (attribute, slot) in of_files() {
        let Attribute { name, origin } = attribute;
        let wanted = sections(*origin).into_iter().find_map(|section| section.get(name));
        let wanted = wanted.ok_or_else(|| format!("`{name}` is written"))?;
        let found = slots.value(slot).ok_or_else(|| format!("`{name}` is not written"))?;
        if !equal(&found, wanted) {
            return Err(format!("`{name}` is {found:?}, not {wanted}"));
        }
    }
    if expected == of_files().count() { Ok(()) } else { Err(format!("{expected} attributes are expected")) }
}

/// Equal in kind and in value; a text stands for a number that JSON cannot hold. A float of upstream may be
/// a numpy float: the vectors do not tell.
fn equal(found: &Value, wanted: &Json) -> bool {
    match (found, wanted) {
        (Value::Float(found) | Value::Numpy(found), Json::Number(wanted)) if wanted.is_f64() => {
            close(*found, wanted.as_f64().unwrap())
        }
        (Value::Float(found) | Value::Numpy(found), Json::String(wanted)) => match wanted.as_str() {
            "NaN" => found.is_nan(),
            "Infinity" => *found == f64::INFINITY,
            "-Infinity" => *found == f64::NEG_INFINITY,
            _ => false,
        },
        (Value::List(found), Json::Array(wanted)) => {
            found.len() == wanted.len()
                && found.iter().zip(wanted).all(|(found, wanted)| equal(found, wanted))
        }
        // Read JSON does not tell the order of the keys; tests/e2e/kit_story.rs sees it in a result file.
        (Value::Map(found), Json::Object(wanted)) => {
            found.len() == wanted.len()
                && found.iter().all(|(key, found)| {
                    key.as_text().and_then(|key| wanted.get(key)).is_some_and(|wanted| equal(found, wanted))
                })
        }
        (found, wanted) => *found == value(wanted, false),
    }
}

/// Of the same sign even if zero, and equal but for the last bits, which the JSON parser may have read wrong
/// here or in an input. (The format would allow 1e-9; with an exact parser all results are equal.)
fn close(found: f64, wanted: f64) -> bool {
    let tolerance = 4.0 * f64::EPSILON * wanted.abs().max(1.0);
    (found - wanted).abs() <= tolerance && found.is_sign_negative() == wanted.is_sign_negative()
}
