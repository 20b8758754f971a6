//! The note of a sweep, `<monitor file>.sweep`: which sweep the results beside it are of.
//!
//! Invariant: a note that was written only in part is none, and never an empty one.

use super::ledger::{Ledger, with};
use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

const MAGIC: &str = "illuminator sweep 3";
/// The last line: without it the note is not whole.
const END: &str = "end";
/// More scenarios no sweep has: more than a list of values may have.
const SCENARIOS_MAX: u64 = 1_000_000;
/// Longest note that is read `[bytes]`.
const NOTE_MAX: u64 = 4096;

/// Which sweep the results are of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Note {
    /// What tells the sweep from another: [`Sweep::fingerprint`](crate::sweep::Sweep::fingerprint).
    pub fingerprint: String,
    /// The name of its start; empty if it has none.
    pub start: String,
    /// How many scenarios it has: so many results may be there.
    pub scenarios: u64,
    /// The job of Slurm that was submitted for it.
    pub job: Option<Job>,
}

/// Jobs of Slurm, by their numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The array that runs the scenarios.
    pub array: String,
    /// The one after it that gathers the results, if there is one.
    pub gatherer: Option<String>,
}

impl Note {
    /// Where the note of a sweep is.
    pub fn path(ledger: &Ledger) -> PathBuf {
        with(Path::new(ledger.sweep().template().monitor_file()), ".sweep")
    }

    /// The note that is there; `None` if there is none that can be read.
    pub fn find(ledger: &Ledger) -> Option<Self> {
        Self::read(&mut File::open(Self::path(ledger)).ok()?).ok()?
    }

    /// The note in an open file; `None` if it is no note of this program.
    pub(super) fn read(file: &mut File) -> io::Result<Option<Self>> {
        let mut text = String::new();
        file.rewind()?;
        file.take(NOTE_MAX).read_to_string(&mut text)?;
        Ok(Self::parse(&text))
    }

    /// Puts it in the place of another one.
    pub(super) fn write(&self, file: &mut File) -> io::Result<()> {
        let text = self.to_text();
        file.rewind()?;
        // Not emptied before: who is killed here leaves the old note, the new one, or one that is refused.
        file.write_all(text.as_bytes())?;
        file.set_len(text.len() as u64)
    }

    /// Notes the job of Slurm that is at the start of this name now; at any, for one that is followed.
    ///
    /// # Errors
    /// What the operating system said; another sweep has begun meanwhile.
    pub fn add_job(ledger: &Ledger, start: Option<&str>, job: Job) -> io::Result<()> {
        let mut file = File::options().read(true).write(true).open(Self::path(ledger))?;
        // Where there are no locks, nobody else who keeps the rules begins while the launcher is at it.
        let _ = file.lock();
        let note = Self::read(&mut file)?;
        let ours = note.filter(|note| start.is_none_or(|start| note.start == start));
        let note = ours.ok_or_else(|| io::Error::other("another sweep has begun meanwhile"))?;
        Self { job: Some(job), ..note }.write(&mut file)
    }

    fn to_text(&self) -> String {
        let Self { fingerprint, start, scenarios, job } = self;
        let mut text = format!("{MAGIC}\nfingerprint {fingerprint}\nstart {start}\nscenarios {scenarios}\n");
        if let Some(Job { array, gatherer }) = job {
            text += &format!("slurm {array}\n");
            text += &gatherer.iter().map(|job| format!("slurm-gather {job}\n")).collect::<String>();
        }
        text + END + "\n"
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        if lines.next() != Some(MAGIC) {
            return None;
        }
        let mut entries: Vec<(&str, &str)> = Vec::new();
        loop {
            match lines.next()? {
                END => break,
                line => entries.push(line.split_once(' ')?),
            }
        }
        let get = |name: &str| {
            entries.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        let gatherer = get("slurm-gather");
        Some(Self {
            fingerprint: get("fingerprint")?,
            start: get("start")?,
            scenarios: get("scenarios")?.parse().ok().filter(|count| *count <= SCENARIOS_MAX)?,
            job: get("slurm").map(|array| Job { array, gatherer }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_read_as_it_was_written() {
        let job = |gatherer: Option<&str>| {
            Some(Job { array: "12".to_owned(), gatherer: gatherer.map(str::to_owned) })
        };
        for (start, job) in [("", None), ("slurm-9", job(None)), ("a b", job(Some("13")))] {
            let note = Note { fingerprint: "abc".to_owned(), start: start.to_owned(), scenarios: 24, job };
            assert_eq!(Note::parse(&note.to_text()), Some(note));
        }
    }

    #[test]
    fn what_is_no_note_is_none() {
        let whole = "illuminator sweep 3\nfingerprint abc\nstart x\nscenarios 4\nend\n";
        assert!(Note::parse(whole).is_some());
        for length in 0..whole.len() - 1 {
            assert_eq!(Note::parse(&whole[..length]), None, "{length}");
        }
        for text in [whole.replace('3', "2"), whole.replace('4', "18446744073709551615")] {
            assert_eq!(Note::parse(&text), None, "{text:?}");
        }
    }

    #[test]
    fn a_longer_note_gives_way_to_a_shorter_one() {
        let mut file = tempfile::tempfile().unwrap();
        let job = Some(Job { array: "12345".to_owned(), gatherer: Some("12346".to_owned()) });
        let long = Note { fingerprint: "abcdef".to_owned(), start: "long".to_owned(), scenarios: 1000, job };
        let short = Note { fingerprint: "a".to_owned(), ..Note::default() };
        for note in [long, short] {
            note.write(&mut file).unwrap();
            assert_eq!(Note::read(&mut file).unwrap(), Some(note));
        }
    }
}
