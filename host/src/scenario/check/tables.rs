//! The rows that CSV models will read: what would stop the run in the middle is found before it starts.

use super::cast::{Cast, Member};
use super::connections::Route;
use super::table_files::row_problem;
use super::{Run, date_text};
use crate::csv::column_names;
use crate::scenario::report::{Report, list, quote};
use crate::scenario::{Files, Recorder};
use illuminator_node::model::{Build, Cells, Table};
use std::collections::BTreeSet;

/// The input that makes a CSV model change its file; which rows it reads then is known in the run only.
const FILE_INDEX: &str = "file_index";

/// Checks every CSV model that plays one file from its start to its end. `used` are the attributes that `monitor`
/// records and cables show.
pub(super) fn check(
    cast: &Cast,
    routes: &[Route],
    used: &[(usize, usize)],
    run: &Run,
    files: &mut dyn Files,
    report: &mut Report<'_>,
) {
    let read = routes.iter().map(|route| (route.connection.from_model, route.connection.from_attribute));
    let recorded = cast.collectors.iter().flat_map(Recorder::attributes).chain(used.iter().copied());
    let used: BTreeSet<(usize, usize)> = read.chain(recorded).collect();
    let switching: BTreeSet<usize> = routes
        .iter()
        .filter(|route| route.connection.to_name == FILE_INDEX)
        .map(|route| route.connection.to_model)
        .collect();
    for (index, member) in cast.models.iter().enumerate() {
        if !matches!(member.entry.model_type.build, Build::OnHost(_)) || switching.contains(&index) {
            continue;
        }
        let settings = &member.entry.settings;
        let first = match settings.inputs.get(FILE_INDEX).and_then(illuminator_node::value::Value::as_scalar)
        {
            Some(number) => number.value() as usize,
            None => 0,
        };
        let Some(table) = settings.tables.files.get(first) else { continue };
        let used_here = |attribute: usize| used.contains(&(index, attribute));
        if check_dates(member, table, files, report)
            && check_first_row(member, table, used_here, files, report)
        {
            warn_of_early_end(member, table, run, report);
        }
    }
}

/// Every row must have the date that its step expects.
fn check_dates(member: &Member, table: &Table, files: &mut dyn Files, report: &mut Report<'_>) -> bool {
    let settings = &member.entry.settings;
    let step_size = i64::from(settings.step_size);
    // The model counts its step size twice: spec/models.md 1.3.
    let distance_s = i64::from(settings.resolution_s).saturating_mul(step_size).saturating_mul(step_size);
    let expected =
        (0_i64..).map(|row| settings.tables.start_s.saturating_add(row.saturating_mul(distance_s)));
    let wrong = table.rows.iter().zip(expected).find(|(row, expected_s)| row.date_s != *expected_s);
    let Some((row, expected_s)) = wrong else { return true };
    let message = format!(
        "the date of this row is {}, but {} expects {}",
        date_text(row.date_s),
        quote(&member.entry.name),
        date_text(expected_s)
    );
    let help = if step_size == 1 {
        format!("rows must be {distance_s} s apart (`time_resolution`), without gaps")
    } else {
        format!("rows must be {distance_s} s apart: `time_resolution` times `time_step_size` squared")
    };
    report.push(row_problem(table, row, message, help, files));
    false
}

/// The first row must have a cell for every column that is used: no earlier value stands in for it.
fn check_first_row(
    member: &Member,
    table: &Table,
    used: impl Fn(usize) -> bool,
    files: &mut dyn Files,
    report: &mut Report<'_>,
) -> bool {
    let Some(row) = table.rows.first() else { return true };
    let Cells::Numbers(cells) = &row.cells else { return true };
    let columns = column_names(&table.header, false);
    let attributes = &member.entry.attributes;
    let missing: Vec<&str> = columns
        .iter()
        .skip(cells.len())
        .filter(|column| {
            attributes.iter().position(|attribute| attribute.name == **column).is_some_and(&used)
        })
        .map(String::as_str)
        .collect();
    if missing.is_empty() {
        return true;
    }
    let message = format!(
        "the first row that {} reads has no cell for {}",
        quote(&member.entry.name),
        list(&missing, "and")
    );
    let help = "a missing cell leaves the value of the row before, and there is none".to_owned();
    report.push(row_problem(table, row, message, help, files));
    false
}

fn warn_of_early_end(member: &Member, table: &Table, run: &Run, report: &mut Report<'_>) {
    let needed = run.steps.div_ceil(u64::from(member.entry.settings.step_size));
    let there = table.rows.len() as u64;
    if let Some(last) = table.rows.last()
        && there < needed
    {
        report.warning_help(
            member.file_mark,
            format!(
                "the data of {} end at {}, after {there} of {needed} rows of the run",
                quote(&table.file),
                date_text(last.date_s)
            ),
            "the last values are held to the end of the run",
        );
    }
}
