//! Models on `illuminator-node` processes give the bytes of a run in one process.

use crate::read;
use illuminator_tests::programs::{NodeProcess, aarch64_node, illuminator, program, skipped, stderr, tool};
use illuminator_tests::samples::{conformance, project, stage};
use std::net::UdpSocket;
use std::path::Path;
use std::process::Command;

#[test]
fn a_day_on_three_nodes_gives_the_bytes_of_one_process() {
    let nodes = [(); 3].map(|()| NodeProcess::start(&[]));
    let folder = day();
    place(folder.path(), &[&["L1"], &["P1", "W1"], &["B1", "C1"]], &nodes);
    on_nodes_and_alone(folder.path());
}

#[test]
fn the_foreign_tutorial_on_three_nodes_gives_the_bytes_of_one_process() {
    let Some(foreign) = conformance() else { return };
    tutorial_1_on(&foreign, &[(); 3].map(|()| NodeProcess::start(&[])));
}

#[test]
fn feedback_that_crosses_nodes_gives_the_same_bytes() {
    let nodes = [(); 2].map(|()| NodeProcess::start(&[]));
    let folder = day();
    // The battery's state of charge and the controller's request cross in every step.
    place(folder.path(), &[&["B1"], &["C1"]], &nodes);
    on_nodes_and_alone(folder.path());
}

#[test]
fn one_node_serves_one_run_after_another() {
    let nodes = [NodeProcess::start(&[])];
    let folder = day();
    place(folder.path(), &[&["B1", "P1", "W1"]], &nodes);
    for _ in 0..3 {
        on_nodes_and_alone(folder.path());
    }
}

#[test]
fn a_node_is_reached_by_ipv6() {
    if let Err(error) = UdpSocket::bind("[::1]:0") {
        return skipped(&format!("this machine has no IPv6: {error}"));
    }
    let mut command = Command::new(program("illuminator-node"));
    command.args(["--listen", "[::1]:0"]);
    let nodes = [NodeProcess::spawn(command)];
    let folder = day();
    let cluster = format!("[[node]]\nname = \"six\"\naddress = \"{}\"\n", nodes[0].address);
    std::fs::write(folder.path().join("six.toml"), cluster).expect("the cluster file can be written");
    connect(folder.path(), &[&["B1", "C1"]], &["{node: six}".to_owned()]);
    run(folder.path(), "nodes.csv", &["--cluster", "six.toml"]);
    run(folder.path(), "local.csv", &["--local"]);
    same(folder.path());
}

/// The resolver of the system would take `010` for 8.
#[test]
fn an_address_is_read_in_decimal() {
    let mut command = Command::new(program("illuminator-node"));
    command.args(["--listen", "127.0.0.10:0"]);
    let node = NodeProcess::spawn(command);
    let folder = day();
    let address = format!("{{ip: 127.0.0.010, port: {}}}", node.address.port());
    connect(folder.path(), &[&["B1"]], &[address]);
    on_nodes_and_alone(folder.path());
}

#[test]
fn nodes_are_found_by_name_in_the_cluster_file_and_share_its_key() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let made = illuminator(folder.path(), &["cluster", "init", "table.key"]);
    assert!(made.status.success(), "{}", stderr(&made));
    let key = folder.path().join("table.key");
    let key = key.to_str().expect("a temporary path is text");
    let names = ["wind", "pv", "battery", "house", "office", "grid"];
    let nodes = names.map(|name| NodeProcess::start(&["--key", key, "--name", name]));
    let mut cluster = String::from("key_file = \"table.key\"\n");
    for (name, node) in names.iter().zip(&nodes) {
        cluster += &format!("[[node]]\nname = \"{name}\"\naddress = \"{}\"\n", node.address);
    }
    std::fs::write(folder.path().join("cluster.toml"), cluster).expect("the cluster file can be written");
    let table = project("scenarios/table.yaml");
    let table = table.to_str().expect("the project's path is text");
    for (output, placed) in [("nodes.csv", &["--cluster", "cluster.toml"][..]), ("local.csv", &["--local"])] {
        let arguments = [&["scenario", "run", table, "-o", output], placed].concat();
        let done = illuminator(folder.path(), &arguments);
        assert!(done.status.success(), "{placed:?}: {}", stderr(&done));
    }
    same(folder.path());
}

