//! The input files of CSV models: which files, how to read them, and their content.

use super::keys::{Keys, Reported};
use super::recorders::start_of;
use super::{Run, date_text, zone_is_known};
use crate::csv::{CsvError, TableRequest, column_names, parse_table};
use crate::scenario::report::{Mark, Report, excerpt, quote};
use crate::scenario::{Diagnostic, Files, Severity};
use illuminator_node::model::{Row, SectionKind, Table, Tables};
use illuminator_node::value::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a CSV model gets from its files.
pub(super) struct Input {
    pub(super) tables: Tables,
    /// The names it adds to its states.
    pub(super) columns: Vec<String>,
    /// Where the files are named.
    pub(super) mark: Mark,
}

/// Tables that were parsed before: models that read the same file in the same way share it, and so do the scenarios of a
/// sweep.
#[derive(Clone, Default)]
pub struct ParsedTables {
    parsed: BTreeMap<Request, Arc<[Table]>>,
}

/// How a CSV model reads its files.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Request {
    files: Vec<String>,
    delimiter: Option<String>,
    date_format: String,
    send_row: bool,
    start_s: i64,
    rows_max: u64,
}

impl ParsedTables {
    /// Reads and parses the files of a CSV model that is stepped every `step_size` co-simulation steps.
    pub(super) fn read(
        &mut self,
        keys: &Keys<'_>,
        run: &Run,
        step_size: u32,
        files: &mut dyn Files,
        report: &mut Report<'_>,
    ) -> Result<Input, Reported> {
        let (names, mark) = file_names(keys, report)?;
        let request = request(keys, run, names, step_size, report)?;
        let tables = match self.parsed.get(&request) {
            Some(tables) => Arc::clone(tables),
            None => {
                let tables = parse(&request, mark, files, report)?;
                self.parsed.insert(request.clone(), Arc::clone(&tables));
                tables
            }
        };
        // The file that is open at the start gives the columns. An index that fits no file is an error of
        // the model, which says so when it is built.
        let first = tables.get(first_file(keys)).or_else(|| tables.first());
        if let Some(table) = first
            && let Some(row) = table.rows.first()
            && row.date_s != request.start_s
        {
            let message =
                format!("there is no row for the start {}: this is the next one", date_text(request.start_s));
            let help = format!("{} starts there", quote(&keys.name.value));
            report.push(row_problem(table, row, message, help, files));
            return Err(Reported);
        }
        let columns = first.map(|table| column_names(&table.header, request.send_row)).unwrap_or_default();
        Ok(Input { tables: Tables { files: tables, start_s: request.start_s }, columns, mark })
    }
}

/// The number of the file that a CSV model opens first: `file_index` in its `inputs`, own or inherited.
fn first_file(keys: &Keys<'_>) -> usize {
    let inputs = keys.sections.id(SectionKind::Inputs).map(|id| keys.arena.get(id));
    match inputs.and_then(|shared| shared.get("file_index")).map(|entry| &entry.value.value) {
        Some(Value::Int(index)) => usize::try_from(*index).unwrap_or(0),
        _ => 0,
    }
}

/// `file_path`: a text or a list of texts.
fn file_names(keys: &Keys<'_>, report: &mut Report<'_>) -> Result<(Vec<String>, Mark), Reported> {
    let Some((value, mark)) = keys.get("file_path") else {
        return Err(keys.missing("file_path", "add `file_path:` with the name of the data file", report));
    };
    let texts: Option<Vec<String>> = match value {
        Value::Text(text) => Some(vec![text.clone()]),
        Value::List(items) => items.iter().map(|item| item.as_text().map(str::to_owned)).collect(),
        _ => None,
    };
    match texts {
        Some(names) if !names.is_empty() && names.iter().all(|name| !name.is_empty()) => Ok((names, mark)),
        _ => {
            let problem = format!("`file_path` must be a file name or a list of file names{}", keys.origin());
            report.error(mark, problem);
            Err(Reported)
        }
    }
}

fn request(
    keys: &Keys<'_>,
    run: &Run,
    files: Vec<String>,
    step_size: u32,
    report: &mut Report<'_>,
) -> Result<Request, Reported> {
    let delimiter = keys.text("delimiter", report)?.map(|(text, _)| text.to_owned());
    let Some((date_format, _)) = keys.text("date_format", report)? else {
        let help = "for example `date_format: YYYY-MM-DD HH:mm:ss`";
        return Err(keys.missing("date_format", help, report));
    };
    if let Some((zone, mark)) = keys.text("tzinfo", report)?
        && !zone_is_known(zone, mark, report)
    {
        return Err(Reported);
    }
    Ok(Request {
        files,
        delimiter,
        date_format: date_format.to_owned(),
        send_row: keys.get("send_row").is_some_and(|(value, _)| value.is_truthy()),
        start_s: start_of(keys, run, report)?,
        // One row per step of the model; the first one is read even if the run has no step.
        rows_max: run.steps.div_ceil(u64::from(step_size)).max(1),
    })
}

fn parse(
    request: &Request,
    mark: Mark,
    files: &mut dyn Files,
    report: &mut Report<'_>,
) -> Result<Arc<[Table]>, Reported> {
    let mut tables = Vec::with_capacity(request.files.len());
    for file in &request.files {
        let text = files.read(file).map_err(|problem| {
            let message = format!("cannot read the data file {}: {problem}", quote(file));
            report.error_help(
                mark,
                message,
                "check its name; it is looked for in the working directory first",
            );
            Reported
        })?;
        let table = parse_table(&TableRequest {
            file,
            text: &text,
            delimiter: request.delimiter.as_deref(),
            date_format: &request.date_format,
            send_row: request.send_row,
            start_s: request.start_s,
            rows_max: request.rows_max,
        });
        tables.push(table.map_err(|error| {
            report.push(diagnostic(file, error));
            Reported
        })?);
    }
    Ok(tables.into())
}

/// An error about a row of a table.
pub(super) fn row_problem(
    table: &Table,
    row: &Row,
    message: String,
    help: String,
    files: &mut dyn Files,
) -> Diagnostic {
    let text = files.read(&table.file).unwrap_or_default();
    let line = text.lines().nth((row.line as usize).saturating_sub(1)).unwrap_or_default();
    let error = CsvError { line: row.line, column: 0, excerpt: excerpt(line), message, help: Some(help) };
    diagnostic(&table.file, error)
}

/// An error of a data file as a message.
fn diagnostic(file: &str, error: CsvError) -> Diagnostic {
    Diagnostic {
        severity: Severity::Error,
        file: file.to_owned(),
        line: error.line,
        column: error.column,
        excerpt: error.excerpt,
        width: 1,
        message: error.message,
        help: error.help,
    }
}
