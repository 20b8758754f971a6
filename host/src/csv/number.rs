//! Numbers as Python's `float()` reads them.

/// The number in a cell: decimal or scientific, `inf`, `infinity` and `nan` in any case, with a sign, blanks
/// around it and single underscores between digits. `None` for anything else.
pub(super) fn parse(cell: &str) -> Option<f64> {
    let text = cell.trim();
    if !text.contains('_') {
        // Rust and Python agree on everything else: both round to nearest, both take `5.`, `.5` and `+1E3`.
        return text.parse().ok();
    }
    let is_digit = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let between_digits = |at: usize| at > 0 && is_digit(at - 1) && is_digit(at + 1);
    if text.match_indices('_').all(|(at, _)| between_digits(at)) {
        text.replace('_', "").parse().ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn takes_what_python_takes() {
        let cases = [
            ("1", 1.0),
            (" 1.5\t", 1.5),
            ("-0", -0.0),
            ("5.", 5.0),
            (".5", 0.5),
            ("+1E3", 1000.0),
            ("1e-3", 0.001),
            ("1_000.2_5e1_0", 1000.25e10),
            ("1e400", f64::INFINITY),
            ("5e-324", 5e-324),
            ("inf", f64::INFINITY),
            ("-Infinity", f64::NEG_INFINITY),
        ];
        for (text, number) in cases {
            assert_eq!(parse(text).map(f64::to_bits), Some(number.to_bits()), "{text:?}");
        }
        assert!(parse("NaN").is_some_and(f64::is_nan));
        assert!(parse("+nan").is_some_and(f64::is_nan));
    }

    #[test]
    fn refuses_what_python_refuses() {
        for text in [
            "", " ", "abc", "1,5", "1 2", "_1", "1_", "1__0", "1_.5", "1._5", "1e_5", "0x10", "e5", ".",
            "--1", "1e",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
