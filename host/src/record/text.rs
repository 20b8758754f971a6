//! Values as text, as Python writes them (spec/scenario-format.md 8.1).

use illuminator_node::scalar::{Kind, Scalar};
use illuminator_node::value::Value;
use std::io::Write as _;

/// Why writing cannot fail, said once.
const NO_ERROR: &str = "a Vec takes any bytes";

/// Appends a scalar: integers as digits, floats as the shortest text that reads back equal, `True`, `False`.
/// Null, NaN and what was never written give nothing.
pub fn push_scalar(scalar: Scalar, out: &mut Vec<u8>) {
    let value = scalar.value();
    match scalar.kind() {
        Kind::Bool => push_bool(value != 0.0, out),
        Kind::Int => write!(out, "{}", value as i64).expect(NO_ERROR),
        Kind::Float | Kind::Numpy if !value.is_nan() => push_float(value, out),
        Kind::Float | Kind::Numpy | Kind::Null | Kind::Rich | Kind::Unset => {}
    }
}

/// Appends any value: a scalar as [`push_scalar`] does, a text as it is, lists and mappings in Python notation
/// (`[1, 2.5, 'a']`, `{'k': None}`). With `json_keys` the keys of mappings are what JSON makes of them: texts.
pub fn push_value(value: &Value, json_keys: bool, out: &mut Vec<u8>) {
    match value {
        Value::Int(integer) => write!(out, "{integer}").expect(NO_ERROR),
        Value::Text(text) => out.extend_from_slice(text.as_bytes()),
        Value::List(_) | Value::Map(_) => push_repr(value, json_keys, out),
        Value::Null | Value::Bool(_) | Value::Float(_) | Value::Numpy(_) => {
            push_scalar(value.as_scalar().unwrap_or(Scalar::NULL), out);
        }
    }
}

/// Appends a table as comma-separated lines: a list of rows, each a list of cells. What is no list is one cell.
pub fn push_table(table: &Value, out: &mut Vec<u8>) {
    for row in as_list(table) {
        for (index, cell) in as_list(row).iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            let start = out.len();
            push_value(cell, false, out);
            quote_if_needed(b",", start, out);
        }
        out.push(b'\n');
    }
}

fn as_list(value: &Value) -> &[Value] {
    match value {
        Value::List(items) => items,
        other => std::slice::from_ref(other),
    }
}

/// Encloses what stands in `out` from `start` on in quotes if it holds the delimiter, a quote or a line break.
pub(crate) fn quote_if_needed(delimiter: &[u8], start: usize, out: &mut Vec<u8>) {
    let cell = &out[start..];
    let delimited = match delimiter {
        [byte] => cell.contains(byte),
        _ => !delimiter.is_empty() && cell.windows(delimiter.len()).any(|window| window == delimiter),
    };
    if delimited || cell.iter().any(|byte| matches!(byte, b'"' | b'\n' | b'\r')) {
        let plain = out.split_off(start);
        out.push(b'"');
        for byte in plain {
            if byte == b'"' {
                out.push(b'"');
            }
            out.push(byte);
        }
        out.push(b'"');
    }
}

fn push_bool(value: bool, out: &mut Vec<u8>) {
    out.extend_from_slice(if value { b"True" } else { b"False" });
}

/// Python's `repr` of a float.
fn push_float(value: f64, out: &mut Vec<u8>) {
    if value.is_nan() {
        out.extend_from_slice(b"nan");
        return;
    }
    // Rust's debug format has Python's limits for scientific notation (1e-4 and 1e16), and Python's digits but
    // where two are equally good. They differ in the exponent: `1e16` and `1e-5` against `1e+16` and `1e-05`.
    let start = out.len();
    write!(out, "{value:?}").expect(NO_ERROR);
    let digits = Digits::of(&out[start..]);
    if fraction_bits(value) == digits.place + 1 {
        round_half_even(value, &digits, start, out);
    }
    if let Some(exponent) = digits.exponent_at.map(|at| start + at) {
        if out[exponent] != b'-' {
            out.insert(exponent, b'+');
        }
        if out.len() - exponent == 2 {
            out.insert(exponent + 1, b'0');
        }
    }
}

/// The form of a number's digits in text.
struct Digits {
    /// How many stand after the point.
    decimals: usize,
    /// The last one counts multiples of 10^-place.
    place: i32,
    /// Where the exponent stands, if the notation is scientific.
    exponent_at: Option<usize>,
}

impl Digits {
    fn of(text: &[u8]) -> Self {
        let exponent_at = text.iter().position(|&byte| byte == b'e').map(|at| at + 1);
        let mantissa = &text[..exponent_at.map_or(text.len(), |at| at - 1)];
        let decimals =
            mantissa.iter().position(|&byte| byte == b'.').map_or(0, |point| mantissa.len() - point - 1);
        let exponent = exponent_at.and_then(|at| core::str::from_utf8(&text[at..]).ok()?.parse::<i32>().ok());
        // A float has at most 17 digits.
        Self { decimals, place: decimals as i32 - exponent.unwrap_or(0), exponent_at }
    }
}

