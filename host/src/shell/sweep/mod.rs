//! Runs sweeps: on the cores of this machine, under mpirun, as an array of Slurm.
//!
//! ```text
//!   begin ─▶ pool of threads ─▶ worker: claim ─ plan ─ run ─ rename ─▶ ledger (files) ◀─ other processes
//!                                                                        └─▶ progress, summary, gather
//! ```
//!
//! What is done is on the disk and nowhere else, so that a process that ends in any way costs what it was at, and nothing
//! more; and so that any number of processes, started by anything, share the work.

mod begin;
mod gather;
mod launch;
mod ledger;
mod note;
mod outcomes;
mod pool;
mod rank;
mod spread;
mod worker;

pub use begin::{BeginError, Beginning, Begun, Lock, Start, begin};
pub use gather::{GatherFailure, gather};
pub use launch::{Launch, LaunchError, Launched, Launcher, is_running, launch};
pub use ledger::{Claim, Claimed, Ledger, Standing};
pub use note::{Job, Note};
pub use outcomes::{WholeFile, outcomes};
pub use pool::PoolError;
pub use rank::{Rank, Starter};
pub use worker::{Tally, Worker};

use super::Progress;
use illuminator_node::shell::Clock;
use pool::Heard;
use std::fs;
use std::io;
use std::path::Path;
use worker::Unwritable;

/// How long a process waits before it looks again whether the others have ended `[ms]`.
const LOOK_AGAIN_MS: u64 = 100;

/// Why a sweep ended before all of its scenarios did.
#[derive(Debug, thiserror::Error)]
pub enum SweepFailure {
    /// A file cannot be written.
    #[error("{0}")]
    Unwritable(String),
    /// The threads cannot go on.
    #[error(transparent)]
    Pool(#[from] PoolError),
}

/// Runs all scenarios that are open on so many threads, and shows how far all of them are. With `to_the_end` it waits for
/// those that other processes are at, and takes over those of processes that have ended. Returns how many scenarios other
/// processes have ended meanwhile.
///
/// # Errors
/// [`SweepFailure`].
pub fn run_scenarios(
    worker: &Worker,
    threads: usize,
    to_the_end: bool,
    progress: &mut Progress,
) -> Result<u64, SweepFailure> {
    let count = worker.ledger.sweep().count();
    let (index, size) = worker.share;
    // Each process begins elsewhere, so that they meet only where one has done its part.
    let first = (u128::from(index) * u128::from(count) / u128::from(size.max(1))) as u64;
    let mut open: Vec<u64> = (first + 1..=count).chain(1..=first).collect();
    keep_open(&worker.ledger, &mut open);
    let mut sight = Sight::new(count - open.len() as u64, size > 1);
    progress.skip(sight.before);
    loop {
        let mut failure = None;
        let make = {
            let worker = worker.clone();
            move || {
                let (mut worker, mut steps) = (worker.clone(), Progress::new(0, true));
                move |id| worker.run(id, &mut steps).err()
            }
        };
        pool::run(threads, open.clone(), make, |heard| {
            let written = match heard {
                Heard::Nothing => return sight.look(worker, &open, progress),
                Heard::Told(error) => Err(error),
                Heard::Panicked(id, reason) => worker.fail(id, &reason),
            };
            if let Err(Unwritable(error)) = written {
                worker.stop.set();
                failure.get_or_insert(error);
            }
        })?;
        if let Some(error) = failure {
            return Err(SweepFailure::Unwritable(error));
        }
        keep_open(&worker.ledger, &mut open);
        sight.others = sight.others(worker, open.len() as u64);
        if worker.stop.is_set() || open.is_empty() || !to_the_end {
            return Ok(sight.others);
        }
        sight.show(worker, progress);
        wait_ms(LOOK_AGAIN_MS);
        keep_open(&worker.ledger, &mut open);
    }
}

/// How far a sweep is: what this process has done, and what others have.
struct Sight {
    /// Scenarios that were ended before.
    before: u64,
    /// Those that other processes have ended since then, when they were last looked at.
    others: u64,
    /// Whether there are others to look at.
    shared: bool,
    clock: Clock,
    next_us: u64,
}

/// How often it is looked at what others have done `[us]`, at most.
const OTHERS_US: u64 = 1_000_000;
/// Looking takes at most one part in so many of the time.
const LOOK_SHARE: u64 = 20;

impl Sight {
    fn new(before: u64, shared: bool) -> Self {
        Self { before, others: 0, shared, clock: Clock::start(), next_us: 0 }
    }

    /// Shows it; `open` are those that were open when the threads began.
    fn look(&mut self, worker: &Worker, open: &[u64], progress: &mut Progress) {
        let now_us = self.clock.now().as_micros();
        if self.shared && progress.is_shown() && now_us >= self.next_us {
            let survey = worker.ledger.survey();
            let still = open.iter().filter(|&&id| survey.standing(id) == Standing::Open).count();
            self.others = self.others(worker, still as u64);
            let took_us = self.clock.now().as_micros() - now_us;
            self.next_us = now_us + OTHERS_US.max(took_us * LOOK_SHARE);
        }
        self.show(worker, progress);
    }

    /// What others have ended if so many are open.
    fn others(&self, worker: &Worker, open: u64) -> u64 {
        let settled = worker.ledger.sweep().count() - open - self.before;
        settled.saturating_sub(worker.tally.ended())
    }

    fn show(&self, worker: &Worker, progress: &mut Progress) {
        progress.at(self.before + worker.tally.ended() + self.others);
        progress.others(self.others);
    }
}

/// Keeps the ids of those that nobody has ended.
fn keep_open(ledger: &Ledger, ids: &mut Vec<u64>) {
    let survey = ledger.survey();
    ids.retain(|&id| survey.standing(id) == Standing::Open);
}

#[expect(
    clippy::disallowed_methods,
    reason = "what other processes do tells nobody: there is nothing to wait for"
)]
fn wait_ms(ms: u64) {
    std::thread::sleep(std::time::Duration::from_millis(ms));
}

/// Writes a file that is there as a whole or not at all.
fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let new = ledger::with(path, ".new");
    fs::write(&new, content)?;
    fs::rename(&new, path)
}
