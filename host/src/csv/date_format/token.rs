//! The tokens of a date format: how each is spelled, read and printed.

use super::parts::Parts;
use crate::csv::wall;
use core::fmt::Write as _;
use core::ops::RangeInclusive;
use jiff::civil::{DateTime, Weekday};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Length of an abbreviated name.
const ABBREVIATION: usize = 3;

/// Year numbers of two digits above this belong to the twentieth century.
const SHORT_YEAR_LAST: i16 = 68;

/// The last second of the year 9999. A larger `x` number is in milliseconds, and one that is still too large
/// after that in microseconds.
const TIMESTAMP_MAX_S: i64 = 253_402_300_799;

/// What stands for a part of the date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A number of `min` to `max` digits, printed with at least `min`.
    Number { field: Field, min: usize, max: usize },
    /// `MMMM`, `MMM`: a month's name.
    MonthName { short: bool },
    /// `dddd`, `ddd`: a weekday's name.
    WeekdayName { short: bool },
    /// `d`: a weekday from 1 (Monday) to 7, which says nothing about the date.
    WeekdayNumber,
    /// `Do`: a day of the month with its English ending (`21st`).
    OrdinalDay,
    /// `a`, `A`: am or pm.
    Meridiem { upper: bool },
    /// `S`, `SS`, …: any number of digits of the second's fraction; printed with `digits` digits.
    Fraction { digits: usize },
    /// `X`: seconds since 1970-01-01, the whole text.
    Seconds,
    /// `x`: seconds, milliseconds or microseconds since 1970-01-01, the whole text.
    Ticks,
    /// `Z`, `ZZ`: an offset from UTC, ignored.
    Offset { colon: bool },
    /// `ZZZ`: the name of a zone, ignored.
    ZoneName,
    /// `W`: a date by ISO week (`2012-W05-2`).
    IsoWeek,
}

/// What a number stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Year,
    ShortYear,
    Month,
    DayOfYear,
    Day,
    Hour24,
    Hour12,
    Minute,
    Second,
}

/// No length at all: the token does not match here.
const NO_LENGTH: RangeInclusive<usize> = RangeInclusive::new(1, 0);

const fn number(field: Field, min: usize, max: usize) -> Token {
    Token::Number { field, min, max }
}

/// All spellings, longer ones before their beginnings. `None`: reads like a token and is none.
const SPELLINGS: [(&str, Option<Token>); 33] = [
    ("YYYY", Some(number(Field::Year, 4, 4))),
    ("YYY", None),
    ("YY", Some(number(Field::ShortYear, 2, 2))),
    ("MMMM", Some(Token::MonthName { short: false })),
    ("MMM", Some(Token::MonthName { short: true })),
    ("MM", Some(number(Field::Month, 2, 2))),
    ("M", Some(number(Field::Month, 1, 2))),
    ("Do", Some(Token::OrdinalDay)),
    ("DDDD", Some(number(Field::DayOfYear, 3, 3))),
    ("DDD", Some(number(Field::DayOfYear, 1, 3))),
    ("DD", Some(number(Field::Day, 2, 2))),
    ("D", Some(number(Field::Day, 1, 2))),
    ("dddd", Some(Token::WeekdayName { short: false })),
    ("ddd", Some(Token::WeekdayName { short: true })),
    ("dd", None),
    ("d", Some(Token::WeekdayNumber)),
    ("HH", Some(number(Field::Hour24, 2, 2))),
    ("H", Some(number(Field::Hour24, 1, 2))),
    ("hh", Some(number(Field::Hour12, 2, 2))),
    ("h", Some(number(Field::Hour12, 1, 2))),
    ("mm", Some(number(Field::Minute, 2, 2))),
    ("m", Some(number(Field::Minute, 1, 2))),
    ("ss", Some(number(Field::Second, 2, 2))),
    ("s", Some(number(Field::Second, 1, 2))),
    ("S", Some(Token::Fraction { digits: 1 })),
    ("ZZZ", Some(Token::ZoneName)),
    ("ZZ", Some(Token::Offset { colon: true })),
    ("Z", Some(Token::Offset { colon: false })),
    ("a", Some(Token::Meridiem { upper: false })),
    ("A", Some(Token::Meridiem { upper: true })),
    ("X", Some(Token::Seconds)),
    ("x", Some(Token::Ticks)),
    ("W", Some(Token::IsoWeek)),
];

