//! Result files: that of `monitor` and those of Collectors in the model list.

use super::cables::Ids;
use super::cast::Cast;
use super::keys::{Keys, Reported};
use super::{Run, date_of, sources, zone_is_known};
use crate::csv::parse_start;
use crate::scenario::report::{Located, Mark, Report, quote};
use crate::scenario::schema::Endpoint;
use crate::scenario::{Files, Item, PHASE, PLUG, Recorder, STORY};
use std::path::Path;

/// Column separator unless a Collector says otherwise.
const DELIMITER: &str = ",";
/// How dates are written unless a Collector or CSV model says otherwise.
pub(super) const DATE_FORMAT: &str = "YYYY-MM-DD HH:mm:ss";
/// Time zone of printed dates unless a Collector says otherwise.
const ZONE: &str = "Europe/Amsterdam";

/// The result file of `monitor`, without its items.
pub(super) fn monitor(
    file: &Located<String>,
    run: &Run,
    step_size: u32,
    files: &mut dyn Files,
    report: &mut Report<'_>,
) -> Option<Recorder> {
    directory_is_there(&file.value, file.mark, files, report).then(|| Recorder {
        file: file.value.clone(),
        delimiter: DELIMITER.to_owned(),
        start: run.start,
        step_size,
        zone: ZONE.to_owned(),
        items: Vec::new(),
    })
}

/// The result file of a Collector, without its items.
pub(super) fn collector(
    keys: &Keys<'_>,
    run: &Run,
    step_size: u32,
    files: &mut dyn Files,
    report: &mut Report<'_>,
) -> Result<Recorder, Reported> {
    let Some((file, file_mark)) = keys.text("file_path", report)? else {
        return Err(keys.missing("file_path", "add `file_path:` with the name of the result file", report));
    };
    let delimiter = keys.text("delimiter", report)?.map_or(DELIMITER, |(text, _)| text);
    let zone = match keys.text("tzinfo", report)? {
        Some((zone, mark)) if !zone_is_known(zone, mark, report) => return Err(Reported),
        Some((zone, _)) => zone,
        None => ZONE,
    };
    let start_s = start_of(keys, run, report)?;
    let Some(start) = date_of(start_s) else { return Err(Reported) };
    if !directory_is_there(file, file_mark, files, report) {
        return Err(Reported);
    }
    Ok(Recorder {
        file: file.to_owned(),
        delimiter: delimiter.to_owned(),
        start,
        step_size,
        zone: zone.to_owned(),
        items: Vec::new(),
    })
}

/// The parameter `start`, read with `date_format` or as ISO 8601; the start of the run if it is missing.
/// In seconds of wall-clock time since 1970-01-01 00:00:00.
pub(super) fn start_of(keys: &Keys<'_>, run: &Run, report: &mut Report<'_>) -> Result<i64, Reported> {
    let date_format = keys.text("date_format", report)?.map_or(DATE_FORMAT, |(text, _)| text);
    match keys.text("start", report)? {
        None => Ok(run.start_s),
        Some((text, mark)) => parse_start(text, date_format).map_err(|problem| {
            report.error(mark, format!("`start` is not a date: {problem}{}", keys.origin()));
            Reported
        }),
    }
}

/// Resolves `monitor.items`: attributes of models, and those of the story unless a model has its name.
pub(super) fn items(
    cast: &Cast,
    items: &[Endpoint],
    ids: &Ids,
    has_phases: bool,
    report: &mut Report<'_>,
) -> Vec<Item> {
    let resolve = |item: &Endpoint| {
        if item.model == STORY && !cast.has(STORY) && (has_phases || ids.names().next().is_some()) {
            return story_item(item, ids, has_phases, report);
        }
        let (model, attribute) = sources::value(cast, item, report)?;
        Some(Item::Attribute { model, attribute })
    };
    items.iter().filter_map(resolve).collect()
}

fn story_item(item: &Endpoint, ids: &Ids, has_phases: bool, report: &mut Report<'_>) -> Option<Item> {
    let name = item.attribute.as_str();
    if has_phases && name == PHASE {
        return Some(Item::Phase);
    }
    let id = name.strip_prefix(PLUG).and_then(|id| id.parse().ok());
    // `cable_07` is not `cable_7`: a name is spelt in one way.
    let found = id.filter(|&id| ids.contains(id) && name == format!("{PLUG}{id}"));
    if found.is_none() {
        let message = format!("the story has no value {}", quote(name));
        let known = has_phases.then_some(PHASE).into_iter().chain(ids.names());
        report.error_unknown(item.mark, message, name, known);
    }
    found.map(Item::Plugged)
}

fn directory_is_there(file: &str, mark: Mark, files: &mut dyn Files, report: &mut Report<'_>) -> bool {
    let directory = match Path::new(file).parent().and_then(Path::to_str) {
        None | Some("") => ".",
        Some(directory) => directory,
    };
    let there = files.directory_exists(directory);
    if !there {
        let message = format!("there is no directory {} for the result file", quote(directory));
        report.error_help(mark, message, "create it, or write to another place");
    }
    there
}
