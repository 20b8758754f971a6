//! Reads a result file: its dates, and the columns that were asked for.
//!
//! ```text
//!   text ─▶ header (names, delimiter) ─▶ choice of columns ─▶ rows: kind of each column ─▶ rows: values
//! ```
//!
//! Invariants: a column has a value, or none, for each date; nothing of columns that nobody asked for is kept.

use super::calendar::seconds;
use crate::record::read_date;
use crate::scenario::report::{excerpt, quote};
use crate::scenario::{Diagnostic, Severity};
use jiff::civil::{DateTime, Time};
use std::ops::RangeInclusive;

/// Most different texts of a column that is drawn.
pub(super) const TEXTS_MAX: usize = 18;

/// The columns of a result that were asked for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Results {
    /// The date of each row `[s since 1970, wall clock]`.
    pub(super) dates_s: Vec<i64>,
    /// The columns, in the order of the choice.
    pub(super) columns: Vec<Column>,
}

/// A column of a result.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Column {
    /// Its name in the header: `model.attribute`.
    pub(super) name: String,
    /// Its values.
    pub(super) values: Values,
}

/// The values of a column, one per date.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Values {
    /// Numbers that may lie between any two; NaN where there is none.
    Numbers(Vec<f64>),
    /// Whole numbers, which hold until the next row; NaN where there is none.
    Whole(Vec<f64>),
    /// Only 0 and 1, or False and True; NaN where there is none.
    Switch(Vec<f64>),
    /// At most [`TEXTS_MAX`] different texts; each row has the position of its own, or none.
    Texts {
        /// The line of the first one that is no number.
        line: u64,
        /// The texts, in the order in which they appear.
        texts: Vec<String>,
        /// Positions in `texts`.
        rows: Vec<Option<usize>>,
    },
    /// More different texts than that.
    ManyTexts {
        /// The line of the first one that is no number.
        line: u64,
    },
    /// Every cell is empty.
    Nothing,
}

/// A result file that is not read yet, but for its header.
pub(super) struct ResultFile<'a> {
    file: &'a str,
    text: &'a str,
    delimiter: u8,
    names: Vec<String>,
    /// When the first row is, where its date alone does not say it.
    start_s: Option<i64>,
}

impl<'a> ResultFile<'a> {
    /// Reads the header. Messages call the file `file`.
    ///
    /// # Errors
    /// A file that does not begin with `date`, a delimiter and names.
    pub(super) fn open(text: &'a str, file: &'a str) -> Result<Self, Diagnostic> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let header = text.lines().next().unwrap_or_default();
        let delimiter = header.strip_prefix("date").and_then(|rest| rest.bytes().next());
        let no_result = |message: &str| {
            located(
                file,
                (u64::from(!header.is_empty()), 1),
                header,
                message.to_owned(),
                Some(
                    "a result file begins with `date`, and has columns such as `Battery1.soc`: \
                 `illuminator scenario run` writes it"
                        .to_owned(),
                ),
            )
        };
        let delimiter = delimiter
            .filter(|byte| matches!(byte, b'\t' | b' ' | b'!' | b'#'..=b'/' | b':'..=b'@' | b'['..=b'`' | b'{'..=b'~'))
            .ok_or_else(|| no_result("this is not the header of a result file"))?;
        let mut file = Self { file, text, delimiter, names: Vec::new(), start_s: None };
        let mut record = csv::StringRecord::new();
        if !file.reader().read_record(&mut record).unwrap_or(false) || record.len() < 2 {
            return Err(no_result("there is no column besides the dates"));
        }
        file.names = record.iter().skip(1).map(str::to_owned).collect();
        file.start_s = file.start();
        Ok(file)
    }

    /// The names of all columns but `date`, in the order of the file.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Reads the rows with dates in `range`, of the columns at these positions of [`names`](Self::names).
    ///
    /// # Errors
    /// The first row that has no date, or another number of cells than the header.
    pub(super) fn read(&self, choice: &[usize], range: &RangeInclusive<i64>) -> Result<Results, Diagnostic> {
        let mut kinds = vec![Kind::Nothing; choice.len()];
        let mut dates_s = Vec::new();
        self.for_each_row(range, |date_s, line, record| {
            dates_s.push(date_s);
            for (kind, &column) in kinds.iter_mut().zip(choice) {
                *kind = kind.join(Kind::of(record.get(column + 1).unwrap_or_default(), line));
            }
        })?;
        let mut values: Vec<Values> = kinds.into_iter().map(|kind| kind.values(dates_s.len())).collect();
        self.for_each_row(range, |_, _, record| {
            for (values, &column) in values.iter_mut().zip(choice) {
                values.push(record.get(column + 1).unwrap_or_default());
            }
        })?;
        let names = choice.iter().filter_map(|&column| self.names.get(column).cloned());
        let columns = names.zip(values).map(|(name, values)| Column { name, values }).collect();
        Ok(Results { dates_s, columns })
    }

    /// The first row may have no time of day, whenever the run began: it is as long before the second one as that is before
    /// the third.
    fn start(&self) -> Option<i64> {
        let rows = self.reader().into_records().skip(1).take(3).map_while(Result::ok);
        let dates: Vec<DateTime> = rows.map_while(|row| row.get(0).and_then(read_date)).collect();
        let &[first, second, third] = dates.as_slice() else { return None };
        let start = second.checked_sub(third.duration_since(second)).ok()?;
        (first.time() == Time::midnight() && start.date() == first.date()).then(|| seconds(start))
    }

    fn reader(&self) -> csv::Reader<&'a [u8]> {
        let mut builder = csv::ReaderBuilder::new();
        builder.has_headers(false).flexible(true).trim(csv::Trim::All).delimiter(self.delimiter);
        builder.from_reader(self.text.as_bytes())
    }

    fn for_each_row(
        &self,
        range: &RangeInclusive<i64>,
        mut take: impl FnMut(i64, u64, &csv::StringRecord),
    ) -> Result<(), Diagnostic> {
        let mut reader = self.reader();
        let mut record = csv::StringRecord::new();
        // What was text cannot fail to be read as text. First the header.
        let more = reader.read_record(&mut record).unwrap_or(false);
        let mut start_s = self.start_s;
        while more && reader.read_record(&mut record).unwrap_or(false) {
            let line = record.position().map_or(0, csv::Position::line);
            let date_s =
                record.get(0).and_then(read_date).map(|date| start_s.take().unwrap_or(seconds(date)));
            match date_s.filter(|_| record.len() == self.names.len() + 1) {
                Some(date_s) if range.contains(&date_s) => take(date_s, line, &record),
                Some(_) => {}
                None => return Err(self.bad_row(&record)),
            }
        }
        Ok(())
    }

    #[cold]
    fn bad_row(&self, record: &csv::StringRecord) -> Diagnostic {
        let place = record.position();
        let line = place.map_or(0, csv::Position::line);
        let rest = place.and_then(|place| self.text.get(place.byte() as usize..)).unwrap_or_default();
        let text = rest.lines().next().unwrap_or_default();
        let date = record.get(0).unwrap_or_default();
        if read_date(date).is_none() {
            let message = format!("{} is not the date of a row", quote(date));
            let help = "a date looks like `2024-06-20 06:00:00` or `2024-06-20`".to_owned();
            return located(self.file, (line, 1), text, message, Some(help));
        }
        let (cells, expected) = (record.len(), self.names.len() + 1);
        let message = format!("this row has {cells} cells, and the header {expected}");
        let column = if cells < expected { text.chars().count() + 1 } else { self.column_of(text, expected) };
        located(self.file, (line, column), text, message, None)
    }

    /// Where a cell begins in its line, in characters from 1.
    fn column_of(&self, line: &str, cell: usize) -> usize {
        let (mut quoted, mut cells) = (false, 0);
        for (index, character) in line.chars().enumerate() {
            if cells == cell {
                return index + 1;
            }
            quoted ^= character == '"';
            cells += usize::from(!quoted && character == char::from(self.delimiter));
        }
        line.chars().count() + 1
    }
}

