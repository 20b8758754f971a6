//! `illuminator sweep`.

mod launching;
mod overwriting;
mod summary;

use super::scenario::{Format, read_text};
use super::{Failure, note, print};
use crate::scenario::template::Template;
use crate::scenario::{Files, ParsedTables};
use crate::shell::sweep::{
    Beginning, Begun, Launcher, Ledger, Lock, Note, Rank, Start, Starter, SweepFailure, Tally, Worker, begin,
    gather, run_scenarios,
};
use crate::shell::{DiskFiles, Progress, StopFlag};
use crate::sweep::{Planned, Sweep, Unplanned};
use clap::ValueEnum;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::available_parallelism;
use summary::{Own, Plan, Summary};

#[derive(clap::Args)]
pub(super) struct SweepCommand {
    /// The scenario file, with `multi_parameters`.
    #[arg(value_name = "FILE", default_value = "config.yaml")]
    file: PathBuf,
    /// Who runs the scenarios.
    #[arg(long, value_enum, default_value = "local")]
    launcher: Runs,
    /// How many run at the same time: threads, ranks of mpirun, tasks of Slurm. As many as there are processors unless
    /// given.
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Keep what is complete, and run the rest.
    #[arg(long)]
    resume: bool,
    /// Show what would run, and find every mistake in it, without running it.
    #[arg(long, conflicts_with_all = ["resume", "gather", "json"])]
    dry_run: bool,
    /// Write all results to one Parquet file, with the parameters as columns.
    #[arg(long, value_name = "FILE")]
    gather: Option<PathBuf>,
    /// One more argument of mpirun or sbatch. May be repeated.
    #[arg(long, value_name = "ARG", allow_hyphen_values = true)]
    launcher_arg: Vec<String>,
    /// The mpirun of `--launcher mpi`.
    #[arg(long, value_name = "PROGRAM", default_value = "mpirun")]
    mpirun: String,
    /// Result format: of the Illuminator's development version, or of its main version.
    #[arg(long, value_enum, default_value = "dev")]
    format: Format,
    /// No progress bar, no warnings, no summary but of what failed.
    #[arg(short, long)]
    quiet: bool,
    /// A summary as JSON on the standard output.
    #[arg(long)]
    json: bool,
    /// Take part in a sweep that another process has begun under this name.
    #[arg(long, value_name = "NAME", hide = true)]
    start: Option<String>,
    /// How many ranks mpirun was asked for.
    #[arg(long, value_name = "N", hide = true)]
    ranks: Option<u64>,
    /// Run nothing: gather what is there.
    #[arg(long, hide = true)]
    only_gather: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Runs {
    /// This process, on all cores.
    Local,
    /// Processes that mpirun starts, of Open MPI or MPICH.
    Mpi,
    /// An array of Slurm.
    Slurm,
}

/// Who gathers the results.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gathering {
    /// This process.
    Here,
    /// This process, if nothing is left to others.
    AtTheEnd,
    /// A job of Slurm, which has done so.
    BySlurm,
    /// Nobody: what was launched has failed.
    Nobody,
}

/// A sweep that can be run.
struct Ready {
    worker: Worker,
    fingerprint: String,
}

impl SweepCommand {
    pub(super) fn run(self) -> Result<(), Failure> {
        let name = self.file.display().to_string();
        let template = read_text(&self.file, &name).and_then(|text| Template::read(&text, &name));
        let sweep = Arc::new(Sweep::new(template.map_err(|diagnostics| Failure::new(2, diagnostics))?));
        if self.dry_run {
            return self.show(&sweep);
        }
        let stop = StopFlag::from_signals();
        let rank = Rank::find(&|name| std::env::var(name).ok());
        let speaks = !self.quiet && self.start.is_none() && rank.as_ref().is_none_or(|rank| rank.index == 0);
        let ready = self.ready(&sweep, &stop, speaks)?;
        if self.only_gather {
            return self.gather(&ready.worker.ledger).map(drop);
        }
        self.warn_of_lonely_ranks(rank.as_ref());
        let running = self.running(&ready)?;
        match (self.launcher, rank) {
            (Runs::Local, None) => self.run_here(&ready, None),
            (Runs::Local, Some(rank)) => self.run_here(&ready, Some(&rank)),
            (Runs::Mpi, _) => self.launch(Launcher::Mpi, &ready, None),
            (Runs::Slurm, _) => self.launch(Launcher::Slurm, &ready, running),
        }
    }

