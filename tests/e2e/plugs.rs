//! Plugs: a pin at a node, over the node and real UDP to the host program, into the simulation and back as light.

use crate::lit_node::{CABLE, LitNode};
use crate::read;
use illuminator_node::shell::Clock;
use illuminator_tests::picture::{lit, pulses};
use illuminator_tests::programs::{command, illuminator, stderr, until};
use std::path::Path;
use std::process::{Child, Stdio};

#[test]
fn a_cable_that_is_plugged_in_carries_light_and_energy_until_it_is_pulled() {
    let (a, b) = (LitNode::start(true), LitNode::start(true));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = start(folder.path(), &a, &b, 240);
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
    let done = run.wait_with_output().expect("it ends");
    assert!(done.status.success(), "{}", stderr(&done));

    let result = read(&folder.path().join("live.csv"));
    let arrived: Vec<&str> = result.lines().skip(1).filter_map(|row| row.rsplit(',').next()).collect();
    let mut changes = arrived.clone();
    changes.dedup();
    assert_eq!(changes, ["0.0", "8.0", "0.0"], "what reached the sink: {arrived:?}");
    let replay =
        ["scenario", "run", "s.yaml", "--local", "--events", "live.events", "-o", "replay.csv", "--quiet"];
    let replayed = illuminator(folder.path(), &replay);
    assert!(replayed.status.success(), "{}", stderr(&replayed));
    assert!(read(&folder.path().join("replay.csv")) == result, "the recording repeats the run");
}

/// From the pin to the bits on the strip, and back to calm: printed, not judged.
#[test]
#[ignore = "a measurement"]
fn plug_to_light() {
    const ROUNDS: usize = 50;
    let (a, b) = (LitNode::start(true), LitNode::start(true));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut run = start(folder.path(), &a, &b, 14_000);
    let clock = Clock::start();
    let took_us = |plugged: bool| {
        let since = clock.now().as_micros();
        b.plug.set(plugged);
        until("the other end follows", || a.is_lit() == plugged);
        clock.now().as_micros() - since
    };
    a.plug.set(true);
    took_us(true);
    let (mut dark, mut light) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        dark.push(took_us(false));
        light.push(took_us(true));
    }
    let _ = run.kill();
    let _ = run.wait();
    for (what, mut us) in [("plug to light", light), ("unplug to dark", dark)] {
        us.sort_unstable();
        let (p50, p99, most) = (us[ROUNDS / 2], us[ROUNDS - 1 - ROUNDS / 100], us[ROUNDS - 1]);
        eprintln!("{what} at the other end: p50 {p50} us, p99 {p99} us, most {most} us");
    }
}

/// A run of so many steps at 50 ms, with a connection that the cable carries.
fn start(folder: &Path, a: &LitNode, b: &LitNode, steps: u32) -> Child {
    let dummy = |name: &str, node: &str, start: f64| {
        format!(
            "- {{name: {name}, type: Dummy, connect: {{node: {node}}}, parameters: {{param1: {start:?}}}, \
             inputs: {{in1: 0}}, outputs: {{out1: 0}}, states: {{state1: 0}}}}\n"
        )
    };
    let (hours, minutes) = (steps / 60, steps % 60);
    let scenario = format!(
        "scenario:\n  name: plugs\n  start_time: '2024-06-20 00:00:00'\n  \
         end_time: '2024-06-{:02} {:02}:{minutes:02}:00'\n  time_resolution: 60\nmodels:\n{}{}connections:\n\
         - {{from: Source.state1, to: Sink.in1, via: {{cable: {CABLE}, otherwise: 0.0}}}}\n\
         monitor:\n  file: out.csv\n  items: [Source.state1, Sink.state1]\n\
         cables:\n- {{id: {CABLE}, ends: [a, b], shows: Source.state1, full_scale: 10, plugged: false}}\n",
        20 + hours / 24,
        hours % 24,
        dummy("Source", "a", 8.0),
        dummy("Sink", "b", 0.0)
    );
    let cluster = format!(
        "[[node]]\nname = 'a'\naddress = '{}'\n[[node]]\nname = 'b'\naddress = '{}'\n",
        a.address, b.address
    );
    std::fs::write(folder.join("s.yaml"), scenario).expect("it can be written");
    std::fs::write(folder.join("c.toml"), cluster).expect("it can be written");
    let mut arguments = vec!["scenario", "run", "s.yaml", "--cluster", "c.toml", "--pace", "0.05"];
    arguments.extend(["-o", "live.csv", "--record-events", "live.events"]);
    command(folder, &arguments).stderr(Stdio::piped()).spawn().expect("it starts")
}

/// Rows of the result so far.
fn rows(folder: &Path) -> usize {
    std::fs::read_to_string(folder.join("live.csv")).map_or(0, |text| text.lines().count().saturating_sub(1))
}
