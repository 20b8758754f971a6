use super::{push_scalar, push_table, push_value, quote_if_needed};
use illuminator_node::scalar::Scalar;
use illuminator_node::value::Value;
use proptest::prelude::*;

fn scalar(scalar: Scalar) -> String {
    let mut out = Vec::new();
    push_scalar(scalar, &mut out);
    String::from_utf8(out).unwrap()
}

fn value(value: &Value, json_keys: bool) -> String {
    let mut out = Vec::new();
    push_value(value, json_keys, &mut out);
    String::from_utf8(out).unwrap()
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[test]
fn floats_are_written_as_python_writes_them() {
    let cases = [
        (10.0, "10.0"),
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (0.1 + 0.2, "0.30000000000000004"),
        (1e15, "1000000000000000.0"),
        (9_999_999_999_999_998.0, "9999999999999998.0"),
        (1e16, "1e+16"),
        (-1.5e22, "-1.5e+22"),
        (f64::MAX, "1.7976931348623157e+308"),
        (1e-4, "0.0001"),
        (0.000_099_9, "9.99e-05"),
        (-1e-5, "-1e-05"),
        (1e-10, "1e-10"),
        (5e-324, "5e-324"),
        (f64::INFINITY, "inf"),
        (f64::NEG_INFINITY, "-inf"),
        (f64::NAN, ""),
    ];
    for (number, expected) in cases {
        assert_eq!(scalar(Scalar::float(number)), expected);
        assert_eq!(scalar(Scalar::numpy(number)), expected);
        assert_eq!(value(&Value::Float(number), false), expected);
    }
}

/// Exactly between two texts of the shortest length Python takes the even one. Found with `repr`.
#[test]
fn ties_go_to_the_even_digit() {
    let cases = [
        (1_801_514_316_094_494.0 + 0.25, "1801514316094494.2"),
        (-1_801_514_316_094_494.0 - 0.75, "-1801514316094494.8"),
        (524_288.0 + power_of_two(-11), "524288.0004882812"),
        (power_of_two(-44), "5.684341886080802e-14"),
        (9_007_199_254_740_993.0 * 8.0, "7.205759403792794e+16"),
    ];
    for (number, expected) in cases {
        assert_eq!(scalar(Scalar::float(number)), expected);
    }
}

#[test]
fn other_scalars() {
    assert_eq!(scalar(Scalar::int(-3)), "-3");
    assert_eq!(scalar(Scalar::ZERO), "0");
    assert_eq!(scalar(Scalar::bool(true)), "True");
    assert_eq!(scalar(Scalar::bool(false)), "False");
    assert_eq!(value(&Value::Int(i64::MIN), false), "-9223372036854775808");
    for nothing in [Scalar::NULL, Scalar::UNSET, Scalar::RICH] {
        assert_eq!(scalar(nothing), "");
    }
    assert_eq!(value(&Value::Null, false), "");
    assert_eq!(value(&text("it's"), false), "it's");
}

#[test]
fn lists_and_mappings_are_written_in_python_notation() {
    let list = Value::List(vec![
        Value::Null,
        Value::Bool(true),
        Value::Int(1),
        Value::Numpy(2.5),
        Value::Float(f64::NAN),
        Value::List(Vec::new()),
        text("a"),
    ]);
    assert_eq!(value(&list, false), "[None, True, 1, 2.5, nan, [], 'a']");
    let keys = [
        Value::Int(1),
        Value::Float(1e-5),
        Value::Bool(false),
        Value::Null,
        text("k"),
        Value::Float(f64::INFINITY),
    ];
    let map = Value::Map(keys.into_iter().map(|key| (key, Value::Map(Vec::new()))).collect());
    assert_eq!(value(&map, false), "{1: {}, 1e-05: {}, False: {}, None: {}, 'k': {}, inf: {}}");
    assert_eq!(value(&map, true), "{'1': {}, '1e-05': {}, 'false': {}, 'null': {}, 'k': {}, 'Infinity': {}}");
}

#[test]
fn texts_in_lists_are_quoted_as_python_quotes_them() {
    let cases = [
        ("it's", r#""it's""#),
        (r#"say "hi""#, r#"'say "hi"'"#),
        (r#"it's "hi""#, r#"'it\'s "hi"'"#),
        ("a\\b\n\r\t", r"'a\\b\n\r\t'"),
        ("\0\u{7f}\u{85}\u{a0}\u{ad}", r"'\x00\x7f\x85\xa0\xad'"),
        ("\u{200b}\u{2028}\u{e0001}", r"'\u200b\u2028\U000e0001'"),
        ("\u{e9}\u{20ac}\u{1f600}\u{301}", "'\u{e9}\u{20ac}\u{1f600}\u{301}'"),
    ];
    for (plain, expected) in cases {
        assert_eq!(value(&Value::List(vec![text(plain)]), false), format!("[{expected}]"));
    }
}

#[test]
fn cells_are_quoted_only_if_needed() {
    let quoted = |cell: &str, delimiter: &str| {
        let mut out = b"x,".to_vec();
        out.extend_from_slice(cell.as_bytes());
        quote_if_needed(delimiter.as_bytes(), 2, &mut out);
        String::from_utf8(out).unwrap()
    };
    assert_eq!(quoted("plain; text", ","), "x,plain; text");
    assert_eq!(quoted("on,off", ","), "x,\"on,off\"");
    assert_eq!(quoted("on,off", ";"), "x,on,off");
    assert_eq!(quoted("a\"b", ","), "x,\"a\"\"b\"");
    assert_eq!(quoted("a\nb", ","), "x,\"a\nb\"");
    assert_eq!(quoted("a::b", "::"), "x,\"a::b\"");
    assert_eq!(quoted("a:b", "::"), "x,a:b");
}

proptest! {
    #[test]
    fn floats_read_back_equal(bits: u64) {
        let number = f64::from_bits(bits);
        prop_assume!(!number.is_nan());
        let read: f64 = scalar(Scalar::float(number)).parse().unwrap();
        prop_assert_eq!(read.to_bits(), bits);
    }

    /// Whole numbers divided by powers of two are where ties are frequent.
    #[test]
    fn ties_read_back_equal_and_as_short(whole in any::<u64>(), bits in 1_u32..=53, shift in -60_i32..=0) {
        let number = (whole >> (64 - bits)) as f64 * power_of_two(shift);
        let shown = scalar(Scalar::float(number));
        prop_assert_eq!(shown.parse::<f64>().unwrap().to_bits(), number.to_bits());
        let digits = |text: &str| text.split('e').next().map(str::len);
        let shortest = format!("{number:?}");
        prop_assert_eq!(digits(&shown), digits(&shortest));
    }
}

/// 2^shift, exactly.
fn power_of_two(shift: i32) -> f64 {
    f64::from_bits(u64::try_from(1023 + shift).unwrap() << 52)
}

#[test]
fn a_table_is_lines_of_cells() {
    let rows = vec![
        Value::List(vec![text("a"), text("b, c"), text("d \"e\"")]),
        Value::List(vec![Value::Int(1), Value::Float(1e16), Value::Float(f64::NAN)]),
        Value::List(vec![Value::Bool(true), Value::Null, Value::List(vec![Value::Int(1), Value::Int(2)])]),
        Value::Float(0.5),
        Value::List(Vec::new()),
    ];
    let mut out = Vec::new();
    push_table(&Value::List(rows), &mut out);
    let expected = "a,\"b, c\",\"d \"\"e\"\"\"\n1,1e+16,\nTrue,,\"[1, 2]\"\n0.5\n\n";
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}
