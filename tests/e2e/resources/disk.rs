//! Disks that are full, may not be written, or lose what was written.

use super::{Bench, PLACES, mounts, said, wrapped};
use crate::read;
use illuminator_tests::programs::{command, program, tool, wait_for_rows};
use illuminator_tests::ring::Ring;
use illuminator_tests::samples::{project, stage};
use std::process::{Command, Output, Stdio};

/// More rows than fit any of the small disks here.
const RING: Ring = Ring { nodes: 3, steps: 6000 };

/// Runs `illuminator ARGUMENTS` in `bench` with a disk of 64 KiB mounted at `small`, prepared by a line of shell;
/// afterwards what is on it stands in `kept`.
fn on_small_disk(bench: &Bench, way: &[&str], prepare: &str, arguments: &[&str]) -> Output {
    for name in ["small", "kept"] {
        std::fs::create_dir_all(bench.path().join(name)).expect("a folder can be made");
    }
    let script = format!(
        "mount -t tmpfs -o size=64k tmpfs small && {prepare} && \"$@\"; status=$?; \
         cp -r small/. kept; exit $status"
    );
    let mut command = Command::new(way[0]);
    command.args(&way[1..]).args(["sh", "-c", &script, "sh"]).arg(program("illuminator")).args(arguments);
    command.current_dir(bench.path()).stdin(Stdio::null()).output().expect("it starts")
}

#[test]
fn a_full_disk_keeps_the_rows_that_fit() {
    let Some(way) = mounts() else { return };
    let bench = Bench::new(RING);
    for place in PLACES {
        let arguments = ["scenario", "run", "s.yaml", place, "-o", "small/part.csv"];
        let done = on_small_disk(&bench, &way, "true", &arguments);
        let message = said(&done);
        assert_eq!(done.status.code(), Some(4), "{place}: {message}");
        for part in ["cannot write the result", "small/part.csv", "No space left", "make room"] {
            assert!(message.contains(part), "{place}, {part}: {message}");
        }
        let rows = bench.check_part("kept/part.csv");
        assert!(rows > 1000, "{place}: what fits is there, {rows} rows");
    }
}

#[test]
fn a_full_disk_keeps_whole_lines_of_reports_and_of_recorded_events() {
    let Some(way) = mounts() else { return };
    let bench = Bench::new(RING);
    stage(&project("tests/vectors/engine/market_and_justice"), bench.path());
    let fill = "dd if=/dev/zero of=small/filler bs=1k count=60 2>/dev/null; mkdir small/opres";
    let scenario = bench.path().join("scenario.yaml");
    let text = read(&scenario).replace("results_dir: opres", "results_dir: small/opres");
    std::fs::write(&scenario, text).expect("the scenario can be written");
    let done =
        on_small_disk(&bench, &way, fill, &["scenario", "run", "scenario.yaml", "-o", "whole_again.csv"]);
    let message = said(&done);
    assert_eq!(done.status.code(), Some(4), "{message}");
    assert!(message.contains("small/opres/") && message.contains("No space left"), "{message}");
    let reports = std::fs::read_dir(bench.path().join("kept/opres")).expect("the folder is kept");
    for report in reports {
        let path = report.expect("it can be listed").path();
        let text = read(&path);
        assert!(text.is_empty() || text.ends_with('\n'), "{} is torn", path.display());
    }

    let full = "dd if=/dev/zero of=small/filler bs=1k count=64 2>/dev/null";
    let arguments =
        ["scenario", "run", "s.yaml", "--local", "-o", "out.csv", "--record-events", "small/e.csv"];
    let done = on_small_disk(&bench, &way, full, &arguments);
    let message = said(&done);
    assert_eq!(done.status.code(), Some(4), "{message}");
    assert!(message.contains("cannot write the events to small/e.csv"), "{message}");
    assert_eq!(read(&bench.path().join("out.csv")), bench.whole, "the result is whole");
}

#[test]
fn a_file_that_may_grow_no_further_keeps_the_rows_that_fit() {
    if tool("prlimit").is_none() {
        return;
    }
    let bench = Bench::new(RING);
    for limit in [1, 1000, 100_001] {
        for place in PLACES {
            let wrapper = ["prlimit", &format!("--fsize={limit}")];
            let arguments = ["scenario", "run", "s.yaml", place, "-o", "part.csv"];
            let done = wrapped(bench.path(), &wrapper, &arguments).output().expect("it starts");
            let message = said(&done);
            assert_eq!(done.status.code(), Some(4), "{place}, {limit}: {message}");
            assert!(message.contains("part.csv: File too large"), "{place}, {limit}: {message}");
            assert!(message.contains("ulimit -f"), "{place}, {limit}: {message}");
            bench.check_part("part.csv");
            let length = read(&bench.path().join("part.csv")).len();
            assert!(length <= limit && length + 100 > limit, "{place}: {length} of {limit} bytes are used");
        }
    }
}

#[test]
fn a_disk_that_may_not_be_written_is_named_before_the_first_row() {
    let Some(way) = mounts() else { return };
    let bench = Bench::new(RING);
    for place in PLACES {
        let arguments = ["scenario", "run", "s.yaml", place, "-o", "small/part.csv"];
        let done = on_small_disk(&bench, &way, "mount -o remount,ro small", &arguments);
        let message = said(&done);
        assert_eq!(done.status.code(), Some(4), "{place}: {message}");
        for part in ["cannot write the result", "small/part.csv", "Read-only", "another place with -o"] {
            assert!(message.contains(part), "{place}, {part}: {message}");
        }
        assert!(!bench.path().join("kept/part.csv").exists());
    }
}

/// A node writes nothing: it needs no disk at all.
#[test]
fn a_node_runs_on_a_disk_that_may_not_be_written() {
    let Some(way) = mounts() else { return };
    let bench = Bench::new(RING);
    let node = || {
        let mut node = Command::new(way[0]);
        let script =
            "mount --bind / / && mount -o remount,ro,bind / && ! touch /tmp/x 2>/dev/null && exec \"$@\"";
        node.args(&way[1..]).args(["sh", "-c", script, "sh"]).arg(program("illuminator-node"));
        node.current_dir("/");
        node
    };
    let _nodes = RING.start(bench.path(), node);
    let arguments = ["scenario", "run", "s.yaml", "--cluster", "c.toml", "-o", "nodes.csv"];
    let done = command(bench.path(), &arguments).output().expect("it starts");
    assert!(done.status.success(), "{}", said(&done));
    assert_eq!(read(&bench.path().join("nodes.csv")), bench.whole);
}

#[test]
fn a_result_that_is_removed_during_the_run_is_no_success() {
    let bench = Bench::new(RING);
    for place in PLACES {
        let folder = bench.path().join("results");
        std::fs::create_dir(&folder).expect("a folder can be made");
        let arguments = ["scenario", "run", "s.yaml", place, "-o", "results/part.csv", "--pace", "0.01"];
        let running = command(bench.path(), &arguments).stderr(Stdio::piped()).spawn().expect("it starts");
        wait_for_rows(&folder.join("part.csv"));
        std::fs::remove_dir_all(&folder).expect("the folder can be removed");
        let done = running.wait_with_output().expect("it ends");
        let message = said(&done);
        assert_eq!(done.status.code(), Some(4), "{place}: {message}");
        assert!(message.contains("results/part.csv: it was removed"), "{place}: {message}");
        assert!(message.contains("leave its directory alone"), "{place}: {message}");
    }
}
