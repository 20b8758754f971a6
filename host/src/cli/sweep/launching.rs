//! Sweeps that other processes run: those that mpirun or Slurm start.

use super::{Gathering, Ready, Runs, SweepCommand};
use crate::cli::scenario::Format;
use crate::cli::{Failure, note};
use crate::shell::Progress;
use crate::shell::sweep::{
    Beginning, Job, Launch, LaunchError, Launched, Launcher, Note, Rank, Start, Starter, begin, is_running,
    launch,
};
use illuminator_node::shell::random_id;

impl SweepCommand {
    /// The job of Slurm that is still at this sweep, if this is to follow it.
    pub(super) fn running(&self, ready: &Ready) -> Result<Option<Job>, Failure> {
        if self.start.is_some() {
            return Ok(None);
        }
        let Some(note) = Note::find(&ready.worker.ledger) else { return Ok(None) };
        let Some(job) = note.job else { return Ok(None) };
        let is_there = is_running(&job).map_err(|error| {
            Failure::wrong_use(format_args!(
                "Slurm's job {} was at these results, and nobody can tell whether it still is: {error}\n  help: if it is \
                 not, remove {}",
                job.array,
                Note::path(&ready.worker.ledger).display()
            ))
        });
        if !is_there? {
            return Ok(None);
        }
        let is_ours = note.fingerprint == ready.fingerprint;
        if self.launcher == Runs::Slurm && self.resume && is_ours {
            return Ok(Some(job));
        }
        let number = job.array;
        let follow = if is_ours { "`--launcher slurm --resume` follows it, " } else { "" };
        Err(Failure::wrong_use(format_args!(
            "Slurm's job {number} is still at these results\n  help: {follow}`scancel {number}` ends it"
        )))
    }

    /// Has the scenarios run by processes that others start, or that are `running` already.
    pub(super) fn launch(
        &self,
        launcher: Launcher,
        ready: &Ready,
        running: Option<Job>,
    ) -> Result<(), Failure> {
        let start = format!("{:016x}", random_id());
        if let Some(job) = &running {
            note(format_args!("Slurm's job {} is at this sweep: it is followed", job.array));
        } else {
            let start = Start::Launcher(&start);
            let (fingerprint, resume, threads) = (&ready.fingerprint, self.resume, self.threads(None));
            let named = Beginning { fingerprint, start, resume, threads };
            let (lock, begun) = begin(&ready.worker.ledger, &named).map_err(Failure::wrong_use)?;
            self.tell(begun);
            lock.release();
        }
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
            start: running.is_none().then_some(start),
            running,
            processes: self.jobs.map(usize::from),
            arguments: &self.launcher_arg,
            mpirun: &self.mpirun,
            stop: &ready.worker.stop,
        };
        let launched = launch(launcher, &order, &mut progress);
        progress.finish();
        if let Ok(Launched::GoesOn(job)) = &launched {
            note(format_args!(
                "Slurm's job {job} goes on; `--resume` follows it again, `scancel {job}` ends it"
            ));
            return Ok(());
        }
        let gathering = match (launcher, &launched) {
            (Launcher::Slurm, Ok(_)) => Gathering::BySlurm,
            (Launcher::Slurm, Err(_)) => Gathering::Nobody,
            _ => Gathering::Here,
        };
        let finished = self.finish(&ready.worker, progress.elapsed_s(), None, gathering);
        match launched {
            // There was nothing to gather, as the summary says.
            Err(LaunchError::NotGathered { .. }) if finished.is_err() && !ready.has_result() => finished,
            Err(error) => Err(Failure::new(1, format_args!("error: {error}"))),
            Ok(_) => finished,
        }
    }

    /// mpirun of one MPI with the environment of another, and the like.
    pub(super) fn warn_of_lonely_ranks(&self, rank: Option<&Rank>) {
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

impl Ready {
    /// Whether any scenario is complete.
    fn has_result(&self) -> bool {
        let ledger = &self.worker.ledger;
        ledger.survey().has_any(ledger.sweep().count())
    }
}
