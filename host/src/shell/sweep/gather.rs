//! Gathers the results of a sweep into one Parquet file.

use super::ledger::{Ledger, Standing, with};
use crate::shell::files::{DATA_FILE_MAX, read_file};
use crate::sweep::gather::{GatherError, Gatherer, Shape};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Why the file cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum GatherFailure {
    /// The results do not make one table, or it cannot be written.
    #[error("cannot gather the results in {path}: {error}", path = path.display())]
    Gather {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: GatherError,
    },
    /// A file cannot be read or written.
    #[error("cannot gather the results: {path}: {error}", path = path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the operating system said.
        error: io::Error,
    },
}

/// Writes all complete results to `path`, which is there as a whole or not at all. Returns how many there are.
///
/// # Errors
/// [`GatherFailure`].
pub fn gather(ledger: &Ledger, path: &Path) -> Result<u64, GatherFailure> {
    let failed = |error| GatherFailure::Gather { path: path.to_owned(), error };
    let survey = ledger.survey();
    let complete: Vec<u64> =
        (1..=ledger.sweep().count()).filter(|&id| survey.standing(id) == Standing::Complete).collect();
    let read = |id: u64| {
        let path = ledger.result(id);
        read_file(&path, DATA_FILE_MAX).map_err(|error| GatherFailure::File { path, error })
    };
    let mut shape = Shape::default();
    for &id in &complete {
        shape.observe(id, &read(id)?).map_err(failed)?;
    }
    let new = with(path, ".new");
    let unwritable = |error| GatherFailure::File { path: new.clone(), error };
    let file = File::create(&new).map_err(unwritable)?;
    let mut sink = file.try_clone().map_err(unwritable)?;
    let mut gatherer = Gatherer::new(ledger.sweep(), shape, file).map_err(failed)?;
    for &id in &complete {
        gatherer.add(id, &read(id)?).map_err(failed)?;
    }
    gatherer.finish().map_err(failed)?;
    sink.flush().and_then(|()| fs::rename(&new, path)).map_err(unwritable)?;
    Ok(complete.len() as u64)
}
