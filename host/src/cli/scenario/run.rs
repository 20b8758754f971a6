//! `illuminator scenario run`.

use super::{read, read_text};
use crate::cli::audience::{Audience, Visitors};
use crate::cli::database::Database;
use crate::cli::endurance::Endurance;
use crate::cli::options::{PlacementOptions, Table};
use crate::cli::overwriting::OtherFiles;
use crate::cli::page::Web;
use crate::cli::recording::RecordOption;
use crate::cli::{Failure, note, overwriting, print};
use crate::plan::{self, Placement, TablePlan};
use crate::record::{Fingerprint, ResultFormat};
use crate::scenario::Scenario;
use crate::shell::{
    Attendance, Conductor, DiskFiles, LayoutFile, LineFile, Operator, Progress, ResultFiles, RunEnd,
    RunExhibit, RunFailure, StopFlag, Watching, run_local, run_on_nodes,
};
use crate::story::{EventLog, LiveTable, Topology};
use crate::view::{self, Health, Scene};
use clap::ValueEnum;
use illuminator_node::shell::Clock;
use illuminator_protocol::{Duration, Telemetry};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

#[derive(clap::Args)]
pub(in crate::cli) struct Run {
    /// The scenario file.
    #[arg(value_name = "FILE", default_value = "config.yaml")]
    file: PathBuf,
    /// Where the result goes, instead of `monitor.file`; `-` for the standard output.
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    #[command(flatten)]
    placement: PlacementOptions,
    /// File with the cluster's key, if the cluster file does not name one.
    #[arg(long, value_name = "FILE", env = "ILLUMINATOR_KEY")]
    key: Option<PathBuf>,
    /// Real seconds per co-simulation step; as fast as possible unless given.
    #[arg(long, value_name = "S", value_parser = pace)]
    pace: Option<Duration>,
    #[command(flatten)]
    endurance: Endurance,
    #[command(flatten)]
    web: Web,
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    record: RecordOption,
    /// What is plugged and unplugged, step by step: lines `step,cable,node,state`. What nodes report of cables is ignored.
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
    /// Write what was plugged and unplugged to this file; with it as `--events` the run repeats.
    #[arg(long, value_name = "FILE")]
    record_events: Option<PathBuf>,
    /// Result format: of the Illuminator's development version, or of its main version.
    #[arg(long, value_enum, default_value = "dev")]
    format: Format,
    /// No progress bar, no warnings, no summary.
    #[arg(short, long)]
    quiet: bool,
    /// A summary as JSON on the standard output.
    #[arg(long)]
    json: bool,
}

/// Whose result files ours look like.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Format {
    Dev,
    Main,
}

impl From<Format> for ResultFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Dev => Self::Dev,
            Format::Main => Self::Main,
        }
    }
}

impl Run {
    /// A run of a scenario that somebody asked for on a page: as without any options but these.
    pub(in crate::cli) fn asked_for(
        file: PathBuf,
        placement: PlacementOptions,
        key: Option<PathBuf>,
    ) -> Self {
        Self {
            file,
            placement,
            key,
            output: None,
            pace: None,
            endurance: Endurance::default(),
            web: Web::default(),
            database: Database::default(),
            record: RecordOption::default(),
            events: None,
            record_events: None,
            format: Format::Dev,
            quiet: false,
            json: false,
        }
    }

    pub(super) fn run(self) -> Result<(), Failure> {
        if self.json && self.output.as_deref() == Some(Path::new("-")) {
            return Err(Failure::wrong_use("--json and `-o -` would mix: give the result a file"));
        }
        let stop = StopFlag::from_signals();
        let mut visitors = Visitors::new(&self.web, self.quiet);
        self.perform(&stop, &Conductor::new(self.pace.unwrap_or(Duration::ZERO)), &mut visitors)?;
        visitors.into_page().into_iter().for_each(|page| self.web.keep(page, &stop));
        Ok(())
    }

