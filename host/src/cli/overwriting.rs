//! What a run writes must not take the place of what it reads, or of something else that it writes.

use super::Failure;
use crate::scenario::Scenario;
use crate::shell::{DiskFiles, Journal, ReportFiles, ResultFiles};
use illuminator_node::model::RESULTS_DIR;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Files of a run besides its scenario and its results.
#[derive(Default)]
pub(super) struct OtherFiles<'a> {
    /// Events that are read, if they are.
    pub(super) script: Option<&'a Path>,
    /// Where events are written at the end, if they are.
    pub(super) events: Option<&'a Path>,
    /// Where what people see is recorded, if it is.
    pub(super) recording: Option<&'a Path>,
    /// Scenarios that are none of its business.
    pub(super) scenarios: &'a [PathBuf],
}

/// Refuses results, recordings and reports in the place of another, of the scenario (`file`), of its data, of the events
/// or of other scenarios.
pub(super) fn refuse(
    file: &Path,
    scenario: &Scenario,
    results: &ResultFiles,
    others: &OtherFiles<'_>,
) -> Result<(), Failure> {
    let files = DiskFiles::beside(file);
    let tables = scenario.models.iter().flat_map(|model| model.settings.tables.files.iter());
    let mut taken: BTreeMap<PathBuf, &str> =
        tables.map(|table| (identity(&files.find(&table.file)), "data of the scenario")).collect();
    taken.insert(identity(file), "the scenario");
    taken.extend(others.scenarios.iter().map(|path| (identity(path), "a scenario")));
    taken.insert(identity(&file.with_extension("layout.json")), "the layout of its drawing");
    taken.extend(others.script.map(|path| (identity(path), "the events")));
    for (path, name) in [(others.events, "the recording of events"), (others.recording, "the recording")] {
        if let Some(path) = path
            && let Some(what) = taken.insert(identity(path), name)
        {
            return Err(Failure::wrong_use(format_args!(
                "{name} would be written over {what}: {}; give it another name",
                path.display()
            )));
        }
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
