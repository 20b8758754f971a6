//! Reads an input file into a table: the header, and the rows that a run uses.

use super::date_format::DateFormat;
use super::error::CsvError;
use super::{number, wall};
use crate::scenario::report::quote;
use illuminator_node::model::{Cells, Row, Table};

/// What to read of a file.
#[derive(Clone, Copy, Debug)]
pub struct TableRequest<'a> {
    /// The file's name, for messages.
    pub file: &'a str,
    /// Its content.
    pub text: &'a str,
    /// The text between two cells; `None` splits at runs of blanks.
    pub delimiter: Option<&'a str>,
    /// The format of the dates in column 1 (see [`DateFormat`]).
    pub date_format: &'a str,
    /// Whether rows are passed on as texts.
    pub send_row: bool,
    /// The date of the run's first step, in seconds of wall-clock time since 1970-01-01 00:00:00.
    pub start_s: i64,
    /// Most rows that the run uses.
    pub rows_max: u64,
}

/// Reads a table (spec/models.md 1.3): line 1 is a title, line 2 the header, each further line a row. Kept are
/// the rows from the first one on that is not earlier than the start, at most `rows_max` of them. Of the rows
/// before only the dates are read, of those after nothing. Blank lines at the end of the file are no rows.
/// Cells beyond the header are dropped; a row may have fewer.
///
/// # Errors
/// A missing header, no rows, a start before the first or after the last row, a date that does not match the
/// format, and, in the rows that are kept, a cell that is not a number (unless `send_row`).
pub fn parse_table(request: &TableRequest<'_>) -> Result<Table, CsvError> {
    let mut reader = Reader::new(request)?;
    let header = reader.header()?;
    let rows_max = usize::try_from(request.rows_max).unwrap_or(usize::MAX);
    let mut rows = Vec::new();
    let mut next = Some(reader.first_row()?);
    while let Some(dated) = next.take().filter(|_| rows.len() < rows_max) {
        rows.push(reader.row(&dated, &header[1..])?);
        // What follows the last row that the run uses is not even looked at.
        if rows.len() < rows_max {
            next = reader.dated()?;
        }
    }
    Ok(Table { file: request.file.to_owned(), header, rows })
}

/// The names of the states that a CSV model writes: one per data column, cut at a `#` and without blanks around
/// them, or `row` if it sends whole rows. `header` is [`Table::header`].
pub fn column_names(header: &[String], send_row: bool) -> Vec<String> {
    if send_row {
        return vec!["row".to_owned()];
    }
    let before_comment = |cell: &String| cell.split('#').next().unwrap_or_default().trim().to_owned();
    header.iter().skip(1).map(before_comment).collect()
}

/// A line of the file, numbered from 1.
#[derive(Clone, Copy)]
struct Line<'a> {
    number: u32,
    text: &'a str,
}

/// A line whose date was read.
struct Dated<'a> {
    line: Line<'a>,
    date_s: i64,
    cells: CellIter<'a>,
}

/// Goes through the lines of a file once.
struct Reader<'a> {
    request: &'a TableRequest<'a>,
    format: DateFormat,
    rest: &'a str,
    line_number: u32,
}

impl<'a> Reader<'a> {
    fn new(request: &'a TableRequest<'a>) -> Result<Self, CsvError> {
        if request.delimiter == Some("") {
            return Err(
                CsvError::in_file("the delimiter is empty").with_help("leave it out to split at blanks")
            );
        }
        let format = DateFormat::parse(request.date_format).map_err(CsvError::in_file)?;
        Ok(Self { request, format, rest: request.text, line_number: 0 })
    }

