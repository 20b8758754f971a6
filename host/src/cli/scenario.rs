//! `illuminator scenario`: run, check, plan.

use super::options::{Placed, PlacementOptions, Table};
use super::overwriting::EventFiles;
use super::{Failure, note, overwriting, print};
use crate::coordinator::Timing;
use crate::plan::{self, TablePlan};
use crate::record::ResultFormat;
use crate::scenario::{Diagnostic, Diagnostics, Scenario, load};
use crate::shell::{
    Attendance, DiskFiles, LineFile, Progress, ResultFiles, RunEnd, RunFailure, StopFlag, TEXT_FILE_MAX,
    read_file, run_local, run_on_nodes,
};
use crate::story::{EventLog, LiveTable, Topology};
use clap::{Subcommand, ValueEnum};
use illuminator_protocol::{Duration, Telemetry};
use serde_json::json;
use std::path::{Path, PathBuf};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Run a scenario and write its result.
    Run(Run),
    /// Find every mistake in a scenario without running it.
    Check(Check),
    /// Show what would run where, in which order.
    Plan(Plan),
}

#[derive(clap::Args)]
pub(super) struct Run {
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

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Dev,
    Main,
}

#[derive(clap::Args)]
pub(super) struct Check {
    /// The scenario file.
    #[arg(value_name = "FILE", default_value = "config.yaml")]
    file: PathBuf,
    /// The findings as JSON on the standard output.
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
pub(super) struct Plan {
    /// The scenario file.
    #[arg(value_name = "FILE", default_value = "config.yaml")]
    file: PathBuf,
    #[command(flatten)]
    placement: PlacementOptions,
    /// How to show it; `dot` is for Graphviz.
    #[arg(long, value_enum, default_value = "text")]
    format: PlanFormat,
}

#[derive(Clone, Copy, ValueEnum)]
enum PlanFormat {
    Text,
    Json,
    Dot,
}

impl Command {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Run(run) => run.run(),
            Self::Check(check) => check.run(),
            Self::Plan(plan) => plan.run(),
        }
    }
}

impl Run {
    fn run(self) -> Result<(), Failure> {
        if self.json && self.output.as_deref() == Some(Path::new("-")) {
            return Err(Failure::wrong_use("--json and `-o -` would mix: give the result a file"));
        }
        let stop = StopFlag::from_signals();
        let scenario = self.scenario()?;
        if !self.quiet {
            scenario.warnings.iter().for_each(note);
        }
        let placed = self.placement.place(&scenario)?;
        let plan = plan::plan(&scenario, &placed.placement, &[]).map_err(Failure::wrong_use)?;
        let format = match self.format {
            Format::Dev => ResultFormat::Dev,
            Format::Main => ResultFormat::Main,
        };
        let results = ResultFiles::new(&scenario, &plan, format, self.output.clone())?;
        let script = self.events.as_deref().map(|file| read_events(file, &scenario)).transpose()?;
        let (script_file, recording) = (self.events.as_deref(), self.record_events.as_deref());
        let events = EventFiles { script: script_file, recording };
        overwriting::refuse(&self.file, &scenario, &results, &events)?;
        let live = LiveTable::new(&scenario, &plan, script);
        let live = if recording.is_some() { live.recording() } else { live };
        let nodes = if plan.is_local() { None } else { Some(placed.table(self.key.as_deref())?) };
        let mut progress = Progress::new(plan.steps, self.quiet);
        let path = results.path().to_owned();
        let end = self.execute(&plan, nodes.as_ref(), live, results, &mut progress, &stop);
        progress.finish();
        // What was recorded is kept, however the run ended.
        let recorded = self.record(&end.events);
        let done = match end.done {
            // Whoever read the pipe has seen enough.
            Err(RunFailure::Output(error)) if error.is_closed_pipe() => return recorded,
            other => other
                .map_err(|failure| Failure::new(failure.exit_status(), format_args!("error: {failure}")))?,
        };
        recorded?;
        self.summary(&scenario, &end.telemetry, (done, plan.steps), progress.elapsed_s(), &path)
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
        mut results: ResultFiles,
        progress: &mut Progress,
        stop: &StopFlag,
    ) -> RunEnd {
        let timing = Timing { pace: self.pace.unwrap_or(Duration::ZERO), ..Timing::default() };
        let attendance = Attendance { observer: &mut results, progress, stop, conductor: None };
        let end = match nodes {
            None => run_local(plan, timing.pace, live, attendance),
            Some(table) => run_on_nodes(plan, &table.targets, &table.key, timing, live, attendance),
        };
        end.and(results.finish())
    }

