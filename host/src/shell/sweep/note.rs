//! The note of a sweep, `<monitor file>.sweep`: which sweep the results beside it are of.

use super::ledger::{Ledger, with};
use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

const MAGIC: &str = "illuminator sweep 2";
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
        file.set_len(0)?;
        file.rewind()?;
        file.write_all(self.to_text().as_bytes())
    }

    /// Notes the job of Slurm that is at the sweep now.
    ///
    /// # Errors
    /// What the operating system said; another sweep has begun meanwhile.
    pub fn add_job(ledger: &Ledger, job: Job) -> io::Result<()> {
        let mut file = File::options().read(true).write(true).open(Self::path(ledger))?;
        // Where there are no locks, nobody else who keeps the rules begins while the launcher is at it.
        let _ = file.lock();
        let Some(note) = Self::read(&mut file)? else {
            return Err(io::Error::other("another sweep has begun meanwhile"));
        };
        Self { job: Some(job), ..note }.write(&mut file)
    }

    fn to_text(&self) -> String {
        let Self { fingerprint, start, scenarios, job } = self;
        let mut text = format!("{MAGIC}\nfingerprint {fingerprint}\nstart {start}\nscenarios {scenarios}\n");
        if let Some(Job { array, gatherer }) = job {
            text += &format!("slurm {array}\n");
            text += &gatherer.iter().map(|job| format!("slurm-gather {job}\n")).collect::<String>();
        }
        text
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        if lines.next() != Some(MAGIC) {
            return None;
        }
        let entries: Vec<(&str, &str)> = lines.map(|line| line.split_once(' ')).collect::<Option<_>>()?;
        let get = |name: &str| {
            entries.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        let gatherer = get("slurm-gather");
        Some(Self {
            fingerprint: get("fingerprint")?,
            start: get("start")?,
            scenarios: get("scenarios")?.parse().ok()?,
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
        for text in ["", "illuminator sweep 1\nabc\n\n", "illuminator sweep 2\nfingerprint abc\nstart x\n"] {
            assert_eq!(Note::parse(text), None, "{text:?}");
        }
    }
}
