//! `illuminator demo`: the table without hardware.

use crate::{cells, read};
use illuminator_tests::programs::{illuminator, program, signal, stderr, tool, wait_for_rows};
use illuminator_tests::samples::project;
use std::process::{Command, Stdio};

#[test]
fn headless_it_writes_the_bytes_of_a_run_in_one_process() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let demo = illuminator(folder.path(), &["demo", "--headless", "-o", "demo.csv"]);
    assert!(demo.status.success(), "{}", stderr(&demo));
    let table = project("scenarios/table.yaml");
    let table = table.to_str().expect("the project's path is text");
    let local = illuminator(folder.path(), &["scenario", "run", table, "--local", "-o", "local.csv"]);
    assert!(local.status.success(), "{}", stderr(&local));
    let (demo, local) = (read(&folder.path().join("demo.csv")), read(&folder.path().join("local.csv")));
    assert_eq!(demo.lines().count(), 97);
    assert!(demo == local);
}

#[test]
fn headless_it_stops_after_the_steps_asked_for() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let demo = illuminator(folder.path(), &["demo", "--headless", "--steps", "10", "-o", "-"]);
    assert!(demo.status.success(), "{}", stderr(&demo));
    assert_eq!(cells(&String::from_utf8_lossy(&demo.stdout)).len(), 11);
    let wrong = illuminator(folder.path(), &["demo", "--headless", "--steps", "97"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(stderr(&wrong).contains("1 to 96"), "{}", stderr(&wrong));
}

/// In a terminal it draws a line per node with the flow as an arrow; `script` gives it one.
#[test]
fn in_a_terminal_it_draws_every_node() {
    let Some(script) = tool("script") else { return };
    let demo = program("illuminator");
    let line = format!("{} demo --steps 60 --pace 0", demo.display());
    let drawn = Command::new(script)
        .args(["-q", "-e", "-c", &line, "/dev/null"])
        .env("TERM", "xterm-256color")
        .env_remove("NO_COLOR")
        .stdin(Stdio::null())
        .output()
        .expect("script starts");
    let text = String::from_utf8_lossy(&drawn.stdout).into_owned();
    assert!(drawn.status.success(), "{text}");
    for node in ["wind", "pv", "battery", "house", "office", "grid"] {
        assert!(text.contains(&format!("\x1b[2K{node}")), "{node} has a line");
    }
    for part in ["▶", "◀", "import", "charges", "generates", "% full", "2024-06-20 14:45", "\x1b[32m"] {
        assert!(text.contains(part), "{part} is drawn");
    }
}

#[test]
fn it_ends_cleanly_when_asked_to() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let Some(script) = tool("script") else { return };
    let demo = program("illuminator");
    let line = format!("sh -c 'echo $$ > pid; exec {} demo --pace 0.01'", demo.display());
    let running = Command::new(script)
        .args(["-q", "-e", "-f", "-c", &line, "typescript"])
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .expect("script starts");
    // The picture comes after the process number.
    wait_for_rows(&folder.path().join("typescript"));
    let process = read(&folder.path().join("pid"));
    signal(process.trim().parse().expect("the shell writes its number"), "INT");
    let ended = running.wait_with_output().expect("it ends");
    assert!(ended.status.success(), "the demo ends with status 0");
}

#[test]
fn a_pace_without_a_picture_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let refused = illuminator(folder.path(), &["demo", "--headless", "--pace", "5"]);
    assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
    assert!(stderr(&refused).contains("--pace"), "{}", stderr(&refused));
}
