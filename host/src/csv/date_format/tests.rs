use super::{DateFormat, TEXT_MAX};
use proptest::prelude::*;

const COMMON: &str = "YYYY-MM-DD HH:mm:ss";

fn read(format: &str, text: &str) -> Option<i64> {
    DateFormat::parse(format).unwrap().read(text)
}

/// What `text` means in `format`, as `YYYY-MM-DD HH:mm:ss`.
fn meaning(format: &str, text: &str) -> Option<String> {
    read(format, text).map(|seconds| DateFormat::parse(COMMON).unwrap().print(seconds))
}

#[test]
fn every_token_is_read() {
    let cases = [
        (COMMON, "2012-06-21 13:45:10", "2012-06-21 13:45:10"),
        ("D/M/YY H:m:s", "1/2/68 3:4:5", "2068-02-01 03:04:05"),
        ("D/M/YY H:m:s", "21/12/69 13:14:15", "1969-12-21 13:14:15"),
        ("MMMM Do, YYYY", "jUNE 21ST, 2012", "2012-06-21 00:00:00"),
        ("Do MMM YYYY", "12th Jan 2012", "2012-01-12 00:00:00"),
        ("YYYY-DDDD", "2012-060", "2012-02-29 00:00:00"),
        ("DDD YYYY", "7 2012", "2012-01-07 00:00:00"),
        ("dddd MM YYYY", "Sunday 06 2012", "2012-06-03 00:00:00"),
        ("ddd, DD MMM YYYY", "Mon, 21 Jun 2012", "2012-06-21 00:00:00"),
        ("dddd", "thursday", "1970-01-01 00:00:00"),
        ("d YYYY", "7 2012", "2012-01-01 00:00:00"),
        ("YYYY-MM-DD hh:mm A", "2012-06-21 12:30 am", "2012-06-21 00:30:00"),
        ("YYYY-MM-DD h:mm a", "2012-06-21 1:30 PM", "2012-06-21 13:30:00"),
        ("YYYY-MM-DD h:mm a", "2012-06-21 12:30 pm", "2012-06-21 12:30:00"),
        ("HH:mm:ss.S", "13:45:10.123456789", "0001-01-01 13:45:10"),
        ("HH:mm:ss.SSS", "13:45:59.9999996", "0001-01-01 13:46:00"),
        ("HH:mm:ss.S", "13:45:59.9999995", "0001-01-01 13:46:00"),
        ("HH:mm:ss.S", "13:45:59.9999994", "0001-01-01 13:45:59"),
        ("X", "1340286310.75", "2012-06-21 13:45:10"),
        ("X", "-10.5", "1969-12-31 23:59:49"),
        ("x", "1340286310", "2012-06-21 13:45:10"),
        ("x", "1340286310999", "2012-06-21 13:45:10"),
        ("x", "1340286310999999", "2012-06-21 13:45:10"),
        ("YYYY-MM-DDTHH:mmZ", "2012-06-21T13:45+0200", "2012-06-21 13:45:00"),
        ("YYYY-MM-DDTHH:mmZZ", "2012-06-21T13:45-02:30", "2012-06-21 13:45:00"),
        ("YYYY-MM-DDTHH:mmZZ", "2012-06-21T13:45z", "2012-06-21 13:45:00"),
        ("YYYY-MM-DD HH:mm ZZZ", "2012-06-21 13:45 Europe/Amsterdam", "2012-06-21 13:45:00"),
        ("W", "2012-W25-4", "2012-06-21 00:00:00"),
        ("W HH", "2012W25 13", "2012-06-18 13:00:00"),
        ("[day] D [of M] M, YYYY", "Day 21 of m 6, 2012", "2012-06-21 00:00:00"),
        ("YYYY年MM月", "2012年06月", "2012-06-01 00:00:00"),
        ("YYYYMMDDHHmmss", "20120621134510", "2012-06-21 13:45:10"),
        ("DMYYYY", "2162012", "2012-06-21 00:00:00"),
        ("YYYY-MM-DD HH:mm", "2012-12-31 24:00", "2013-01-01 00:00:00"),
    ];
    for (format, text, expected) in cases {
        assert_eq!(meaning(format, text).as_deref(), Some(expected), "{format:?} {text:?}");
    }
}

#[test]
fn dates_that_do_not_exist_are_none() {
    let cases = [
        (COMMON, "2012-02-30 00:00:00"),
        (COMMON, "0000-01-01 00:00:00"),
        (COMMON, "2012-06-21 24:00:01"),
        (COMMON, "2012-06-21 25:00:00"),
        (COMMON, "2012-06-21 00:60:00"),
        (COMMON, "2012-06-21 00:00:60"),
        (COMMON, "9999-12-31 24:00:00"),
        ("DDDD", "060"),
        ("DDDD MM YYYY", "060 01 2012"),
        ("YYYY-DDDD", "2011-366"),
        ("Do MM YYYY", "21th 06 2012"),
        ("Do MM YYYY", "0th 06 2012"),
        ("W", "2012-W53-1"),
        ("W", "2012-W05-8"),
        ("d", "8"),
        ("HH a", "13 am"),
        ("x", "99999999999999999999"),
        ("x", "9223372036854775807"),
        ("X", "1e300"),
        ("X", "5"),
    ];
    for (format, text) in cases {
        assert_eq!(read(format, text), None, "{format:?} {text:?}");
    }
}