impl Token {
    /// The token with which `format` starts, and its spelling; `Ok(None)` if it starts with something else.
    pub(super) fn at_start(format: &str) -> Result<Option<(&str, Self)>, String> {
        let Some((spelling, token)) = SPELLINGS.iter().find(|(spelling, _)| format.starts_with(spelling))
        else {
            return Ok(None);
        };
        match token {
            None => Err(format!(
                "`{spelling}` is not a token of date formats; write [{spelling}] for the letters"
            )),
            Some(Self::Fraction { .. }) => {
                let digits = run(format.as_bytes(), |byte| byte == b'S');
                Ok(Some((&format[..digits], Self::Fraction { digits })))
            }
            Some(token) => Ok(Some((&format[..spelling.len()], *token))),
        }
    }

    /// Whether a format cannot hold both: the same token, whatever the number of `S`.
    pub(super) fn collides(self, other: Self) -> bool {
        self == other || matches!((self, other), (Self::Fraction { .. }, Self::Fraction { .. }))
    }

    /// How many bytes at the start of `rest` may belong to this token. `at_start`: nothing stands before them.
    pub(super) fn lengths(self, rest: &[u8], at_start: bool) -> RangeInclusive<usize> {
        match self {
            Self::Number { min, max, .. } => {
                min..=run(&rest[..max.min(rest.len())], |byte| byte.is_ascii_digit())
            }
            Self::MonthName { short } => name_lengths(&MONTHS, short, rest),
            Self::WeekdayName { short } => name_lengths(&WEEKDAYS, short, rest),
            Self::WeekdayNumber => 1..=rest.len().min(1),
            Self::OrdinalDay => 3..=rest.len().min(4),
            Self::Meridiem { .. } => 2..=rest.len().min(2),
            Self::Fraction { .. } => 1..=run(rest, |byte| byte.is_ascii_digit()),
            Self::Seconds if at_start => rest.len().max(2)..=rest.len(),
            Self::Ticks if at_start => rest.len().max(1)..=rest.len(),
            Self::Seconds | Self::Ticks => NO_LENGTH,
            Self::Offset { colon } => 1..=rest.len().min(if colon { 6 } else { 5 }),
            Self::ZoneName => 2..=run(rest, |byte| byte.is_ascii_alphanumeric() || b"_+-/".contains(&byte)),
            Self::IsoWeek => 7..=rest.len().min(10),
        }
    }

    /// Takes `text`, whose length is one of [`lengths`](Self::lengths), into `parts`. Returns false if it does
    /// not have the form of this token.
    pub(super) fn accept(self, text: &[u8], parts: &mut Parts) -> bool {
        let taken = match self {
            Self::Number { field, .. } => digits(text).map(|number| field.set(number, parts)),
            Self::MonthName { short } => {
                name_position(&MONTHS, short, text).map(|at| parts.month = Some(at + 1))
            }
            Self::WeekdayName { short } => name_position(&WEEKDAYS, short, text)
                .and_then(|at| Weekday::from_monday_zero_offset(at).ok())
                .map(|weekday| parts.weekday = Some(weekday)),
            Self::WeekdayNumber => matches!(text, [b'1'..=b'7']).then_some(()),
            Self::OrdinalDay => ordinal(text).map(|day| parts.day = Some(day)),
            Self::Meridiem { .. } => meridiem(text).map(|afternoon| parts.afternoon = Some(afternoon)),
            Self::Fraction { .. } => fraction_us(text).map(|fraction_us| parts.fraction_us = fraction_us),
            Self::Seconds => seconds(text).map(|seconds| parts.timestamp_s = Some(seconds)),
            Self::Ticks => ticks(text).map(|seconds| parts.timestamp_s = Some(seconds)),
            Self::Offset { colon } => is_offset(text, colon).then_some(()),
            Self::ZoneName => (!b"+-/".contains(&text[0])).then_some(()),
            Self::IsoWeek => iso_week(text).map(|week| parts.iso_week = Some(week)),
        };
        taken.is_some()
    }

