//! Writes the reports of models, a file each step that has one.

use super::OutputError;
use super::lines::LineFile;
use crate::record::push_table;
use crate::scenario::Report;
use illuminator_node::model::Slots;
use illuminator_node::value::Value;
use std::fs;
use std::io;
use std::path::Path;

/// The files of one report. Where they stand follows from the scenario alone: of a node come the rows, but no names.
pub struct ReportFiles {
    report: Report,
    /// Where the rows stand.
    cell: u32,
}

impl ReportFiles {
    /// The files of `report`, whose rows stand in `cell` after each step.
    pub(super) fn new(report: Report, cell: u32) -> Self {
        Self { report, cell }
    }

    /// The directory that they are written to.
    pub fn directory(&self) -> &Path {
        Path::new(&self.report.directory)
    }

    /// What their names begin with.
    pub fn name(&self) -> &str {
        &self.report.name
    }

    /// Whether one of them, in a run of `steps` steps, has this name.
    pub fn covers(&self, file_name: &str, steps: u64) -> bool {
        let step = file_name
            .strip_prefix(&self.report.name)
            .and_then(|rest| rest.strip_prefix('_')?.strip_suffix(".csv")?.parse().ok());
        // Parsing takes more than one way to write a number.
        step.is_some_and(|step| step < steps && self.file_name(step) == file_name)
    }

    fn file_name(&self, step: u64) -> String {
        format!("{}_{step}.csv", self.report.name)
    }

    /// Writes the file of a step, if the model was stepped and reported something.
    pub(super) fn step(&self, step: u64, values: &Slots) -> Result<(), OutputError> {
        if !step.is_multiple_of(self.report.step_size.into()) {
            return Ok(());
        }
        let Some(rows @ Value::List(_)) = values.value(self.cell) else { return Ok(()) };
        let mut text = Vec::new();
        push_table(&rows, &mut text);
        let path = self.directory().join(self.file_name(step));
        write(&path, &text).map_err(|error| OutputError { path: path.display().to_string(), error })
    }
}

/// Writes a whole file; makes its directory if only that is missing.
fn write(path: &Path, text: &[u8]) -> io::Result<()> {
    let file = match (LineFile::create(path), path.parent()) {
        (Err(error), Some(directory)) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir(directory)?;
            LineFile::create(path)
        }
        (file, _) => file,
    };
    file?.write(text)
}
