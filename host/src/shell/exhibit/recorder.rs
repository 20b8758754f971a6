//! Records what people see of a run, in a thread of its own.
//!
//! ```text
//!   RunExhibit ─ 20 times a second ─▶ Writer ─ once a second ─▶ file
//! ```
//!
//! Invariants: the run does not know of it; what it costs is bounded in time, memory and bytes; a file that cannot be
//! written ends the recording, not the run, and keeps what is whole in it.

use super::{Exhibit, RecordFile, RunExhibit};
use crate::recording::{Look, Sources, Steps, TextChange, Writer};
use crate::view::POINTS_MAX;
use illuminator_node::shell::{Clock, hint, spawn};
use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// From one look to the next.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// From one write to the next `[ms]`, and how many of them are made safe from a crash of the machine at once.
const WRITE_MS: u64 = 1_000;
const SYNC_EVERY: u64 = 10;
/// So long whoever ends a run waits for the recording of it.
const CATCH_UP_WITHIN: Duration = Duration::from_secs(1);
/// So long whoever ends the program does.
const FINISH_WITHIN: Duration = Duration::from_secs(10);
/// Values that nobody looked at are recorded up to this rate `[1/s]`, beyond a stock of so many; more are put together.
const VALUES_PER_S: u64 = 100_000;
const VALUES_STOCK: u64 = 2 << 20;
/// Values of one line.
const VALUES_LINE: u64 = 16 << 10;

/// A recording that is being made. Dropped, it is finished.
pub struct Recorder {
    orders: Sender<Order>,
    failure: Arc<Mutex<Option<String>>>,
}

/// What is asked of the thread; it answers when it is done.
struct Order {
    finish: bool,
    answer: Sender<()>,
}

impl Recorder {
    /// Records what `exhibit` shows from now on, in the place of what `file` had. `sources` are those of its scenario.
    ///
    /// # Errors
    /// A thread that cannot be started.
    pub fn start(file: RecordFile, exhibit: Arc<RunExhibit>, sources: Sources) -> io::Result<Self> {
        exhibit.keep_texts();
        let (orders, heard) = channel();
        let failure = Arc::default();
        let mut recording = Recording {
            exhibit,
            writer: Writer::new(sources),
            file,
            clock: Clock::start(),
            written_ms: 0,
            writes: 0,
            budget: Budget { values: VALUES_STOCK, at_ms: 0 },
            failure: Arc::clone(&failure),
        };
        // How it stands before its first step, however fast it is.
        recording.look(0);
        spawn("recording", move || recording.run(&heard))?;
        Ok(Self { orders, failure })
    }

    /// The run is at an end: waits a moment until all of it is recorded.
    pub fn catch_up(&self) {
        self.ask(false, CATCH_UP_WITHIN);
    }

    /// Writes the rest. Gives what is missing in the recording, if something is.
    pub fn finish(self) -> Option<String> {
        let done = self.ask(true, FINISH_WITHIN);
        let failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner).take();
        failure.or_else(|| (!done).then(|| "the recording is not whole: its disk does not answer".to_owned()))
    }

    fn ask(&self, finish: bool, within: Duration) -> bool {
        let (answer, done) = channel();
        self.orders.send(Order { finish, answer }).is_ok() && done.recv_timeout(within).is_ok()
    }
}

/// What the thread has.
struct Recording {
    exhibit: Arc<RunExhibit>,
    writer: Writer,
    file: RecordFile,
    clock: Clock,
    written_ms: u64,
    writes: u64,
    budget: Budget,
    failure: Arc<Mutex<Option<String>>>,
}