/// How many binary digits a number has after its point; negative if it ends in zeros before the point. As
/// many decimal digits write it exactly, so a number with one more than the digits shown lies half-way
/// between these and their neighbour.
fn fraction_bits(value: f64) -> i32 {
    const MANTISSA_BITS: u32 = f64::MANTISSA_DIGITS - 1;
    let bits = value.to_bits();
    let exponent = ((bits >> MANTISSA_BITS) & 0x7ff) as i32;
    let mantissa = bits & ((1 << MANTISSA_BITS) - 1);
    let (mantissa, exponent) =
        if exponent == 0 { (mantissa, 1) } else { (mantissa | (1 << MANTISSA_BITS), exponent) };
    1075 - exponent - mantissa.trailing_zeros() as i32
}

/// Of two equally near texts of a number Python takes the one with the even last digit, Rust the greater.
#[cold]
fn round_half_even(value: f64, digits: &Digits, start: usize, out: &mut Vec<u8>) {
    let shortest = out.split_off(start);
    let decimals = digits.decimals;
    // With a given number of digits Rust rounds half to even.
    let written = if digits.exponent_at.is_some() {
        write!(out, "{value:.decimals$e}")
    } else {
        write!(out, "{value:.decimals$}")
    };
    written.expect(NO_ERROR);
    // Below a power of two floats are closer together, and the even text may read back as another one.
    let reads_back = core::str::from_utf8(&out[start..]).is_ok_and(|text| text.parse() == Ok(value));
    if !reads_back || out.len() - start != shortest.len() {
        out.truncate(start);
        out.extend_from_slice(&shortest);
    }
}

/// Python's `repr` of a value.
fn push_repr(value: &Value, json_keys: bool, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.extend_from_slice(b"None"),
        Value::Bool(value) => push_bool(*value, out),
        Value::Int(integer) => write!(out, "{integer}").expect(NO_ERROR),
        Value::Float(value) | Value::Numpy(value) => push_float(*value, out),
        Value::Text(text) => push_quoted(text, out),
        Value::List(items) => {
            push_joined(items, [b'[', b']'], out, |item, out| push_repr(item, json_keys, out));
        }
        Value::Map(entries) => push_joined(entries, [b'{', b'}'], out, |(key, value), out| {
            if json_keys {
                push_json_key(key, out);
            } else {
                push_repr(key, json_keys, out);
            }
            out.extend_from_slice(b": ");
            push_repr(value, json_keys, out);
        }),
    }
}

fn push_joined<T>(items: &[T], [open, close]: [u8; 2], out: &mut Vec<u8>, push: impl Fn(&T, &mut Vec<u8>)) {
    out.push(open);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.extend_from_slice(b", ");
        }
        push(item, out);
    }
    out.push(close);
}

/// The text that JSON makes of a key, in Python notation.
fn push_json_key(key: &Value, out: &mut Vec<u8>) {
    let name: &[u8] = match key {
        Value::Text(text) => return push_quoted(text, out),
        Value::Null => b"null",
        Value::Bool(true) => b"true",
        Value::Bool(false) => b"false",
        Value::Float(value) | Value::Numpy(value) if value.is_nan() => b"NaN",
        Value::Float(value) | Value::Numpy(value) if *value == f64::INFINITY => b"Infinity",
        Value::Float(value) | Value::Numpy(value) if *value == f64::NEG_INFINITY => b"-Infinity",
        Value::Int(_) | Value::Float(_) | Value::Numpy(_) | Value::List(_) | Value::Map(_) => {
            out.push(b'\'');
            push_repr(key, true, out);
            return out.push(b'\'');
        }
    };
    out.push(b'\'');
    out.extend_from_slice(name);
    out.push(b'\'');
}

/// Python's `repr` of a text: in single quotes, or in double quotes if it holds single ones only.
fn push_quoted(text: &str, out: &mut Vec<u8>) {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(quote as u8);
    for character in text.chars() {
        let code = u32::from(character);
        match character {
            '\\' => out.extend_from_slice(b"\\\\"),
            '\n' => out.extend_from_slice(b"\\n"),
            '\r' => out.extend_from_slice(b"\\r"),
            '\t' => out.extend_from_slice(b"\\t"),
            _ if character == quote => out.extend_from_slice(&[b'\\', quote as u8]),
            _ if is_printable(character) => {
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
            ..='\u{ff}' => write!(out, "\\x{code:02x}").expect(NO_ERROR),
            ..='\u{ffff}' => write!(out, "\\u{code:04x}").expect(NO_ERROR),
            _ => write!(out, "\\U{code:08x}").expect(NO_ERROR),
        }
    }
    out.push(quote as u8);
}

/// Whether Python shows a character as it is: it is assigned, and no control, format or blank character but the
/// plain blank. Rust escapes the same ones, except that it also escapes combining marks at the start of a
/// text; hence the letter before it.
fn is_printable(character: char) -> bool {
    if character.is_ascii() {
        return !character.is_ascii_control();
    }
    let mut buffer = [b'a'; 5];
    let length = 1 + character.encode_utf8(&mut buffer[1..]).len();
    let text = core::str::from_utf8(&buffer[..length]).unwrap_or_default();
    text.escape_debug().nth(1) == Some(character)
}

#[cfg(test)]
mod tests;