    /// Writes the events of a run, if they are asked for.
    fn record(&self, events: &EventLog) -> Result<(), Failure> {
        let Some(path) = &self.record_events else { return Ok(()) };
        let written = LineFile::create(path).and_then(|mut file| file.write(events.to_string().as_bytes()));
        written.map_err(|error| {
            Failure::new(4, format_args!("error: cannot write the events to {}: {error}", path.display()))
        })
    }

    fn summary(
        &self,
        scenario: &Scenario,
        telemetry: &[(String, Telemetry)],
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

impl Check {
    fn run(self) -> Result<(), Failure> {
        let read = read(&self.file, DiskFiles::beside(&self.file));
        let (findings, summary) = match &read {
            Ok(scenario) => (scenario.warnings.as_slice(), Some(summary(&self.file, scenario))),
            Err(Diagnostics(findings)) => (findings.as_slice(), None),
        };
        if self.json {
            let findings: Vec<_> = findings.iter().map(to_json).collect();
            let ok = summary.is_some();
            print(&format!("{:#}\n", json!({ "ok": ok, "findings": findings })))?;
        } else {
            findings.iter().for_each(note);
            summary.iter().for_each(note);
        }
        match read {
            Ok(_) => Ok(()),
            Err(Diagnostics(findings)) => {
                let errors = findings.len();
                let plural = if errors == 1 { "" } else { "s" };
                Err(Failure::new(
                    2,
                    format_args!("{}: {errors} finding{plural}, cannot run", self.file.display()),
                ))
            }
        }
    }
}

impl Plan {
    fn run(self) -> Result<(), Failure> {
        let scenario = read(&self.file, DiskFiles::beside(&self.file))
            .map_err(|diagnostics| Failure::new(2, diagnostics))?;
        let placed = self.placement.place(&scenario)?;
        let addresses = placed.addresses()?;
        let Placed { placement, .. } = placed;
        let planned = plan::plan(&scenario, &placement, &[]).map_err(Failure::wrong_use)?;
        print(&match self.format {
            PlanFormat::Text => plan::to_text(&scenario, &placement, &planned) + &addresses,
            PlanFormat::Json => plan::to_json(&scenario, &placement, &planned),
            PlanFormat::Dot => plan::to_dot(&scenario, &placement),
        })
    }
}

/// Reads and checks a scenario file; what it names comes from `files`.
fn read(path: &Path, mut files: DiskFiles) -> Result<Scenario, Diagnostics> {
    let name = path.display().to_string();
    load(&read_text(path, &name)?, &name, &mut files)
}

/// The text of a file that messages call `name`.
fn read_text(path: &Path, name: &str) -> Result<String, Diagnostics> {
    let text = read_file(path, TEXT_FILE_MAX)
        .map_err(|error| Diagnostics::of_file(name, format!("cannot be read: {error}")))?;
    String::from_utf8(text).map_err(|error| {
        let byte = error.utf8_error().valid_up_to();
        Diagnostics::of_file(name, format!("is not UTF-8 text (byte {byte})"))
    })
}

/// Reads an events file for a scenario.
fn read_events(path: &Path, scenario: &Scenario) -> Result<EventLog, Failure> {
    let name = path.display().to_string();
    let text = read_text(path, &name).map_err(|diagnostics| Failure::new(2, diagnostics))?;
    let topology = Topology::new(&scenario.cables, &scenario.tokens);
    EventLog::parse(&text, &name, &topology).map_err(|diagnostics| Failure::new(2, diagnostics))
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

fn summary(path: &Path, scenario: &Scenario) -> String {
    format!(
        "{}: ok: {} models, {} connections, {} steps of {} s",
        path.display(),
        scenario.models.len(),
        scenario.connections.len(),
        scenario.steps,
        scenario.resolution_s
    )
}

fn to_json(finding: &Diagnostic) -> serde_json::Value {
    json!({
        "severity": finding.severity.name(),
        "file": finding.file,
        "line": finding.line,
        "column": finding.column,
        "message": finding.message,
        "help": finding.help,
    })
}

/// Seconds per step, down to a microsecond.
pub(super) fn pace(text: &str) -> Result<Duration, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.0..=86_400.0).contains(&seconds) => {
            Ok(Duration::from_micros((seconds * 1e6) as u64))
        }
        _ => Err("expected seconds from 0 to 86400".to_owned()),
    }
}