    /// Runs until the end, or until it is stopped.
    pub(in crate::cli) fn perform(
        &self,
        stop: &StopFlag,
        conductor: &Conductor,
        audience: &mut dyn Audience,
    ) -> Result<(), Failure> {
        let scenario = self.scenario()?;
        if !self.quiet {
            scenario.warnings.iter().for_each(note);
        }
        let placed = self.placement.place(&scenario)?;
        let is_seen = audience.is_wanted() || self.record.is_wanted();
        let watch = if is_seen { view::watched(&scenario) } else { Vec::new() };
        let plan = plan::plan(&scenario, &placed.placement, &watch).map_err(Failure::wrong_use)?;
        let format = self.format.into();
        let mut results = ResultFiles::new(&scenario, &plan, format, self.output.clone())?;
        let script = self.events.as_deref().map(|file| read_events(file, &scenario)).transpose()?;
        let others = OtherFiles {
            script: self.events.as_deref(),
            events: self.record_events.as_deref(),
            recording: self.record.path(),
            scenarios: audience.scenarios(),
        };
        overwriting::refuse(&self.file, &scenario, &results, &others)?;
        let record_file = self.record.open()?;
        let has_events = self.record_events.is_some();
        let fingerprint = Fingerprint::of(&scenario, &plan, format, script.as_ref(), has_events);
        let live = LiveTable::new(&scenario, &plan, script);
        let live = if has_events { live.recording() } else { live };
        let (key, spares) = (self.key.as_deref(), self.endurance.spare.as_slice());
        let hardware = placed.hardware(&scenario).filter(|_| audience.is_wanted());
        let nodes = if plan.is_local() { None } else { Some(placed.table(key, spares, hardware)?) };
        let exhibit = is_seen
            .then(|| Arc::new(self.exhibit(&scenario, &placed.placement, nodes.as_ref(), conductor, stop)));
        if let Some(exhibit) = exhibit.as_ref().filter(|_| audience.is_wanted()) {
            audience.show(exhibit, results.path())?;
        }
        let mut progress = Progress::new(plan.steps, self.quiet);
        let path = results.path().to_owned();
        let resume = self.endurance.begin(&mut results, fingerprint, self.quiet)?;
        if let Some(checkpoint) = &resume
            && !self.quiet
        {
            note(format_args!("going on with step {} of {}", checkpoint.step, plan.steps));
        }
        self.database.start(&scenario, &plan, &mut results, &progress)?;
        let recorded = RecordOption::start(record_file, exhibit.as_ref(), &scenario)?;
        let mut observer = Watching::new(&mut results, exhibit.as_deref(), &plan.watched);
        let attendance = Attendance::new(&mut observer, &mut progress, stop);
        let conductor = audience.is_wanted().then_some(conductor);
        let end = self.execute(&plan, nodes.as_ref(), live, Attendance { resume, conductor, ..attendance });
        let (journal, database) = (results.take_journal(), results.take_database());
        let end = end.and(results.finish());
        progress.finish();
        Database::end(database, self.quiet);
        let failure = end.done.as_ref().err().map(RunFailure::to_string);
        exhibit.iter().for_each(|exhibit| exhibit.end(failure.as_deref()));
        drop(recorded);
        // What was recorded is kept, however the run ended.
        let recorded = self.write_events(&end.events);
        let done = match end.done {
            // Whoever read the pipe has seen enough.
            Err(RunFailure::Output(error)) if error.is_closed_pipe() => return recorded,
            other => other
                .map_err(|failure| Failure::new(failure.exit_status(), format_args!("error: {failure}")))?,
        };
        recorded?;
        if done == plan.steps {
            Endurance::end(journal.as_ref())?;
        }
        let nodes = (end.telemetry.as_slice(), &end.health);
        self.summary(&scenario, nodes, (done, plan.steps), progress.elapsed_s(), &path)?;
        if done < plan.steps && !self.quiet && journal.is_some_and(|journal| journal.is_there()) {
            note("`scenario run` with `--resume` goes on from here");
        }
        Ok(())
    }

    /// What there is to see of the run.
    fn exhibit(
        &self,
        scenario: &Scenario,
        placement: &Placement,
        nodes: Option<&Table>,
        conductor: &Conductor,
        stop: &StopFlag,
    ) -> RunExhibit {
        let hardware = nodes.and_then(|nodes| nodes.hardware.clone());
        let scene = match nodes {
            Some(nodes) => nodes.scene(scenario, placement, self.events.is_none()),
            None => Scene::of(scenario, placement, Vec::new()),
        };
        let operator = Operator::new(conductor.clone(), stop.clone(), hardware.clone());
        let operator = (Mutex::new(operator), Clock::start());
        let orders = Box::new(move |command: &view::Command| {
            let (operator, clock) = &operator;
            let mut operator = operator.lock().unwrap_or_else(PoisonError::into_inner);
            operator.obey(command, clock.now().as_micros())
        });
        let layout = LayoutFile::beside(&self.file);
        RunExhibit::new(scenario, scene, hardware, conductor.clone(), orders, layout)
    }