impl Recording {
    fn run(mut self, orders: &Receiver<Order>) {
        loop {
            let order = orders.recv_timeout(LOOK_EVERY);
            let now_ms = self.clock.now().as_micros() / 1_000;
            let going = !self.has_failed();
            if going {
                self.look(now_ms);
            }
            match order {
                Err(RecvTimeoutError::Timeout) if !going || now_ms < self.written_ms + WRITE_MS => {}
                Err(RecvTimeoutError::Timeout) => self.write(now_ms, Writer::flush),
                Ok(Order { finish: false, answer }) => {
                    self.write(now_ms, Writer::flush);
                    let _ = answer.send(());
                }
                Ok(Order { finish: true, answer }) => {
                    self.write(now_ms, Writer::finish);
                    let _ = answer.send(());
                    return;
                }
                Err(RecvTimeoutError::Disconnected) => return self.write(now_ms, Writer::finish),
            }
        }
    }

    fn look(&mut self, ms: u64) {
        let scene = self.exhibit.scene();
        let moment = self.exhibit.moment();
        let health = self.exhibit.health();
        let known = self.writer.done(&scene);
        let missed = known..moment.done.saturating_sub(1);
        let texts = self.exhibit.take_texts(moment.done);
        let items = scene.items.len() as u64;
        let steps = self.budget.steps(ms, items, missed.start, missed.end, texts, &self.exhibit);
        // Another run may have begun meanwhile: then this was of neither.
        if moment.run == scene.run && Arc::ptr_eq(&scene, &self.exhibit.scene()) {
            self.writer.look(&Look { ms, scene: &scene, steps: &steps, moment: &moment, health: &health });
        }
    }

    fn write(&mut self, now_ms: u64, bytes: fn(&mut Writer) -> Vec<u8>) {
        if self.has_failed() {
            return;
        }
        (self.written_ms, self.writes) = (now_ms, self.writes + 1);
        let bytes = bytes(&mut self.writer);
        let written = self.file.append(&bytes, self.writes.is_multiple_of(SYNC_EVERY));
        let path = self.file.path().display();
        match (written, self.writer.is_full()) {
            (Err(error), _) => {
                self.fail(format!("the recording {path} is not whole: {error}{}", hint(&error)));
            }
            (Ok(()), Some(why)) => self.fail(format!("the recording {path} ends before the run: {why}")),
            (Ok(()), None) => {}
        }
    }

    fn fail(&self, failure: String) {
        self.exhibit.notice(&failure);
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
    }

    fn has_failed(&self) -> bool {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }
}

/// How many values of steps that nobody looked at may be recorded.
struct Budget {
    values: u64,
    at_ms: u64,
}

impl Budget {
    /// The steps `[from, to)` of a run with so many items, one by one if that can be afforded.
    fn steps(
        &mut self,
        ms: u64,
        items: u64,
        from: u64,
        to: u64,
        texts: Vec<TextChange>,
        exhibit: &RunExhibit,
    ) -> Vec<Steps> {
        let earned = (ms - self.at_ms).saturating_mul(VALUES_PER_S) / 1_000;
        (self.values, self.at_ms) = (self.values.saturating_add(earned).min(VALUES_STOCK), ms);
        if items == 0 || from >= to {
            return Vec::new();
        }
        let buckets = (to - from).min((self.values / items).max(1));
        self.values = self.values.saturating_sub(buckets * items);
        let per_line = (VALUES_LINE / items).clamp(1, buckets.min(POINTS_MAX as u64));
        let lines = buckets.div_ceil(per_line);
        // Of numbers of steps as large as these no product overflows.
        let at = |line: u64| from + ((to - from) as u128 * line as u128 / lines as u128) as u64;
        let mut texts = texts.into_iter().peekable();
        let line = |line: u64| {
            let mut steps = exhibit.missed(at(line), at(line + 1), per_line as usize)?;
            // A text that became another one behind the last step that is known belongs to what is known next.
            let known = steps.last_known(u64::MAX).map_or(0, |bucket| bucket.to);
            steps.texts = std::iter::from_fn(|| texts.next_if(|change| change.0 < known)).collect();
            Some(steps)
        };
        (0..lines).filter_map(line).collect()
    }
}
