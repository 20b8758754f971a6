//! `illuminator cluster init`: makes the key of a cluster.

use crate::cli::{Failure, note};
use illuminator_node::shell::SystemEntropy;
use illuminator_protocol::{ClusterKey, Entropy};
use std::fmt::Write as _;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(in crate::cli) struct Init {
    /// The file to make; an existing one is never replaced.
    #[arg(value_name = "FILE", default_value = "cluster.key")]
    file: PathBuf,
}

impl Init {
    pub(super) fn run(self) -> Result<(), Failure> {
        let mut bytes = [0; 32];
        SystemEntropy.fill(&mut bytes);
        let mut digits = String::with_capacity(65);
        for byte in bytes {
            let _ = write!(digits, "{byte:02x}");
        }
        digits.push('\n');
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        (options.open(&self.file).and_then(|mut file| file.write_all(digits.as_bytes()))).map_err(
            |error| Failure::new(4, format_args!("error: cannot make {}: {error}", self.file.display())),
        )?;
        let id = ClusterKey::from_bytes(bytes).id();
        note(format_args!(
            "{} holds the key {id}; copy it to every node (mode 0600) and name it there with --key",
            self.file.display()
        ));
        Ok(())
    }
}