    /// Reads all data, and finds out whether any scenario can run.
    fn ready(&self, sweep: &Arc<Sweep>, stop: &StopFlag, speaks: bool) -> Result<Ready, Failure> {
        let (mut files, mut parsed) = (DiskFiles::beside(&self.file), ParsedTables::default());
        let planned = first_planned(sweep, &mut files, &mut parsed)?;
        let scenario = planned.scenario();
        if speaks {
            sweep.template().warnings().iter().chain(&scenario.warnings).for_each(note);
        }
        if scenario.steps == 0 {
            return Err(Failure::wrong_use(
                "the scenarios are shorter than one step: there is nothing to run",
            ));
        }
        let ledger = Ledger::new(Arc::clone(sweep));
        // Results of the sweep before this one are removed as well.
        let before = Note::find(&ledger).map_or(0, |note| note.scenarios);
        self.refuse_overwriting(&ledger, sweep.count().max(before), &files)?;
        let data: Vec<Arc<str>> =
            sweep.template().data_files().into_iter().filter_map(|file| files.read(file).ok()).collect();
        let format = self.format.into();
        let fingerprint = sweep.fingerprint(format, data.iter().map(|text| text.as_bytes()));
        let (file, stop) = (self.file.clone(), stop.clone());
        let tally = Arc::new(Tally::default());
        let worker = Worker { ledger, file, format, files, parsed, planned, tally, stop, share: (0, 1) };
        Ok(Ready { worker, fingerprint })
    }

    /// Runs the scenarios in this process: all of them, or together with the other ranks.
    fn run_here(&self, ready: &Ready, rank: Option<&Rank>) -> Result<(), Failure> {
        let begun = self.begin(ready, rank)?;
        let threads = self.threads(rank);
        let share = rank.map_or((0, 1), |rank| (rank.index, rank.size));
        let worker = Worker { share, ..ready.worker.clone() };
        // One of those that run at the same time sees to the end; tasks of an array may have to wait for each other's start.
        let to_the_end = rank.is_none_or(|rank| rank.index == 0 && rank.by != Starter::Array);
        let is_child = self.start.is_some();
        let is_task = !is_child && rank.is_some_and(|rank| rank.by == Starter::Array);
        let speaks = to_the_end && !is_child;
        let mut progress = Progress::of_scenarios(ready.worker.ledger.sweep().count(), self.quiet || !speaks);
        let ran = run_scenarios(&worker, threads, to_the_end, &mut progress);
        progress.finish();
        drop(begun);
        let others = ran.map_err(|failure| {
            let status = if matches!(failure, SweepFailure::Unwritable(_)) { 4 } else { 1 };
            Failure::new(status, format_args!("error: {failure}"))
        })?;
        let own = Own { others, plans: 1 + worker.tally.plans() };
        let gathering = match (speaks, is_task) {
            (true, _) => Gathering::Here,
            // A task does not know when the others end: each says what has failed, the last one also the rest.
            (false, true) => Gathering::AtTheEnd,
            (false, false) => return Ok(()),
        };
        self.finish(&ready.worker, progress.elapsed_s(), Some(own), gathering)
    }

    /// How many threads this process has.
    fn threads(&self, rank: Option<&Rank>) -> usize {
        // A Slurm task or a rank has the processors that it was given, any other process has all of them.
        let cores = match rank {
            Some(rank) => rank.cores,
            None => available_parallelism().map_or(1, usize::from),
        };
        match self.launcher {
            Runs::Local => self.jobs.map_or(cores, usize::from),
            Runs::Mpi | Runs::Slurm => cores,
        }
    }

