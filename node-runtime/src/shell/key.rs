//! Reads cluster keys from their files. What was read is erased as soon as the key is out of it.

use illuminator_protocol::{ClusterKey, ClusterKeys, KeysError};
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Longest key file `[bytes]`: the digits, and room for white space.
const KEY_FILE_MAX: usize = 256;

/// Why a key file cannot be used. Never says anything of what is in it.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// It is no file's name, but a key.
    #[error(
        "a key is given where the name of its file is expected. Others may have seen it by now: make a new one with \
         `illuminator cluster init`, and name the file"
    )]
    Bare,
    /// It cannot be read.
    #[error("cannot read the key file {path}: {error}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        error: io::Error,
    },
    /// Others may read it.
    #[error("the key file {path} can be read by others (mode {mode:04o}): run `chmod 600 {path}`")]
    Loose {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// It is somebody else's.
    #[error(
        "the key file {path} belongs to another user (uid {owner}), who can read and change it: \
         run `sudo chown {user} {path}`, if it is the right one"
    )]
    Foreign {
        /// The file.
        path: PathBuf,
        /// The user it belongs to.
        owner: u32,
        /// The user who runs this.
        user: u32,
    },
    /// It holds no key.
    #[error("the key file {path} must hold 64 hexadecimal digits: make one with `illuminator cluster init`")]
    Malformed {
        /// The file.
        path: PathBuf,
    },
    /// It holds no token of a page.
    #[error("the file {path} must hold 32 hexadecimal digits: `illuminator cluster init` makes one")]
    NoToken {
        /// The file.
        path: PathBuf,
    },
    /// It cannot be taken beside another one.
    #[error("the key file {path}: {error}")]
    Pair {
        /// The second or third file.
        path: PathBuf,
        /// Why.
        error: KeysError,
    },
}

/// Reads a key: 64 hexadecimal digits, in a file that only its owner can read, who is this user or root.
///
/// # Errors
/// [`KeyError`], naming the file.
pub fn read_key(path: &Path) -> Result<ClusterKey, KeyError> {
    let key = read_secret(path, |text| ClusterKey::from_hex(text).ok())?;
    key.ok_or_else(|| KeyError::Malformed { path: path.to_owned() })
}

