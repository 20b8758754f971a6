//! Tutorial 1 of the Illuminator, if it is on this machine, else the table of this project.

use super::programs::workspace;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A scenario file with its data, in a folder of its own.
pub(crate) struct Workload {
    folder: TempDir,
    scenario: PathBuf,
    /// Ends the names of figures that were not measured with tutorial 1.
    suffix: &'static str,
}

impl Workload {
    /// Looks for tutorial 1 in the folder that `ILLUMINATOR_CONFORMANCE` names, or beside the workspace.
    pub(crate) fn find() -> io::Result<Self> {
        let given = std::env::var_os("ILLUMINATOR_CONFORMANCE").map(PathBuf::from);
        let conformance = given.unwrap_or_else(|| workspace().join("../shared/conformance"));
        let folder = tempfile::tempdir()?;
        let tutorial = conformance.join("tutorial1");
        if tutorial.is_dir() {
            copy_resolved(&tutorial, folder.path())?;
            let scenario = folder.path().join("scenario.yaml");
            Ok(Self { folder, scenario, suffix: "" })
        } else {
            let scenario = workspace().join("scenarios/table.yaml");
            Ok(Self { folder, scenario, suffix: "_with_scenarios_table" })
        }
    }

    /// The name of a figure that is measured with this workload.
    pub(crate) fn figure(&self, name: &str) -> String {
        format!("{name}{}", self.suffix)
    }

    /// The scenario file.
    pub(crate) fn scenario(&self) -> &Path {
        &self.scenario
    }

    /// A file for results.
    pub(crate) fn output(&self) -> PathBuf {
        self.folder.path().join("out.csv")
    }
}

/// Copies the files of a folder. A small file whose only line is the relative path of another one stands for
/// that one: the folder comes from a repository whose links were not restored.
fn copy_resolved(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let bytes = fs::read(entry.path())?;
        let linked = std::str::from_utf8(&bytes)
            .ok()
            .filter(|text| text.len() < 256 && !text.trim().is_empty() && text.trim().lines().count() == 1)
            .map(|text| from.join(text.trim()))
            .filter(|path| path.is_file());
        let target = to.join(entry.file_name());
        match linked {
            Some(path) => fs::write(target, fs::read(path)?)?,
            None => fs::write(target, bytes)?,
        }
    }
    Ok(())
}
