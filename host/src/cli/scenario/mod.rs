//! `illuminator scenario`: run, check, plan.

mod run;

use super::options::{Placed, PlacementOptions};
use super::{Failure, note, print};
use crate::plan;
use crate::scenario::{Diagnostic, Diagnostics, Scenario, load};
use crate::shell::{DiskFiles, TEXT_FILE_MAX, read_file};
use clap::{Subcommand, ValueEnum};
pub(super) use run::{Format, Run, pace};
use serde_json::json;
use std::path::{Path, PathBuf};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Run a scenario and write its result.
    Run(Box<Run>),
    /// Find every mistake in a scenario without running it.
    Check(Check),
    /// Show what would run where, in which order.
    Plan(Plan),
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
pub(super) fn read(path: &Path, mut files: DiskFiles) -> Result<Scenario, Diagnostics> {
    let name = path.display().to_string();
    load(&read_text(path, &name)?, &name, &mut files)
}

/// The text of a file that messages call `name`.
pub(super) fn read_text(path: &Path, name: &str) -> Result<String, Diagnostics> {
    let text = read_file(path, TEXT_FILE_MAX)
        .map_err(|error| Diagnostics::of_file(name, format!("cannot be read: {error}")))?;
    String::from_utf8(text).map_err(|error| {
        let byte = error.utf8_error().valid_up_to();
        Diagnostics::of_file(name, format!("is not UTF-8 text (byte {byte})"))
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
