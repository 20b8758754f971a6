//! What the machine gives is bounded: disk, descriptors, memory, clocks. For each want the programs say what, where and
//! what to do, end with the status that they promise, and leave whole lines of the right result.

mod clock;
mod descriptors;
mod disk;
mod environment;
mod memory;
mod streams;

use crate::read;
use illuminator_tests::programs::{illuminator, program, skipped, stderr, tool};
use illuminator_tests::ring::Ring;
use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// Where the models run, without anything that has to be started before.
const PLACES: [&str; 2] = ["--local", "--nodes=sim:3"];

/// A folder with a scenario, `s.yaml`, and what its result must be.
struct Bench {
    folder: TempDir,
    whole: String,
}

impl Bench {
    fn new(ring: Ring) -> Self {
        Self::of(&ring.scenario(), ring.steps, tempfile::tempdir().expect("a temporary folder"))
    }

    /// A scenario of so many steps, with the files that are in this folder.
    fn of(scenario: &str, steps: u64, folder: TempDir) -> Self {
        std::fs::write(folder.path().join("s.yaml"), scenario).expect("it can be written");
        let done = illuminator(folder.path(), &["scenario", "run", "s.yaml", "--local", "-o", "whole.csv"]);
        assert!(done.status.success(), "{}", stderr(&done));
        let whole = read(&folder.path().join("whole.csv"));
        assert_eq!(whole.lines().count() as u64, steps + 1, "a header and a row per step");
        Self { folder, whole }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Checks what a run that was cut short has left: whole lines from the beginning of the result. Gives their number.
    fn check_part(&self, file: &str) -> usize {
        let part = read(&self.path().join(file));
        assert!(part.is_empty() || part.ends_with('\n'), "a torn line: {:?}", part.lines().last());
        assert!(part.len() < self.whole.len(), "it was cut short");
        assert!(self.whole.starts_with(&part), "the rows so far are those of the whole run");
        part.lines().count()
    }
}

/// `illuminator` with these arguments as `wrapper` (a tool and its arguments) starts it.
fn wrapped<S: AsRef<OsStr>>(folder: &Path, wrapper: &[&str], arguments: &[S]) -> Command {
    let mut command = Command::new(wrapper[0]);
    command.args(&wrapper[1..]).arg(program("illuminator")).args(arguments);
    command.current_dir(folder).stdin(Stdio::null()).env_remove("ILLUMINATOR_KEY");
    command
}

/// What a program said that ended by itself: never a panic.
fn said(done: &Output) -> String {
    let message = stderr(done);
    assert!(!message.contains("panicked"), "{message}");
    message
}

/// A tool that puts a process into a mount namespace of its own, so that what is mounted there is seen by nobody else,
/// and goes with it. Where the machine does not allow that, the test is skipped.
fn mounts() -> Option<Vec<&'static str>> {
    tool("unshare")?;
    let ways = [vec!["unshare", "--mount"], vec!["unshare", "--mount", "--map-root-user"]];
    let works = |way: &Vec<&str>| {
        let mut try_it = Command::new(way[0]);
        try_it.args(&way[1..]).args(["sh", "-c", "mount -t tmpfs tmpfs /mnt"]).stderr(Stdio::null());
        try_it.status().is_ok_and(|status| status.success())
    };
    let way = ways.into_iter().find(works);
    if way.is_none() {
        skipped("this machine does not let a test mount a file system of its own");
    }
    way
}
