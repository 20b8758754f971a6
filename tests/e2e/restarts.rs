//! A host has the programs of nodes start anew: in the same process, with what lies in their files now, during a run as
//! well.

use crate::commands::{health, is, node, run_on};
use crate::read;
use illuminator_tests::lit_node::LitNode;
use illuminator_tests::programs::{NodeProcess, command, illuminator, program, stderr, until};
use std::path::Path;
use std::process::{Command, Stdio};

/// Asks this node, and waits until it is back.
fn restart(node: &NodeProcess) {
    let asked = illuminator(Path::new("."), &["cluster", "restart", &node.address.to_string()]);
    assert!(asked.status.success(), "{}", stderr(&asked));
    assert!(stderr(&asked).contains(": has started anew"), "{}", stderr(&asked));
}

/// Waits until it says a second time where it listens: there, and in the same process.
fn is_back(node: &NodeProcess) {
    let ready = node.said(" listens on ");
    assert!(ready.contains(&node.address.to_string()), "the port that it found before: {ready}");
    let arguments = std::fs::read(format!("/proc/{}/cmdline", node.id())).expect("the process is there");
    assert!(String::from_utf8_lossy(&arguments).contains("--listen"), "{arguments:?}");
}

#[test]
fn a_program_starts_anew_in_the_same_process_and_lets_all_go_before() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let pid = folder.path().join("pid");
    let hang = format!("hang = ['sh', '-c', 'echo $$ > $0; exec sleep 600', '{}']", pid.display());
    let (node, _config) = node("wind", &hang);
    let arguments = ["cluster", "exec", "hang", &node.address.to_string()];
    let mut hanging = command(Path::new("."), &arguments).stderr(Stdio::null()).spawn().expect("it starts");
    until("the action runs", || std::fs::read_to_string(&pid).is_ok_and(|pid| pid.ends_with('\n')));
    let action = format!("/proc/{}/cmdline", read(&pid).trim());
    until("it hangs", || read(Path::new(&action)).contains("sleep"));
    // While somebody waits for the end of a command the node is his.
    hanging.kill().and_then(|()| hanging.wait()).expect("it is our child");
    restart(&node);
    is_back(&node);
    // The new program has no children that it would not know of.
    assert!(!Path::new(&action).exists(), "an action ends with its program");
    // The arguments do not grow.
    restart(&node);
    is_back(&node);
    let arguments = std::fs::read(format!("/proc/{}/cmdline", node.id())).expect("the process is there");
    let listens = String::from_utf8_lossy(&arguments).matches("--listen").count();
    assert_eq!(listens, 2, "the first one, and the port that was found");
}

#[test]
fn what_lies_in_the_place_of_its_file_is_what_starts() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name);
    let old = path("illuminator-node");
    install(&program("illuminator-node"), &old);
    let mut start = Command::new(&old);
    start.args(["--listen", "127.0.0.1:0", "--name", "wind"]);
    let node = NodeProcess::spawn(start);

    // Nothing: it goes on as it was.
    std::fs::remove_file(&old).expect("it is ours");
    restart(&node);
    let said = node.said("cannot start");
    assert!(said.contains("illuminator-node anew: No such file"), "{said}");
    is_back(&node);

    // No program.
    std::fs::write(&old, "half a file").expect("it can be written");
    restart(&node);
    node.said("illuminator-node anew: Permission denied");
    is_back(&node);

    // A new version, which is put there by one who does it right: in one move.
    let script = format!(
        "#!/bin/sh\necho 'a new version' >&2\nexec {} \"$@\"\n",
        program("illuminator-node").display()
    );
    std::fs::write(path("script"), script).expect("it can be written");
    install(&path("script"), &path("next"));
    std::fs::rename(path("next"), &old).expect("it is ours");
    restart(&node);
    node.said("a new version");
    is_back(&node);
}

/// Puts a program there. By another process: what this one writes may still be open in a child that another test is starting.
fn install(from: &Path, to: &Path) {
    let done = Command::new("install").args(["-m", "755"]).args([from, to]).status();
    assert!(done.expect("it is part of every system").success());
}

#[test]
fn a_configuration_is_read_anew() {
    let (node, folder) = node("wind", "");
    let config = folder.path().join("node.toml");
    std::fs::write(&config, "[actions]\nhello = ['echo', 'hello']\n").expect("it can be written");
    restart(&node);
    let asked = illuminator(Path::new("."), &["cluster", "exec", "hello", &node.address.to_string()]);
    assert_eq!(String::from_utf8_lossy(&asked.stdout).trim(), format!("{}: hello", node.address));
}

#[test]
fn a_run_goes_on_while_its_node_starts_anew() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (node, _config) = node("wind", "");
    let path = |name: &str| folder.path().join(name);
    let run = run_on(&node, folder.path());
    let page = run.page;
    until("the node says what it offers", || health(page)["offers"]["restart"] == true);
    until("steps", || page.moment()["done"].as_u64() > Some(5));
    page.order(r#"{"do": "restart", "nodes": ["wind"]}"#);
    is(page, "restart", "done", "it has started anew");
    is_back(&node);
    let back = page.moment()["done"].as_u64();
    until("steps after that", || page.moment()["done"].as_u64() > back);
    let notices = page.moment()["notices"].to_string();
    assert!(notices.contains("restored to step"), "it had lost all that it knew: {notices}");
    page.order(r#"{"do": "pace", "seconds": 0}"#);
    assert!(run.ended().success());
    let local = illuminator(folder.path(), &["scenario", "run", "s.yaml", "--local", "-o", "local.csv"]);
    assert!(local.status.success(), "{}", stderr(&local));
    assert_eq!(read(&path("out.csv")), read(&path("local.csv")));
}

#[test]
fn a_node_within_another_program_says_that_it_cannot() {
    let node = LitNode::start(false);
    let asked = illuminator(Path::new("."), &["cluster", "restart", &node.address.to_string()]);
    assert_eq!(asked.status.code(), Some(1), "{asked:?}");
    assert!(stderr(&asked).contains("does not offer to start anew"), "{}", stderr(&asked));
}
