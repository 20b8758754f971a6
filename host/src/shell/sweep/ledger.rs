//! Who runs which scenario, and what became of it: files beside the results, so that processes on any machine that share
//! the folder share the work without a word to each other.
//!
//! ```text
//!   res_3.csv.part ─ locked by who runs it ─┬─ rename ─▶ res_3.csv           complete
//!                                           └─ reason ─▶ res_3.csv.failed    failed; the rows before stay in .part
//! ```
//!
//! Invariants: a result under its own name is complete; a scenario is run by one process at a time. A lock ends with its
//! process, however that ends, so no claim is left behind.

use super::replace;
use crate::sweep::Sweep;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Longest reason that is read `[bytes]`.
const REASON_MAX: u64 = 64 * 1024;

/// The states of all scenarios of a sweep, on the disk.
#[derive(Clone)]
pub struct Ledger {
    sweep: Arc<Sweep>,
}

/// What became of a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has ended it.
    Open,
    /// Its result is there.
    Complete,
    /// It was ended by a mistake in it.
    Failed,
}

/// Whether a scenario may be run.
pub enum Claim {
    /// By whoever has this.
    Mine(Claimed),
    /// Another process or thread is at it.
    Elsewhere,
    /// It is complete, or has failed.
    Settled,
}

/// A scenario that nobody else runs.
pub struct Claimed {
    part: PathBuf,
    result: PathBuf,
    failure: PathBuf,
    /// Keeps the claim.
    lock: File,
}

impl Ledger {
    /// The states of the scenarios of `sweep`.
    pub fn new(sweep: Arc<Sweep>) -> Self {
        Self { sweep }
    }

    /// The sweep.
    pub fn sweep(&self) -> &Arc<Sweep> {
        &self.sweep
    }

    /// Where the result of scenario `id` is once it is complete.
    pub fn result(&self, id: u64) -> PathBuf {
        self.sweep.result_file(id).into()
    }

    /// Where it is told at the end how all scenarios ended.
    pub fn summary(&self) -> PathBuf {
        with(Path::new(self.sweep.template().monitor_file()), ".summary.csv")
    }

    /// What became of scenario `id`.
    pub fn standing(&self, id: u64) -> Standing {
        if self.result(id).exists() {
            Standing::Complete
        } else if self.failure(id).exists() {
            Standing::Failed
        } else {
            Standing::Open
        }
    }

    /// Looks at all scenarios at once: of many small ones, a look at each would take a good part of their time.
    pub fn survey(&self) -> Survey<'_> {
        // All results lie in one folder.
        let result = self.result(1);
        let folder = result.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
        let names = fs::read_dir(folder).and_then(|entries| {
            entries.map(|entry| entry.map(|entry| entry.file_name())).collect::<io::Result<BTreeSet<_>>>()
        });
        Survey { ledger: self, names: names.ok() }
    }

    /// Why scenario `id` failed, if it did.
    pub fn reason(&self, id: u64) -> Option<String> {
        let mut reason = Vec::new();
        File::open(self.failure(id)).ok()?.take(REASON_MAX).read_to_end(&mut reason).ok()?;
        Some(String::from_utf8_lossy(&reason).trim_end().to_owned())
    }

    /// Claims scenario `id`. Where the file system knows no locks, only those who `own` it may run it.
    ///
    /// # Errors
    /// What the operating system said.
    pub fn claim(&self, id: u64, own: bool) -> io::Result<Claim> {
        if self.standing(id) != Standing::Open {
            return Ok(Claim::Settled);
        }
        let (part, result, failure) = (self.part(id), self.result(id), self.failure(id));
        let lock = File::options().create(true).truncate(false).write(true).open(&part)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(Claim::Elsewhere),
            Err(TryLockError::Error(_)) if own => {}
            Err(TryLockError::Error(_)) => return Ok(Claim::Elsewhere),
        }
        // Somebody may have ended it between the look and the lock. Then the file is his result, or a new one of ours.
        if self.standing(id) != Standing::Open {
            if is_at(&lock, &part) && !failure.exists() {
                fs::remove_file(&part)?;
            }
            return Ok(Claim::Settled);
        }
        if !is_at(&lock, &part) {
            return Ok(Claim::Elsewhere);
        }
        Ok(Claim::Mine(Claimed { part, result, failure, lock }))
    }

    /// Makes scenario `id` open again, unless it has a whole result. Says whether it has.
    ///
    /// # Errors
    /// What the operating system said.
    pub fn reopen(&self, id: u64) -> io::Result<bool> {
        remove(&self.failure(id))?;
        // After a crash of the machine a file may have its name without its content.
        let whole = File::open(self.result(id)).is_ok_and(|mut file| ends_with_line(&mut file));
        if !whole {
            remove(&self.result(id))?;
        }
        Ok(whole)
    }

    fn part(&self, id: u64) -> PathBuf {
        with(&self.result(id), ".part")
    }

    fn failure(&self, id: u64) -> PathBuf {
        with(&self.result(id), ".failed")
    }
}