#[test]
fn the_aarch64_node_gives_the_same_bytes() {
    let Some(emulator) = tool("qemu-aarch64-static") else { return };
    let Some(program) = aarch64_node() else { return };
    let start = || {
        let mut command = Command::new(&emulator);
        command.arg(&program).args(["--listen", "127.0.0.1:0"]);
        NodeProcess::spawn(command)
    };
    let nodes = [start(), start()];
    let folder = day();
    place(folder.path(), &[&["L1", "P1", "W1"], &["B1", "C1"]], &nodes);
    on_nodes_and_alone(folder.path());
    if let Some(foreign) = conformance() {
        tutorial_1_on(&foreign, &[start(), start(), start()]);
    }
}

/// Tutorial 1 of the Python Illuminator, its generation, loads and storage on a node each.
fn tutorial_1_on(foreign: &Path, nodes: &[NodeProcess; 3]) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    stage(&foreign.join("tutorial1"), folder.path());
    place(folder.path(), &[&["Load1"], &["PV1", "Wind1"], &["Battery1", "Controller1"]], nodes);
    on_nodes_and_alone(folder.path());
}

/// A day of load, sun, wind, battery and controller, with a feedback loop: one of our recorded vectors.
fn day() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    stage(&project("tests/vectors/engine/day_pv_wind_battery"), folder.path());
    folder
}

/// Places the models named on the nodes, one list per node.
fn place(folder: &Path, models: &[&[&str]], nodes: &[NodeProcess]) {
    let address =
        |node: &NodeProcess| format!("{{ip: {}, port: {}}}", node.address.ip(), node.address.port());
    connect(folder, models, &nodes.iter().map(address).collect::<Vec<_>>());
}

/// Adds `connect` to the models named, one list for each value of the key.
fn connect(folder: &Path, models: &[&[&str]], values: &[String]) {
    assert_eq!(models.len(), values.len(), "a list of models for every node");
    let path = folder.join("scenario.yaml");
    let mut placed = vec![0; models.len()];
    let mut text = String::new();
    for line in read(&path).lines() {
        text += line;
        text.push('\n');
        let name = line.trim().strip_prefix("- name:").map(|name| name.trim().trim_matches(['"', '\'']));
        let at = name.and_then(|name| models.iter().position(|models| models.contains(&name)));
        if let Some(at) = at {
            let indent = " ".repeat(line.len() - line.trim_start().len() + 2);
            text += &format!("{indent}connect: {}\n", values[at]);
            placed[at] += 1;
        }
    }
    for (placed, models) in placed.iter().zip(models) {
        assert_eq!(*placed, models.len(), "each of {models:?} is in the scenario");
    }
    std::fs::write(&path, text).expect("the scenario can be written");
}

/// Runs the scenario on its nodes and in one process, and compares the bytes.
fn on_nodes_and_alone(folder: &Path) {
    run(folder, "nodes.csv", &[]);
    run(folder, "local.csv", &["--local"]);
    same(folder);
}

fn run(folder: &Path, output: &str, arguments: &[&str]) {
    let arguments = [&["scenario", "run", "scenario.yaml", "-o", output], arguments].concat();
    let done = illuminator(folder, &arguments);
    assert!(done.status.success(), "{arguments:?}: {}", stderr(&done));
}

fn same(folder: &Path) {
    let (nodes, local) = (read(&folder.join("nodes.csv")), read(&folder.join("local.csv")));
    assert!(local.lines().count() > 90, "a whole day");
    assert!(nodes == local, "other bytes on nodes than in one process");
}
