//! Writes the result files of a run, the reports of its models, and the rows of a database.

use super::StepObserver;
use super::influx::InfluxWriter;
use super::journal::{Journal, sync_folder};
use super::lines::{LineFile, help};
use super::report_files::ReportFiles;
use crate::checkpoint::Checkpoint;
use crate::plan::TablePlan;
use crate::record::{Cell, CsvRecorder, ResultFormat, UnknownZone};
use crate::scenario::Scenario;
use illuminator_node::model::Slots;
use illuminator_node::shell::Clock;
use std::io;
use std::path::{Path, PathBuf};

/// Bytes kept back before they are written.
const BUFFER_BYTES: usize = 64 * 1024;
/// How long rows are kept back at most [us]: whoever follows a slow run, or one that is held, sees them come.
const FLUSH_US: u64 = 200_000;

/// A result file that cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the result to {path}: {error}{}", help(error))]
pub struct OutputError {
    /// The file, or "standard output".
    pub path: String,
    /// What the operating system said.
    pub error: io::Error,
}

impl OutputError {
    /// Whether the reader of a pipe has seen enough: a clean end.
    pub fn is_closed_pipe(&self) -> bool {
        self.error.kind() == io::ErrorKind::BrokenPipe
    }
}

/// The result files of one run, written as the steps come. Each file is created with its first row, so that a
/// run without steps leaves none; rows reach the file in whole lines.
pub struct ResultFiles {
    files: Vec<ResultFile>,
    reports: Vec<ReportFiles>,
    /// Whether the files are open and have their headers.
    begun: bool,
    clock: Clock,
    /// Where the run's checkpoints are kept, if they are.
    journal: Option<Journal>,
    /// What gets the rows of the first file as well, if something does.
    database: Option<InfluxWriter>,
}

struct ResultFile {
    recorder: CsvRecorder,
    path: String,
    /// For each item, where its value stands.
    cells: Vec<u32>,
    to_stdout: bool,
    /// Whether somebody else keeps other runs from it.
    claimed: bool,
    open: Option<LineFile>,
    buffer: Vec<u8>,
    flushed_us: u64,
}

impl ResultFiles {
    /// The files of `scenario`, planned as `plan`. `output` replaces the path of the monitor's file; there `-` is
    /// the standard output, while a file that a scenario calls `-` is a file.
    ///
    /// # Errors
    /// A time zone that does not exist.
    pub fn new(
        scenario: &Scenario,
        plan: &TablePlan,
        format: ResultFormat,
        output: Option<PathBuf>,
    ) -> Result<Self, UnknownZone> {
        let mut output = output.map(|path| path.to_string_lossy().into_owned());
        let files = scenario.recorders.iter().zip(&plan.cells).map(|(recorder, cells)| {
            let names: Vec<String> = recorder.items.iter().map(|&item| scenario.item_name(item)).collect();
            // Only the first recorder is the monitor.
            let output = output.take();
            let to_stdout = output.as_deref() == Some("-");
            let path = if to_stdout { Some("standard output".to_owned()) } else { output };
            Ok(ResultFile {
                recorder: CsvRecorder::new(format, recorder, scenario.resolution_s, &names)?,
                to_stdout,
                claimed: false,
                path: path.unwrap_or_else(|| recorder.file.clone()),
                cells: cells.clone(),
                open: None,
                buffer: Vec::with_capacity(BUFFER_BYTES),
                flushed_us: 0,
            })
        });
        let reports = scenario.reports.iter().zip(&plan.reports);
        Ok(Self {
            files: files.collect::<Result<_, _>>()?,
            reports: reports.map(|(report, &cell)| ReportFiles::new(report.clone(), cell)).collect(),
            begun: false,
            clock: Clock::start(),
            journal: None,
            database: None,
        })
    }

    /// The caller holds the lock of the files: they take none.
    #[must_use]
    pub fn claimed(mut self) -> Self {
        self.files.iter_mut().for_each(|file| file.claimed = true);
        self
    }

    /// Keeps the run's checkpoints in `journal`.
    pub fn keep_journal(&mut self, journal: Journal) {
        self.journal = Some(journal);
    }

    /// Writes the rows to a database, too.
    pub fn export(&mut self, database: InfluxWriter) {
        self.database = Some(database);
    }

    /// Takes the database back: there will be no further rows.
    pub fn take_database(&mut self) -> Option<InfluxWriter> {
        self.database.take()
    }

    /// Goes on with files that were so long `[bytes]`: once all of them are found to be, what they have beyond that is
    /// cut off.
    ///
    /// # Errors
    /// A file that cannot be opened, or is shorter.
    pub fn resume(&mut self, lengths: &[Option<u64>]) -> Result<(), OutputError> {
        let lengths = self.files.iter_mut().zip(lengths);
        lengths.filter_map(|(file, length)| Some((file, (*length)?))).try_for_each(|(file, length)| {
            let open = LineFile::reopen(Path::new(&file.path), length);
            file.open = Some(open.map_err(|error| file.error(error))?);
            Ok(())
        })?;
        self.begun = self.files.iter().any(|file| file.open.is_some());
        self.files.iter_mut().try_for_each(|file| {
            let cut = file.open.as_mut().map_or(Ok(()), LineFile::cut);
            cut.map_err(|error| file.error(error))
        })
    }

    /// Where a journal of them belongs. `None` if one of them is no file: what went into a pipe or a device cannot be
    /// gone on with.
    pub fn journal_beside(&self) -> Option<&Path> {
        let is_file = |path: &Path| path.metadata().map_or(true, |metadata| metadata.is_file());
        let goes_on = |file: &ResultFile| !file.to_stdout && is_file(Path::new(&file.path));
        self.files.iter().all(goes_on).then(|| self.paths().next())?
    }

