//! How a sweep begins: once, however many processes take part in it.
//!
//! ```text
//!   first process ─ lock ─ forget old results ─ scenariotable.csv ─ note of the sweep ─ unlock
//!   the others    ─ lock ─ the note says that it has begun ───────────────────────────── unlock
//! ```
//!
//! The note, `<monitor file>.sweep`, holds the fingerprint of the sweep and the name of its start. Invariant: results that
//! are there are of the sweep that the note names.

use super::ledger::{Ledger, with};
use super::replace;
use crate::sweep::TABLE_FILE;
use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

const MAGIC: &str = "illuminator sweep 1";
/// Longest note that is read `[bytes]`.
const NOTE_MAX: u64 = 4096;

/// How to begin.
pub struct Beginning<'a> {
    /// What tells this sweep from another: [`Sweep::fingerprint`](crate::sweep::Sweep::fingerprint).
    pub fingerprint: &'a str,
    /// What tells this start from another, the same in all processes that were started together.
    pub start: Start<'a>,
    /// Whether complete results of this sweep are kept.
    pub resume: bool,
}

/// Who takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start<'a> {
    /// This process alone.
    Alone,
    /// All processes that know this name: the first of them begins.
    Named(&'a str),
    /// The same, but another process has begun it.
    Child(&'a str),
    /// Others, which nothing tells from those of an earlier start. What is complete or has failed stays so.
    Unnamed,
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// Nothing that could be kept.
    Anew,
    /// So many complete results.
    Resumed(u64),
    /// Another process has begun it.
    Joined,
}

/// Why a sweep cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    /// One process runs it already.
    #[error("another process is at this sweep: {path} is locked", path = path.display())]
    Busy {
        /// The note.
        path: PathBuf,
    },
    /// The results are of another sweep.
    #[error(
        "the results are of another sweep: the scenario, its data or this program has changed since ({path}); to start \
         anew, leave out --resume",
        path = path.display()
    )]
    OtherSweep {
        /// The note.
        path: PathBuf,
    },
    /// What this process is to take part in is another sweep.
    #[error(
        "this process is to take part in another sweep than it knows: the scenario, its data or this program is not the \
         same on all machines ({path})",
        path = path.display()
    )]
    NotOurs {
        /// The note.
        path: PathBuf,
    },
    /// A file cannot be written.
    #[error("cannot begin the sweep at {path}: {error}", path = path.display())]
    Unwritable {
        /// The note, or the table.
        path: PathBuf,
        /// What the operating system said.
        error: io::Error,
    },
}

/// A sweep that has begun; as long as one process alone is at it, no other one is.
pub struct Lock(File);

/// Begins the sweep, or joins it. The lock keeps others out of it if this process is alone.
///
/// # Errors
/// [`BeginError`].
pub fn begin(ledger: &Ledger, beginning: &Beginning<'_>) -> Result<(Lock, Begun), BeginError> {
    let path = with(Path::new(ledger.sweep().template().monitor_file()), ".sweep");
    let unwritable = |error: io::Error| BeginError::Unwritable { path: path.clone(), error };
    let mut file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(unwritable)?;
    if beginning.start == Start::Alone {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(BeginError::Busy { path }),
            // Where there are no locks nobody can be kept out.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
    } else {
        let _ = file.lock();
    }
    let mut note = String::new();
    (&mut file).take(NOTE_MAX).read_to_string(&mut note).map_err(unwritable)?;
    let name = match beginning.start {
        Start::Named(name) | Start::Child(name) => name,
        Start::Alone | Start::Unnamed => "",
    };
    let (same_sweep, same_start) = match note.lines().collect::<Vec<_>>()[..] {
        [MAGIC, fingerprint, start] => (fingerprint == beginning.fingerprint, start == name),
        _ => (false, false),
    };
    if same_sweep && same_start && beginning.start != Start::Alone {
        return Ok((Lock(file), Begun::Joined));
    }
    if matches!(beginning.start, Start::Child(_)) {
        return Err(BeginError::NotOurs { path });
    }
    if beginning.resume && !same_sweep && !note.is_empty() {
        return Err(BeginError::OtherSweep { path });
    }
    let begun = prepare(ledger, beginning.resume && same_sweep).map_err(unwritable)?;
    let table = Path::new(ledger.sweep().template().monitor_file()).with_file_name(TABLE_FILE);
    replace(&table, &ledger.sweep().table())
        .map_err(|error| BeginError::Unwritable { path: table.clone(), error })?;
    write(&mut file, &format!("{MAGIC}\n{}\n{name}\n", beginning.fingerprint)).map_err(unwritable)?;
    Ok((Lock(file), begun))
}

impl Lock {
    /// Lets others at it.
    pub fn release(self) {
        drop(self.0);
    }
}

/// Removes what is not to be kept.
fn prepare(ledger: &Ledger, resume: bool) -> io::Result<Begun> {
    let mut ids = 1..=ledger.sweep().count();
    if resume {
        let mut complete = 0;
        for id in ids {
            complete += u64::from(ledger.reopen(id)?);
        }
        return Ok(Begun::Resumed(complete));
    }
    let survey = ledger.survey();
    ids.try_for_each(|id| survey.forget(id))?;
    Ok(Begun::Anew)
}

fn write(file: &mut File, note: &str) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(note.as_bytes())
}
