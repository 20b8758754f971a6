//! Reads a cluster key from its file.

use illuminator_protocol::ClusterKey;
use std::path::{Path, PathBuf};

/// Why a key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// It cannot be read.
    #[error("cannot read the key file {path}: {error}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        error: std::io::Error,
    },
    /// Others may read it.
    #[error("the key file {path} can be read by others (mode {mode:04o}): run `chmod 600 {path}`")]
    Loose {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// It holds no key.
    #[error("the key file {path} must hold 64 hexadecimal digits: make one with `illuminator cluster init`")]
    Malformed {
        /// The file.
        path: PathBuf,
    },
}

/// Reads a key: 64 hexadecimal digits, in a file that only its owner can read.
///
/// # Errors
/// [`KeyError`], naming the file.
pub fn read_key(path: &Path) -> Result<ClusterKey, KeyError> {
    let unreadable = |error| KeyError::Unreadable { path: path.to_owned(), error };
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(path).map_err(unreadable)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeyError::Loose { path: path.to_owned(), mode });
        }
    }
    ClusterKey::from_hex(text.trim()).map_err(|_| KeyError::Malformed { path: path.to_owned() })
}
