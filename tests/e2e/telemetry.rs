//! What a run says of its nodes: they report while they work, and `--json` tells what they said last.

use illuminator_node::shell::Clock;
use illuminator_tests::programs::{NodeProcess, illuminator, stderr};
use serde_json::{Value, json};

/// A battery on the node, whose flow the host asks for and hears in every step: the run lasts as long as the node
/// takes part in it, and never less than 60 steps of its pace.
const SCENARIO: &str = "scenario:
  name: telemetry
  start_time: '2024-06-20 00:00:00'
  end_time: '2024-06-20 01:00:00'
  time_resolution: 60
models:
- {name: Request, type: Dummy, parameters: {param1: 0.5}, inputs: {in1: 0}, outputs: {out1: 0}, states: {state1: 0}}
- {name: Battery, type: Battery, connect: {node: lit}, parameters: {max_p: 0.8, min_p: -0.8, max_energy: 0.8,
   charge_efficiency: 90, discharge_efficiency: 90, soc_min: 10, soc_max: 90},
   inputs: {flow2b: 0}, outputs: {p_out: 0, p_in: 0}, states: {soc: 10, flag: 0, mod: 0}}
connections:
- {from: Request.state1, to: Battery.flow2b, time_shifted: true}
- {from: Battery.p_out, to: Request.in1}
monitor:
  file: out.csv
  items: [Battery.p_out]
";

#[test]
fn a_run_tells_how_its_node_does() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("node.toml"), "[[strip]]\ncable = 2\nleds = 144\n").expect("it can be written");
    let config = path("node.toml").display().to_string();
    let clock = Clock::start();
    let node = NodeProcess::start(&["--name", "lit", "--hal", "sim", "--config", &config]);
    let cluster = format!("[[node]]\nname = 'lit'\naddress = '{}'\n", node.address);
    std::fs::write(path("c.toml"), cluster).expect("it can be written");
    std::fs::write(path("s.yaml"), SCENARIO).expect("it can be written");

    // Three seconds: a node reports first one second after the host has found it.
    let arguments = ["scenario", "run", "s.yaml", "--cluster", "c.toml", "--pace", "0.05", "--json"];
    let done = illuminator(folder.path(), &arguments);
    let node_us = clock.now().as_micros();
    assert!(done.status.success(), "{}", stderr(&done));
    let summary: Value = serde_json::from_slice(&done.stdout).expect("JSON");
    let told = &summary["nodes"]["lit"];
    let number = |key: &str| told[key].as_u64().unwrap_or_else(|| panic!("{key} in {summary}"));
    assert!(number("frames") > 0 && number("strip_errors") == 0, "{told}");
    let due = node_us * 60 / 1_000_000 + 1;
    assert!(number("frames") + number("frames_skipped") <= due, "60 a second, {due} at most: {told}");
    // A frame begins after its deadline, if by microseconds only, and none can be later than the node is old.
    assert!(number("late_us_p50") > 0 && number("late_us_max") < node_us, "{told}");
    // A thread has one core at most; the process may have all.
    assert!(number("animation_cpu_permille") <= 1000 && number("cpu_permille") < 60_000, "{told}");
    assert!((500..200_000).contains(&number("memory_kib")), "of one small process: {told}");
    let [health] = summary["health"].as_array().expect("a list").as_slice() else { panic!("{summary}") };
    assert_eq!((&health["name"], &health["link"]), (&json!("lit"), &json!("live")), "{health}");
    assert_eq!(health["address"], json!(node.address.to_string()));
    assert_eq!(health["version"], json!(env!("CARGO_PKG_VERSION")), "of one workspace: {health}");
    let measured = |key: &str| health[key].as_f64().unwrap_or_else(|| panic!("{key} in {health}"));
    assert!(measured("rtt_ms") > 0.0 && measured("heard_s") < 10.0, "{health}");
    // Two clocks on one machine, of which the node's began to count first.
    assert!(
        measured("clock_offset_ms") > 0.0 && measured("clock_offset_ms") < node_us as f64 / 1e3,
        "{health}"
    );
    for share in ["loss", "memory"] {
        assert!((0.0..=1.0).contains(&measured(share)), "{share}: {health}");
    }
    assert!(measured("memory") > 0.0 && measured("uptime_s") > 0.0, "what every Linux tells: {health}");
    assert_eq!(health["mac"], Value::Null, "there is none on loopback");
    let flags = [&health["identifying"], &health["emergency_stop"]];
    assert_eq!(flags, [&json!(false); 2], "{health}");
}
