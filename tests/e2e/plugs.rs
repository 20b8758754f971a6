//! Plugs: a pin at a node, over the node and real UDP to the host program, into the simulation and back as light.

use crate::read;
use illuminator_tests::lit_node::{LitNode, plugged_run};
use illuminator_tests::picture::{lit, pulses};
use illuminator_tests::programs::{illuminator, stderr, until};
use std::path::Path;

#[test]
fn a_cable_that_is_plugged_in_carries_light_and_energy_until_it_is_pulled() {
    let (a, b) = (LitNode::start(true), LitNode::start(true));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = plugged_run(folder.path(), &a, &b);
    for node in [&a, &b] {
        node.until(|picture| lit(picture) && !pulses(picture), "calm while the cable is not there");
    }
    a.plug.set(true);
    until("the run has begun", || rows(folder.path()) > 5);
    assert!(!a.pictures().iter().any(|picture| pulses(picture)), "one end alone is no cable");
    b.plug.set(true);
    for node in [&a, &b] {
        node.until(pulses, "light at both ends");
    }
    let plugged = rows(folder.path());
    until("some steps with the cable", || rows(folder.path()) > plugged + 5);
    b.plug.set(false);
    for node in [&a, &b] {
        node.until(|picture| !pulses(picture), "no light without the cable");
    }
    let pulled = rows(folder.path());
    until("some steps without the cable", || rows(folder.path()) > pulled + 5);
    run.end();

    let result = read(&folder.path().join("live.csv"));
    let arrived: Vec<&str> = result.lines().skip(1).filter_map(|row| row.rsplit(',').next()).collect();
    let mut changes = arrived.clone();
    changes.dedup();
    assert_eq!(changes, ["0.0", "8.0", "0.0"], "what reached the sink: {arrived:?}");
    let replay =
        ["scenario", "run", "s.yaml", "--local", "--events", "live.events", "-o", "replay.csv", "--quiet"];
    let replayed = illuminator(folder.path(), &replay);
    assert!(replayed.status.success(), "{}", stderr(&replayed));
    let replay = read(&folder.path().join("replay.csv"));
    assert!(replay.starts_with(&result), "the recording repeats the run, and goes on");
}

/// Rows of the result so far.
fn rows(folder: &Path) -> usize {
    std::fs::read_to_string(folder.join("live.csv")).map_or(0, |text| text.lines().count().saturating_sub(1))
}