/// The states of all scenarios at one moment.
pub struct Survey<'l> {
    ledger: &'l Ledger,
    /// The names in the folder of the results; `None` where they cannot be listed.
    names: Option<BTreeSet<OsString>>,
}

impl Survey<'_> {
    /// What had become of scenario `id`.
    pub fn standing(&self, id: u64) -> Standing {
        if self.is_there(&self.ledger.result(id)) {
            Standing::Complete
        } else if self.is_there(&self.ledger.failure(id)) {
            Standing::Failed
        } else {
            Standing::Open
        }
    }

    /// Whether there is a result of one of so many scenarios.
    pub fn has_any(&self, scenarios: u64) -> bool {
        (1..=scenarios).any(|id| self.standing(id) == Standing::Complete)
    }

    /// Makes scenario `id` one that nobody has begun.
    ///
    /// # Errors
    /// What the operating system said.
    pub fn forget(&self, id: u64) -> io::Result<()> {
        let files = [self.ledger.result(id), self.ledger.failure(id), self.ledger.part(id)];
        files.iter().filter(|path| self.is_there(path)).try_for_each(|path| remove(path))
    }

    fn is_there(&self, path: &Path) -> bool {
        match (&self.names, path.file_name()) {
            (Some(names), Some(name)) => names.contains(name),
            _ => path.exists(),
        }
    }
}

impl Claimed {
    /// Where the rows go while it runs.
    pub fn part(&self) -> &Path {
        &self.part
    }

    /// The result is whole.
    ///
    /// # Errors
    /// What the operating system said; another sweep has begun in its place meanwhile.
    pub fn complete(self) -> io::Result<()> {
        self.still()?;
        fs::rename(&self.part, &self.result)
    }

    /// It has failed, and why.
    ///
    /// # Errors
    /// What the operating system said; another sweep has begun in its place meanwhile.
    pub fn fail(&self, reason: &str) -> io::Result<()> {
        self.still()?;
        replace(&self.failure, format!("{reason}\n").as_bytes())
    }

    /// It was interrupted.
    ///
    /// # Errors
    /// What the operating system said; another sweep has begun in its place meanwhile.
    pub fn abandon(self) -> io::Result<()> {
        self.still()?;
        remove(&self.part)
    }

    /// Whoever starts the sweep anew removes what is under way: what has its name then is not ours.
    fn still(&self) -> io::Result<()> {
        if is_at(&self.lock, &self.part) {
            Ok(())
        } else {
            Err(io::Error::other("the sweep was started anew meanwhile, which has removed it"))
        }
    }
}

