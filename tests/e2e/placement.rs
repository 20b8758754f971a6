//! Models on `illuminator-node` processes give the bytes of a run in one process.

use crate::read;
use illuminator_tests::programs::{NodeProcess, illuminator, skipped, stderr, tool};
use illuminator_tests::samples::{conformance, project, stage};
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn tutorial_1_on_three_nodes_gives_the_bytes_of_one_process() {
    let nodes = [(); 3].map(|()| NodeProcess::start(&[]));
    let folder = tutorial_1();
    place(folder.path(), &[&["Load1", "Load2"], &["PV1", "Wind1"], &["Battery1", "Controller1"]], &nodes);
    run(folder.path(), "nodes.csv", &[]);
    run(folder.path(), "local.csv", &["--local"]);
    same(folder.path());
}

#[test]
fn feedback_that_crosses_nodes_gives_the_same_bytes() {
    let nodes = [(); 2].map(|()| NodeProcess::start(&[]));
    let folder = tutorial_1();
    // The battery's state of charge and the controller's request cross in every step.
    place(folder.path(), &[&["Battery1"], &["Controller1"]], &nodes);
    run(folder.path(), "nodes.csv", &[]);
    run(folder.path(), "local.csv", &["--local"]);
    same(folder.path());
}

#[test]
fn one_node_serves_one_run_after_another() {
    let nodes = [NodeProcess::start(&[])];
    let folder = tutorial_1();
    place(folder.path(), &[&["Battery1", "PV1", "Wind1"]], &nodes);
    run(folder.path(), "local.csv", &["--local"]);
    for _ in 0..3 {
        run(folder.path(), "nodes.csv", &[]);
        same(folder.path());
    }
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
    let Some(program) = aarch64_node() else {
        return skipped(
            "no aarch64 node: cargo build --release -p illuminator-node --target aarch64-unknown-linux-musl",
        );
    };
    let start = || {
        let mut command = Command::new(&emulator);
        command.arg(&program).args(["--listen", "127.0.0.1:0"]);
        NodeProcess::spawn(command)
    };
    let nodes = [start(), start()];
    let folder = tutorial_1();
    place(folder.path(), &[&["Load1", "PV1", "Wind1"], &["Battery1", "Controller1"]], &nodes);
    run(folder.path(), "nodes.csv", &[]);
    run(folder.path(), "local.csv", &["--local"]);
    same(folder.path());
}

/// The node for 64-bit Pis, if it was built: in the target folder of the project or of this test.
fn aarch64_node() -> Option<PathBuf> {
    let test = std::env::current_exe().ok()?;
    let beside = test.ancestors().nth(3)?.to_owned();
    [beside, project("target")]
        .into_iter()
        .map(|target| target.join("aarch64-unknown-linux-musl/release/illuminator-node"))
        .find(|path| path.is_file())
}

/// Tutorial 1 of the Python Illuminator, or the like of it from our own scenarios.
fn tutorial_1() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let tutorial = conformance().map(|folder| folder.join("tutorial1"));
    stage(&tutorial.unwrap_or_else(|| project("tests/vectors/engine/day_pv_wind_battery")), folder.path());
    folder
}

/// Adds `connect` to the models named, one list per node; names that the scenario does not have are passed over.
fn place(folder: &Path, models: &[&[&str]], nodes: &[NodeProcess]) {
    let path = folder.join("scenario.yaml");
    let mut placed = 0;
    let mut text = String::new();
    for line in read(&path).lines() {
        text += line;
        text.push('\n');
        let name = line.trim().strip_prefix("- name:").map(|name| name.trim().trim_matches(['"', '\'']));
        let at = name.and_then(|name| models.iter().position(|models| models.contains(&name)));
        if let Some(at) = at {
            let indent = " ".repeat(line.len() - line.trim_start().len() + 2);
            let (ip, port) = (nodes[at].address.ip(), nodes[at].address.port());
            text += &format!("{indent}connect: {{ip: {ip}, port: {port}}}\n");
            placed += 1;
        }
    }
    assert!(placed >= models.len(), "models were placed on every node");
    std::fs::write(&path, text).expect("the scenario can be written");
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
