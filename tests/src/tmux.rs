//! A program in tmux, as people use it over ssh: keys are sent, and the screen is read.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// A session of a tmux server of its own, which ends when this is dropped.
pub struct Tmux {
    tool: PathBuf,
    /// Its socket is here.
    folder: TempDir,
}

impl Tmux {
    /// Runs a command of the shell in a screen of so many columns and rows; the screen stays when it has ended.
    pub fn start(tool: &Path, (columns, rows): (u16, u16), command: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let tmux = Self { tool: tool.to_owned(), folder };
        let (columns, rows) = (columns.to_string(), rows.to_string());
        let session = ["-f", "/dev/null", "new-session", "-d", "-x", &columns, "-y", &rows, "sh"];
        tmux.run(&session);
        tmux.run(&["send-keys", "-l", command]);
        tmux.press(&["Enter"]);
        tmux
    }

    /// Presses keys, by the names that tmux has for them.
    pub fn press(&self, keys: &[&str]) {
        self.run(&[&["send-keys"], keys].concat());
    }

    /// The rows that the screen shows.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.run(&["capture-pane", "-p"]).stdout).into_owned()
    }

    /// Another size of the screen.
    pub fn resize(&self, columns: u16, rows: u16) {
        self.run(&["resize-window", "-x", &columns.to_string(), "-y", &rows.to_string()]);
    }

    fn run<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Output {
        let output = self.command().args(arguments).output().expect("tmux can be started");
        assert!(output.status.success(), "tmux: {}", String::from_utf8_lossy(&output.stderr));
        output
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.tool);
        command.arg("-S").arg(self.folder.path().join("socket")).env_remove("TMUX").env("LC_ALL", "C.UTF-8");
        command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
        command.arg("-u").env("TERM", "xterm-256color").env_remove("NO_COLOR");
        command
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        let _ = self.command().arg("kill-server").output();
    }
}