#[test]
fn a_date_is_found_where_punctuation_allows() {
    let date = "2012-06-21";
    for text in
        ["2012-06-21", "on 2012-06-21 at", "(2012-06-21)", "blah .2012-06-21, blah", "\u{e9} 2012-06-21"]
    {
        assert!(read("YYYY-MM-DD", text).is_some(), "{text:?}");
    }
    for (before, after) in [
        ("x", ""),
        ("-", ""),
        ("((", ""),
        ("a(", ""),
        ("1", ""),
        ("\u{e9}", ""),
        ("", "x"),
        ("", "-"),
        ("", ".)"),
        ("", ".x"),
        ("", "1"),
    ] {
        let text = format!("{before}{date}{after}");
        assert_eq!(read("YYYY-MM-DD", &text), None, "{text:?}");
    }
    // Blanks count, and all of the date has to be there.
    for (format, text) in [
        (COMMON, "2012-01-01 00:00"),
        ("YYYY-MM-DD HH:mm", "2012-01-01 00:00:00"),
        (COMMON, "2012-01-01  00:00:00"),
        (COMMON, ""),
        ("x", "at 12"),
        ("X [s]", "12 s"),
    ] {
        assert_eq!(read(format, text), None, "{format:?} {text:?}");
    }
}

#[test]
fn formats_are_checked() {
    for format in ["YYY", "dd", "YYYY YYYY", "S SS", "Do Do"] {
        assert!(DateFormat::parse(format).is_err(), "{format:?}");
    }
    let twice = DateFormat::parse("DD DD").unwrap_err();
    assert_eq!(twice, "`DD` stands twice in the date format `DD DD`");
    // A bracket that is never closed, and one inside another, stand for themselves.
    assert_eq!(read("[YYYY", "[2012"), read("YYYY", "2012"));
    assert_eq!(read("[[at]", "[at"), read("[]", ""));
}

#[test]
fn every_token_is_printed() {
    let seconds = read(COMMON, "2012-06-02 13:05:09").unwrap();
    let cases = [
        ("YYYY YY MMMM MMM MM M", "2012 12 June Jun 06 6"),
        ("DDDD DDD DD D Do", "154 154 02 2 2nd"),
        ("dddd ddd d", "Saturday Sat 6"),
        ("HH H hh h mm m ss s S", "13 13 01 1 05 5 09 9 0"),
        ("SSS a A", "000 pm PM"),
        ("X", "1338642309.0"),
        ("x", "1338642309000000"),
        ("ZZZ ZZ Z", "UTC +00:00 +0000"),
        ("W [week]", "2012-W22-6 week"),
    ];
    for (format, expected) in cases {
        assert_eq!(DateFormat::parse(format).unwrap().print(seconds), expected);
    }
    let ordinals =
        (0..31).map(|day| DateFormat::parse("Do").unwrap().print(day * 86_400)).collect::<Vec<_>>();
    assert_eq!(ordinals[..4], ["1st", "2nd", "3rd", "4th"]);
    assert_eq!(ordinals[10..13], ["11th", "12th", "13th"]);
    assert_eq!(ordinals[20..23], ["21st", "22nd", "23rd"]);
    let hours = [0, 12].map(|hour| DateFormat::parse("h a").unwrap().print(hour * 3600));
    assert_eq!(hours, ["12 am", "12 pm"]);
}

#[test]
fn long_texts_are_no_dates() {
    let text = format!("{:>width$}", "2012-06-21", width = TEXT_MAX);
    assert!(read("YYYY-MM-DD", &text).is_some());
    assert_eq!(read("YYYY-MM-DD", &format!(" {text}")), None);
}

/// Reading a megabyte of brackets would take minutes.
#[test]
fn long_texts_are_no_formats() {
    assert!(DateFormat::parse(&"[".repeat(TEXT_MAX)).is_ok());
    let problem = DateFormat::parse(&"[".repeat(1 << 20)).unwrap_err();
    assert!(problem.contains("more than 128 bytes") && problem.len() < 200, "{problem}");
}

/// Formats of tokens, brackets and anything else.
fn formats() -> impl Strategy<Value = String> {
    let piece = prop_oneof!["[YMDdHhmsSaAxXZW]{1,4}", "\\[\\PC{0,3}\\]?", "[-/:. T]", "\\PC"];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn nothing_makes_it_panic(format in formats(), text in "[-0-9A-Za-z:+/. ]{0,40}|\\PC{0,20}", seconds: i64) {
        if let Ok(format) = DateFormat::parse(&format) {
            format.read(&text);
            format.print(seconds);
        }
    }

    #[test]
    fn what_is_printed_is_read(
        seconds in -62_135_596_800_i64..=253_402_300_799,
        format in prop::sample::select(vec![
            COMMON, "D/M/YYYY H:m:s", "MMMM Do YYYY hh:mm:ss a", "YYYY-DDDD HH:mm:ss.S", "dddd DD MMM YYYY h.m.s A",
            "YYYYMMDDHHmmss", "YYYY-MM-DD[T]HH:mm:ssZZ",
        ]),
    ) {
        let format = DateFormat::parse(format).unwrap();
        prop_assert_eq!(format.read(&format.print(seconds)), Some(seconds));
    }

    /// The worst case: digits only, and many tokens that may take any number of them.
    #[test]
    fn reading_is_bounded(digits in "[0-9]{120,128}") {
        prop_assert_eq!(read("MDHhmsDDDSZZZ[!]", &digits), None);
    }
}
