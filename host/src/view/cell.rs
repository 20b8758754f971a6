//! Values as people see them.

use super::Cell;
use crate::record::push_value;
use illuminator_node::value::Value;

/// Longest text of a value `[characters]`: a list may have thousands of entries.
const TEXT_MAX: usize = 200;

impl Cell {
    /// A value that is no scalar, as the result file has it, up to a length.
    pub(super) fn of_value(value: &Value) -> Self {
        match value {
            Value::Null => Self::None,
            Value::Text(text) => Self::Text(cut(text)),
            other => {
                let mut bytes = Vec::new();
                push_value(other, false, &mut bytes);
                Self::Text(cut(&String::from_utf8_lossy(&bytes)))
            }
        }
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(TEXT_MAX) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_between_characters() {
        let Cell::Text(text) = Cell::of_value(&Value::Text("€".repeat(1_000))) else { panic!("a text") };
        assert_eq!(text.chars().count(), TEXT_MAX + 1);
        let list = Value::List(vec![Value::Int(1), Value::Text("a".to_owned())]);
        assert_eq!(Cell::of_value(&list), Cell::Text("[1, 'a']".to_owned()));
    }
}