/// Reads a short text that only its owner can read, who is this user or root; `parse` makes something of it. `None` if
/// that cannot be done, or it is no text, or too long. The text is erased.
///
/// # Errors
/// [`KeyError`], naming the file.
pub fn read_secret<T>(path: &Path, parse: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, KeyError> {
    let unreadable = |error| KeyError::Unreadable { path: path.to_owned(), error };
    if path.file_name().is_some_and(|name| ClusterKey::looks_like(name.as_encoded_bytes())) {
        return Err(KeyError::Bare);
    }
    // Asked before it is opened: that of a pipe would never end.
    if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(unreadable(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file")));
    }
    let mut file = File::open(path).map_err(unreadable)?;
    // Of what was opened: a name may stand for another file by now.
    check_access(path, &file.metadata().map_err(unreadable)?, rustix::process::geteuid().as_raw())?;
    // In one place, so that there are no other copies to erase.
    let mut text = Zeroizing::new([0; KEY_FILE_MAX]);
    let length = read_up_to(&mut file, &mut text[..]).map_err(unreadable)?;
    Ok(str::from_utf8(&text[..length]).ok().filter(|_| length < KEY_FILE_MAX).and_then(parse))
}

/// Reads the keys of a node: the present one and, while the key of its cluster is changed, the next one. `None` if
/// there are no files.
///
/// # Errors
/// [`KeyError`], naming the file.
pub fn read_keys(paths: &[PathBuf]) -> Result<Option<ClusterKeys>, KeyError> {
    let mut keys: Option<ClusterKeys> = None;
    for path in paths {
        let key = read_key(path)?;
        keys = Some(match keys {
            None => key.into(),
            Some(keys) => keys.and(key).map_err(|error| KeyError::Pair { path: path.clone(), error })?,
        });
    }
    Ok(keys)
}

/// Whether nobody but `user` and root can read the file or has put it there.
fn check_access(path: &Path, file: &Metadata, user: u32) -> Result<(), KeyError> {
    let (mode, owner) = (file.mode() & 0o777, file.uid());
    if mode & 0o077 != 0 {
        return Err(KeyError::Loose { path: path.to_owned(), mode });
    }
    if owner != user && owner != 0 {
        return Err(KeyError::Foreign { path: path.to_owned(), owner, user });
    }
    Ok(())
}

/// Fills `buffer` as far as the file goes; gives how far.
fn read_up_to(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match file.read(&mut buffer[length..]) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::OpenOptionsExt;

    fn file(folder: &tempfile::TempDir, text: &str, mode: u32) -> PathBuf {
        use std::io::Write;
        let path = folder.path().join(format!("{}-{mode:o}.key", text.len()));
        let mut file = std::fs::OpenOptions::new().write(true).create(true).mode(mode).open(&path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        path
    }

    #[test]
    fn a_key_file_is_64_digits_and_white_space() {
        let folder = tempfile::tempdir().unwrap();
        let key = "5a".repeat(32);
        let id = ClusterKey::from_hex(&key).unwrap().id();
        for text in [key.clone(), format!("{key}\n"), format!("  {key}{}", " ".repeat(100))] {
            assert_eq!(read_key(&file(&folder, &text, 0o600)).unwrap().id(), id, "{text:?}");
        }
        for text in [String::new(), key[1..].to_owned(), format!("{key}{}", " ".repeat(1 << 20))] {
            let error = read_key(&file(&folder, &text, 0o600)).unwrap_err();
            assert!(matches!(error, KeyError::Malformed { .. }), "{error}");
            assert!(error.to_string().contains("cluster init"), "{error}");
        }
    }

    #[test]
    fn only_its_owner_may_have_access_and_that_is_this_user_or_root() {
        let folder = tempfile::tempdir().unwrap();
        let tight = file(&folder, "tight", 0o600);
        let (metadata, owner) =
            (std::fs::metadata(&tight).unwrap(), std::fs::metadata(&tight).unwrap().uid());
        assert!(check_access(&tight, &metadata, owner).is_ok());
        // Somebody else looks at it: fine if it is root's, and only then.
        let other = check_access(&tight, &metadata, owner + 1);
        match owner {
            0 => assert!(other.is_ok()),
            _ => assert!(other.unwrap_err().to_string().contains("another user")),
        }
        let loose = file(&folder, "loose", 0o640);
        let error = read_key(&loose).unwrap_err().to_string();
        assert!(error.contains("chmod 600") && error.contains("0640"), "{error}");
    }

    #[test]
    fn a_key_in_the_place_of_its_file_is_not_shown() {
        let key = "5a".repeat(32);
        for path in [key.clone(), format!("folder/{key}")] {
            let error = read_key(Path::new(&path)).unwrap_err().to_string();
            assert!(error.contains("name of its file") && !error.contains("5a5a"), "{error}");
        }
    }

    #[test]
    fn what_never_ends_is_not_opened() {
        for path in ["/dev/zero", "/", "/dev/tty"] {
            let error = read_key(Path::new(path)).unwrap_err().to_string();
            assert!(error.contains("not a regular file") || error.contains("No such"), "{path}: {error}");
        }
    }

    #[test]
    fn two_files_are_two_keys() {
        let folder = tempfile::tempdir().unwrap();
        let paths: Vec<PathBuf> = (0..3)
            .map(|i| file(&folder, &format!("{}{}", format!("{i}a").repeat(32), " ".repeat(i)), 0o600))
            .collect();
        assert!(read_keys(&[]).unwrap().is_none());
        assert_eq!(read_keys(&paths[..2]).unwrap().unwrap().ids().count(), 2);
        let many = read_keys(&paths).unwrap_err().to_string();
        assert!(many.contains("two keys at most"), "{many}");
        let same = read_keys(&[paths[0].clone(), paths[0].clone()]).unwrap_err().to_string();
        assert!(same.contains("both keys are the same"), "{same}");
    }
}
