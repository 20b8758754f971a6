//! Runs scenarios, one after the other, in a thread of its own.

use super::ledger::{Claim, Claimed, Ledger, with};
use super::replace;
use crate::record::ResultFormat;
use crate::scenario::template::numbered;
use crate::scenario::{ParsedTables, Scenario};
use crate::shell::{Attendance, DiskFiles, Progress, ResultFiles, RunFailure, StopFlag, run_local};
use crate::story::LiveTable;
use crate::sweep::Planned;
use illuminator_protocol::Duration;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What all threads of a process run their scenarios by.
#[derive(Clone)]
pub struct Worker {
    /// The scenarios.
    pub ledger: Ledger,
    /// The file of the sweep.
    pub file: PathBuf,
    /// How results are written.
    pub format: ResultFormat,
    /// The data files that were read.
    pub files: DiskFiles,
    /// And parsed.
    pub parsed: ParsedTables,
    /// The scenario that the next one is made of, where they share their plan.
    pub planned: Planned,
    /// What the threads of this process have done.
    pub tally: Arc<Tally>,
    /// Ends the sweep.
    pub stop: StopFlag,
    /// Which of how many processes this is: it may run what is its own where there are no locks.
    pub share: (u64, u64),
}

/// What the threads of a process have done together.
#[derive(Debug, Default)]
pub struct Tally {
    ended: AtomicU64,
    plans: AtomicU64,
}

impl Tally {
    /// Scenarios that this process has run to their end, or to their failure.
    pub fn ended(&self) -> u64 {
        self.ended.load(Ordering::Relaxed)
    }

    /// Scenarios that could not share the plan of another one, and were checked and planned from the file.
    pub fn plans(&self) -> u64 {
        self.plans.load(Ordering::Relaxed)
    }
}

/// Files cannot be written, those of the other scenarios neither: where, and why.
pub(super) struct Unwritable(pub(super) String);

impl Worker {
    /// Runs scenario `id`, if nobody else does. What becomes of it is on the disk.
    pub(super) fn run(&mut self, id: u64, progress: &mut Progress) -> Result<(), Unwritable> {
        if self.stop.is_set() {
            return Ok(());
        }
        let (index, size) = self.share;
        let own = (id - 1) % size.max(1) == index;
        let claimed = match self.ledger.claim(id, own) {
            Ok(Claim::Mine(claimed)) => claimed,
            Ok(Claim::Elsewhere | Claim::Settled) => return Ok(()),
            Err(error) => return Err(self.unwritable(id, &error)),
        };
        let ended = match self.compute(id, &claimed, progress) {
            Ok(true) => claimed.complete(),
            Ok(false) => return claimed.abandon().map_err(|error| self.unwritable(id, &error)),
            Err(Trouble::Scenario(reason)) => claimed.fail(&reason),
            Err(Trouble::Disk(error)) => return Err(Unwritable(error)),
        };
        self.tally.ended.fetch_add(1, Ordering::Relaxed);
        ended.map_err(|error| self.unwritable(id, &error))
    }

    /// Runs a scenario to its end; `false` if it was stopped before.
    fn compute(&mut self, id: u64, claimed: &Claimed, progress: &mut Progress) -> Result<bool, Trouble> {
        let path = numbered(&self.file.to_string_lossy(), id);
        keep(Path::new(&path), self.ledger.sweep().scenario_text(id).as_bytes())
            .map_err(|error| Trouble::Disk(format!("cannot write the scenario to {path}: {error}")))?;
        self.plan(id)?;
        let (scenario, plan) = (self.planned.scenario(), self.planned.plan());
        own_files(id, scenario).map_err(Trouble::Scenario)?;
        let wrong = |error: &dyn std::fmt::Display| Trouble::Scenario(format!("error: {error}"));
        let output = Some(claimed.part().to_owned());
        let mut results =
            ResultFiles::new(scenario, plan, self.format, output).map_err(|error| wrong(&error))?.claimed();
        let attendance = Attendance::new(&mut results, progress, &self.stop);
        let end = run_local(plan, Duration::ZERO, LiveTable::new(scenario, plan, None), attendance);
        match end.and(results.finish()).done {
            Ok(done) => Ok(done == plan.steps),
            Err(RunFailure::Output(error)) => Err(Trouble::Disk(error.to_string())),
            Err(failure) => Err(wrong(&failure)),
        }
    }

    /// Makes scenario `id` the planned one.
    fn plan(&mut self, id: u64) -> Result<(), Trouble> {
        let sweep = self.ledger.sweep();
        if !self.planned.turn_into(sweep, id) {
            self.tally.plans.fetch_add(1, Ordering::Relaxed);
            self.planned = Planned::new(sweep, id, &mut self.files, &mut self.parsed)
                .map_err(|error| Trouble::Scenario(error.to_string()))?;
        }
        Ok(())
    }

    fn unwritable(&self, id: u64, error: &io::Error) -> Unwritable {
        Unwritable(format!("cannot write the result to {}: {error}", self.ledger.result(id).display()))
    }

    /// A panic has ended scenario `id`.
    pub(super) fn fail(&self, id: u64, reason: &str) -> Result<(), Unwritable> {
        let path = with(&self.ledger.result(id), ".failed");
        self.tally.ended.fetch_add(1, Ordering::Relaxed);
        replace(&path, format!("error: {reason}\n").as_bytes()).map_err(|error| self.unwritable(id, &error))
    }
}

/// Writes a file, unless it is there with this content: most sweeps are run more than once.
fn keep(path: &Path, content: &[u8]) -> io::Result<()> {
    if std::fs::read(path).is_ok_and(|old| old == content) { Ok(()) } else { replace(path, content) }
}

enum Trouble {
    /// The scenario is at fault.
    Scenario(String),
    /// The disk is.
    Disk(String),
}

/// Whether what a scenario writes besides its result is its own: scenarios run at the same time.
fn own_files(id: u64, scenario: &Scenario) -> Result<(), String> {
    let ending = format!("_{id}");
    let is_own = |path: &str| {
        Path::new(path).file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with(&ending))
    };
    let collectors = scenario.recorders.iter().skip(1).map(|recorder| (&recorder.file, "file_path"));
    let reports = scenario.reports.iter().map(|report| (&report.directory, "results_dir"));
    match collectors.chain(reports).find(|(path, _)| !is_own(path)) {
        None => Ok(()),
        Some((path, key)) => Err(format!(
            "error: every scenario of the sweep would write to `{path}`\n  help: give the model that does `parameters` \
             of its own, with `{key}`: then each scenario writes to another place"
        )),
    }
}
