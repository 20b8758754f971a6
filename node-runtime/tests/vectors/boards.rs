//! The serial ports of the recording, for the model that reads boards.
//!
//! A step of `cluster_LED_connection.json` says of each port under `serial` whether it opens and what the board
//! sends, and under `written` what the Python Illuminator wrote to it. By the rules of spec/models.md 2.2 that
//! makes the answer of each board, which the model is given, and the lines, which it has to give.

use illuminator_node::model::{Attribute, Slots};
use illuminator_node::value::Value;
use serde_json::Value as Json;

/// The ports, in the order in which they are asked.
const PORTS: [&str; 4] = ["/dev/ttyACM0", "/dev/ttyACM1", "/dev/ttyACM2", "/dev/ttyACM3"];

/// Whether the host reads this attribute, and no file.
pub(crate) fn writes(attribute: &Attribute) -> bool {
    attribute.name == "board_lines"
}

/// What the boards answer in a step.
pub(crate) fn answers(serial: &Json) -> Value {
    Value::List(PORTS.iter().map(|port| Value::Text(answer(&serial[port]))).collect())
}

/// The last character that came, before or else after the line was written; `-1` if there is none.
fn answer(port: &Json) -> String {
    let mut answer = "-1".to_owned();
    if port["opens"] == true {
        for sent in ["waiting_before_write", "arrives_after_write"] {
            if let Some(last) = port[sent].as_str().unwrap().chars().last() {
                let text = last.to_string();
                answer = if text.trim().is_empty() { "-1".to_owned() } else { text };
            }
        }
    }
    answer
}

/// Compares the lines for the ports that open with what was written to them.
pub(crate) fn compare(
    step: &Json,
    attributes: &[Attribute],
    slots: &Slots,
    first_slot: u32,
) -> Result<(), String> {
    let Some((_, slot)) = attributes.iter().zip(first_slot..).find(|(attribute, _)| writes(attribute)) else {
        return Ok(());
    };
    let Some(Value::List(lines)) = slots.value(slot) else { return Err("no lines".to_owned()) };
    assert_eq!(lines.len(), PORTS.len(), "a line for each port");
    let given: Vec<Json> = PORTS
        .iter()
        .zip(&lines)
        .filter(|(port, _)| step["serial"][port]["opens"] == true)
        .map(|(port, line)| {
            let Value::List(line) = line else { panic!("{line:?} is no pair") };
            Json::from(vec![*port, line[1].as_text().unwrap()])
        })
        .collect();
    let written = &step["written"];
    if Json::from(given.clone()) == *written { Ok(()) } else { Err(format!("{given:?}, not {written}")) }
}
