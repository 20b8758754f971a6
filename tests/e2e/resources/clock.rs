//! A wall clock that jumps: the programs never look at it. (What leaps of the monotonic clock do is tested in simulated
//! time, where they can be made.)

use super::{Bench, said};
use crate::read;
use illuminator_tests::programs::{command, not_installed, program, until};
use illuminator_tests::ring::Ring;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const RING: Ring = Ring { nodes: 3, steps: 150 };

/// The library that shows a process another wall clock, and leaves it the monotonic one.
fn faketime() -> Option<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib").ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    let library = folders
        .chain([PathBuf::from("/usr/lib")])
        .map(|folder| folder.join("faketime/libfaketimeMT.so.1"))
        .find(|library| library.is_file());
    if library.is_none() {
        not_installed("faketime is not installed");
    }
    library
}

/// Lets a process see the wall clock that stands in the file `shift` of `folder`, from one look to the next.
fn shifted<'c>(command: &'c mut Command, library: &Path, folder: &Path) -> &'c mut Command {
    command
        .env("LD_PRELOAD", library)
        .env("FAKETIME_TIMESTAMP_FILE", folder.join("shift"))
        .env("FAKETIME_NO_CACHE", "1")
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
        .env("FAKETIME_DONT_RESET", "1")
}

#[test]
fn a_wall_clock_that_jumps_changes_nothing() {
    let Some(library) = faketime() else { return };
    let bench = Bench::new(RING);
    let set = |shift: &str| {
        // In one move: a file that is half written would be read.
        std::fs::write(bench.path().join("next"), shift).expect("it can be written");
        std::fs::rename(bench.path().join("next"), bench.path().join("shift")).expect("it can be moved");
    };
    let seen_s = || {
        let shown =
            shifted(Command::new("date").arg("+%s"), &library, bench.path()).output().expect("date starts");
        String::from_utf8_lossy(&shown.stdout).trim().parse::<i64>().expect("seconds")
    };
    set("+0");
    let node = || {
        let mut node = Command::new(program("illuminator-node"));
        shifted(&mut node, &library, bench.path());
        node
    };
    let _nodes = RING.start(bench.path(), node);
    let arguments = ["scenario", "run", "s.yaml", "--cluster", "c.toml", "-o", "out.csv", "--pace", "0.02"];
    let mut host = command(bench.path(), &arguments);
    let running =
        shifted(&mut host, &library, bench.path()).stderr(Stdio::piped()).spawn().expect("it starts");
    let rows =
        || std::fs::read_to_string(bench.path().join("out.csv")).map_or(0, |text| text.lines().count());
    let mut at_row = 2;
    for shift in ["+5h", "-9d", "+3y", "-0"] {
        until("some rows", || rows() >= at_row);
        let before_s = seen_s();
        set(shift);
        let jumped_s = seen_s() - before_s;
        assert!(jumped_s.abs() > 3600, "to {shift}: the wall clock jumped by {jumped_s} s");
        at_row = rows() + 10;
    }
    assert!(rows() <= RING.steps as usize, "it still ran when the clock jumped the last time");
    let done = running.wait_with_output().expect("it ends");
    assert!(done.status.success(), "{}", said(&done));
    assert_eq!(read(&bench.path().join("out.csv")), bench.whole);
}
