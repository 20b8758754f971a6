//! Standard streams that are full, closed, or read by nobody.

use super::{Bench, PLACES, said};
use crate::read;
use illuminator_tests::programs::{NodeProcess, command, program};
use illuminator_tests::ring::Ring;
use std::fs::File;
use std::process::{Command, Output, Stdio};

const RING: Ring = Ring { nodes: 3, steps: 50 };

/// What programs print that were asked for it.
const PRINTED: [(&str, &[&str]); 8] = [
    ("illuminator", &["--help"]),
    ("illuminator", &["--version"]),
    ("illuminator", &["scenario", "run", "--help"]),
    ("illuminator", &["help", "cluster"]),
    ("illuminator-node", &["--help"]),
    ("illuminator-node", &["--version"]),
    ("illuminator-node", &["models"]),
    ("illuminator-node", &["check-config", "/dev/null"]),
];

fn print_to(stdout: impl Into<Stdio>, program_name: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(program(program_name));
    command.args(arguments).stdin(Stdio::null()).stdout(stdout).output().expect("it starts")
}

#[test]
fn what_is_printed_to_a_full_device_is_an_error() {
    for (name, arguments) in PRINTED {
        let full = File::options().write(true).open("/dev/full").expect("a device that is always full");
        let done = print_to(full, name, arguments);
        let message = said(&done);
        assert_eq!(done.status.code(), Some(4), "{name} {arguments:?}: {message}");
        assert!(message.contains("cannot write to the standard output"), "{name} {arguments:?}: {message}");
    }
}

#[test]
fn what_is_printed_to_nobody_is_no_error() {
    for (name, arguments) in PRINTED {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let done = print_to(writer, name, arguments);
        assert!(done.status.success(), "{name} {arguments:?}: {}", said(&done));
    }
}

#[test]
fn what_is_printed_arrives_and_wrong_use_is_still_wrong_use() {
    for (name, arguments) in PRINTED {
        let done = print_to(Stdio::piped(), name, arguments);
        assert!(done.status.success() && !done.stdout.is_empty(), "{name} {arguments:?}: {}", said(&done));
    }
    for name in ["illuminator", "illuminator-node"] {
        let done = print_to(Stdio::piped(), name, &["--nonsense"]);
        assert_eq!(done.status.code(), Some(2));
        assert!(done.stdout.is_empty() && said(&done).contains("--nonsense"), "{}", said(&done));
    }
}

#[test]
fn a_run_needs_no_standard_stream() {
    let bench = Bench::new(RING);
    for place in PLACES {
        // Closed, not redirected: the next file that is opened would get their number.
        let script = "exec \"$@\" <&- >&- 2>&-";
        let mut shell = Command::new("sh");
        shell.args(["-c", script, "sh"]).arg(program("illuminator"));
        shell.args(["scenario", "run", "s.yaml", place, "-o", "out.csv", "--json"]).current_dir(bench.path());
        assert!(shell.status().expect("it starts").success(), "{place}");
        assert_eq!(
            read(&bench.path().join("out.csv")),
            bench.whole,
            "{place}: nothing else went into the file"
        );
    }
}

#[test]
fn messages_that_nobody_reads_stop_nothing() {
    let bench = Bench::new(RING);
    // The node's log is closed as soon as it has said where it listens.
    let nodes: Vec<NodeProcess> = RING.start(bench.path(), || Command::new(program("illuminator-node")));
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let arguments = ["scenario", "run", "s.yaml", "--cluster", "c.toml", "-o", "out.csv"];
    let status = command(bench.path(), &arguments).stderr(writer).status().expect("it starts");
    assert!(status.success());
    assert_eq!(read(&bench.path().join("out.csv")), bench.whole);
    drop(nodes);
}
