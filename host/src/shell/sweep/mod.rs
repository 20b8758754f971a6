//! Runs sweeps: on the cores of this machine, under mpirun, as an array of Slurm.
//!
//! ```text
//!   begin ─▶ pool of threads ─▶ worker: claim ─ run ─ rename ─▶ ledger (files) ◀─ other processes
//!                                                                 └─▶ progress, summary, gather
//! ```
//!
//! What is done is on the disk and nowhere else, so that a process that ends in any way costs what it was at, and nothing
//! more; and so that any number of processes, started by anything, share the work.

mod begin;
mod gather;
mod launch;
mod ledger;
mod pool;
mod rank;
mod worker;

pub use begin::{BeginError, Beginning, Begun, Lock, Start, begin};
pub use gather::{GatherFailure, gather};
pub use launch::{Launch, LaunchError, Launched, Launcher, launch};
pub use ledger::{Claim, Claimed, Ledger, Standing};
pub use pool::PoolError;
pub use rank::{Rank, Starter};
pub use worker::Worker;

use super::Progress;
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
/// those that other processes are at, and takes over those of processes that have ended.
///
/// # Errors
/// [`SweepFailure`].
pub fn run_scenarios(
    worker: &Worker,
    threads: usize,
    to_the_end: bool,
    progress: &mut Progress,
) -> Result<(), SweepFailure> {
    let count = worker.ledger.sweep().count();
    let (index, size) = worker.share;
    // Each process begins elsewhere, so that they meet only where one has done its part.
    let first = (u128::from(index) * u128::from(count) / u128::from(size.max(1))) as u64;
    let mut open: Vec<u64> = (first + 1..=count).chain(1..=first).collect();
    loop {
        keep_open(&worker.ledger, &mut open);
        let settled = count - open.len() as u64;
        progress.skip(settled);
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
                Heard::Done(done) => return progress.at(settled + done),
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
        if worker.stop.is_set() {
            return Ok(());
        }
        keep_open(&worker.ledger, &mut open);
        if open.is_empty() || !to_the_end {
            return Ok(());
        }
        wait_ms(LOOK_AGAIN_MS);
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
