//! The rows of a run, written to a database as they come.
//!
//! ```text
//!   run ─ row ─▶ lines ─ batch ─▶ queue (bounded) ─▶ thread ─ POST ─▶ InfluxDB, VictoriaMetrics, …
//! ```
//!
//! Invariants: the run waits for a database that takes what it gets, as for a disk, and for none that does not; what
//! cannot be written is counted and told, and ends nothing; after the last row a database has seconds to take the rest.

mod courier;
mod target;

pub use target::{InfluxTarget, WrongTarget};

use super::watch::Server;
use crate::record::{Cell, LineProtocol};
use courier::{Batch, Courier, Ledger};
use illuminator_node::model::Slots;
use illuminator_node::shell::{Clock, KeyError, read_secret, runtime, spawn};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;
use zeroize::Zeroizing;

/// Text of a batch that is sent without waiting for more `[bytes]`.
const BATCH_BYTES: usize = 256 * 1024;
/// How long rows are kept back at most `[us]`.
const BATCH_US: u64 = 500_000;
/// Batches that wait for their turn (4 MiB).
const WAITING_MAX: usize = 16;
/// Between two looks at a queue that is full.
const PAUSE: Duration = Duration::from_millis(1);
/// Longest secret of a database `[characters]`.
const SECRET_MAX: usize = 1024;

/// Writes to a database.
pub struct InfluxWriter {
    lines: LineProtocol,
    /// For each item, where its value stands.
    cells: Vec<u32>,
    batch: Batch,
    clock: Clock,
    sent_us: u64,
    /// Dropped, the thread ends once it has sent what waits, or cannot.
    queue: Option<SyncSender<Batch>>,
    ledger: Arc<Ledger>,
    thread: Option<JoinHandle<()>>,
}

/// Reads what a database wants to know of who writes: a token, or `USER:PASSWORD` of version 1. Only the file's owner
/// may be able to read it.
///
/// # Errors
/// A file that others can read, or that holds none.
pub fn read_influx_token(path: &Path) -> Result<Zeroizing<String>, KeyError> {
    let parse = |text: &str| {
        let text = text.trim();
        let is_secret =
            (1..=SECRET_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        is_secret.then(|| Zeroizing::new(text.to_owned()))
    };
    read_secret(path, parse)?.ok_or_else(|| KeyError::NoToken { path: path.to_owned() })
}

impl InfluxWriter {
    /// Writes `lines`, whose items stand at `cells`, to `target`. `tell` gets what people should know, at once.
    ///
    /// # Errors
    /// A thread that cannot be started.
    pub fn start(
        target: InfluxTarget,
        token: Option<Zeroizing<String>>,
        lines: LineProtocol,
        cells: Vec<u32>,
        tell: impl Fn(&str) + Send + 'static,
    ) -> io::Result<Self> {
        let (queue, batches) = sync_channel(WAITING_MAX);
        let ledger = Arc::new(Ledger::default());
        let InfluxTarget { server, path } = target;
        let at = server.url();
        let authorization = token.map(|token| Zeroizing::new(format!("Token {}", *token)));
        let server = Server::authorized(server, authorization);
        let courier = Courier { server, at, path, ledger: Arc::clone(&ledger), tell: Box::new(tell) };
        let runtime = runtime()?;
        let thread = spawn("influx", move || {
            courier.deliver(&runtime, &batches);
            // A name that is being looked up is not waited for.
            runtime.shutdown_background();
        })?;
        let clock = Clock::start();
        let batch = Batch::default();
        let (queue, thread) = (Some(queue), Some(thread));
        Ok(Self { lines, cells, batch, clock, sent_us: 0, queue, ledger, thread })
    }

    /// Takes the row of a step, if there is one.
    pub(super) fn step(&mut self, step: u64, values: &Slots) {
        let before = self.batch.lines.len();
        let cells = &self.cells;
        self.lines.row(step, |item| Cell::of_slot(values, cells[item]), &mut self.batch.lines);
        self.batch.rows += u64::from(self.batch.lines.len() > before);
        if self.batch.lines.len() >= BATCH_BYTES {
            self.send();
        } else {
            self.send_late();
        }
    }

    /// Sends what has been kept back for long enough.
    pub(super) fn send_late(&mut self) {
        if self.batch.rows > 0 && self.clock.now().as_micros() >= self.sent_us + BATCH_US {
            self.send();
        }
    }

    fn send(&mut self) {
        self.sent_us = self.clock.now().as_micros();
        let Some(queue) = &self.queue else { return };
        let mut batch = std::mem::take(&mut self.batch);
        while batch.rows > 0 {
            batch = match queue.try_send(batch) {
                Ok(()) => return,
                Err(TrySendError::Full(batch)) if self.ledger.is_well() => {
                    std::thread::park_timeout(PAUSE);
                    batch
                }
                Err(TrySendError::Full(batch) | TrySendError::Disconnected(batch)) => {
                    return self.ledger.lose(batch.rows);
                }
            };
        }
    }

    /// Sends the rest, and waits for seconds at most. Returns how many rows the database has, and how many it has not.
    pub fn finish(mut self) -> (u64, u64) {
        self.close();
        self.ledger.count()
    }

    fn close(&mut self) {
        self.send();
        self.queue = None;
        self.ledger.close();
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}

impl Drop for InfluxWriter {
    fn drop(&mut self) {
        self.close();
    }
}
