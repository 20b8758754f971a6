//! The key of a cluster is changed while the table is in use: the procedure of docs/nodes.md, step by step.

use crate::read;
use illuminator_tests::hostile::scenario;
use illuminator_tests::programs::{NodeProcess, command, illuminator, program, rows, stderr, until};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Output, Stdio};

#[test]
fn a_key_is_changed_without_a_gap_and_the_old_one_is_refused_then() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    make_key(folder, "old.key");
    let mut node = NodeProcess::start(&["--key", &path(folder, "old.key")]);
    let address = node.address;
    std::fs::write(folder.join("s.yaml"), scenario(address, 10)).expect("it can be written");
    assert!(run(folder, "old.key").status.success());

    // 1. A new key. Nobody has it yet: with it a host is refused, and told by which key.
    make_key(folder, "new.key");
    refused(&run(folder, "new.key"), address);

    // 2. Every node gets both, one after the other: the host goes on with the old one, or the new one.
    node.terminate();
    std::fs::write(folder.join("node.toml"), "keys = ['old.key', 'new.key']\n").expect("it can be written");
    let mut node = restart(address, &["--config", &path(folder, "node.toml")]);
    for key in ["old.key", "new.key"] {
        let done = run(folder, key);
        assert!(done.status.success(), "{key}: {}", stderr(&done));
    }
    // The same by options.
    node.terminate();
    let mut node = restart(address, &["--key", &path(folder, "old.key"), "--key", &path(folder, "new.key")]);
    // 3. The host gets the new one.
    assert!(run(folder, "new.key").status.success());

    // 4. The old one is taken away.
    node.terminate();
    let _node = restart(address, &["--key", &path(folder, "new.key")]);
    assert!(run(folder, "new.key").status.success());
    refused(&run(folder, "old.key"), address);
}

/// Step 2 of the procedure may be done during a run.
#[test]
fn a_node_gets_both_keys_in_the_midst_of_a_run_and_no_byte_changes() {
    const STEPS: usize = 600;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let keys = ["old.key", "new.key"].map(|name| {
        make_key(folder, name);
        path(folder, name)
    });
    let mut node = NodeProcess::start(&["--key", &keys[0]]);
    let address = node.address;
    std::fs::write(folder.join("s.yaml"), scenario(address, STEPS as u32)).expect("it can be written");
    let local = illuminator(folder, &["scenario", "run", "s.yaml", "-o", "local.csv", "--local"]);
    assert!(local.status.success(), "{}", stderr(&local));
    let arguments = ["scenario", "run", "s.yaml", "-o", "out.csv", "--pace", "0.01", "--key", &keys[0]];
    let running = command(folder, &arguments).stderr(Stdio::piped()).spawn().expect("it starts");
    let out = folder.join("out.csv");
    until("some rows", || rows(&out) > 20);
    node.terminate();
    let before = rows(&out);
    assert!(before < STEPS, "it was in the midst of it");
    let _node = restart(address, &["--key", &keys[0], "--key", &keys[1]]);
    let done = running.wait_with_output().expect("it ends");
    assert!(done.status.success(), "{}", stderr(&done));
    assert_eq!(read(&out), read(&folder.join("local.csv")));
}

#[test]
fn a_node_takes_two_keys_at_most_and_not_one_twice() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let keys = ["a.key", "b.key", "c.key"].map(|name| {
        make_key(folder.path(), name);
        path(folder.path(), name)
    });
    let [a, b, c] = &keys;
    for (arguments, message) in [
        (vec!["--key", a, "--key", b, "--key", c], "two keys at most"),
        (vec!["--key", a, "--key", a], "both keys are the same"),
    ] {
        let mut command = Command::new(program("illuminator-node"));
        command.args(["--listen", "127.0.0.1:0"]).args(arguments).env_remove("ILLUMINATOR_KEY");
        let done = command.output().expect("it starts");
        assert_eq!(done.status.code(), Some(2), "{}", stderr(&done));
        assert!(stderr(&done).contains(message), "{}", stderr(&done));
    }
}

fn make_key(folder: &Path, name: &str) {
    let made = illuminator(folder, &["cluster", "init", name]);
    assert!(made.status.success(), "{}", stderr(&made));
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).display().to_string()
}

fn restart(address: SocketAddr, arguments: &[&str]) -> NodeProcess {
    let mut command = Command::new(program("illuminator-node"));
    command.args(["--listen", &address.to_string()]).args(arguments);
    NodeProcess::spawn(command)
}

fn run(folder: &Path, key: &str) -> Output {
    illuminator(folder, &["scenario", "run", "s.yaml", "-o", "out.csv", "--key", key])
}

/// A host with a key that the node does not take is told so, and what to do.
fn refused(done: &Output, node: SocketAddr) {
    let message = stderr(done);
    assert_eq!(done.status.code(), Some(3), "{message}");
    for part in [&node.to_string(), "another cluster key", "the same key file", "takes both"] {
        assert!(message.contains(part), "{part}: {message}");
    }
}