    /// Appends this part of a date to `text`.
    pub(super) fn print(self, date_time: DateTime, text: &mut String) {
        let written = match self {
            Self::Number { field, min, .. } => write!(text, "{:0min$}", field.get(date_time)),
            Self::MonthName { short } => {
                // jiff numbers months from 1 to 12.
                let name = MONTHS[usize::from(date_time.month().unsigned_abs()) - 1];
                write!(text, "{}", if short { &name[..ABBREVIATION] } else { name })
            }
            Self::WeekdayName { short } => {
                let name = WEEKDAYS[usize::from(date_time.weekday().to_monday_zero_offset().unsigned_abs())];
                write!(text, "{}", if short { &name[..ABBREVIATION] } else { name })
            }
            Self::WeekdayNumber => write!(text, "{}", date_time.weekday().to_monday_one_offset()),
            Self::OrdinalDay => write!(text, "{}{}", date_time.day(), ending(date_time.day())),
            Self::Meridiem { upper } => {
                let name = if date_time.hour() < 12 { ["am", "AM"] } else { ["pm", "PM"] };
                write!(text, "{}", name[usize::from(upper)])
            }
            Self::Fraction { digits } => write!(text, "{:0<digits$}", ""),
            Self::Seconds => write!(text, "{}.0", wall::seconds(date_time)),
            Self::Ticks => write!(text, "{}", wall::seconds(date_time) * 1_000_000),
            Self::Offset { colon } => write!(text, "{}", if colon { "+00:00" } else { "+0000" }),
            Self::ZoneName => write!(text, "UTC"),
            Self::IsoWeek => {
                let week = date_time.iso_week_date();
                write!(text, "{}-W{:02}-{}", week.year(), week.week(), week.weekday().to_monday_one_offset())
            }
        };
        written.expect("a String takes any text");
    }
}

impl Field {
    fn set(self, number: i16, parts: &mut Parts) {
        // All but years and days of the year have at most two digits.
        let small = i8::try_from(number).unwrap_or(i8::MAX);
        match self {
            Self::Year => parts.year = Some(number),
            Self::ShortYear => parts.year = Some(number + if number > SHORT_YEAR_LAST { 1900 } else { 2000 }),
            Self::Month => parts.month = Some(small),
            Self::DayOfYear => parts.day_of_year = Some(number),
            Self::Day => parts.day = Some(small),
            Self::Hour24 | Self::Hour12 => parts.hour = small,
            Self::Minute => parts.minute = small,
            Self::Second => parts.second = small,
        }
    }

    fn get(self, date_time: DateTime) -> i16 {
        match self {
            Self::Year => date_time.year(),
            Self::ShortYear => date_time.year() % 100,
            Self::Month => date_time.month().into(),
            Self::DayOfYear => date_time.day_of_year(),
            Self::Day => date_time.day().into(),
            Self::Hour24 => date_time.hour().into(),
            Self::Hour12 => ((date_time.hour() + 11) % 12 + 1).into(),
            Self::Minute => date_time.minute().into(),
            Self::Second => date_time.second().into(),
        }
    }
}

/// How many bytes at the start of `text` are of a kind.
fn run(text: &[u8], kind: impl Fn(u8) -> bool) -> usize {
    text.iter().position(|&byte| !kind(byte)).unwrap_or(text.len())
}

