//! Target `csv`: the data files of CSV models.

use illuminator::csv::{DateFormat, TableRequest, column_names, parse_start, parse_table};
use illuminator_node::model::Cells;

/// Most rows that the run uses.
const ROWS_MAX: u64 = 100;
/// Longest text that a person is told `[bytes]`.
const TOLD_MAX: usize = 1_000;
/// The date format, the start, the delimiter, how rows are sent, and the file.
const LINES: usize = 5;

/// Reads a data file. The first lines of the input are the date format, the start, the delimiter (`-`: none), and
/// whether rows are sent as texts (`rows`).
///
/// Promise: no panic; a mistake has its place in the file and few words, none of which a terminal carries out; rows have
/// no more cells than the header; a start that was read is read again from its printed form, if the format has a whole
/// date.
pub fn csv(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let mut lines = text.splitn(LINES, '\n');
    let mut line = || lines.next().unwrap_or_default();
    let (date_format, start, delimiter, send_row, text) = (line(), line(), line(), line(), line());
    if let Ok(format) = DateFormat::parse(date_format)
        && let Some(date_s) = format.read(start)
    {
        dates(&format, date_format, date_s);
    }
    let request = TableRequest {
        file: "x.csv",
        text,
        delimiter: (delimiter != "-").then_some(delimiter),
        date_format,
        send_row: send_row == "rows",
        start_s: parse_start(start, date_format).unwrap_or_default(),
        rows_max: ROWS_MAX,
    };
    match parse_table(&request) {
        Ok(table) => {
            let columns = column_names(&table.header, request.send_row);
            assert!(request.send_row || columns.len() + 1 == table.header.len());
            assert!((1..=ROWS_MAX as usize).contains(&table.rows.len()));
            assert!(table.rows[0].date_s >= request.start_s);
            for row in &table.rows {
                let cells = match &row.cells {
                    Cells::Numbers(cells) => cells.len(),
                    Cells::Texts(cells) => cells.len(),
                };
                assert!(cells < table.header.len());
            }
        }
        Err(error) => {
            assert!(error.line as usize <= text.matches('\n').count() + 1, "{error:?}");
            assert!(error.line > 0 || error.column == 0, "{error:?}");
            let told = [&error.message, &error.excerpt, error.help.as_ref().unwrap_or(&error.message)];
            let fit = |told: &String| told.len() <= TOLD_MAX && !told.contains(char::is_control);
            assert!(told.into_iter().all(fit), "{error:?}");
        }
    }
}

/// Prints a date and reads it again.
fn dates(format: &DateFormat, spelled: &str, date_s: i64) {
    let printed = format.print(date_s);
    if spelled == "YYYY-MM-DD HH:mm:ss" {
        assert_eq!(format.read(&printed), Some(date_s), "{printed}");
    } else {
        // Without some of its parts it may be another date, or none; reading it must end all the same.
        let _ = format.read(&printed);
    }
}
