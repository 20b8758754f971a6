//! `scenariotable.csv`: a line per scenario with its number and its parameters.

use crate::record::{push_value, quote_if_needed};
use illuminator_node::value::Value;
use std::io::Write as _;

const DELIMITER: &[u8] = b",";
const LINE_END: &[u8] = b"\r\n";

/// The first line.
pub(super) fn header(parameters: &[String]) -> Vec<u8> {
    let mut out = b"simulationID".to_vec();
    for name in parameters {
        push_cell(&mut out, |out| out.extend_from_slice(name.as_bytes()));
    }
    end_row(&mut out);
    out
}

/// Appends the line of scenario `id`.
pub(super) fn push_row(id: u64, values: &[&Value], out: &mut Vec<u8>) {
    write!(out, "{id}").expect("a Vec takes any bytes");
    for value in values {
        push_cell(out, |out| push_text(value, out));
    }
    end_row(out);
}

/// Ends a line.
pub(super) fn end_row(out: &mut Vec<u8>) {
    out.extend_from_slice(LINE_END);
}

/// Appends a value as Python's text of it; null is empty.
pub(super) fn push_text(value: &Value, out: &mut Vec<u8>) {
    match value {
        // Results leave these cells empty, the table does not.
        Value::Float(number) | Value::Numpy(number) if number.is_nan() => out.extend_from_slice(b"nan"),
        other => push_value(other, false, out),
    }
}

/// Appends one more cell to a line.
pub(super) fn push_cell(out: &mut Vec<u8>, push: impl FnOnce(&mut Vec<u8>)) {
    out.extend_from_slice(DELIMITER);
    let start = out.len();
    push(out);
    quote_if_needed(DELIMITER, start, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_python_writes_them() {
        let text = |text: &str| Value::Text(text.to_owned());
        let values = [
            Value::Int(3),
            Value::Float(2.0),
            Value::Float(f64::NAN),
            Value::Bool(true),
            Value::Null,
            text("a,b \"q\""),
            Value::List(vec![Value::Int(1), text("x")]),
        ];
        let mut out = header(&["L1.parameter.houses".to_owned()]);
        push_row(12, &values.iter().collect::<Vec<_>>(), &mut out);
        let expected =
            "simulationID,L1.parameter.houses\r\n12,3,2.0,nan,True,,\"a,b \"\"q\"\"\",\"[1, 'x']\"\r\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
