//! Keeps the journal of a run beside its result, so that `--resume` goes on after a crash.
//!
//! ```text
//!   result files ─ fsync ─▶ x.csv.journal.new ─ fsync ─ rename ─▶ x.csv.journal ─ fsync of the folder
//! ```
//!
//! Invariant: at every instant the journal is whole, and the result files are at least as long as it says.

use super::files::read_file;
use crate::checkpoint::Checkpoint;
use crate::record::{Fingerprint, JournalEntry, UnreadableJournal};
use illuminator_node::shell::Clock;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Shortest time between two entries `[us]`.
const EVERY_US: u64 = 1_000_000;
/// Writing takes at most one part in so many of the run's time.
const SHARE: u64 = 20;
/// Longest journal `[bytes]`.
const JOURNAL_MAX: u64 = 1 << 30;
/// An entry that could not be written counts as one that took so long `[us]`.
const FAILED_US: u64 = 1_000_000;

/// The journal of one run.
pub struct Journal {
    path: PathBuf,
    /// Where the next entry is until all of it is on the disk.
    unfinished: PathBuf,
    fingerprint: Fingerprint,
    clock: Clock,
    due_us: u64,
    /// Whether the last entry could not be written.
    failing: bool,
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
        let [path, unfinished] = Self::names_beside(result);
        Self { path, unfinished, fingerprint, clock: Clock::start(), due_us: EVERY_US, failing: false }
    }

    /// The names of both files that the journal of the result at `result` may have.
    pub fn names_beside(result: &Path) -> [PathBuf; 2] {
        [".journal", ".journal.new"].map(|suffix| {
            let mut path = result.as_os_str().to_owned();
            path.push(suffix);
            path.into()
        })
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
        let bytes = match read_file(&self.path, JOURNAL_MAX) {
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

    /// The time by its clock `[us]`.
    pub(super) fn now_us(&self) -> u64 {
        self.clock.now().as_micros()
    }

    /// Replaces what it says. `lengths` of the result files must be on the disk, on the way to which the work began at
    /// `began_us`. Where it cannot be written the result is as good; it can only not be gone on with from here. Returns
    /// what to say of that.
    pub(super) fn write(
        &mut self,
        lengths: Vec<Option<u64>>,
        checkpoint: Checkpoint,
        began_us: u64,
    ) -> Option<String> {
        let entry = JournalEntry { fingerprint: self.fingerprint, lengths, checkpoint };
        let written = self.replace(&entry.to_bytes());
        let took_us = if written.is_ok() { self.now_us() - began_us } else { FAILED_US };
        self.due_us = began_us + EVERY_US.max(took_us * SHARE);
        let failing = std::mem::replace(&mut self.failing, written.is_err());
        if written.is_err() {
            // What there is of it only takes room, each time.
            let _ = fs::remove_file(&self.unfinished);
        }
        let path = self.path.display();
        match written {
            Err(error) if !failing => Some(format!(
                "cannot write the journal {path}: {error}; until it can be, --resume falls behind"
            )),
            Ok(()) if failing => Some(format!("the journal {path} is written again")),
            _ => None,
        }
    }

    fn replace(&self, bytes: &[u8]) -> io::Result<()> {
        let mut file = File::create(&self.unfinished)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&self.unfinished, &self.path)?;
        sync_folder(&self.path)
    }

    /// Removes it: the run is complete, or begins anew. What a crash left of an entry goes with it.
    ///
    /// # Errors
    /// What the operating system said, and a file that is no journal; there being none is no error, even on a disk that
    /// may not be written.
    pub fn remove(&self) -> io::Result<()> {
        // Of a disk that may not be written nothing can be removed, not even what is not there.
        for path in [&self.path, &self.unfinished].into_iter().filter(|path| path.symlink_metadata().is_ok())
        {
            let mut start = Vec::new();
            File::open(path)?.take(JournalEntry::MAGIC.len() as u64).read_to_end(&mut start)?;
            // An entry that was begun may be cut off anywhere.
            if !JournalEntry::MAGIC.starts_with(&start) {
                return Err(io::Error::other(
                    "it is no journal: move it away, or give the result another place with -o",
                ));
            }
            fs::remove_file(path)?;
            sync_folder(path)?;
        }
        Ok(())
    }
}

/// Makes the name of a file safe from a crash of the machine.
pub(super) fn sync_folder(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|folder| *folder != Path::new(""));
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}
