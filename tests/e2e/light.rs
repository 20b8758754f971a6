//! The light of a cable, from a scenario on the host to the bits on the strips at both ends: the host program,
//! two nodes with recording strips, real UDP between them.

use illuminator_tests::lit_node::{CABLE, LitNode};
use illuminator_tests::picture::{lit, pulses};
use illuminator_tests::programs::{command, stderr};
use illuminator_tests::samples::dummy;
use std::process::Stdio;

#[test]
fn light_runs_from_the_source_to_the_sink_on_both_strips() {
    motion_of(8.0, 1.0);
}

#[test]
fn a_negative_power_runs_back() {
    motion_of(-8.0, -1.0);
}

/// Runs a flow of `power_kw` and looks for light that moves from end A to end B (`toward_b` 1) or back (-1).
fn motion_of(power_kw: f64, toward_b: f64) {
    let (a, b) = (LitNode::start(false), LitNode::start(false));
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("s.yaml"), scenario(power_kw)).expect("it can be written");
    let cluster = format!(
        "[[node]]\nname = 'a'\naddress = '{}'\n[[node]]\nname = 'b'\naddress = '{}'\n",
        a.address, b.address
    );
    std::fs::write(folder.path().join("c.toml"), cluster).expect("it can be written");
    let arguments = ["scenario", "run", "s.yaml", "--cluster", "c.toml", "--pace", "0.05"];
    let mut run = command(folder.path(), &arguments).stderr(Stdio::piped()).spawn().expect("it starts");
    // The first LED is at the node: light toward B runs along the strip at A, and against it at B.
    assert_eq!(a.motion(&mut run), Some(toward_b), "at A");
    assert_eq!(b.motion(&mut run), Some(-toward_b), "at B");
    let done = run.wait_with_output().expect("it ends");
    assert!(done.status.success(), "{}", stderr(&done));
    for node in [&a, &b] {
        node.until(|picture| lit(picture) && !pulses(picture), "calm once the run is over");
    }
}

fn scenario(power_kw: f64) -> String {
    format!(
        "scenario:\n  name: light\n  start_time: '2024-06-20 00:00:00'\n  end_time: '2024-06-20 02:00:00'\n  \
         time_resolution: 60\nmodels:\n{}{}connections: []\nmonitor:\n  file: out.csv\n  items: [Source.state1]\n\
         cables:\n- {{id: {CABLE}, ends: [a, b], shows: Source.state1, full_scale: 10}}\n",
        dummy("Source", "a", power_kw),
        dummy("Sink", "b", power_kw)
    )
}