fn located(
    file: &str,
    (line, column): (u64, usize),
    text: &str,
    message: String,
    help: Option<String>,
) -> Diagnostic {
    Diagnostic {
        severity: Severity::Error,
        file: file.to_owned(),
        line: u32::try_from(line).unwrap_or(u32::MAX),
        column: u32::try_from(column).unwrap_or(u32::MAX),
        excerpt: excerpt(text),
        width: 1,
        message,
        help,
    }
}

impl Values {
    /// Adds the cell of the next row.
    fn push(&mut self, cell: &str) {
        match self {
            Self::Numbers(rows) | Self::Whole(rows) | Self::Switch(rows) => rows.push(number(cell)),
            Self::Texts { rows, .. } if cell.is_empty() => rows.push(None),
            Self::Texts { line, texts, rows } => {
                let known = texts.iter().position(|text| text == cell).unwrap_or(texts.len());
                rows.push(Some(known));
                if known == TEXTS_MAX {
                    *self = Self::ManyTexts { line: *line };
                } else if known == texts.len() {
                    texts.push(cell.to_owned());
                }
            }
            Self::ManyTexts { .. } | Self::Nothing => {}
        }
    }
}

/// The number in a cell; NaN if there is none, or one that has no place on an axis.
fn number(cell: &str) -> f64 {
    match cell {
        "True" => 1.0,
        "False" => 0.0,
        _ => cell.parse().ok().filter(|number: &f64| number.is_finite()).unwrap_or(f64::NAN),
    }
}

/// What all cells of a column are, as far as they were looked at; the narrowest comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Nothing,
    Switch,
    Whole,
    Number,
    /// And the line of the first text.
    Text(u64),
}

impl Kind {
    /// What a cell in a line is.
    fn of(cell: &str, line: u64) -> Self {
        match cell {
            "" => Self::Nothing,
            "0" | "1" | "True" | "False" => Self::Switch,
            _ if cell.parse::<i64>().is_ok() => Self::Whole,
            _ if cell.parse::<f64>().is_ok() => Self::Number,
            _ => Self::Text(line),
        }
    }

    /// The narrowest kind that holds both, of which `self` was seen first.
    fn join(self, other: Self) -> Self {
        if matches!(self, Self::Text(_)) { self } else { self.max(other) }
    }

    /// No values of this kind yet, and room for those of all rows.
    fn values(self, rows: usize) -> Values {
        match self {
            Self::Nothing => Values::Nothing,
            Self::Switch => Values::Switch(Vec::with_capacity(rows)),
            Self::Whole => Values::Whole(Vec::with_capacity(rows)),
            Self::Number => Values::Numbers(Vec::with_capacity(rows)),
            Self::Text(line) => Values::Texts { line, texts: Vec::new(), rows: Vec::with_capacity(rows) },
        }
    }
}

#[cfg(test)]
mod tests;
