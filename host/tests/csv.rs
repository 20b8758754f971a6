//! Input files: the vectors of the CSV model, and what happens to files with mistakes.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

mod csv {
    mod vectors;
}
#[path = "../../node-runtime/tests/vectors/results.rs"]
mod results;

use illuminator::csv::{CsvError, TableRequest, column_names, parse_table};
use illuminator_node::model::{Cells, Row, Table};
use proptest::prelude::*;
use std::fmt::Write as _;

const FORMAT: &str = "YYYY-MM-DD HH:mm:ss";
const MIDNIGHT: i64 = 1_325_376_000; // 2012-01-01 00:00:00

fn table(text: &str, rows_max: u64) -> Result<Table, CsvError> {
    parse_table(&request(text, rows_max))
}

fn request(text: &str, rows_max: u64) -> TableRequest<'_> {
    TableRequest {
        file: "a.csv",
        text,
        delimiter: Some(","),
        date_format: FORMAT,
        send_row: false,
        start_s: MIDNIGHT,
        rows_max,
    }
}

fn numbers<'a>(table: &'a Table) -> Vec<&'a [f64]> {
    let cells = |row: &'a Row| match &row.cells {
        Cells::Numbers(numbers) => numbers.as_slice(),
        Cells::Texts(_) => panic!("numbers were asked for"),
    };
    table.rows.iter().map(cells).collect()
}

#[test]
fn files_of_other_systems_are_read() {
    let text = "\u{feff}title\r\n Time , u #m/s,v\r\n2012-01-01 00:00:00 ,1_0, 2.5 \r\n2012-01-01 00:15:00,-1e-3\r\n\r\n  \r\n";
    let table = table(text, 10).unwrap();
    assert_eq!(table.file, "a.csv");
    assert_eq!(table.header, ["Time ", " u #m/s", "v"]);
    assert_eq!(column_names(&table.header, false), ["u", "v"]);
    assert_eq!(column_names(&table.header, true), ["row"]);
    assert_eq!(numbers(&table), [&[10.0, 2.5][..], &[-0.001]]);
    let lines_and_dates: Vec<_> = table.rows.iter().map(|row| (row.line, row.date_s - MIDNIGHT)).collect();
    assert_eq!(lines_and_dates, [(3, 0), (4, 900)]);
}

#[test]
fn rows_outside_the_run_are_passed_over() {
    let text =
        "t\nTime,u\n2011-12-31 23:45:00,x\n2012-01-01 00:00:00,1\n2012-01-01 00:15:00,2\n\n2012-13-01,\n";
    assert_eq!(numbers(&table(text, 2).unwrap()), [[1.0], [2.0]]);
    assert_eq!(table(text, 0).unwrap().rows, []);
    assert_eq!(table(text, 3).unwrap_err().line, 6);
}

#[test]
fn rows_may_be_passed_on_as_texts() {
    let text = "t\nTime; a;b\n1/1/2012 ; x ;\n2/1/2012; 1;2;3";
    let request =
        TableRequest { delimiter: Some(";"), date_format: "D/M/YYYY", send_row: true, ..request(text, 9) };
    let table = parse_table(&request).unwrap();
    assert_eq!(table.header, ["Time", " a", "b"]);
    assert_eq!(table.rows[0].date_text, "1/1/2012");
    assert_eq!(table.rows[0].cells, Cells::Texts(vec![" x ".to_owned(), String::new()]));
    assert_eq!(table.rows[1].cells, Cells::Texts(vec![" 1".to_owned(), "2".to_owned()]));
}

#[test]
fn a_delimiter_may_be_longer_than_one_character() {
    let text = "t\nTime; a;b\n2012-01-01 00:00:00; 7; 8";
    let table = parse_table(&TableRequest { delimiter: Some("; "), ..request(text, 9) }).unwrap();
    assert_eq!(
        (table.header.as_slice(), numbers(&table)),
        (&["Time".to_owned(), "a;b".to_owned()][..], vec![&[7.0][..]])
    );
}

