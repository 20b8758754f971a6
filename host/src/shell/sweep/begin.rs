//! How a sweep begins: once, however many processes take part in it.
//!
//! ```text
//!   first process ─ lock ─ forget old results ─ scenariotable.csv ─ note of the sweep ─ unlock
//!   the others    ─ lock ─ the note says that it has begun ───────────────────────────── unlock
//! ```
//!
//! The [`Note`] holds the fingerprint of the sweep and the name of its start. Invariant: results that are there are of the
//! sweep that the note names.
//!
//! On a file system without locks several processes cannot agree on who is the first. There only one that is alone
//! begins, or a launcher for those that it starts; others that come by themselves are refused.

use super::ledger::{Ledger, remove};
use super::note::Note;
use super::replace;
use super::spread::spread;
use crate::sweep::TABLE_FILE;
use std::fs::{File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// How to begin.
pub struct Beginning<'a> {
    /// What tells this sweep from another: [`Sweep::fingerprint`](crate::sweep::Sweep::fingerprint).
    pub fingerprint: &'a str,
    /// What tells this start from another, the same in all processes that were started together.
    pub start: Start<'a>,
    /// Whether complete results of this sweep are kept.
    pub resume: bool,
    /// Threads that remove old results.
    pub threads: usize,
}

/// Who takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start<'a> {
    /// This process alone.
    Alone,
    /// A launcher, which alone begins for all processes that it will tell this name.
    Launcher(&'a str),
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
        "the results are of another sweep: the scenario, its data or the version of this program has changed since ({path}); to start \
         anew, leave out --resume",
        path = path.display()
    )]
    OtherSweep {
        /// The note.
        path: PathBuf,
    },
    /// Nobody can tell of which sweep the results are.
    #[error(
        "there are results, and the note that says of which sweep they are is not whole, or of another version: {path}; to \
         start anew, leave out --resume",
        path = path.display()
    )]
    NoNote {
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
    /// Nobody can be the first.
    #[error(
        "the file system of {path} knows no locks: processes that start by themselves cannot agree on which of them \
         begins the sweep\n  help: have `--launcher mpi` or `--launcher slurm` start them, or put the results elsewhere",
        path = path.display()
    )]
    NoLocks {
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
    begin_with(ledger, beginning, lock)
}

/// What became of the attempt to lock the note.
enum Locked {
    Yes,
    /// Another process has it for itself.
    Busy,
    /// The file system knows no locks.
    Never,
}

/// Locks the note: for this process as long as it runs, or until it is settled who begins.
fn lock(file: &File, start: Start<'_>) -> Locked {
    if start == Start::Alone {
        return match file.try_lock() {
            Ok(()) => Locked::Yes,
            Err(TryLockError::WouldBlock) => Locked::Busy,
            Err(TryLockError::Error(_)) => Locked::Never,
        };
    }
    loop {
        match file.lock() {
            Ok(()) => return Locked::Yes,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return Locked::Never,
        }
    }
}

fn begin_with(
    ledger: &Ledger,
    beginning: &Beginning<'_>,
    lock: impl Fn(&File, Start<'_>) -> Locked,
) -> Result<(Lock, Begun), BeginError> {
    let path = Note::path(ledger);
    let unwritable = |error: io::Error| BeginError::Unwritable { path: path.clone(), error };
    let open = File::options().read(true).write(true).create(true).truncate(false).open(&path);
    let mut file = open.map_err(unwritable)?;
    let start = beginning.start;
    let locked = lock(&file, start);
    if matches!(locked, Locked::Busy) {
        return Err(BeginError::Busy { path });
    }
    let is_empty = file.metadata().map_err(unwritable)?.len() == 0;
    let old = Note::read(&mut file).map_err(unwritable)?;
    let name = match start {
        Start::Launcher(name) | Start::Named(name) | Start::Child(name) => name,
        Start::Alone | Start::Unnamed => "",
    };
    let same_sweep = old.as_ref().is_some_and(|note| note.fingerprint == beginning.fingerprint);
    let same_start = old.as_ref().is_some_and(|note| note.start == name);
    if same_sweep && same_start && start != Start::Alone {
        return Ok((Lock(file), Begun::Joined));
    }
    match start {
        Start::Child(_) => return Err(BeginError::NotOurs { path }),
        Start::Named(_) | Start::Unnamed if matches!(locked, Locked::Never) => {
            return Err(BeginError::NoLocks { path });
        }
        _ => {}
    }
    let scenarios = ledger.sweep().count();
    if beginning.resume && old.is_none() && (!is_empty || ledger.survey().has_any(scenarios)) {
        return Err(BeginError::NoNote { path });
    }
    if beginning.resume && old.is_some() && !same_sweep {
        return Err(BeginError::OtherSweep { path });
    }
    let begun = if beginning.resume && same_sweep {
        reopen(ledger)
    } else {
        // The sweep before may have had more.
        let highest = old.map_or(scenarios, |note| note.scenarios.max(scenarios));
        forget(ledger, highest, beginning.threads)
    };
    let begun = begun.map_err(unwritable)?;
    let table = Path::new(ledger.sweep().template().monitor_file()).with_file_name(TABLE_FILE);
    replace(&table, &ledger.sweep().table())
        .map_err(|error| BeginError::Unwritable { path: table.clone(), error })?;
    let (fingerprint, start) = (beginning.fingerprint.to_owned(), name.to_owned());
    Note { fingerprint, start, scenarios, job: None }.write(&mut file).map_err(unwritable)?;
    Ok((Lock(file), begun))
}

impl Lock {
    /// Lets others at it.
    pub fn release(self) {
        drop(self.0);
    }
}

/// Keeps what is complete, and opens the rest.
fn reopen(ledger: &Ledger) -> io::Result<Begun> {
    remove(&ledger.summary())?;
    let mut complete = 0;
    for id in 1..=ledger.sweep().count() {
        complete += u64::from(ledger.reopen(id)?);
    }
    Ok(Begun::Resumed(complete))
}

/// Removes what there is of so many scenarios.
fn forget(ledger: &Ledger, scenarios: u64, threads: usize) -> io::Result<Begun> {
    remove(&ledger.summary())?;
    let survey = ledger.survey();
    spread(threads, 1..=scenarios, |id| survey.forget(id)).into_iter().collect::<io::Result<()>>()?;
    Ok(Begun::Anew)
}

#[cfg(test)]
mod tests {
    use super::super::ledger::tests::ledger;
    use super::*;

    #[test]
    fn without_locks_only_one_that_is_alone_begins() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = ledger(folder.path());
        let begins = |start| {
            let beginning = Beginning { fingerprint: "abc", start, resume: false, threads: 1 };
            begin_with(&ledger, &beginning, |_, _| Locked::Never).map(|(_, begun)| begun)
        };
        for start in [Start::Named("ours"), Start::Unnamed] {
            let refused = begins(start);
            assert!(matches!(refused, Err(BeginError::NoLocks { .. })), "{refused:?}");
        }
        assert!(matches!(begins(Start::Alone), Ok(Begun::Anew)));
        assert!(matches!(begins(Start::Launcher("ours")), Ok(Begun::Anew)));
        // Who was started by it only looks.
        assert!(matches!(begins(Start::Child("ours")), Ok(Begun::Joined)));
        assert!(matches!(begins(Start::Named("ours")), Ok(Begun::Joined)));
        assert!(matches!(begins(Start::Child("other")), Err(BeginError::NotOurs { .. })));
    }
}
