//! What a run writes must not take the place of what it reads, or of something else that it writes.

use super::Failure;
use crate::scenario::Scenario;
use crate::shell::{DiskFiles, Journal, ReportFiles, ResultFiles};
use illuminator_node::model::RESULTS_DIR;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Files of events that a run reads and writes.
pub(super) struct EventFiles<'a> {
    /// Read, if there is one.
    pub(super) script: Option<&'a Path>,
    /// Written at the end, if there is one.
    pub(super) recording: Option<&'a Path>,
}

/// Refuses results, a recording of events and reports in the place of another, of the scenario (`file`), of its data or
/// of the events.
pub(super) fn refuse(
    file: &Path,
    scenario: &Scenario,
    results: &ResultFiles,
    events: &EventFiles<'_>,
) -> Result<(), Failure> {
    let files = DiskFiles::beside(file);
    let tables = scenario.models.iter().flat_map(|model| model.settings.tables.files.iter());
    let mut taken: BTreeMap<PathBuf, &str> =
        tables.map(|table| (identity(&files.find(&table.file)), "data of the scenario")).collect();
    taken.insert(identity(file), "the scenario");
    taken.extend(events.script.map(|path| (identity(path), "the events")));
    if let Some(path) = events.recording
        && let Some(what) = taken.insert(identity(path), "the recording of events")
    {
        return Err(Failure::wrong_use(format_args!(
            "the recording of events would be written over {what}: {}; give it another name",
            path.display()
        )));
    }
    for path in results.paths() {
        if let Some(what) = taken.insert(identity(path), "another result") {
            return Err(Failure::wrong_use(format_args!(
                "the result would be written over {what}: {}; give it another name, with -o or in the scenario",
                path.display()
            )));
        }
    }
    let journal = results.journal_beside().into_iter().flat_map(Journal::names_beside);
    for path in journal {
        if let Some(what) = taken.insert(identity(&path), "the journal") {
            return Err(Failure::wrong_use(format_args!(
                "the journal of the result would be written over {what}: {}; give one of them another name",
                path.display()
            )));
        }
    }
    refuse_reports(results.reports(), scenario.steps, &taken)
}

/// Refuses reports in the place of a file that is `taken`, or of the reports of another model.
fn refuse_reports(
    reports: &[ReportFiles],
    steps: u64,
    taken: &BTreeMap<PathBuf, &str>,
) -> Result<(), Failure> {
    let mut places = BTreeSet::new();
    for report in reports {
        let directory = identity(report.directory());
        let covers = |path: &Path| {
            let name = path.file_name().and_then(OsStr::to_str);
            path.parent() == Some(&directory) && name.is_some_and(|name| report.covers(name, steps))
        };
        let over = taken.iter().find(|(path, _)| covers(path)).map(|(_, what)| *what);
        let again = !places.insert((directory.clone(), report.name()));
        if let Some(what) = over.or(again.then_some("those of another model")) {
            return Err(Failure::wrong_use(format_args!(
                "the reports `{}` would be written over {what}: give the model another `{RESULTS_DIR}` than {}",
                report.name(),
                report.directory().display()
            )));
        }
    }
    Ok(())
}

/// One path for every way to name a file, whether it exists yet or not.
pub(super) fn identity(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    path.canonicalize().unwrap_or_else(|_| {
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        path.file_name().map_or(folder.clone(), |name| folder.join(name))
    })
}
