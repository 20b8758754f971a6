//! Starting this program anew in its own process: the number of the process stays, so that whoever watches over it, a
//! shell or systemd, keeps it.
//!
//! ```text
//!   all is let go ─▶ exec ─┬▶ the file that was started: a new version of it, if it was replaced
//!                          └▶ the program that runs now, where that file cannot be started
//! ```
//!
//! The arguments and the environment stay as they were, and so does the folder that paths begin at. Only the port is told
//! where none was chosen: hosts know the node by it.

use super::Failure;
use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The program that runs, whatever became of its file.
const RUNNING: &str = "/proc/self/exe";
/// What Linux adds to the path of a program whose file is gone.
const GONE: &[u8] = b" (deleted)";

/// What this process was started as.
pub(crate) struct Origin {
    program: PathBuf,
    arguments: Vec<OsString>,
}

impl Origin {
    /// To be noted before anything else is done: later the file may be another one, or gone.
    pub(crate) fn note() -> Self {
        let program = env::current_exe().map_or_else(|_| RUNNING.into(), |path| place(&path));
        Self { program, arguments: env::args_os().skip(1).collect() }
    }

    /// Starts the program anew, listening on `listen` if that is given. Returns only if that fails.
    pub(crate) fn start_anew(mut self, listen: Option<SocketAddr>) -> Failure {
        if let Some(address) = listen {
            // Of two, the last one counts.
            self.arguments.extend(["--listen".into(), address.to_string().into()]);
        }
        let shown = self.program.display();
        let error = self.exec(&self.program);
        let _ = writeln!(
            io::stderr(),
            "cannot start {shown} anew: {error}; the program that ran so far goes on in its place"
        );
        let error = self.exec(Path::new(RUNNING));
        format!("cannot start anew: {error}; start it by hand").into()
    }

    /// Becomes this program; returns why that is not possible.
    fn exec(&self, program: &Path) -> io::Error {
        Command::new(program).arg0(&self.program).args(&self.arguments).exec()
    }
}

/// Where the file of a program is, or was.
fn place(program: &Path) -> PathBuf {
    match program.as_os_str().as_bytes().strip_suffix(GONE) {
        Some(before) if !program.exists() => OsStr::from_bytes(before).into(),
        _ => program.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::place;
    use std::path::Path;

    #[test]
    fn a_file_that_is_gone_is_looked_for_where_it_was() {
        assert_eq!(place(Path::new("/nowhere/node (deleted)")), Path::new("/nowhere/node"));
        assert_eq!(place(Path::new("/nowhere/node")), Path::new("/nowhere/node"));
        let folder = tempfile::tempdir().unwrap();
        let odd = folder.path().join("node (deleted)");
        std::fs::write(&odd, "").unwrap();
        assert_eq!(place(&odd), odd, "it is called so");
    }
}
