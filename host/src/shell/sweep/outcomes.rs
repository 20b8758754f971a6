//! Looks at how all scenarios ended.

use super::ledger::{Ledger, Standing, Survey, with};
use super::spread::spread;
use crate::sweep::summary::{Ending, Outcome, first_row, last_row};
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// So many are looked at together; so many are in memory.
const BATCH: u64 = 4096;
/// Longest row that is read `[bytes]`.
const ROW_MAX: u64 = 64 * 1024;

/// Tells how all scenarios ended, in the order of their numbers, with the columns of their results; looks at them on so
/// many threads. Returns the columns: none if no result can be read.
///
/// # Errors
/// What `tell` says.
pub fn outcomes<E>(
    ledger: &Ledger,
    threads: usize,
    mut tell: impl FnMut(&[String], Outcome) -> Result<(), E>,
) -> Result<Vec<String>, E> {
    let survey = ledger.survey();
    let count = ledger.sweep().count();
    let columns = columns(ledger, &survey);
    for first in (1..=count).step_by(BATCH as usize) {
        let batch = first..=count.min(first + BATCH - 1);
        let look = |id: u64| Outcome { id, ending: ending(ledger, &survey, id, columns.len()) };
        spread(threads, batch, look).into_iter().try_for_each(|outcome| tell(&columns, outcome))?;
    }
    Ok(columns)
}

fn ending(ledger: &Ledger, survey: &Survey<'_>, id: u64, columns: usize) -> Ending {
    match survey.standing(id) {
        Standing::Open => Ending::Open,
        Standing::Failed => Ending::Failed(ledger.reason(id).unwrap_or_default()),
        Standing::Complete => {
            let end = end_of(&ledger.result(id)).unwrap_or_default();
            Ending::Complete(last_row(&end, columns))
        }
    }
}

/// The columns of the first result that is there.
fn columns(ledger: &Ledger, survey: &Survey<'_>) -> Vec<String> {
    let complete = (1..=ledger.sweep().count()).find(|&id| survey.standing(id) == Standing::Complete);
    let begin = complete.and_then(|id| {
        let mut begin = Vec::new();
        File::open(ledger.result(id)).ok()?.take(ROW_MAX).read_to_end(&mut begin).ok()?;
        Some(begin)
    });
    begin.map(|begin| first_row(&begin)).unwrap_or_default()
}

/// A file that is there as a whole or not at all.
pub struct WholeFile {
    path: PathBuf,
    new: PathBuf,
    file: io::Result<BufWriter<File>>,
    line: Vec<u8>,
}

impl WholeFile {
    /// Begins it; what goes wrong is told at its [end](Self::finish).
    pub fn create(path: &Path) -> Self {
        // Processes that do not know of each other may all believe to be the one that sums up.
        let new = with(path, &format!(".{}.new", std::process::id()));
        let file = File::create(&new).map(BufWriter::new);
        Self { path: path.to_owned(), new, file, line: Vec::new() }
    }

    /// Adds what is pushed.
    pub fn line(&mut self, push: impl FnOnce(&mut Vec<u8>)) {
        self.line.clear();
        push(&mut self.line);
        if let Ok(file) = &mut self.file
            && let Err(error) = file.write_all(&self.line)
        {
            self.file = Err(error);
        }
    }

    /// Puts it in its place.
    ///
    /// # Errors
    /// What the operating system said first.
    pub fn finish(self) -> io::Result<()> {
        self.file?.flush()?;
        fs::rename(&self.new, &self.path)
    }
}

/// How much is read of a result at first `[bytes]`: most rows are shorter.
const END: u64 = 2048;

/// The end of a file, with its last line.
fn end_of(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let length = file.seek(SeekFrom::End(0))?;
    let mut end = Vec::new();
    for part in [END, ROW_MAX] {
        end.clear();
        file.seek(SeekFrom::Start(length.saturating_sub(part)))?;
        (&mut file).take(part).read_to_end(&mut end)?;
        let inner = &end[..end.len().saturating_sub(1)];
        if inner.contains(&b'\n') || part >= length {
            break;
        }
    }
    Ok(end)
}
