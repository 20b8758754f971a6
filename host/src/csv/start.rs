//! The start of a run as a CSV model's parameter `start` gives it.

use super::date_format::DateFormat;
use crate::scenario::report::quote;

/// Dates of ISO 8601 and their like; `M` and `D` also take two digits.
const DATES: [&str; 11] = [
    "YYYY-M-D",
    "YYYY/M/D",
    "YYYY.M.D",
    "YYYYMMDD",
    "YYYY-DDDD",
    "YYYYDDDD",
    "YYYY-MM",
    "YYYY/MM",
    "YYYY.MM",
    "YYYY",
    "W",
];

/// Times that may follow such a date after a blank or a `T`.
const TIMES: [&str; 9] =
    ["HH:mm:ss", "HH:mm", "HH", "HH:mm:ss.S", "HH:mm:ss,S", "HHmmss", "HHmm", "HHmmss.S", "HHmmss,S"];

/// The start of a run in seconds of wall-clock time since 1970-01-01 00:00:00: `text` read with the file's
/// date format or, failing that, as an ISO 8601 date (`YYYY-MM-DD[ T]HH[:mm[:ss]]` and its like, with or
/// without an offset, which is ignored; spec/scenario-format.md 7).
///
/// # Errors
/// In words: the format is none, or the text is a date in neither way.
pub fn parse_start(text: &str, date_format: &str) -> Result<i64, String> {
    let format = DateFormat::parse(date_format)?;
    format.read(text).or_else(|| read_iso(text)).ok_or_else(|| {
        let (text, date_format) = (quote(text), quote(date_format));
        format!("{text} is neither a date in the format {date_format} nor YYYY-MM-DD HH:mm:ss")
    })
}

fn read_iso(text: &str) -> Option<i64> {
    let read = |format: &str| DateFormat::parse(format).ok()?.read(text);
    // The separator tells which of the forms can match; a week date has a `W`, never a `T`.
    let Some(separator) = [" ", "T"].into_iter().find(|separator| text.contains(separator)) else {
        return DATES.into_iter().find_map(read);
    };
    let times = || TIMES.into_iter().flat_map(|time| ["", "Z", "ZZ"].map(|zone| (time, zone)));
    DATES
        .into_iter()
        .flat_map(|date| times().map(move |(time, zone)| format!("{date}[{separator}]{time}{zone}")))
        .find_map(|format| read(&format))
}

#[cfg(test)]
mod tests {
    use super::parse_start;

    const NOON: i64 = 1_340_280_000; // 2012-06-21 12:00:00

    #[test]
    fn the_files_format_comes_first() {
        assert_eq!(parse_start("21-06-2012 12:00", "DD-MM-YYYY HH:mm"), Ok(NOON));
        // With this format 01-02 is the first of February, whatever ISO would say.
        assert_eq!(parse_start("2012-01-02", "YYYY-DD-MM"), parse_start("2012-02-01", "YYYY-MM-DD"));
    }

    #[test]
    fn iso_dates_are_taken_with_any_format() {
        for text in [
            "2012-06-21 12:00:00",
            "2012-06-21T12:00:00",
            "2012-06-21T12:00:00Z",
            "2012-06-21T12:00:00+02:00",
            "2012-06-21 12:00",
            "2012-06-21 12",
            "2012-6-21 12:00:00.25",
            "2012/06/21 12:00",
            "20120621T120000",
            "20120621T1200",
            "2012-173 12:00",
            "2012-W25-4T12:00",
        ] {
            assert_eq!(parse_start(text, "DD-MM-YYYY"), Ok(NOON), "{text}");
        }
        assert_eq!(parse_start("2012-06-21", "x"), Ok(NOON - 43_200));
    }

    #[test]
    fn anything_else_is_refused_with_both_texts() {
        for text in ["", "noon", "2012-06-31 12:00:00", "2012-06-21 25:00", "12:00 2012-06-21"] {
            let message = parse_start(text, "DD-MM-YYYY").unwrap_err();
            assert!(message.contains(&format!("`{text}`")) && message.contains("DD-MM-YYYY"), "{message}");
        }
        assert!(parse_start("2012", "YYY").unwrap_err().contains("YYY"));
    }
}
