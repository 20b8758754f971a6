//! `illuminator cluster init`: makes the key of a cluster, and the token of its page.

use crate::cli::{Failure, note};
use crate::shell::WebToken;
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

/// The file of the token, beside the key.
const TOKEN_FILE: &str = "web.token";

impl Init {
    pub(super) fn run(self) -> Result<(), Failure> {
        let failed = |path: &Path, error: &io::Error| {
            Failure::new(4, format_args!("error: cannot make {}: {error}", path.display()))
        };
        let key = ClusterKey::draw(&mut SystemEntropy);
        write(&self.file, &key.to_hex()[..]).map_err(|error| failed(&self.file, &error))?;
        note(format_args!(
            "{} holds the key {}; copy it to every node (mode 0600) and name it there with --key",
            self.file.display(),
            key.id()
        ));
        let token_file = self.file.with_file_name(TOKEN_FILE);
        match write(&token_file, WebToken::draw(&mut SystemEntropy).as_bytes()) {
            Ok(()) => note(format_args!(
                "{} holds the token with which people may command on the page: name it with --web-token",
                token_file.display()
            )),
            // With another key the page's visitors stay the same.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed(&token_file, &error)),
        }
        Ok(())
    }
}

/// Makes the file; one that could not be written is taken away again, so that nobody takes it for a key.
fn write(path: &Path, digits: &[u8]) -> io::Result<()> {
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(digits)
        .and_then(|()| file.write_all(b"\n"))
        .and_then(|()| file.sync_all())
        .inspect_err(|_| drop(std::fs::remove_file(path)))
}
