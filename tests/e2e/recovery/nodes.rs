//! A node that is killed, is slow or stays away: what the run does, by what it was told to do.

use super::{STEPS, again_at, kill_with_journal, resume, scenario, start, start_noted, undisturbed};
use crate::read;
use illuminator_node::shell::Clock;
use illuminator_tests::programs::{NodeProcess, rows, signal, stderr, until, wait_for_rows};

#[test]
fn a_node_that_is_killed_and_comes_back_changes_nothing() {
    let (mut first, second) = (NodeProcess::start(&[]), NodeProcess::start(&[]));
    let folder = scenario(first.address, second.address);
    let running = start(folder.path(), &["--pace", "0.01"]);
    wait_for_rows(&folder.path().join("out.csv"));
    let address = first.address;
    first.kill();
    let _again = again_at(address);
    let done = running.wait_with_output().expect("it ends");
    let message = stderr(&done);
    assert!(done.status.success(), "{message}");
    assert!(message.contains("restored to step"), "the kill was noticed: {message}");
    assert_eq!(read(&folder.path().join("out.csv")), undisturbed(folder.path()));
}

#[test]
fn a_spare_takes_the_place_of_a_node_that_is_killed() {
    let (first, mut second) = (NodeProcess::start(&[]), NodeProcess::start(&[]));
    let spare = NodeProcess::start(&[]);
    let folder = scenario(first.address, second.address);
    let address = spare.address.to_string();
    let running = start(
        folder.path(),
        &["--pace", "0.01", "--lost-after", "2", "--spare", &address, "--on-loss", "abort"],
    );
    wait_for_rows(&folder.path().join("out.csv"));
    second.kill();
    let done = running.wait_with_output().expect("it ends");
    let message = stderr(&done);
    assert!(done.status.success(), "{message}");
    assert!(message.contains(&format!("{address} takes its place")), "{message}");
    assert_eq!(read(&folder.path().join("out.csv")), undisturbed(folder.path()));
}

#[test]
fn a_frozen_node_keeps_its_values_until_it_is_back() {
    let (mut first, second) = (NodeProcess::start(&[]), NodeProcess::start(&[]));
    let folder = scenario(first.address, second.address);
    let running = start(folder.path(), &["--pace", "0.02", "--lost-after", "2", "--on-loss", "freeze"]);
    wait_for_rows(&folder.path().join("out.csv"));
    let address = first.address;
    first.kill();
    // It is missed for some seconds, in which rows go on.
    let frozen = || {
        let text = read(&folder.path().join("out.csv"));
        let socs: Vec<String> =
            text.lines().filter_map(|line| Some(line.split(',').nth(1)?.to_owned())).collect();
        socs.windows(40).any(|run| run.iter().all(|soc| *soc == run[0]))
    };
    until("forty rows with the same state of charge", frozen);
    let _again = again_at(address);
    let done = running.wait_with_output().expect("it ends");
    let message = stderr(&done);
    assert!(done.status.success(), "{message}");
    assert!(
        message.contains("keeps the values it had") && message.contains("takes part from step"),
        "{message}"
    );
    assert_eq!(read(&folder.path().join("out.csv")).lines().count(), STEPS + 1, "every step has its row");
}

#[test]
fn a_node_that_sleeps_for_a_while_is_not_gone() {
    // For longer than a node that is there, and does not answer, counts as slow.
    const ASLEEP_US: u64 = 4_000_000;
    let (first, second) = (NodeProcess::start(&[]), NodeProcess::start(&[]));
    let folder = scenario(first.address, second.address);
    let out = folder.path().join("out.csv");
    // Whether it were given up or were to begin anew: the run would end.
    let running = start(folder.path(), &["--pace", "0.005", "--on-loss", "abort", "--lost-after", "60"]);
    wait_for_rows(&out);
    signal(first.id(), "STOP");
    let clock = Clock::start();
    let asleep_from = rows(&out);
    until("it has slept for long", || clock.now().as_micros() >= ASLEEP_US);
    // What was under way without it comes to a row; then all wait.
    assert!(rows(&out) < asleep_from + 200, "the run waits for it");
    signal(first.id(), "CONT");
    let done = running.wait_with_output().expect("it ends");
    let message = stderr(&done);
    assert!(done.status.success(), "{message}");
    for word in ["lost", "restored", "restarted", "slow"] {
        assert!(!message.contains(word), "it was there all the time: {message}");
    }
    assert_eq!(read(&out), undisturbed(folder.path()));
}

#[test]
fn a_run_that_waits_says_so_and_goes_on_when_the_node_is_back() {
    for (policy, says) in [("wait", "waiting for it"), ("restart", "waiting up to 60 s for it")] {
        let (mut first, second) = (NodeProcess::start(&[]), NodeProcess::start(&[]));
        let folder = scenario(first.address, second.address);
        let arguments = ["--pace", "0.005", "--lost-after", "0.5", "--on-loss", policy];
        let mut running = start_noted(folder.path(), &arguments);
        wait_for_rows(&folder.path().join("out.csv"));
        first.kill();
        let said = folder.path().join("said");
        until("it waits for the node", || read(&said).contains(says));
        let _again = again_at(first.address);
        assert!(running.wait().expect("it ends").success(), "{policy}: {}", read(&said));
        assert!(read(&said).contains("restored to step"), "{policy}: {}", read(&said));
        assert_eq!(read(&folder.path().join("out.csv")), undisturbed(folder.path()), "{policy}");
    }
}

#[test]
fn a_run_that_a_lost_node_has_ended_goes_on_with_resume() {
    let (mut first, second) = (NodeProcess::start(&[]), NodeProcess::start(&[]));
    let folder = scenario(first.address, second.address);
    let (out, journal) = (folder.path().join("out.csv"), folder.path().join("out.csv.journal"));
    let arguments = ["--pace", "0.01", "--lost-after", "0.5", "--on-loss", "abort"];
    let running = start(folder.path(), &arguments);
    until("a journal", || journal.is_file());
    first.kill();
    let done = running.wait_with_output().expect("it ends");
    let message = stderr(&done);
    assert_eq!(done.status.code(), Some(3), "{message}");
    assert!(message.contains("was lost in step"), "{message}");
    let expected = undisturbed(folder.path());
    let left = read(&out);
    assert!(expected.starts_with(&left) && left.ends_with('\n') && left.len() < expected.len(), "whole rows");
    let _again = again_at(first.address);
    resume(folder.path(), &[]);
    assert_eq!(read(&out), expected);
}

#[test]
fn host_and_node_may_be_killed_at_the_same_time() {
    let (mut first, second) = (NodeProcess::start(&[]), NodeProcess::start(&[]));
    let folder = scenario(first.address, second.address);
    let running = start(folder.path(), &["--pace", "0.01"]);
    kill_with_journal(folder.path(), running);
    first.kill();
    let _again = again_at(first.address);
    resume(folder.path(), &[]);
    assert_eq!(read(&folder.path().join("out.csv")), undisturbed(folder.path()));
}
