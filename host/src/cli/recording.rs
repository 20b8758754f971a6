//! `--record`: what people see of a run, in a file.

use super::{Failure, note};
use crate::recording::Sources;
use crate::scenario::Scenario;
use crate::shell::{NoRecordFile, RecordFile, Recorder, RunExhibit};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The option of whatever runs.
#[derive(Default, clap::Args)]
pub(super) struct RecordOption {
    /// Record what the page shows, whether there is one or not, to this file; `illuminator replay` shows it again.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
}

/// A recording that is being made. Dropped, it is finished, and says what is missing in it.
pub(super) struct Recorded(Option<Recorder>);

impl RecordOption {
    /// Whether there is to be a recording.
    pub(super) const fn is_wanted(&self) -> bool {
        self.record.is_some()
    }

    /// Where it is to be.
    pub(super) fn path(&self) -> Option<&Path> {
        self.record.as_deref()
    }

    /// Opens its file, if it is wanted; an older recording in it stays as it is.
    pub(super) fn open(&self) -> Result<Option<RecordFile>, Failure> {
        let Some(path) = &self.record else { return Ok(None) };
        RecordFile::open(path).map(Some).map_err(|error| {
            let told = format_args!("error: cannot record to {}: {error}", path.display());
            match error {
                NoRecordFile::Foreign => Failure::new(2, told),
                NoRecordFile::Io(_) => Failure::new(4, told),
            }
        })
    }

    /// Records runs of `scenario` from now on, if that is wanted: in the place of an older recording in `file`, and so only
    /// once nothing can refuse them any more.
    pub(super) fn start(
        file: Option<RecordFile>,
        exhibit: Option<&Arc<RunExhibit>>,
        scenario: &Scenario,
    ) -> Result<Option<Recorded>, Failure> {
        let (Some(file), Some(exhibit)) = (file, exhibit) else { return Ok(None) };
        let recorder = Recorder::start(file, Arc::clone(exhibit), Sources::of(scenario))
            .map_err(|error| Failure::new(4, format_args!("error: cannot record: {error}")))?;
        Ok(Some(Recorded(Some(recorder))))
    }
}

impl Recorded {
    /// A run is at an end, and another one begins.
    pub(super) fn catch_up(&self) {
        self.0.iter().for_each(Recorder::catch_up);
    }
}

impl Drop for Recorded {
    fn drop(&mut self) {
        let missing = self.0.take().and_then(Recorder::finish);
        missing.into_iter().for_each(|missing| note(format_args!("warning: {missing}")));
    }
}
