//! The built programs, started and watched as their users do.

use crate::samples::project;
use illuminator_node::shell::Clock;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// Longest that a test waits for something that must happen. Reaching it is a failure, never a success.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// How often a test looks whether a program has written something.
const POLL: Duration = Duration::from_millis(5);

/// The path of a built program of this workspace, beside the running test or program.
pub fn program(name: &str) -> PathBuf {
    let own = std::env::current_exe().expect("a program knows its own path");
    let folder = own.parent().expect("a program stands in a folder");
    // Tests stand in target/PROFILE/deps, programs in target/PROFILE.
    let folder = if folder.ends_with("deps") { folder.parent().unwrap_or(folder) } else { folder };
    let path = folder.join(name);
    assert!(path.is_file(), "{} is not built: run `cargo test --workspace` or `cargo build`", path.display());
    path
}

/// `illuminator` with these arguments, run in `folder`, with everything that it printed.
pub fn illuminator<S: AsRef<OsStr>>(folder: &Path, arguments: &[S]) -> Output {
    command(folder, arguments).output().expect("the program can be started")
}

/// `illuminator` with these arguments, ready to be started in `folder`.
pub fn command<S: AsRef<OsStr>>(folder: &Path, arguments: &[S]) -> Command {
    let mut command = Command::new(program("illuminator"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).env_remove("ILLUMINATOR_KEY");
    command
}

/// What a program wrote to stderr.
pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A running `illuminator-node`; killed when dropped.
pub struct NodeProcess {
    command: Command,
    child: Child,
    lines: Receiver<String>,
    /// Where it listens.
    pub address: SocketAddr,
    /// The line in which it said so.
    pub ready: String,
}

impl NodeProcess {
    /// Starts the node of this build on a free port of 127.0.0.1.
    pub fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(program("illuminator-node"));
        command.args(["--listen", "127.0.0.1:0"]).args(arguments);
        Self::spawn(command)
    }

    /// Starts a node by any command and waits until it says where it listens.
    pub fn spawn(mut command: Command) -> Self {
        command.stdin(Stdio::null()).stderr(Stdio::piped()).env_remove("ILLUMINATOR_KEY");
        let (child, lines, ready, address) = Self::launch(&mut command);
        Self { command, child, lines, address, ready }
    }

    /// Ends it without warning and starts it again by the same command: a power cut, and power again. It has lost
    /// all that it knew.
    pub fn restart(&mut self) {
        self.kill();
        (self.child, self.lines, self.ready, self.address) = Self::launch(&mut self.command);
    }

    fn launch(command: &mut Command) -> (Child, Receiver<String>, String, SocketAddr) {
        let mut child = command.spawn().expect("the node can be started");
        let lines = lines(child.stderr.take().expect("stderr is piped"));
        let ready = next_line(&lines).expect("the node says where it listens");
        let address = ready
            .split_whitespace()
            .find_map(|word| word.parse().ok())
            .unwrap_or_else(|| panic!("the node did not start: {ready}"));
        (child, lines, ready, address)
    }

    /// Waits until it has written a line with this in it, and gives it. The lines before that are lost.
    pub fn said(&self, part: &str) -> String {
        let mut others = Vec::new();
        while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
            if line.contains(part) {
                return line;
            }
            others.push(line);
        }
        panic!("the node said nothing of `{part}`, but {others:?}");
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to end, and waits until it has.
    pub fn terminate(&mut self) {
        signal(self.child.id(), "TERM");
        let _ = self.child.wait();
    }

    /// Asks it to end; gives the lines that it wrote and nobody has waited for.
    pub fn last_words(&mut self) -> Vec<String> {
        self.terminate();
        std::iter::from_fn(|| next_line(&self.lines)).collect()
    }

    /// Ends it without warning, as a power cut does.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for NodeProcess {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A program that goes on until it is ended, and whose words do not matter; killed when dropped.
pub struct Running(Child);

impl Running {
    /// Starts it.
    pub fn start(mut command: Command) -> Self {
        Self(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts"))
    }

    /// Ends it as Ctrl-C does.
    pub fn end(mut self) {
        signal(self.0.id(), "INT");
        assert!(self.0.wait().expect("it ends").success(), "it went on until it was ended");
    }

    /// Ends it without a word to anybody.
    pub fn kill(self) {
        drop(self);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The lines of a stream, as they come.
pub fn lines(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                return;
            }
        }
    });
    receive
}

