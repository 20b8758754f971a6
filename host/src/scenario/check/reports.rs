//! The reports of models: files of their own, a new one in every step that has something to report.

use super::cast::{Cast, Member};
use crate::scenario::report::{Mark, Report as Findings, quote};
use crate::scenario::{Files, Report};
use illuminator_node::model::{RESULTS_DIR, SectionKind};
use std::path::Path;

/// The reports of all models, if there is a place for each.
pub(super) fn resolve(cast: &Cast, files: &mut dyn Files, findings: &mut Findings<'_>) -> Vec<Report> {
    let mut reports = Vec::new();
    for (model, member) in cast.models.iter().enumerate() {
        let entry = &member.entry;
        let states = entry.model_type.states;
        let is_report = |name: &str| states.iter().any(|port| port.report && port.name == name);
        let written = entry.attributes.iter().enumerate().filter(|(_, attribute)| is_report(&attribute.name));
        let mut written = written.peekable();
        if written.peek().is_none() {
            continue;
        }
        // The model has checked that it is a text.
        let directory = entry.settings.parameters.get(RESULTS_DIR).and_then(|value| value.as_text());
        let directory = directory.unwrap_or_default();
        check_directory(directory, mark(cast, member), files, findings);
        reports.extend(written.map(|(position, attribute)| Report {
            attribute: (model, position),
            directory: directory.to_owned(),
            name: attribute.name.clone(),
            step_size: entry.settings.step_size,
        }));
    }
    reports
}

/// Where the directory is named.
fn mark(cast: &Cast, member: &Member) -> Mark {
    let section = member.sections.id(SectionKind::Parameters).map(|id| cast.arena.get(id));
    section.and_then(|section| section.get(RESULTS_DIR)).map_or(member.mark, |entry| entry.value.mark)
}

/// The directory need not be there, but the one that it will be made in.
fn check_directory(directory: &str, mark: Mark, files: &mut dyn Files, findings: &mut Findings<'_>) {
    let parent = Path::new(directory).parent().and_then(Path::to_str).filter(|parent| !parent.is_empty());
    if !files.directory_exists(directory) && !files.directory_exists(parent.unwrap_or(".")) {
        let message =
            format!("there is no directory {} to make {} in", quote(parent.unwrap_or(".")), quote(directory));
        findings.error_help(mark, message, "create it, or report to another place");
    }
}
