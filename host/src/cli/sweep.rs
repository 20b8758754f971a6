//! `illuminator sweep`.

mod summary;

use super::scenario::{Format, read_text};
use super::{Failure, note, print};
use crate::scenario::template::{Template, numbered};
use crate::scenario::{Files, ParsedTables};
use crate::shell::sweep::{
    Beginning, Begun, Launch, Launched, Launcher, Ledger, Lock, Rank, Start, Starter, SweepFailure, Worker,
    begin, gather, launch, run_scenarios,
};
use crate::shell::{DiskFiles, Progress, StopFlag};
use crate::sweep::Sweep;
use clap::ValueEnum;
use illuminator_node::shell::random_id;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::available_parallelism;
use summary::{Plan, Summary};

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
        match (self.launcher, rank) {
            (Runs::Local, None) => self.run_here(&ready, None),
            (Runs::Local, Some(rank)) => self.run_here(&ready, Some(&rank)),
            (Runs::Mpi, _) => self.launch(Launcher::Mpi, &ready),
            (Runs::Slurm, _) => self.launch(Launcher::Slurm, &ready),
        }
    }

    /// Reads all data, and finds out whether any scenario can run.
    fn ready(&self, sweep: &Arc<Sweep>, stop: &StopFlag, speaks: bool) -> Result<Ready, Failure> {
        let (mut files, mut parsed) = (DiskFiles::beside(&self.file), ParsedTables::default());
        let mut first = None;
        // One that cannot run is one that fails; if none can, the file is wrong.
        let runnable = (1..=sweep.count()).find_map(|id| {
            let scenario = sweep.scenario(id, &mut files, &mut parsed);
            scenario.map_err(|diagnostics| first.get_or_insert(diagnostics).0.len()).ok()
        });
        let Some(scenario) = runnable else {
            return Err(Failure::new(2, first.unwrap_or_default()));
        };
        if speaks {
            sweep.template().warnings().iter().chain(&scenario.warnings).for_each(note);
        }
        if scenario.steps == 0 {
            return Err(Failure::wrong_use(
                "the scenarios are shorter than one step: there is nothing to run",
            ));
        }
        self.refuse_overwriting(sweep, &files)?;
        let data: Vec<Arc<str>> =
            sweep.template().data_files().into_iter().filter_map(|file| files.read(file).ok()).collect();
        let format = self.format.into();
        let fingerprint = sweep.fingerprint(format, data.iter().map(|text| text.as_bytes()));
        let ledger = Ledger::new(Arc::clone(sweep));
        let (file, stop) = (self.file.clone(), stop.clone());
        let worker = Worker { ledger, file, format, files, parsed, stop, share: (0, 1) };
        Ok(Ready { worker, fingerprint })
    }

    /// Runs the scenarios in this process: all of them, or together with the other ranks.
    fn run_here(&self, ready: &Ready, rank: Option<&Rank>) -> Result<(), Failure> {
        let begun = self.begin(ready, rank)?;
        // A Slurm task or a rank has the processors that it was given, any other process has all of them.
        let cores = match rank {
            Some(rank) => rank.cores,
            None => available_parallelism().map_or(1, usize::from),
        };
        let threads = self.jobs.map_or(cores, usize::from);
        let share = rank.map_or((0, 1), |rank| (rank.index, rank.size));
        let worker = Worker { share, ..ready.worker.clone() };
        // One of those that run at the same time sees to the end; tasks of an array may have to wait for each other's start.
        let to_the_end = rank.is_none_or(|rank| rank.index == 0 && rank.by != Starter::Array);
        let is_child = self.start.is_some();
        let speaks = to_the_end && !is_child;
        let mut progress = Progress::of_scenarios(ready.worker.ledger.sweep().count(), self.quiet || !speaks);
        let ran = run_scenarios(&worker, threads, to_the_end, &mut progress);
        progress.finish();
        drop(begun);
        ran.map_err(|failure| {
            let status = if matches!(failure, SweepFailure::Unwritable(_)) { 4 } else { 1 };
            Failure::new(status, format_args!("error: {failure}"))
        })?;
        if speaks { self.finish(&ready.worker, progress.elapsed_s()) } else { Ok(()) }
    }

    /// Has the scenarios run by processes that others start.
    fn launch(&self, launcher: Launcher, ready: &Ready) -> Result<(), Failure> {
        let start = format!("{:016x}", random_id());
        let named =
            Beginning { fingerprint: &ready.fingerprint, start: Start::Named(&start), resume: self.resume };
        let (lock, begun) = begin(&ready.worker.ledger, &named).map_err(Failure::wrong_use)?;
        self.tell(begun);
        lock.release();
        let command = |more: &[&str]| -> Result<Vec<String>, Failure> {
            let program = std::env::current_exe()?;
            let format = if self.format == Format::Main { "main" } else { "dev" };
            let own = [&program.to_string_lossy(), "sweep", &self.file.to_string_lossy(), "--format", format];
            Ok(own.iter().copied().chain(more.iter().copied()).map(str::to_owned).collect())
        };
        let gatherer = match (&self.gather, launcher) {
            (Some(path), Launcher::Slurm) => {
                let arguments = ["--quiet", "--only-gather", "--gather", &path.to_string_lossy()];
                Some((command(&arguments)?, path.clone()))
            }
            _ => None,
        };
        let ledger = &ready.worker.ledger;
        let mut progress = Progress::of_scenarios(ledger.sweep().count(), self.quiet);
        let order = Launch {
            ledger,
            worker: command(&["--quiet", "--start", &start])?,
            gatherer,
            processes: self.jobs.map(usize::from),
            arguments: &self.launcher_arg,
            mpirun: &self.mpirun,
            stop: &ready.worker.stop,
        };
        let launched = launch(launcher, &order, &mut progress);
        progress.finish();
        match launched.map_err(|error| Failure::new(1, format_args!("error: {error}")))? {
            Launched::GoesOn(job) => {
                note(format_args!(
                    "Slurm's job {job} goes on; `--resume` looks after it again, `scancel {job}` ends it"
                ));
                Ok(())
            }
            Launched::Ended => self.finish(&ready.worker, progress.elapsed_s()),
        }
    }

    fn begin(&self, ready: &Ready, rank: Option<&Rank>) -> Result<Option<Lock>, Failure> {
        let start = match (&self.start, rank) {
            (Some(name), _) => Start::Child(name),
            (None, None) => Start::Alone,
            (None, Some(rank)) => rank.start.as_deref().map_or(Start::Unnamed, Start::Named),
        };
        let beginning = Beginning { fingerprint: &ready.fingerprint, start, resume: self.resume };
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

    /// Gathers, and says how all scenarios ended.
    fn finish(&self, worker: &Worker, elapsed_s: f64) -> Result<(), Failure> {
        let summary = Summary::of(&worker.ledger, elapsed_s);
        // Slurm has gathered already.
        let gathered = if self.launcher == Runs::Slurm || worker.stop.is_set() || summary.complete() == 0 {
            Ok(0)
        } else {
            self.gather(&worker.ledger)
        };
        if self.json {
            print(&format!("{}\n", summary.to_json(self.gather.as_deref())))?;
        }
        if !self.quiet || summary.has_failed() {
            note(summary.to_text(worker.ledger.sweep()));
        }
        gathered?;
        if summary.is_whole() || (worker.stop.is_set() && !summary.has_failed()) {
            Ok(())
        } else {
            Err(Failure { status: 1, error: String::new() })
        }
    }

    fn gather(&self, ledger: &Ledger) -> Result<u64, Failure> {
        let Some(path) = &self.gather else { return Ok(0) };
        gather(ledger, path).map_err(|failure| Failure::new(4, format_args!("error: {failure}")))
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

    /// No result may take the place of what is read.
    fn refuse_overwriting(&self, sweep: &Sweep, files: &DiskFiles) -> Result<(), Failure> {
        let data = sweep.template().data_files().into_iter().map(|file| files.find(file));
        let read: Vec<PathBuf> =
            data.chain([self.file.clone()]).filter_map(|path| path.canonicalize().ok()).collect();
        let beside = self.file.to_string_lossy();
        // All results stand in one folder, and all scenario files.
        let folders = [sweep.result_file(1), numbered(&beside, 1)].map(|path| folder_of(Path::new(&path)));
        for id in 1..=sweep.count() {
            let names = [sweep.result_file(id), numbered(&beside, id)];
            for (path, folder) in names.iter().zip(&folders) {
                let name = Path::new(path).file_name().unwrap_or_default();
                if read
                    .iter()
                    .any(|read| read.file_name() == Some(name) && read.parent() == folder.as_deref())
                {
                    return Err(Failure::wrong_use(format_args!(
                        "scenario {id} would be written over what the sweep reads: {path}; give it another name"
                    )));
                }
            }
        }
        if self
            .gather
            .as_ref()
            .and_then(|path| path.canonicalize().ok())
            .is_some_and(|path| read.contains(&path))
        {
            return Err(Failure::wrong_use(
                "the gathered results would be written over what the sweep reads",
            ));
        }
        Ok(())
    }

    /// mpirun of one MPI with the environment of another, and the like.
    fn warn_of_lonely_ranks(&self, rank: Option<&Rank>) {
        let size = rank.map_or(1, |rank| rank.size);
        if self.ranks.is_some_and(|ranks| ranks > 1 && size == 1) {
            note(format_args!(
                "warning: mpirun was asked for {} ranks, but each believes to be alone (rank 0 of 1): is it the mpirun of \
                 an MPI? The scenarios are shared all the same",
                self.ranks.unwrap_or_default()
            ));
        } else if let (Some(Rank { by: Starter::Mpi, size: 1, .. }), None) = (rank, self.ranks) {
            note(
                "warning: this is rank 0 of 1: if mpirun was to start several, all of them say so; scenarios that are \
                 claimed are run once all the same",
            );
        }
    }
}

/// The folder that a file stands in, by its one name.
fn folder_of(path: &Path) -> Option<PathBuf> {
    let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    folder.canonicalize().ok()
}
