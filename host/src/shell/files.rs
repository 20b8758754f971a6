//! Input files from the disk, each of a bounded size.

use crate::scenario::{Files, TEXT_BYTES_MAX};
use illuminator_protocol::ClusterKey;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Longest scenario or cluster file `[bytes]`.
pub const TEXT_FILE_MAX: u64 = TEXT_BYTES_MAX as u64;
/// Longest data file `[bytes]`: a value for every second of a quarter of a year.
pub const DATA_FILE_MAX: u64 = 256 << 20;

/// Reads a whole file of at most `max` bytes.
///
/// # Errors
/// What the operating system said; a larger file; a key, of which no message may show a line; one that is no regular file, as a pipe or device may never
/// end, or never begin.
pub fn read_file(path: &Path, max: u64) -> io::Result<Vec<u8>> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(max + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > max {
        let message = format!("it is larger than {} MiB", max >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    if ClusterKey::looks_like(&bytes) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "it holds the key of a cluster, and nothing else",
        ));
    }
    Ok(bytes)
}

/// Reads the files that a scenario names: relative to the working directory, or else to the scenario's folder.
/// Each file is read once.
#[derive(Clone)]
pub struct DiskFiles {
    folder: PathBuf,
    redirected: bool,
    read: BTreeMap<String, Arc<str>>,
}

impl DiskFiles {
    /// Files of the scenario at `scenario`.
    pub fn beside(scenario: &Path) -> Self {
        let folder = scenario.parent().unwrap_or(Path::new("")).to_owned();
        Self { folder, redirected: false, read: BTreeMap::new() }
    }

    /// For a run whose result goes elsewhere: then no directory of a result file need be there.
    pub fn redirected(self) -> Self {
        Self { redirected: true, ..self }
    }

    /// Where the file of this name in the scenario is looked for.
    pub fn find(&self, path: &str) -> PathBuf {
        let here = PathBuf::from(path);
        if here.exists() { here } else { self.folder.join(path) }
    }
}

impl Files for DiskFiles {
    fn read(&mut self, path: &str) -> Result<Arc<str>, String> {
        if let Some(text) = self.read.get(path) {
            return Ok(Arc::clone(text));
        }
        let bytes = read_file(&self.find(path), DATA_FILE_MAX).map_err(|error| error.to_string())?;
        // What is not UTF-8 can only be in a title or comment; numbers and dates are ASCII.
        let text = String::from_utf8(bytes);
        let text: Arc<str> =
            text.unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()).into();
        self.read.insert(path.to_owned(), Arc::clone(&text));
        Ok(text)
    }

    fn directory_exists(&mut self, path: &str) -> bool {
        self.redirected || path.is_empty() || Path::new(path).is_dir()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_up_to_their_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        std::fs::write(&path, [7; 100]).unwrap();
        assert_eq!(read_file(&path, 100).unwrap(), [7; 100]);
        assert_eq!(read_file(&path, 99).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    }

    #[test]
    fn what_is_no_regular_file_is_not_opened() {
        for path in ["/dev/zero", "/"] {
            let error = read_file(Path::new(path), 100).unwrap_err();
            assert!(error.to_string().contains("not a regular file"), "{path}: {error}");
        }
        assert_eq!(read_file(Path::new("/no such file"), 1).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