    fn line(&mut self) -> Option<Line<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let (text, rest) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
        self.rest = rest;
        self.line_number = self.line_number.saturating_add(1);
        Some(Line { number: self.line_number, text })
    }

    fn header(&mut self) -> Result<Vec<String>, CsvError> {
        self.line(); // the title
        let line = self.line().filter(|line| !line.text.trim().is_empty()).ok_or_else(|| {
            CsvError::in_file("the header is missing")
                .with_help("line 1 is a title, line 2 names the columns")
        })?;
        let cells = CellIter::new(line.text.trim(), self.request.delimiter);
        Ok(cells.map(str::to_owned).collect())
    }

    /// The next row with its date; `None` after the last one.
    fn dated(&mut self) -> Result<Option<Dated<'a>>, CsvError> {
        let Some(line) = self.line() else {
            return Ok(None);
        };
        let mut cells = CellIter::new(line.text.trim(), self.request.delimiter);
        let date = cells.next().unwrap_or_default();
        if let Some(date_s) = self.format.read(date) {
            return Ok(Some(Dated { line, date_s, cells }));
        }
        if !line.text.trim().is_empty() {
            return Err(self.no_date(line, date));
        }
        if !self.rest.trim().is_empty() {
            return Err(CsvError::in_line(line.number, line.text, None, "a blank line among the rows"));
        }
        self.rest = "";
        Ok(None)
    }

    #[cold]
    fn no_date(&self, line: Line<'_>, date: &str) -> CsvError {
        let (date_text, format) = (quote(date), quote(self.request.date_format));
        let message = format!("{date_text} does not match the date format {format}");
        CsvError::in_line(line.number, line.text, Some(date), message).with_help(format!(
            "a date in this format looks like {}",
            quote(&self.format.print(self.request.start_s))
        ))
    }

    /// The first row that is not earlier than the start.
    fn first_row(&mut self) -> Result<Dated<'a>, CsvError> {
        let start_s = self.request.start_s;
        let Some(first) = self.dated()? else {
            return Err(CsvError::in_file("the file has no rows"));
        };
        if start_s < first.date_s {
            let message = format!(
                "the run starts at {}, before the first row of the file ({})",
                wall::text(start_s),
                wall::text(first.date_s)
            );
            return Err(CsvError::in_line(first.line.number, first.line.text, None, message));
        }
        let mut row = first;
        while row.date_s < start_s {
            row = match self.dated()? {
                Some(next) => next,
                None => {
                    let message = format!(
                        "the run starts at {}, after the last row of the file ({})",
                        wall::text(start_s),
                        wall::text(row.date_s)
                    );
                    return Err(CsvError::in_line(row.line.number, row.line.text, None, message));
                }
            };
        }
        Ok(row)
    }

    /// The row of a line, with as many cells as there are `columns`, or fewer.
    fn row(&self, dated: &Dated<'a>, columns: &[String]) -> Result<Row, CsvError> {
        let Dated { line, date_s, ref cells } = *dated;
        let cells = columns.iter().zip(cells.clone());
        let (date_text, cells) = if self.request.send_row {
            (self.format.print(date_s), Cells::Texts(cells.map(|(_, cell)| cell.to_owned()).collect()))
        } else {
            let mut numbers = Vec::with_capacity(columns.len());
            for (column, cell) in cells {
                numbers.push(number::parse(cell).ok_or_else(|| no_number(line, column, cell))?);
            }
            (String::new(), Cells::Numbers(numbers))
        };
        Ok(Row { line: line.number, date_s, date_text, cells })
    }
}

#[cold]
fn no_number(line: Line<'_>, column: &str, cell: &str) -> CsvError {
    let message = if cell.trim().is_empty() {
        "an empty cell".to_owned()
    } else {
        format!("{} is not a number", quote(cell.trim()))
    };
    CsvError::in_line(line.number, line.text, Some(cell), message)
        .with_help(format!("column {} needs a number in every row that the run uses", quote(column.trim())))
}

/// The cells of a line.
#[derive(Clone)]
enum CellIter<'a> {
    Delimited { rest: Option<&'a str>, delimiter: &'a str },
    Blanks(core::str::SplitWhitespace<'a>),
}

impl<'a> CellIter<'a> {
    fn new(line: &'a str, delimiter: Option<&'a str>) -> Self {
        match delimiter {
            Some(delimiter) => Self::Delimited { rest: Some(line), delimiter },
            None => Self::Blanks(line.split_whitespace()),
        }
    }
}

impl<'a> Iterator for CellIter<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        match self {
            Self::Blanks(cells) => cells.next(),
            Self::Delimited { rest, delimiter } => {
                let text = (*rest)?;
                // One byte is searched for without the set-up of a substring search, which costs more than
                // the search in a short cell.
                let end = match delimiter.as_bytes() {
                    [byte] => text.bytes().position(|other| other == *byte),
                    _ => text.find(*delimiter),
                };
                *rest = end.map(|end| &text[end + delimiter.len()..]);
                Some(&text[..end.unwrap_or(text.len())])
            }
        }
    }
}