/// A number of at most four digits.
fn digits(text: &[u8]) -> Option<i16> {
    text.iter().try_fold(0, |number: i16, byte| {
        let digit = byte.is_ascii_digit().then(|| i16::from(byte - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

fn name(full: &str, short: bool) -> &[u8] {
    if short { &full.as_bytes()[..ABBREVIATION] } else { full.as_bytes() }
}

/// The length of the name with which `rest` starts; no name of a list is the beginning of another one.
fn name_lengths(names: &[&str], short: bool, rest: &[u8]) -> RangeInclusive<usize> {
    let starts = |name: &&[u8]| rest.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    names.iter().map(|full| name(full, short)).find(starts).map_or(NO_LENGTH, |name| name.len()..=name.len())
}

fn name_position(names: &[&str], short: bool, text: &[u8]) -> Option<i8> {
    let position = names.iter().position(|full| name(full, short).eq_ignore_ascii_case(text))?;
    i8::try_from(position).ok()
}

/// The day in `1st`, `22nd`, …
fn ordinal(text: &[u8]) -> Option<i8> {
    let (number, suffix) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let day = i8::try_from(digits(number)?).ok()?;
    let plain = number.len() == 1 || number[0] != b'0';
    (plain && day < 40 && suffix.eq_ignore_ascii_case(ending(day).as_bytes())).then_some(day)
}

/// The English ending of an ordinal number.
fn ending(day: i8) -> &'static str {
    match (day, day % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    }
}

fn meridiem(text: &[u8]) -> Option<bool> {
    match text.to_ascii_lowercase().as_slice() {
        b"am" => Some(false),
        b"pm" => Some(true),
        _ => None,
    }
}

/// Microseconds from any number of decimals: six of them, rounded by the seventh, a five to the even side.
fn fraction_us(decimals: &[u8]) -> Option<u32> {
    let digit = |at: usize| u32::from(decimals.get(at).map_or(0, |byte| byte.wrapping_sub(b'0')));
    let six = (0..6).fold(0, |number, at| number * 10 + digit(at));
    let up = match digit(6) {
        5 => six % 2,
        seventh => u32::from(seventh > 5),
    };
    decimals.iter().all(u8::is_ascii_digit).then_some(six + up)
}

/// `X`: at least two digits, perhaps with a decimal point inside.
fn seconds(text: &[u8]) -> Option<i64> {
    let unsigned = text.strip_prefix(b"-").unwrap_or(text);
    let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let mut points = unsigned.iter().filter(|byte| !byte.is_ascii_digit());
    let well_formed = unsigned.len() >= 2
        && is_digit(unsigned.first())
        && is_digit(unsigned.last())
        && points.next().is_none_or(|&byte| byte == b'.')
        && points.next().is_none();
    let number: f64 = core::str::from_utf8(text).ok().filter(|_| well_formed)?.parse().ok()?;
    // The cast saturates, and a date outside of the calendar is refused later.
    Some(number.floor() as i64)
}

/// `x`: a whole number, whose size tells the unit.
fn ticks(text: &[u8]) -> Option<i64> {
    let unsigned = text.strip_prefix(b"-").unwrap_or(text);
    if unsigned.is_empty() || !unsigned.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number: i64 = core::str::from_utf8(text).ok()?.parse().ok()?;
    [1, 1_000, 1_000_000]
        .map(|unit| number.div_euclid(unit))
        .into_iter()
        .find(|&seconds| seconds <= TIMESTAMP_MAX_S)
}

/// `Z`, `+hh`, `+hhmm`, or `+hh:mm` with a colon.
fn is_offset(text: &[u8], colon: bool) -> bool {
    let digit = u8::is_ascii_digit;
    match text {
        [b'Z' | b'z'] => true,
        [b'+' | b'-', hour @ ..] if hour.len() == 2 => hour.iter().all(digit),
        [b'+' | b'-', h1, h2, b':', minute @ ..] if colon => {
            minute.len() == 2 && [h1, h2].into_iter().chain(minute).all(digit)
        }
        [b'+' | b'-', hour_minute @ ..] => !colon && hour_minute.len() == 4 && hour_minute.iter().all(digit),
        _ => false,
    }
}

/// Year, week and weekday of `2012-W05-2`; hyphens and weekday may be missing (then it is Monday).
fn iso_week(text: &[u8]) -> Option<(i16, i8, i8)> {
    let (year, rest) = text.split_at_checked(4)?;
    let rest = rest.strip_prefix(b"-").unwrap_or(rest);
    let rest = rest.strip_prefix(b"W").or_else(|| rest.strip_prefix(b"w"))?;
    let (week, rest) = rest.split_at_checked(2)?;
    let weekday = match rest.strip_prefix(b"-").unwrap_or(rest) {
        [] => 1,
        [weekday] => i8::try_from(digits(&[*weekday])?).ok()?,
        _ => return None,
    };
    Some((digits(year)?, i8::try_from(digits(week)?).ok()?, weekday))
}