    fn begin(&self, ready: &Ready, rank: Option<&Rank>) -> Result<Option<Lock>, Failure> {
        let start = match (&self.start, rank) {
            (Some(name), _) => Start::Child(name),
            (None, None) => Start::Alone,
            (None, Some(rank)) => rank.start.as_deref().map_or(Start::Unnamed, Start::Named),
        };
        let (fingerprint, resume, threads) = (&ready.fingerprint, self.resume, self.threads(rank));
        let beginning = Beginning { fingerprint, start, resume, threads };
        let (lock, begun) = begin(&ready.worker.ledger, &beginning).map_err(Failure::wrong_use)?;
        self.tell(begun);
        if start == Start::Alone {
            return Ok(Some(lock));
        }
        lock.release();
        Ok(None)
    }

    fn tell(&self, begun: Begun) {
        match begun {
            _ if self.quiet => {}
            Begun::Anew if self.resume => {
                note("there is nothing of this sweep to go on from: it begins anew");
            }
            Begun::Resumed(complete) => note(format_args!("{complete} results are complete")),
            Begun::Anew | Begun::Joined => {}
        }
    }

    /// Gathers, and says how all scenarios ended. What this process knows of its `own` work is said as well.
    fn finish(
        &self,
        worker: &Worker,
        elapsed_s: f64,
        own: Option<Own>,
        gathering: Gathering,
    ) -> Result<(), Failure> {
        let summary = Summary::of(&worker.ledger, self.threads(None), elapsed_s, own, self.json);
        let goes_on = gathering == Gathering::AtTheEnd && summary.has_open();
        let here = matches!(gathering, Gathering::Here | Gathering::AtTheEnd);
        let gathered = if here && !goes_on && !worker.stop.is_set() && summary.complete() > 0 {
            self.gather(&worker.ledger)
        } else {
            Ok(false)
        };
        let is_there = |path: &&PathBuf| gathering == Gathering::BySlurm && path.exists();
        let there = self.gather.as_ref().filter(|path| matches!(gathered, Ok(true)) || is_there(path));
        if self.json && !goes_on {
            print(&format!("{}\n", summary.to_json(there.map(PathBuf::as_path))))?;
        }
        let whole = !self.quiet && !goes_on;
        if whole || summary.has_failed() {
            note(summary.to_text(worker.ledger.sweep(), whole));
        }
        gathered?;
        if let Some(error) = summary.unwritten() {
            return Err(Failure::new(4, format_args!("error: {error}")));
        }
        if summary.is_whole() || ((goes_on || worker.stop.is_set()) && !summary.has_failed()) {
            Ok(())
        } else {
            Err(Failure { status: 1, error: String::new() })
        }
    }

    /// Gathers the results, if that is asked for. Says whether it has.
    fn gather(&self, ledger: &Ledger) -> Result<bool, Failure> {
        let Some(path) = &self.gather else { return Ok(false) };
        gather(ledger, path).map_err(|failure| Failure::new(4, format_args!("error: {failure}")))?;
        Ok(true)
    }

    /// `--dry-run`
    fn show(&self, sweep: &Sweep) -> Result<(), Failure> {
        let (mut files, mut parsed) = (DiskFiles::beside(&self.file), ParsedTables::default());
        let mut wrong = 0;
        for id in 1..=sweep.count() {
            if let Err(diagnostics) = sweep.scenario(id, &mut files, &mut parsed) {
                wrong += 1;
                note(format_args!("scenario {id}:\n{diagnostics}"));
            }
        }
        sweep.template().warnings().iter().for_each(note);
        print(&Plan(sweep).to_string())?;
        if wrong == 0 {
            return Ok(());
        }
        Err(Failure::new(2, format_args!("{wrong} of {} scenarios cannot run", sweep.count())))
    }
}

/// The first scenario that can run. One that cannot is one that fails; if none can, the file is wrong.
fn first_planned(
    sweep: &Sweep,
    files: &mut DiskFiles,
    parsed: &mut ParsedTables,
) -> Result<Planned, Failure> {
    let mut first = None;
    for id in 1..=sweep.count() {
        match Planned::new(sweep, id, files, parsed) {
            Ok(planned) => return Ok(planned),
            Err(error) => {
                first.get_or_insert(error);
            }
        }
    }
    Err(match first {
        Some(Unplanned::Wrong(diagnostics)) => Failure::new(2, diagnostics),
        Some(other) => Failure::new(2, other),
        None => Failure::wrong_use("there are no scenarios"),
    })
}
