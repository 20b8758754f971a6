//! The built programs, as their users run them.

use std::error::Error;
use std::io::{self, BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};

/// Where the release binaries are.
pub(crate) struct Programs {
    folder: PathBuf,
}

impl Programs {
    /// Builds both programs in the target directory of this one; does little if they are up to date.
    pub(crate) fn build() -> Result<Self, Box<dyn Error>> {
        let target = target_folder()?;
        let status = cargo()
            .args(["build", "--quiet", "--release", "-p", "illuminator-node", "-p", "illuminator"])
            .arg("--target-dir")
            .arg(&target)
            .status()?;
        if status.success() {
            Ok(Self { folder: target.join("release") })
        } else {
            Err("cargo build failed".into())
        }
    }

    /// `illuminator-node`
    pub(crate) fn node(&self) -> PathBuf {
        self.folder.join("illuminator-node")
    }

    /// `illuminator`
    pub(crate) fn host(&self) -> PathBuf {
        self.folder.join("illuminator")
    }
}

/// The cargo that runs this benchmark, in the workspace.
pub(crate) fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(workspace());
    cargo
}

/// The folder of the workspace.
pub(crate) fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this crate lies in the workspace")
}

/// The target directory: this program is `TARGET/release/deps/figures-…`.
pub(crate) fn target_folder() -> Result<PathBuf, Box<dyn Error>> {
    let program = std::env::current_exe()?;
    Ok(program.ancestors().nth(3).ok_or("this program is not in a target directory")?.to_owned())
}

/// A node process on loopback; ends when this is dropped.
pub(crate) struct RunningNode {
    child: Child,
    address: SocketAddr,
    /// Kept open: a node that cannot log is not what is measured.
    _stderr: BufReader<ChildStderr>,
}

impl RunningNode {
    /// Starts a node and waits until it says where it listens.
    pub(crate) fn start(program: &Path, name: &str) -> io::Result<Self> {
        let mut child = Command::new(program)
            .args(["serve", "--listen", "127.0.0.1:0", "--hal", "sim", "--name", name])
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let stderr = child.stderr.take().expect("stderr is piped");
        let mut stderr = BufReader::new(stderr);
        let mut line = String::new();
        stderr.read_line(&mut line)?;
        let address = line.split_once(" listens on ").and_then(|(_, rest)| rest.split_whitespace().next());
        let address = address.and_then(|address| address.parse().ok());
        match address {
            Some(address) => Ok(Self { child, address, _stderr: stderr }),
            None => {
                let _ = child.kill();
                let _ = child.wait();
                Err(io::Error::other(format!("the node did not say where it listens: {line}")))
            }
        }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for RunningNode {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
