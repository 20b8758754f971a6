//! Has a sweep run by others: processes of this program, started by mpirun or by Slurm.
//!
//! ```text
//!   begin ─▶ start processes ─▶ follow: their files ─▶ progress ─▶ they have ended
//! ```
//!
//! Nothing is sent to them but a name by which they find what was begun, and nothing comes back but files.

mod mpi;
mod slurm;

pub use slurm::is_running;

use super::ledger::{Ledger, Standing};
use super::note::Job;
use super::wait_ms;
use crate::shell::{Progress, StopFlag};
use illuminator_node::shell::Clock;
use std::io;
use std::path::PathBuf;
use std::process::{Command, ExitStatus};

/// Who starts the processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Launcher {
    /// mpirun, of Open MPI or MPICH.
    Mpi,
    /// Slurm, as an array of tasks.
    Slurm,
}

/// What is to be started.
pub struct Launch<'a> {
    /// The states of the scenarios.
    pub ledger: &'a Ledger,
    /// How a process takes part: this program and its arguments.
    pub worker: Vec<String>,
    /// How one gathers the results afterwards, and where, if that is asked for.
    pub gatherer: Option<(Vec<String>, PathBuf)>,
    /// The name of the start; none where a job is followed.
    pub start: Option<String>,
    /// How many processes; the launcher decides unless given.
    pub processes: Option<usize>,
    /// The job of Slurm that runs the scenarios already: it is followed, and no other one submitted.
    pub running: Option<Job>,
    /// More arguments of mpirun or sbatch.
    pub arguments: &'a [String],
    /// mpirun.
    pub mpirun: &'a str,
    /// Ends it.
    pub stop: &'a StopFlag,
}

/// How it ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Launched {
    /// No process is at it any more.
    Ended,
    /// A job of this number goes on.
    GoesOn(String),
}

/// Why processes cannot be started, or did not do what they should.
#[derive(Debug, thiserror::Error)]
pub enum LaunchError {
    /// A program is not there.
    #[error("cannot start {program}: {error}\n  help: is it installed, and in the path?")]
    Missing {
        /// Which.
        program: String,
        /// What the operating system said.
        error: io::Error,
    },
    /// A program did not do what it was asked for.
    #[error("{program} failed ({status}): {said}")]
    Failed {
        /// Which.
        program: String,
        /// How it ended.
        status: ExitStatus,
        /// What it said.
        said: String,
    },
    /// A program said something else than it should.
    #[error("{program} said `{said}`, which means nothing here")]
    Strange {
        /// Which.
        program: String,
        /// What it said.
        said: String,
    },
    /// Its number could not be kept, so that it was cancelled.
    #[error("Slurm's job {job} cannot be noted, and was cancelled: {error}")]
    Unnoted {
        /// Its number.
        job: String,
        /// Why.
        error: std::io::Error,
    },
    /// The job that gathers the results made no file.
    #[error("the job that gathers the results left no {path}; its messages are in {log}", path = path.display(), log = log.display())]
    NotGathered {
        /// What should be there.
        path: PathBuf,
        /// Where its messages are.
        log: PathBuf,
    },
}

/// Has the open scenarios run, and waits until that is done.
///
/// # Errors
/// [`LaunchError`].
pub fn launch(
    launcher: Launcher,
    launch: &Launch<'_>,
    progress: &mut Progress,
) -> Result<Launched, LaunchError> {
    match launcher {
        Launcher::Mpi => mpi::launch(launch, progress),
        Launcher::Slurm => slurm::launch(launch, progress),
    }
}

/// Shows how far a sweep is by its files.
struct Follower<'a> {
    ledger: &'a Ledger,
    /// The scenarios that nobody had ended when they were last looked at.
    open: Vec<u64>,
    clock: Clock,
}

/// How long to wait before the next look `[ms]`, at least.
const LOOK_MS: u64 = 200;
/// Looking takes at most one part in so many of the time.
const SHARE: u64 = 10;

impl<'a> Follower<'a> {
    fn new(ledger: &'a Ledger, progress: &mut Progress) -> Self {
        let mut follower =
            Self { ledger, open: (1..=ledger.sweep().count()).collect(), clock: Clock::start() };
        follower.open.retain(|&id| ledger.standing(id) == Standing::Open);
        progress.skip(follower.settled());
        follower
    }

    fn settled(&self) -> u64 {
        self.ledger.sweep().count() - self.open.len() as u64
    }

    /// Looks, and waits a while; says whether all scenarios are settled.
    fn look(&mut self, progress: &mut Progress) -> bool {
        let before = self.clock.now().as_micros();
        self.open.retain(|&id| self.ledger.standing(id) == Standing::Open);
        progress.at(self.settled());
        let took_ms = (self.clock.now().as_micros() - before) / 1000;
        if !self.open.is_empty() {
            wait_ms(LOOK_MS.max(took_ms * SHARE));
        }
        self.open.is_empty()
    }
}

/// Runs a program to its end with this on its stdin. Returns what it wrote to stdout.
fn ask(command: &mut Command, input: &str) -> Result<String, LaunchError> {
    use std::io::Write as _;
    use std::process::Stdio;
    let program = command.get_program().to_string_lossy().into_owned();
    let missing = |error| LaunchError::Missing { program: program.clone(), error };
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(missing)?;
    if let Some(mut stdin) = child.stdin.take() {
        // If it does not read, it says why.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child.wait_with_output().map_err(missing)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(LaunchError::Failed { program, status: output.status, said })
}
