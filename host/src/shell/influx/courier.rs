//! Takes batches to the database, one after the other, in a thread of its own.

use crate::shell::watch::{RequestFailure, Server};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::Receiver;
use std::time::Duration;
use tokio::runtime::Runtime;

/// From one try to the next.
const RETRY: Duration = Duration::from_secs(1);

/// Lines that go together.
#[derive(Default)]
pub(super) struct Batch {
    /// The lines.
    pub(super) lines: String,
    /// Rows that they are of.
    pub(super) rows: u64,
}

/// What became of the rows.
#[derive(Default)]
pub(super) struct Ledger {
    taken: AtomicU64,
    lost: AtomicU64,
    /// The last try failed.
    ill: AtomicBool,
    /// There will be no more rows.
    closing: AtomicBool,
}

impl Ledger {
    pub(super) fn is_well(&self) -> bool {
        !self.ill.load(Ordering::Relaxed)
    }

    pub(super) fn lose(&self, rows: u64) {
        self.lost.fetch_add(rows, Ordering::Relaxed);
    }

    pub(super) fn close(&self) {
        self.closing.store(true, Ordering::Release);
    }

    /// Rows that were taken, and that were lost.
    pub(super) fn count(&self) -> (u64, u64) {
        (self.taken.load(Ordering::Relaxed), self.lost.load(Ordering::Relaxed))
    }
}

/// The thread.
pub(super) struct Courier {
    pub(super) server: Server,
    /// The server, for people.
    pub(super) at: String,
    pub(super) path: String,
    pub(super) ledger: std::sync::Arc<Ledger>,
    pub(super) tell: Box<dyn Fn(&str) + Send>,
}

impl Courier {
    /// Until there are no more.
    pub(super) fn deliver(&self, runtime: &Runtime, batches: &Receiver<Batch>) {
        while let Ok(batch) = batches.recv() {
            let counter =
                if self.post(runtime, &batch.lines) { &self.ledger.taken } else { &self.ledger.lost };
            counter.fetch_add(batch.rows, Ordering::Relaxed);
        }
    }

    /// Tries until it is taken. Gives up where trying again is of no use: the database does not want it, or the run is over
    /// and the database still fails.
    fn post(&self, runtime: &Runtime, lines: &str) -> bool {
        loop {
            let answer = runtime.block_on(self.server.ask("POST", &self.path, None, lines.to_owned()));
            let was_ill = self.ledger.ill.swap(answer.is_err(), Ordering::Relaxed);
            let Err(failure) = answer else {
                if was_ill {
                    (self.tell)(&format!("the database at {} takes rows again", self.at));
                }
                return true;
            };
            if !was_ill {
                (self.tell)(&format!("the database at {} does not take the rows: {failure}", self.at));
            }
            let is_final = matches!(failure, RequestFailure::Refused { status: 400..=428 | 430..=499, .. });
            if is_final || self.ledger.closing.load(Ordering::Acquire) {
                return false;
            }
            std::thread::park_timeout(RETRY);
        }
    }
}
