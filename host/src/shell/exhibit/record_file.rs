//! The file of a recording.
//!
//! Invariants: what is no recording is never written over; an older recording stays until the first bytes of the new one
//! come, so that a run that is refused before its first look leaves it as it was.

use crate::recording::{MARK_LENGTH, is_beginning};
use crate::shell::lines::lock;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// A file that a recording is to be written to.
pub struct RecordFile {
    file: File,
    path: PathBuf,
    /// Bytes of the recording that are in it.
    length: u64,
    /// Whether an older recording is still in it.
    is_old: bool,
}

/// Why a file cannot take a recording.
#[derive(Debug, thiserror::Error)]
pub enum NoRecordFile {
    /// It has something else in it, which is left as it is.
    #[error("it is there, and no recording\n  help: give the recording another name, or remove that file")]
    Foreign,
    /// What the operating system said; or another run writes it.
    #[error("{0}")]
    Io(#[from] io::Error),
}

impl RecordFile {
    /// A new file, an empty one, or an older recording as it is.
    ///
    /// # Errors
    /// A file that has something else in it, that cannot be made, or that another run writes.
    pub fn open(path: &Path) -> Result<Self, NoRecordFile> {
        let file = File::options().write(true).create(true).truncate(false).open(path)?;
        lock(&file)?;
        // Pipes and devices hold nothing.
        let metadata = file.metadata()?;
        let is_old = metadata.is_file() && metadata.len() > 0;
        if is_old {
            let mut begin = Vec::new();
            File::open(path)?.take(MARK_LENGTH).read_to_end(&mut begin)?;
            if !is_beginning(&begin) {
                return Err(NoRecordFile::Foreign);
            }
        }
        Ok(Self { file, path: path.to_owned(), length: 0, is_old })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Appends bytes as a whole, or not at all; the first ones take the place of an older recording.
    pub(super) fn append(&mut self, bytes: &[u8], sync: bool) -> io::Result<()> {
        if self.is_old && !bytes.is_empty() {
            self.file.set_len(0)?;
            self.is_old = false;
        }
        if let Err(error) = self.file.write_all(bytes) {
            // Of a pipe or a device nothing can be taken back.
            let _ = self.file.set_len(self.length);
            return Err(error);
        }
        self.length += bytes.len() as u64;
        if sync { self.file.sync_data() } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::pack;
    use std::fs;

    #[test]
    fn what_is_no_recording_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cluster.key");
        for foreign in
            [&b"k"[..], b"key = \"0123\"\n", &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6, 7]]
        {
            fs::write(&path, foreign).unwrap();
            assert!(matches!(RecordFile::open(&path), Err(NoRecordFile::Foreign)), "{foreign:?}");
            assert_eq!(fs::read(&path).unwrap(), foreign);
        }
    }

    #[test]
    fn an_older_recording_stays_until_there_is_something_of_the_new_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("visit.rec");
        let old = pack(b"{}\n{}");
        // Also one that was cut off within its first bytes.
        for old in [&old[..], &old[..5]] {
            fs::write(&path, old).unwrap();
            let mut file = RecordFile::open(&path).unwrap();
            file.append(b"", true).unwrap();
            drop(file);
            assert_eq!(fs::read(&path).unwrap(), old, "nothing was written");
            let mut file = RecordFile::open(&path).unwrap();
            let error = RecordFile::open(&path).err().unwrap().to_string();
            assert!(error.starts_with("another run is writing it"), "{error}");
            file.append(b"ne", false).unwrap();
            file.append(b"w", true).unwrap();
            assert_eq!(fs::read(&path).unwrap(), b"new");
        }
    }
}
