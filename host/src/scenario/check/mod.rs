//! From raw structs to a [`Scenario`]: what names refer to, and whether the whole can run.
//!
//! ```text
//!   models ─▶ Cast (sections, types, built attributes, tables)
//!                │
//!   connections ─┼─▶ routes ─▶ inputs (what meets at one input) ─▶ cycles
//!   monitor ─────┼─▶ recorders; reports of models
//!   cables ──────┼─▶ what they show
//!   story ───────┴─▶ what its conditions ask and what it sets
//!   tables ─▶ the rows that the run will read
//! ```
//!
//! Invariant: whatever a model, connection or item is broken by is reported once; what depends on a broken
//! model is passed over in silence.

mod cables;
mod cast;
mod connections;
mod cycles;
mod inputs;
mod keys;
mod models;
mod recorders;
mod reports;
mod sources;
mod story;
mod table_files;
mod tables;
mod via;

use super::report::{Mark, Report};
use super::schema::RawScenario;
use super::{Files, Item, Recorder, Scenario, Story};
pub use table_files::ParsedTables;

/// The checked scenario; `None` after reporting why it cannot run.
pub(super) fn check(
    mut raw: RawScenario,
    files: &mut dyn Files,
    tables: &mut ParsedTables,
    report: &mut Report<'_>,
) -> Option<Scenario> {
    let errors = report.errors();
    if let Some(mark) = raw.sweep() {
        let message = "parameters of a sweep are ignored: this runs the scenario once";
        report.warning_help(
            mark,
            message,
            "the values in `parameters` are used; `illuminator sweep` runs them all",
        );
    }
    let run = Run::of(&raw);
    if run.steps == 0 {
        let message =
            format!("the run is shorter than one step of {} s: nothing is computed", run.resolution_s);
        report.warning_help(raw.end_mark, message, "set a later `end_time`");
    }
    story::reserve_name(&raw, report);
    let ids = cables::Ids::of(&raw.plugs);
    let mut cast = models::resolve(&mut raw.models, &raw.monitor_file, &run, files, tables, report);
    let routes = connections::resolve(&raw.connections, &ids, &mut cast, report);
    let has_phases = raw.story.as_ref().is_some_and(|story| !story.phases.is_empty());
    let items = recorders::items(&cast, &raw.monitor_items, &ids, has_phases, report);
    let reports = reports::resolve(&cast, files, report);
    let cables = cables::resolve(&cast, raw.plugs.cables, report);
    let story = raw.story.as_ref().and_then(|story| story::resolve(&cast, &ids, story, report));
    inputs::check(&cast, &routes, report);
    cycles::check(&cast, &routes.routes, report);
    let shown = cables.iter().map(|cable| cable.shows);
    let watched = story.iter().flat_map(Story::watched);
    let recorded = items.iter().filter_map(Item::attribute);
    let used: Vec<_> = recorded.chain(shown).chain(watched).collect();
    tables::check(&cast, &routes.routes, &used, &run, files, report);
    if report.errors() > errors {
        return None;
    }
    let monitor = Recorder { items, ..cast.monitor? };
    Some(Scenario {
        name: raw.name,
        start: raw.start,
        resolution_s: raw.resolution_s,
        steps: run.steps,
        models: cast.models.into_iter().map(|model| model.entry).collect(),
        connections: routes.routes.into_iter().map(|route| route.connection).collect(),
        recorders: std::iter::once(monitor).chain(cast.collectors).collect(),
        reports,
        cables,
        tokens: raw.plugs.tokens,
        story,
        warnings: Vec::new(),
    })
}

/// When the run takes place.
struct Run {
    start: jiff::civil::DateTime,
    /// `start` in seconds of wall-clock time since 1970-01-01 00:00:00.
    start_s: i64,
    resolution_s: u32,
    /// Co-simulation steps.
    steps: u64,
}

impl Run {
    fn of(raw: &RawScenario) -> Self {
        let length_s = seconds_of(raw.end) - seconds_of(raw.start);
        Self {
            start: raw.start,
            start_s: seconds_of(raw.start),
            resolution_s: raw.resolution_s,
            steps: length_s.unsigned_abs() / u64::from(raw.resolution_s),
        }
    }
}

/// Wall-clock seconds since 1970-01-01 00:00:00.
fn seconds_of(date: jiff::civil::DateTime) -> i64 {
    date.duration_since(jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0)).as_secs()
}

/// The date of wall-clock seconds since 1970-01-01 00:00:00; `None` outside the calendar.
fn date_of(seconds: i64) -> Option<jiff::civil::DateTime> {
    jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0).checked_add(jiff::SignedDuration::from_secs(seconds)).ok()
}

/// A date for messages.
fn date_text(seconds: i64) -> String {
    date_of(seconds).map_or_else(
        || format!("{seconds} s after 1970"),
        |date| date.strftime("%Y-%m-%d %H:%M:%S").to_string(),
    )
}

/// Whether there is a time zone of this name; reports it if not.
fn zone_is_known(zone: &str, mark: Mark, report: &mut Report<'_>) -> bool {
    let known = jiff::tz::TimeZone::get(zone).is_ok();
    if !known {
        let message = format!("unknown time zone {}", super::report::quote(zone));
        report.error_help(mark, message, "a name of the tz database, for example Europe/Amsterdam or UTC");
    }
    known
}
