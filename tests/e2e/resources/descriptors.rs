//! A process that may not open as many files as it wants.

use super::{Bench, said, wrapped};
use crate::read;
use illuminator_tests::programs::{command, program, tool};
use illuminator_tests::ring::Ring;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

const RING: Ring = Ring { nodes: 49, steps: 20 };

/// From what the loader of a program needs to what 49 nodes in one process need, densely where the program begins.
fn limits() -> impl Iterator<Item = u32> {
    (5..40).chain((40..120).step_by(8))
}

#[test]
fn a_host_says_that_it_may_not_open_enough_files() {
    if tool("prlimit").is_none() {
        return;
    }
    let bench = Bench::new(RING);
    for place in ["--local", "--nodes=sim:49"] {
        let (mut refused, mut ran) = (0, 0);
        for limit in limits() {
            let _ = std::fs::remove_file(bench.path().join("out.csv"));
            let wrapper = ["prlimit", &format!("--nofile={limit}:{limit}")];
            let arguments = ["scenario", "run", "s.yaml", place, "-o", "out.csv"];
            let done = wrapped(bench.path(), &wrapper, &arguments).output().expect("it starts");
            let message = said(&done);
            match done.status.code() {
                Some(0) => {
                    ran += 1;
                    assert_eq!(read(&bench.path().join("out.csv")), bench.whole, "{place}, {limit}");
                }
                status => {
                    refused += 1;
                    assert!(matches!(status, Some(1 | 2 | 4)), "{place}, {limit}: {status:?} {message}");
                    assert!(message.contains("open files"), "{place}, {limit}: {message}");
                    assert_eq!(ran, 0, "{place}, {limit}: it ran with fewer");
                }
            }
        }
        assert!(ran > 0, "{place}: enough are enough");
        assert!(refused > 10 || place == "--local", "{place}: the limit was felt, {refused} times");
    }
}

#[test]
fn a_node_says_so_too_or_serves() {
    if tool("prlimit").is_none() {
        return;
    }
    let ring = Ring { nodes: 1, steps: 20 };
    let bench = Bench::new(ring);
    let (mut refused, mut served) = (0, 0);
    for limit in 5..40 {
        let node = || {
            let mut node = Command::new("prlimit");
            node.arg(format!("--nofile={limit}:{limit}")).arg(program("illuminator-node"));
            node
        };
        let mut first =
            node().args(["--listen", "127.0.0.1:0"]).stderr(Stdio::piped()).spawn().expect("it starts");
        let mut said = String::new();
        let mut lines = BufReader::new(first.stderr.take().expect("stderr is piped"));
        lines.read_line(&mut said).expect("it says something");
        let listens = said.contains("listens on");
        if listens {
            first.kill().expect("it is a child of this test");
        }
        let status = first.wait().expect("it ends");
        if listens {
            served += 1;
            let _nodes = ring.start(bench.path(), node);
            let arguments = ["scenario", "run", "s.yaml", "--cluster", "c.toml", "-o", "out.csv"];
            let done = command(bench.path(), &arguments).output().expect("it starts");
            assert!(done.status.success(), "{limit}: {}", super::said(&done));
            assert_eq!(read(&bench.path().join("out.csv")), bench.whole);
        } else {
            refused += 1;
            lines.read_to_string(&mut said).expect("it says why");
            assert_eq!(status.code(), Some(1), "{limit}: {said}");
            assert!(said.contains("open files") && said.contains("ulimit -n"), "{limit}: {said}");
            assert!(!said.contains("panicked"), "{limit}: {said}");
            assert_eq!(served, 0, "{limit}: it served with fewer");
        }
    }
    assert!(refused > 0 && served > 0, "refused {refused} times, served {served} times");
}
