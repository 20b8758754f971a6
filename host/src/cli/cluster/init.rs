//! `illuminator cluster init`: makes the key of a cluster.

use crate::cli::{Failure, note};
use illuminator_node::shell::SystemEntropy;
use illuminator_protocol::ClusterKey;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(in crate::cli) struct Init {
    /// The file to make; an existing one is never replaced.
    #[arg(value_name = "FILE", default_value = "cluster.key")]
    file: PathBuf,
}

impl Init {
    pub(super) fn run(self) -> Result<(), Failure> {
        let key = ClusterKey::draw(&mut SystemEntropy);
        write(&self.file, &key).map_err(|error| {
            Failure::new(4, format_args!("error: cannot make {}: {error}", self.file.display()))
        })?;
        note(format_args!(
            "{} holds the key {}; copy it to every node (mode 0600) and name it there with --key",
            self.file.display(),
            key.id()
        ));
        Ok(())
    }
}

/// Makes the file; one that could not be written is taken away again, so that nobody takes it for a key.
fn write(path: &Path, key: &ClusterKey) -> io::Result<()> {
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(&key.to_hex()[..])
        .and_then(|()| file.write_all(b"\n"))
        .and_then(|()| file.sync_all())
        .inspect_err(|_| drop(std::fs::remove_file(path)))
}