#[test]
fn mistakes_are_located() {
    let rows = "t\nTime,u,v\n2012-01-01 00:00:00,1,2\n";
    let cases = [
        ("é,x,y\n", (0, 0), "the header is missing"),
        ("t\n \n", (0, 0), "the header is missing"),
        ("t\nTime,u,v\n\n", (0, 0), "the file has no rows"),
        (&format!("{rows}2012-01-01 00:15:00,é, abc\n"), (4, 21), "`é` is not a number"),
        (&format!("{rows}2012-01-01 00:15:00,,1\n"), (4, 21), "an empty cell"),
        (&format!("{rows} 2012-01-01 00:15:00,1,\n"), (4, 24), "an empty cell"),
        (&format!("{rows}\n2012-01-01 00:15:00,1,2\n"), (4, 0), "a blank line among the rows"),
        (
            &format!("{rows}  2012-01-01 00:15,1,2\n"),
            (4, 3),
            "`2012-01-01 00:15` does not match the date format `YYYY-MM-DD HH:mm:ss`",
        ),
        (
            "t\nTime,u\n2012-01-01 00:15:00,1\n",
            (3, 0),
            "the run starts at 2012-01-01 00:00:00, before the first row of the file (2012-01-01 00:15:00)",
        ),
        (
            "t\nTime,u\n2011-01-01 00:00:00,\n2011-01-02 00:00:00,1\n",
            (4, 0),
            "the run starts at 2012-01-01 00:00:00, after the last row of the file (2011-01-02 00:00:00)",
        ),
    ];
    for (text, place, message) in cases {
        let error = table(text, 9).unwrap_err();
        assert_eq!(((error.line, error.column), error.message.as_str()), (place, message), "{text:?}");
        let line = error.line.checked_sub(1).map_or("", |line| text.lines().nth(line as usize).unwrap());
        assert_eq!(error.excerpt, line.trim_end());
    }
    let help = table("t\nTime,u\nx,1\n", 9).unwrap_err().help.unwrap();
    assert_eq!(help, "a date in this format looks like `2012-01-01 00:00:00`");
    let long = format!("t\nTime,u\n2012-01-01 00:00:00,{}\n", "x".repeat(200));
    assert_eq!(table(&long, 9).unwrap_err().excerpt, "");
    let no_delimiter =
        parse_table(&TableRequest { delimiter: Some(""), ..request("t\nh\n", 1) }).unwrap_err();
    assert_eq!(no_delimiter.message, "the delimiter is empty");
    let no_format = parse_table(&TableRequest { date_format: "YYY", ..request("t\nh\n", 1) }).unwrap_err();
    assert!(no_format.message.contains("`YYY`"));
}

proptest! {
    #[test]
    fn any_text_gives_a_table_or_an_error(
        text in "(\\PC{0,20}\n){0,5}|([-0-9: ,\\r]{0,30}\n){0,8}",
        delimiter in prop::option::of(",|;;|\\PC{0,2}"),
        date_format in "[-YMDHms/:X ]{0,8}",
        send_row: bool,
        rows_max in 0_u64..5,
    ) {
        let delimiter = delimiter.as_deref();
        let request = TableRequest { delimiter, date_format: &date_format, send_row, start_s: -62_135_596_800, ..request(&text, rows_max) };
        match parse_table(&request) {
            Ok(table) => prop_assert!(table.rows.len() as u64 <= rows_max),
            Err(error) => prop_assert!(error.line as usize <= text.lines().count() && !error.message.is_empty()),
        }
    }

    #[test]
    fn a_written_table_is_read_back(rows in prop::collection::vec(prop::collection::vec(any::<f64>(), 3), 1..20)) {
        let mut text = "title\nTime,a,b,c\n".to_owned();
        for (minute, row) in rows.iter().enumerate() {
            writeln!(text, "2012-01-01 00:{minute:02}:00,{:?},{:?},{:?}", row[0], row[1], row[2]).unwrap();
        }
        let table = table(&text, u64::MAX).unwrap();
        let found: Vec<f64> = numbers(&table).concat();
        let same = |(a, b): (&f64, &f64)| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
        prop_assert_eq!(found.len(), 3 * rows.len());
        prop_assert!(found.iter().zip(rows.iter().flatten()).all(same));
    }
}

/// A cell of a megabyte with what a terminal would carry out.
#[test]
fn a_mistake_is_told_in_few_words_and_without_control_characters() {
    let cell = "\x1b[2J".repeat(1 << 18);
    for text in [format!("t\nTime,u\n{cell},1\n"), format!("t\nTime,u\n2012-01-01 00:00:00,{cell}\n")] {
        let request = TableRequest {
            file: "x.csv",
            text: &text,
            delimiter: Some(","),
            date_format: FORMAT,
            send_row: false,
            start_s: MIDNIGHT,
            rows_max: 9,
        };
        let error = parse_table(&request).unwrap_err();
        for told in [&error.message, &error.excerpt, error.help.as_ref().unwrap()] {
            assert!(told.len() < 300 && !told.contains(char::is_control), "{told}");
        }
    }
}
