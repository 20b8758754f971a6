//! What the models of a node tell the boards of cables.

use crate::model::Slots;
use crate::value::Value;
use illuminator_hal::encode::attiny::board_command;

/// Most boards that the models of a node can tell something.
const LINES_MAX: usize = 64;

/// A line for the board of a cable: the cable's number, and the characters.
pub type BoardLine = (u16, [u8; 4]);

/// The lines in the values of a place; `slots_of` are the slots that hold them. What names no cable is for a board that
/// is not known yet, which needs no line.
pub(super) fn board_lines(slots: &Slots, slots_of: &[u32]) -> Vec<BoardLine> {
    let mut lines = Vec::new();
    for value in slots_of.iter().filter_map(|&slot| slots.value(slot)) {
        let Value::List(items) = value else { continue };
        lines.extend(items.iter().filter_map(line).take(LINES_MAX - lines.len().min(LINES_MAX)));
    }
    lines
}

fn line(item: &Value) -> Option<BoardLine> {
    let Value::List(pair) = item else { return None };
    let [Value::Text(cable), Value::Text(line)] = &pair[..] else { return None };
    Some((cable.parse().ok()?, board_command(line)))
}

#[cfg(test)]
mod tests {
    use super::board_lines;
    use crate::model::Slots;
    use crate::value::Value;

    #[test]
    fn lines_for_cables_that_are_known_are_found() {
        let text = |text: &str| Value::Text(text.to_owned());
        let mut slots = Slots::new(2);
        let unknown = Value::List(vec![Value::Null, text("0g0\n")]);
        let known = Value::List(vec![text("7"), text("3g-1\n")]);
        slots.set_value(1, Value::List(vec![unknown, known, Value::Int(1)]));
        assert_eq!(board_lines(&slots, &[0, 1]), [(7, *b"3g0\n")]);
    }
}
