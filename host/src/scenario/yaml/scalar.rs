//! What an unquoted scalar means: the rules of YAML 1.2 as in spec/scenario-format.md section 1.

use super::Yaml;

/// An integer that does not fit 64 bits.
#[derive(Debug, PartialEq)]
pub(super) struct TooLarge;

/// The value of an unquoted scalar. `yes`, `on`, `None` and `12:30` are texts.
pub(super) fn resolve(text: &str) -> Result<Yaml, TooLarge> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Yaml::Null),
        "true" | "True" | "TRUE" => return Ok(Yaml::Bool(true)),
        "false" | "False" | "FALSE" => return Ok(Yaml::Bool(false)),
        _ => {}
    }
    // All other special forms start like a number.
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return Ok(Yaml::Text(text.to_owned()));
    }
    if let Some(int) = integer(text) {
        return int.map(Yaml::Int);
    }
    Ok(match float(text) {
        Some(float) => Yaml::Float(float),
        None if is_date(text) => Yaml::Date(text.to_owned()),
        None => Yaml::Text(text.to_owned()),
    })
}

/// Decimal (leading zeros allowed), `0o17`, `0x1F`, `0b11`, each with sign and underscores.
fn integer(text: &str) -> Option<Result<i64, TooLarge>> {
    let (sign, unsigned) = split_sign(text);
    let (radix, digits) = match unsigned.get(..2) {
        Some("0b") => (2, &unsigned[2..]),
        Some("0o") => (8, &unsigned[2..]),
        Some("0x") => (16, &unsigned[2..]),
        _ => (10, unsigned),
    };
    let all_digits = digits.chars().all(|c| c == '_' || c.is_digit(radix));
    if !all_digits || !digits.contains(|c: char| c.is_digit(radix)) {
        return None;
    }
    let bare = format!("{sign}{}", digits.replace('_', ""));
    Some(i64::from_str_radix(&bare, radix).map_err(|_| TooLarge))
}

/// `1.5 .5 5. 1e3 1_000.5 .inf -.Inf .nan`.
fn float(text: &str) -> Option<f64> {
    let (sign, unsigned) = split_sign(text);
    match unsigned {
        ".inf" | ".Inf" | ".INF" => return Some(if sign == "-" { f64::NEG_INFINITY } else { f64::INFINITY }),
        ".nan" | ".NaN" | ".NAN" if sign.is_empty() => return Some(f64::NAN),
        _ => {}
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let mantissa_fits = mantissa.chars().all(|c| c.is_ascii_digit() || matches!(c, '_' | '.'))
        && mantissa.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && mantissa.contains(|c: char| c.is_ascii_digit())
        && mantissa.matches('.').count() <= 1;
    let exponent_fits = exponent.is_none_or(|exponent| {
        let digits = split_sign(exponent).1;
        !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit())
    });
    if mantissa_fits && exponent_fits { text.replace('_', "").parse().ok() } else { None }
}

fn split_sign(text: &str) -> (&str, &str) {
    match text.strip_prefix(['+', '-']) {
        Some(rest) => text.split_at(text.len() - rest.len()),
        None => ("", text),
    }
}

/// `2015-05-04`, or a date-time with `T` or blanks between, and fraction and zone behind if any.
fn is_date(text: &str) -> bool {
    let mut rest = Rest(text);
    if !(rest.digits(4, 4) && rest.one('-')) {
        return false;
    }
    let date_only = Rest(rest.0).date_only();
    date_only || rest.date_time()
}

/// What is left of a text that is being matched.
struct Rest<'a>(&'a str);

impl Rest<'_> {
    fn date_only(mut self) -> bool {
        self.digits(2, 2) && self.one('-') && self.digits(2, 2) && self.0.is_empty()
    }

    fn date_time(mut self) -> bool {
        let date = self.digits(1, 2) && self.one('-') && self.digits(1, 2);
        let blanks = self.blanks();
        let separated = blanks || self.one('T') || self.one('t');
        let time =
            self.digits(1, 2) && self.one(':') && self.digits(2, 2) && self.one(':') && self.digits(2, 2);
        if !(date && separated && time) {
            return false;
        }
        if self.one('.') {
            self.digits(0, usize::MAX);
        }
        self.blanks();
        if self.one('Z') {
            return self.0.is_empty();
        }
        if self.one('+') || self.one('-') {
            let hours = self.digits(1, 2);
            return hours && (self.0.is_empty() || (self.one(':') && self.digits(2, 2) && self.0.is_empty()));
        }
        self.0.is_empty()
    }

    /// Takes as many digits as there are, up to `max`; whether these are at least `min`.
    fn digits(&mut self, min: usize, max: usize) -> bool {
        let count = self.0.bytes().take_while(u8::is_ascii_digit).take(max).count();
        self.0 = &self.0[count..];
        count >= min
    }

    fn one(&mut self, c: char) -> bool {
        match self.0.strip_prefix(c) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    fn blanks(&mut self) -> bool {
        let rest = self.0.trim_start_matches([' ', '\t']);
        let some = rest.len() < self.0.len();
        self.0 = rest;
        some
    }
}
