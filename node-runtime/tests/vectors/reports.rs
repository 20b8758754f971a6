//! The files of the recording, for models whose reports the host writes.

use illuminator_node::model::{Attribute, ModelType, Slots};
use illuminator_node::value::Value;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Compares the reports of a step with the files that the vector says were written, byte for byte.
pub(crate) fn compare(
    model_type: &ModelType,
    step: &Json,
    attributes: &[Attribute],
    slots: &Slots,
    first_slot: u32,
) -> Result<(), String> {
    let is_report = |attribute: &Attribute| {
        model_type.states.iter().any(|port| port.report && port.name == attribute.name)
    };
    let reports = attributes.iter().zip(first_slot..).filter(|(attribute, _)| is_report(attribute));
    let written: BTreeMap<String, String> = reports
        .filter_map(|(attribute, slot)| match slots.value(slot).expect("a report is written in every step") {
            Value::Null => None,
            Value::List(rows) => Some((format!("{}_{}.csv", attribute.name, step["time"]), csv(&rows))),
            other => panic!("{} is {}", attribute.name, other.describe()),
        })
        .collect();
    let text = |(name, text): (&String, &Json)| (name.clone(), text.as_str().unwrap().to_owned());
    let files = step.get("files").and_then(Json::as_object).into_iter().flatten();
    let wanted: BTreeMap<String, String> = files.map(text).collect();
    if written == wanted { Ok(()) } else { Err(format!("the files are {written:?}, not {wanted:?}")) }
}

/// As the host writes it, for cells that need no quotes.
fn csv(rows: &[Value]) -> String {
    let cell = |cell: &Value| match cell {
        Value::Text(text) => text.clone(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) if number.is_nan() => String::new(),
        Value::Float(number) => format!("{number:?}"),
        other => panic!("a cell is {}", other.describe()),
    };
    let row = |row: &Value| match row {
        Value::List(cells) => cells.iter().map(cell).collect::<Vec<_>>().join(",") + "\n",
        other => panic!("a row is {}", other.describe()),
    };
    rows.iter().map(row).collect()
}