/// A path with more at its end.
pub(super) fn with(path: &Path, suffix: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

/// Whether an open file is the one that has this name now.
fn is_at(file: &File, path: &Path) -> bool {
    let number = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    match (file.metadata(), fs::metadata(path)) {
        (Ok(open), Ok(named)) => number(open) == number(named),
        _ => false,
    }
}

fn ends_with_line(file: &mut File) -> bool {
    let mut last = [0];
    file.seek(SeekFrom::End(-1)).is_ok() && file.read_exact(&mut last).is_ok() && last == *b"\n"
}

/// Removes a file, if it is there.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::scenario::template::Template;

    /// Two scenarios whose results are in this folder.
    pub(in super::super) fn ledger(folder: &Path) -> Ledger {
        let text = format!(
            "scenario: {{name: s, start_time: '2024-01-01 00:00:00', end_time: '2024-01-01 01:00:00', \
             time_resolution: 900}}\n\
             models:\n- {{name: L1, type: Load, multi_parameters: {{houses: [1, 2]}}}}\n\
             connections: []\nmonitor: {{file: '{}/res.csv', items: [L1.x]}}\n",
            folder.display()
        );
        let template = Template::read(&text, "s.yaml").unwrap_or_else(|error| panic!("{error}"));
        Ledger::new(Arc::new(Sweep::new(template)))
    }

    fn claimed(ledger: &Ledger, id: u64) -> Option<Claimed> {
        match ledger.claim(id, true).unwrap() {
            Claim::Mine(claimed) => Some(claimed),
            Claim::Elsewhere | Claim::Settled => None,
        }
    }

    fn names(folder: &Path) -> Vec<String> {
        let names =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    #[test]
    fn one_at_a_time_runs_a_scenario_until_it_is_settled() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = ledger(folder.path());
        let claim = claimed(&ledger, 1).expect("nobody has it");
        assert!(matches!(ledger.claim(1, true).unwrap(), Claim::Elsewhere));
        let other = claimed(&ledger, 2).expect("the other one is free");
        fs::write(claim.part(), "rows\n").unwrap();
        claim.complete().unwrap();
        assert!(matches!(ledger.claim(1, true).unwrap(), Claim::Settled));
        fs::write(other.part(), "a row\n").unwrap();
        other.fail("for this reason").unwrap();
        drop(other);
        assert!(matches!(ledger.claim(2, true).unwrap(), Claim::Settled));
        assert_eq!((ledger.standing(1), ledger.standing(2)), (Standing::Complete, Standing::Failed));
        assert_eq!(ledger.reason(2).as_deref(), Some("for this reason"));
        assert_eq!(names(folder.path()), ["res_1.csv", "res_2.csv.failed", "res_2.csv.part"]);
    }

    #[test]
    fn who_ends_without_a_word_leaves_the_scenario_to_others() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = ledger(folder.path());
        let claim = claimed(&ledger, 1).expect("nobody has it");
        fs::write(claim.part(), "half a r").unwrap();
        drop(claim);
        let claim = claimed(&ledger, 1).expect("its lock is gone");
        claim.abandon().unwrap();
        assert_eq!((ledger.standing(1), names(folder.path())), (Standing::Open, Vec::new()));
    }

    #[test]
    fn what_is_complete_and_whole_is_kept_and_the_rest_is_open_again() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = ledger(folder.path());
        for (content, kept) in [("rows\n", true), ("torn r", false), ("", false)] {
            fs::write(ledger.result(1), content).unwrap();
            fs::write(folder.path().join("res_1.csv.failed"), "reason\n").unwrap();
            assert_eq!(ledger.reopen(1).unwrap(), kept, "{content:?}");
            let expected = if kept { Standing::Complete } else { Standing::Open };
            assert_eq!(ledger.standing(1), expected, "{content:?}");
        }
        fs::write(ledger.result(1), "rows\n").unwrap();
        ledger.survey().forget(1).unwrap();
        assert_eq!(names(folder.path()), Vec::<String>::new());
    }

    #[test]
    fn a_survey_says_of_every_scenario_what_a_look_at_it_says() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = ledger(folder.path());
        fs::write(ledger.result(1), "rows\n").unwrap();
        fs::write(folder.path().join("res_2.csv.failed"), "reason\n").unwrap();
        fs::write(folder.path().join("res_2.csv.part"), "a row\n").unwrap();
        let survey = ledger.survey();
        for id in 1..=3 {
            assert_eq!(survey.standing(id), ledger.standing(id), "{id}");
        }
        assert!(survey.names.is_some());
        (1..=3).try_for_each(|id| survey.forget(id)).unwrap();
        assert_eq!(names(folder.path()), Vec::<String>::new());
    }

    #[test]
    fn what_another_start_has_removed_never_becomes_a_result() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = ledger(folder.path());
        let old = claimed(&ledger, 1).expect("nobody has it");
        ledger.survey().forget(1).unwrap();
        let new = claimed(&ledger, 1).expect("it begins anew");
        fs::write(new.part(), "half a r").unwrap();
        assert!(old.complete().is_err());
        assert_eq!(
            (ledger.standing(1), names(folder.path())),
            (Standing::Open, vec!["res_1.csv.part".to_owned()])
        );
        new.complete().unwrap();
        assert_eq!(ledger.standing(1), Standing::Complete);
    }
}
