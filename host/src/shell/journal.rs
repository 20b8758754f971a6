//! Keeps the journal of a run beside its result, so that `--resume` goes on after a crash.
//!
//! ```text
//!   result files ─ fsync ─▶ x.csv.journal.new ─ fsync ─ rename ─▶ x.csv.journal ─ fsync of the folder
//! ```
//!
//! Invariant: at every instant the journal is whole, and the result files are at least as long as it says.

use crate::checkpoint::Checkpoint;
use crate::record::{Fingerprint, JournalEntry, UnreadableJournal};
use illuminator_node::shell::Clock;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Shortest time between two entries `[us]`.
const EVERY_US: u64 = 1_000_000;
/// Writing takes at most one part in so many of the run's time.
const SHARE: u64 = 20;
/// An entry that could not be written counts as one that took so long `[us]`.
const FAILED_US: u64 = 1_000_000;

/// The journal of one run.
pub struct Journal {
    path: PathBuf,
    fingerprint: Fingerprint,
    clock: Clock,
    due_us: u64,
}

/// Why there is nothing to go on from.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// It cannot be read.
    #[error("cannot read {path}: {error}", path = path.display())]
    Unreadable {
        /// The journal.
        path: PathBuf,
        /// What the operating system said.
        error: io::Error,
    },
    /// It is no journal.
    #[error("{path}: {error}; to start anew, leave out --resume", path = path.display())]
    Damaged {
        /// The journal.
        path: PathBuf,
        /// What is wrong with it.
        error: UnreadableJournal,
    },
    /// It is of another run.
    #[error(
        "{path} is of another run: the scenario, its data, the placement, the events or this program has changed \
         since; to start anew, leave out --resume",
        path = path.display()
    )]
    OtherRun {
        /// The journal.
        path: PathBuf,
    },
}

impl Journal {
    /// The journal of the result at `result`.
    pub fn beside(result: &Path, fingerprint: Fingerprint) -> Self {
        let mut path = result.as_os_str().to_owned();
        path.push(".journal");
        Self { path: path.into(), fingerprint, clock: Clock::start(), due_us: EVERY_US }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether there is one, and so a run can go on.
    pub fn is_there(&self) -> bool {
        self.path.is_file()
    }

    /// What it says; `None` if there is none.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn read(&self) -> Result<Option<JournalEntry>, JournalError> {
        let path = || self.path.clone();
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(JournalError::Unreadable { path: path(), error }),
        };
        let entry = JournalEntry::from_bytes(&bytes)
            .map_err(|error| JournalError::Damaged { path: path(), error })?;
        if entry.fingerprint != self.fingerprint {
            return Err(JournalError::OtherRun { path: path() });
        }
        Ok(Some(entry))
    }

    /// Whether the next entry is due.
    pub(super) fn is_due(&self) -> bool {
        self.clock.now().as_micros() >= self.due_us
    }

    /// Replaces what it says. `lengths` of the result files must be on the disk. Where it cannot be written the result is
    /// as good; it can only not be gone on with from here.
    pub(super) fn write(&mut self, lengths: Vec<Option<u64>>, checkpoint: Checkpoint) {
        let began_us = self.clock.now().as_micros();
        let entry = JournalEntry { fingerprint: self.fingerprint, lengths, checkpoint };
        let took_us = match self.replace(&entry.to_bytes()) {
            Ok(()) => self.clock.now().as_micros() - began_us,
            Err(_) => FAILED_US,
        };
        self.due_us = began_us + EVERY_US.max(took_us * SHARE);
    }

    fn replace(&self, bytes: &[u8]) -> io::Result<()> {
        let new = self.unfinished();
        let mut file = File::create(&new)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&new, &self.path)?;
        let folder = self.path.parent().filter(|folder| *folder != Path::new(""));
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }

    /// Where the next entry is until all of it is on the disk.
    fn unfinished(&self) -> PathBuf {
        let mut new = self.path.clone().into_os_string();
        new.push(".new");
        new.into()
    }

    /// Removes it: the run is complete, or begins anew. What a crash left of an entry goes with it.
    ///
    /// # Errors
    /// What the operating system said; there being none is no error, even on a disk that may not be written.
    pub fn remove(&self) -> io::Result<()> {
        // Of a disk that may not be written nothing can be removed, not even what is not there.
        let paths = [&self.path, &self.unfinished()];
        paths.into_iter().filter(|path| path.symlink_metadata().is_ok()).try_for_each(fs::remove_file)
    }
}