    /// The path of the monitor's file.
    pub fn path(&self) -> &str {
        self.files.first().map_or("", |file| &file.path)
    }

    /// The paths of all files but the standard output.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().filter(|file| !file.to_stdout).map(|file| Path::new(&file.path))
    }

    /// The files that models report to.
    pub fn reports(&self) -> &[ReportFiles] {
        &self.reports
    }

    /// Writes what is kept back.
    ///
    /// # Errors
    /// [`OutputError`].
    pub fn finish(mut self) -> Result<(), OutputError> {
        self.files.iter_mut().try_for_each(ResultFile::flush)
    }

    /// Takes away the journal, if one is kept: there will be no further checkpoint.
    pub fn take_journal(&mut self) -> Option<Journal> {
        self.journal.take()
    }

    /// Begins all files anew, once it is sure that nobody else writes them. What an earlier run left to go on with goes
    /// with its result, and not before.
    fn begin(&mut self) -> Result<(), OutputError> {
        self.files.iter_mut().try_for_each(ResultFile::open)?;
        if let Some(journal) = &self.journal {
            let path = || journal.path().display().to_string();
            journal.remove().map_err(|error| OutputError { path: path(), error })?;
        }
        self.files.iter_mut().try_for_each(ResultFile::begin)?;
        // After a crash of the machine there is nothing to go on with, or all of it.
        let named = self.journal.iter().flat_map(|_| self.files.iter());
        named.for_each(|file| {
            let _ = sync_folder(Path::new(&file.path));
        });
        self.begun = true;
        Ok(())
    }

    /// Makes everything written so far safe from a crash of the machine. Returns the length of each file that was begun.
    fn sync(&mut self) -> Result<Vec<Option<u64>>, OutputError> {
        self.files.iter_mut().map(ResultFile::sync).collect()
    }
}

/// Rows that were computed are in the file, however the run ends.
impl Drop for ResultFiles {
    fn drop(&mut self) {
        for file in &mut self.files {
            // Whoever cares for the error calls `finish`.
            let _ = file.flush();
        }
    }
}

impl StepObserver for ResultFiles {
    fn step(&mut self, step: u64, values: &Slots) -> Result<(), OutputError> {
        if !self.begun {
            self.begin()?;
        }
        let now_us = self.clock.now().as_micros();
        self.files.iter_mut().try_for_each(|file| file.step(step, values, now_us))?;
        self.reports.iter().try_for_each(|report| report.step(step, values))?;
        self.database.iter_mut().for_each(|database| database.step(step, values));
        Ok(())
    }

    fn idle(&mut self) -> Result<(), OutputError> {
        let now_us = self.clock.now().as_micros();
        self.database.iter_mut().for_each(InfluxWriter::send_late);
        self.files.iter_mut().try_for_each(|file| file.flush_late(now_us))
    }

    fn wants_checkpoint(&self) -> bool {
        self.journal.as_ref().is_some_and(Journal::is_due)
    }

    fn checkpoint(&mut self, checkpoint: Checkpoint) -> Result<Option<String>, OutputError> {
        let Some(began_us) = self.journal.as_ref().map(Journal::now_us) else { return Ok(None) };
        let lengths = self.sync()?;
        Ok(self.journal.as_mut().and_then(|journal| journal.write(lengths, checkpoint, began_us)))
    }
}

impl ResultFile {
    fn step(&mut self, step: u64, values: &Slots, now_us: u64) -> Result<(), OutputError> {
        if !self.recorder.wants(step) {
            return Ok(());
        }
        let cells = &self.cells;
        self.recorder.row(step, |item| Cell::of_slot(values, cells[item]), &mut self.buffer);
        if self.buffer.len() >= BUFFER_BYTES { self.flush() } else { self.flush_late(now_us) }
    }

    /// Writes what has been kept back for long enough.
    fn flush_late(&mut self, now_us: u64) -> Result<(), OutputError> {
        if self.buffer.is_empty() || now_us < self.flushed_us + FLUSH_US {
            return Ok(());
        }
        self.flushed_us = now_us;
        self.flush()
    }

    /// Opens it as it is; nobody else writes it from now on.
    fn open(&mut self) -> Result<(), OutputError> {
        let open = if self.to_stdout {
            Ok(LineFile::stdout())
        } else {
            LineFile::open(Path::new(&self.path), !self.claimed)
        };
        self.open = Some(open.map_err(|error| self.error(error))?);
        Ok(())
    }

    /// Begins it anew.
    fn begin(&mut self) -> Result<(), OutputError> {
        let cleared = self.open.as_mut().map_or(Ok(()), LineFile::clear);
        self.recorder.header(&mut self.buffer);
        cleared.map_err(|error| self.error(error))
    }

    fn sync(&mut self) -> Result<Option<u64>, OutputError> {
        self.flush()?;
        let length = self.open.as_mut().map_or(Ok(None), LineFile::sync);
        length.map_err(|error| self.error(error))
    }

    fn flush(&mut self) -> Result<(), OutputError> {
        let Some(open) = &mut self.open else { return Ok(()) };
        let written = open.write(&self.buffer);
        // What could not be written once is not tried again: there would be rows missing before it.
        self.buffer.clear();
        written.map_err(|error| self.error(error))
    }

    fn error(&self, error: io::Error) -> OutputError {
        OutputError { path: self.path.clone(), error }
    }
}