    /// Reads and checks the scenario. With `-o` nothing is asked of the directory of `monitor.file`.
    fn scenario(&self) -> Result<Scenario, Failure> {
        let files = DiskFiles::beside(&self.file);
        let files = if self.output.is_some() { files.redirected() } else { files };
        let scenario = read(&self.file, files).map_err(|diagnostics| Failure::new(2, diagnostics))?;
        for collector in scenario.recorders.iter().skip(1) {
            let directory = Path::new(&collector.file).parent();
            if directory.is_some_and(|directory| directory != Path::new("") && !directory.is_dir()) {
                return Err(Failure::wrong_use(format_args!(
                    "there is no directory for the Collector's file `{}`",
                    collector.file
                )));
            }
        }
        for report in &scenario.reports {
            let directory = Path::new(&report.directory);
            let parent = directory.parent().filter(|parent| *parent != Path::new(""));
            if !directory.is_dir() && parent.is_some_and(|parent| !parent.is_dir()) {
                return Err(Failure::wrong_use(format_args!(
                    "there is no directory to make `{}` in, where models report to",
                    report.directory
                )));
            }
        }
        Ok(scenario)
    }

    /// Runs the plan where it is placed.
    fn execute(
        &self,
        plan: &TablePlan,
        nodes: Option<&Table>,
        live: LiveTable,
        attendance: Attendance<'_>,
    ) -> RunEnd {
        let timing = self.endurance.timing(self.pace.unwrap_or(Duration::ZERO));
        match nodes {
            None => run_local(plan, timing.pace, live, attendance),
            Some(table) => run_on_nodes(plan, table.nodes(), timing, live, attendance),
        }
    }

    /// Writes the events of a run, if they are asked for.
    fn write_events(&self, events: &EventLog) -> Result<(), Failure> {
        let Some(path) = &self.record_events else { return Ok(()) };
        let written = LineFile::create(path).and_then(|mut file| file.write(events.to_string().as_bytes()));
        written.map_err(|error| {
            Failure::new(4, format_args!("error: cannot write the events to {}: {error}", path.display()))
        })
    }

    fn summary(
        &self,
        scenario: &Scenario,
        (telemetry, health): (&[(String, Telemetry)], &Health),
        (done, planned): (u64, u64),
        elapsed_s: f64,
        path: &str,
    ) -> Result<(), Failure> {
        if self.json {
            let nodes: serde_json::Map<_, _> =
                telemetry.iter().map(|(name, told)| (name.clone(), telemetry_to_json(told))).collect();
            let summary = json!({
                "scenario": scenario.name,
                "models": scenario.models.len(),
                "steps": done,
                "steps_planned": planned,
                "seconds": elapsed_s,
                "output": path,
                "nodes": nodes,
                "health": health.nodes,
            });
            print(&format!("{summary}\n"))?;
        }
        if !self.quiet {
            let early = if done < planned { format!(" of {planned}, stopped early") } else { String::new() };
            note(format_args!("{done} steps{early} in {elapsed_s:.3} s, result in {path}"));
        }
        Ok(())
    }
}

/// Reads an events file for a scenario.
fn read_events(path: &Path, scenario: &Scenario) -> Result<EventLog, Failure> {
    let name = path.display().to_string();
    let text = read_text(path, &name).map_err(|diagnostics| Failure::new(2, diagnostics))?;
    let topology = Topology::new(&scenario.cables, &scenario.tokens);
    EventLog::parse(&text, &name, &topology, scenario.story.as_ref())
        .map_err(|diagnostics| Failure::new(2, diagnostics))
}

fn telemetry_to_json(told: &Telemetry) -> serde_json::Value {
    json!({
        "frames": told.frames,
        "frames_skipped": told.frames_skipped,
        "strip_errors": told.strip_errors,
        "late_us_p50": told.late_us_p50,
        "late_us_p99": told.late_us_p99,
        "late_us_max": told.late_us_max,
        "animation_cpu_permille": told.animation_cpu_permille,
        "cpu_permille": told.cpu_permille,
        "memory_kib": told.memory_kib,
    })
}

/// Seconds per step, down to a microsecond.
pub(in crate::cli) fn pace(text: &str) -> Result<Duration, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.0..=86_400.0).contains(&seconds) => {
            Ok(Duration::from_micros((seconds * 1e6) as u64))
        }
        _ => Err("expected seconds from 0 to 86400".to_owned()),
    }
}
