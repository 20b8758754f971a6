//! Input files from the disk.

use crate::scenario::Files;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Reads the files that a scenario names: relative to the working directory, or else to the scenario's folder.
/// Each file is read once.
pub struct DiskFiles {
    folder: PathBuf,
    read: BTreeMap<String, Arc<str>>,
}

impl DiskFiles {
    /// Files of the scenario at `scenario`.
    pub fn beside(scenario: &Path) -> Self {
        let folder = scenario.parent().unwrap_or(Path::new("")).to_owned();
        Self { folder, read: BTreeMap::new() }
    }

    fn find(&self, path: &str) -> PathBuf {
        let here = PathBuf::from(path);
        if here.exists() { here } else { self.folder.join(path) }
    }
}

impl Files for DiskFiles {
    fn read(&mut self, path: &str) -> Result<Arc<str>, String> {
        if let Some(text) = self.read.get(path) {
            return Ok(Arc::clone(text));
        }
        let bytes = std::fs::read(self.find(path)).map_err(|error| error.to_string())?;
        // What is not UTF-8 can only be in a title or comment; numbers and dates are ASCII.
        let text: Arc<str> = String::from_utf8_lossy(&bytes).into();
        self.read.insert(path.to_owned(), Arc::clone(&text));
        Ok(text)
    }

    fn directory_exists(&mut self, path: &str) -> bool {
        path.is_empty() || Path::new(path).is_dir()
    }
}