/// The next line; `None` if the stream ended.
pub fn next_line(lines: &Receiver<String>) -> Option<String> {
    match lines.recv_timeout(PATIENCE) {
        Ok(line) => Some(line),
        Err(RecvTimeoutError::Disconnected) => None,
        Err(RecvTimeoutError::Timeout) => panic!("nothing was printed within {PATIENCE:?}"),
    }
}

/// Waits until a result file has a header and a row.
pub fn wait_for_rows(path: &Path) {
    until(&format!("a row in {}", path.display()), || rows(path) > 0);
}

/// How many rows a result file has, whole or not; 0 if it does not exist.
pub fn rows(path: &Path) -> usize {
    std::fs::read_to_string(path).map_or(0, |text| text.lines().count().saturating_sub(1))
}

/// Looks again and again until something has happened; fails if it does not within [`PATIENCE`].
#[expect(
    clippy::disallowed_methods,
    reason = "what happens elsewhere tells nobody: there is nothing to wait for"
)]
pub fn until(what: &str, mut happened: impl FnMut() -> bool) {
    let clock = Clock::start();
    while !happened() {
        assert!(u128::from(clock.now().as_micros()) < PATIENCE.as_micros(), "in vain waited for: {what}");
        std::thread::sleep(POLL);
    }
}

/// Sends a signal to a process that a test has started.
pub fn signal(process: u32, signal: &str) {
    let sent = Command::new("kill").args([&format!("-{signal}"), &process.to_string()]).status();
    assert!(sent.expect("kill is part of every system").success(), "{process} is there to be signalled");
}

/// A tool of the system that a test needs. Where it is missing the test is skipped; in CI, which installs it,
/// that is a failure.
pub fn tool(name: &str) -> Option<PathBuf> {
    let found = on_path(name);
    if found.is_none() {
        not_installed(&format!("{name} is not installed"));
    }
    found
}

/// A program of the system. Daemons need not be in the path of a user.
fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    folders.map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// Where `.ci/run` keeps its tools.
pub(crate) fn ci_tools() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    folder("ILLUMINATOR_CI_TOOLS").or_else(|| {
        let cache = folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")))?;
        Some(cache.join("illuminator-ci"))
    })
}

/// A tool that sweeps are launched by. Where it is missing the test is skipped; in CI only if `.ci/hpc` could not install
/// it, for the reason that it gave.
pub fn launcher(name: &str) -> Option<PathBuf> {
    let reason = ci_tools().and_then(|tools| std::fs::read_to_string(tools.join("hpc/unavailable")).ok());
    match reason {
        None => tool(name),
        Some(reason) => {
            let there = on_path(name);
            if there.is_none() {
                skipped(&format!("no {name}: {}", reason.trim()));
            }
            there
        }
    }
}

/// The node for 64-bit Pis, in the target folder of this test or of the project. Where it is not built the test is
/// skipped; in CI, which builds it, that is a failure.
pub fn aarch64_node() -> Option<PathBuf> {
    let test = std::env::current_exe().ok()?;
    let beside = test.ancestors().nth(3)?.to_owned();
    let node = [beside, project("target")]
        .into_iter()
        .map(|target| target.join("aarch64-unknown-linux-musl/release/illuminator-node"))
        .find(|path| path.is_file());
    if node.is_none() {
        not_installed(
            "no aarch64 node: cargo build --release -p illuminator-node --target aarch64-unknown-linux-musl",
        );
    }
    node
}

/// Says that a test is skipped for want of something that CI installs or has; in CI that is a failure.
pub fn not_installed(reason: &str) {
    assert!(std::env::var_os("ILLUMINATOR_CI").is_none(), "skipped in CI: {reason}");
    skipped(reason);
}

/// Says that a test is skipped, and why: it needs what no machine must have. Written past the test runner, which
/// hides what a passing test prints.
pub fn skipped(reason: &str) {
    let _ = writeln!(std::io::stderr(), "SKIPPED: {reason}");
}
