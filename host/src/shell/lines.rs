//! Files of lines that stay whole, whatever happens to the disk.

use illuminator_node::shell::hint;
use std::fs::{File, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Where lines are written. Invariant: on a disk that is full, on a file that may grow no further, and whenever the
/// program ends, there are whole lines only.
pub struct LineFile(Target);

enum Target {
    Stdout(io::Stdout),
    /// And whether the file has a name, under which it is found afterwards.
    File(File, bool),
}

impl LineFile {
    /// The standard output.
    pub fn stdout() -> Self {
        Self(Target::Stdout(io::stdout()))
    }

    /// A new file, in the place of an older one.
    ///
    /// # Errors
    /// What the operating system said.
    pub fn create(path: &Path) -> io::Result<Self> {
        let mut file = Self::open(path, true)?;
        file.clear()?;
        Ok(file)
    }

    /// A new file, or an older one as it is, which is to be [cleared](Self::clear). With `alone` no other run may write it.
    ///
    /// # Errors
    /// What the operating system said; a file that another run writes.
    pub fn open(path: &Path, alone: bool) -> io::Result<Self> {
        let file = File::options().write(true).create(true).truncate(false).open(path)?;
        if alone {
            lock(&file)?;
        }
        let named = has_name(&file)?;
        Ok(Self(Target::File(file, named)))
    }

    /// Takes away all that an older file has.
    ///
    /// # Errors
    /// What the operating system said.
    pub fn clear(&mut self) -> io::Result<()> {
        match &mut self.0 {
            Target::File(file, _) => {
                // Pipes and devices have no length. A file that is empty is left so: some file systems write the content
                // of one that was cut at once.
                let metadata = file.metadata()?;
                if metadata.is_file() && metadata.len() > 0 { file.set_len(0) } else { Ok(()) }
            }
            Target::Stdout(_) => Ok(()),
        }
    }

    /// An older file, to go on behind its first `length` bytes once [`cut`](Self::cut) has taken away the others.
    ///
    /// # Errors
    /// What the operating system said; a file that is shorter, or that another run writes.
    pub fn reopen(path: &Path, length: u64) -> io::Result<Self> {
        let other = |what: &str| io::Error::other(format!("{what}; to start anew, leave out --resume"));
        let mut file = match File::options().write(true).open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(other("it is gone, and its journal is there"));
            }
            opened => opened?,
        };
        lock(&file)?;
        if file.metadata()?.len() < length {
            return Err(other("it is shorter than its journal says"));
        }
        file.seek(SeekFrom::Start(length))?;
        Ok(Self(Target::File(file, true)))
    }

    /// Takes away what a file has behind the place where it goes on.
    ///
    /// # Errors
    /// What the operating system said.
    pub fn cut(&mut self) -> io::Result<()> {
        match &mut self.0 {
            Target::Stdout(_) => Ok(()),
            Target::File(file, _) => file.stream_position().and_then(|end| file.set_len(end)),
        }
    }

    /// Makes what was written safe from a crash of the machine. Returns the length of the file `[bytes]`; `None` for the
    /// standard output.
    ///
    /// # Errors
    /// What the operating system said.
    pub fn sync(&mut self) -> io::Result<Option<u64>> {
        match &mut self.0 {
            Target::Stdout(_) => Ok(None),
            // With its length, and so that it is found.
            Target::File(file, _) => file.sync_all().and_then(|()| Ok(Some(file.metadata()?.len()))),
        }
    }

    /// Writes whole lines at the end. Where only some of them find room, a part of a line is taken away again.
    ///
    /// # Errors
    /// What the operating system said; a file that somebody has removed meanwhile, and with it the lines.
    pub fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        match &mut self.0 {
            Target::Stdout(out) => out.write_all(lines).and_then(|()| out.flush()),
            Target::File(file, named) => {
                let start = file.stream_position();
                if let Err(error) = file.write_all(lines) {
                    // Of a pipe or a device nothing can be taken back.
                    let _ = start.and_then(|start| trim(file, start, lines));
                    return Err(error);
                }
                if *named && !has_name(file)? {
                    return Err(io::Error::new(io::ErrorKind::NotFound, "it was removed during the run"));
                }
                Ok(())
            }
        }
    }
}

/// Takes away what stands behind the last whole line of those that were written from `start` on.
fn trim(file: &mut File, start: u64, lines: &[u8]) -> io::Result<()> {
    let written = file.stream_position()?.saturating_sub(start) as usize;
    let written = &lines[..written.min(lines.len())];
    let whole = written.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    let end = start + whole as u64;
    file.set_len(end)?;
    file.seek(SeekFrom::Start(end)).map(|_| ())
}

/// Keeps other runs from a file as long as it is open. What cannot be locked is left as it is.
pub(super) fn lock(file: &File) -> io::Result<()> {
    match file.metadata()?.is_file().then(|| file.try_lock()) {
        Some(Err(TryLockError::WouldBlock)) => {
            Err(io::Error::new(io::ErrorKind::ResourceBusy, "another run is writing it"))
        }
        _ => Ok(()),
    }
}

fn has_name(file: &File) -> io::Result<bool> {
    Ok(file.metadata()?.nlink() > 0)
}

/// What to do about an error of writing, as the next line of its message; else nothing.
pub(super) fn help(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "\n  help: make room there, or give the result another place with -o; the rows that are there are whole"
        }
        io::ErrorKind::FileTooLarge => {
            "\n  help: this process may not write such large files (`ulimit -f`); the rows that are there are whole"
        }
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
            "\n  help: give the result another place with -o"
        }
        io::ErrorKind::NotFound => {
            "\n  help: leave its directory alone during a run, or give the result another place with -o"
        }
        _ => hint(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_line_is_taken_away_and_whole_ones_stay() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lines");
        // Of these lines so many bytes found room behind what was there.
        let lines = b"ab\ncd\nef\n";
        for (written, kept) in
            [(0, "x\n"), (2, "x\n"), (3, "x\nab\n"), (5, "x\nab\n"), (9, "x\nab\ncd\nef\n")]
        {
            let mut file = File::create(&path).unwrap();
            file.write_all(b"x\n").unwrap();
            file.write_all(&lines[..written]).unwrap();
            trim(&mut file, 2, lines).unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), kept, "{written} bytes");
            file.write_all(b"next\n").unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), format!("{kept}next\n"), "no hole");
        }
    }

    #[test]
    fn a_file_without_a_name_is_as_good_as_another_but_not_one_that_loses_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lines");
        let mut file = LineFile::create(&path).unwrap();
        file.write(b"one\n").unwrap();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(file.write(b"two\n").unwrap_err().kind(), io::ErrorKind::NotFound);
        let unnamed = tempfile::tempfile().unwrap();
        let fd = std::os::fd::AsRawFd::as_raw_fd(&unnamed);
        let mut file = LineFile::create(Path::new(&format!("/proc/self/fd/{fd}"))).unwrap();
        file.write(b"one\n").unwrap();
    }

    #[test]
    fn of_a_device_nothing_is_taken_back() {
        let mut full = LineFile::create(Path::new("/dev/full")).unwrap();
        assert_eq!(full.write(b"one\n").unwrap_err().kind(), io::ErrorKind::StorageFull);
    }
}
