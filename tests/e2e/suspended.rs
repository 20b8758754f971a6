//! A host that was away (a laptop that slept) while another host used its node.

use illuminator_tests::programs::{NodeProcess, command, illuminator, signal, stderr, wait_for_rows};
use std::process::Stdio;

#[test]
fn a_host_that_comes_back_too_late_is_told_so() {
    let node = NodeProcess::start(&[]);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let scenario = format!(
        "scenario:
  name: suspended
  start_time: '2024-06-20 00:00:00'
  end_time: '2024-06-20 02:00:00'
  time_resolution: 60
models:
- name: D1
  type: Dummy
  connect: {{ip: 127.0.0.1, port: {}}}
  parameters: {{param1: 0.25}}
  inputs: {{in1: 0}}
  outputs: {{out1: 0}}
  states: {{state1: 0}}
connections: []
monitor:
  file: out.csv
  items: [D1.state1]
",
        node.address.port()
    );
    std::fs::write(folder.path().join("s.yaml"), scenario).expect("it can be written");
    let arguments = ["scenario", "run", "s.yaml", "-o", "first.csv", "--pace", "0.1", "--on-loss", "abort"];
    let first = command(folder.path(), &arguments).stderr(Stdio::piped()).spawn().expect("it starts");
    wait_for_rows(&folder.path().join("first.csv"));
    signal(first.id(), "STOP");
    // The node is free once it has not heard its host for two seconds; until then the second host keeps asking.
    let second = illuminator(folder.path(), &["scenario", "run", "s.yaml", "-o", "second.csv"]);
    signal(first.id(), "CONT");
    assert!(second.status.success(), "{}", stderr(&second));
    let done = first.wait_with_output().expect("it ends");
    let message = stderr(&done);
    assert_eq!(done.status.code(), Some(3), "{message}");
    assert!(message.contains("no longer has this run"), "{message}");
    assert!(crate::read(&folder.path().join("first.csv")).ends_with('\n'), "whole rows");
}
