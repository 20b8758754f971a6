//! Journals that are damaged, strange or missing: a message, and nothing is destroyed.

use super::{add_collectors, kill_with_journal, resume, scenario_without_nodes, start};
use crate::read;
use illuminator_tests::programs::{illuminator, stderr, until};
use std::collections::BTreeMap;
use std::path::Path;
use tempfile::TempDir;

/// A run in one process that was killed, and its whole result.
fn killed() -> (TempDir, String) {
    let folder = scenario_without_nodes();
    add_collectors(folder.path());
    let whole = run(folder.path(), &["-o", "whole.csv"]);
    assert_eq!(whole.0, Some(0), "{}", whole.1);
    kill_with_journal(folder.path(), start(folder.path(), &["--local", "--pace", "0.01"]));
    let expected = read(&folder.path().join("whole.csv"));
    (folder, expected)
}

/// Runs the scenario in one process; the exit status and what it said.
fn run(folder: &Path, more: &[&str]) -> (Option<i32>, String) {
    let done = illuminator(folder, &[&["scenario", "run", "s.yaml", "--local"], more].concat());
    (done.status.code(), stderr(&done))
}

/// Every file of a folder, byte by byte.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let files = entries.map(|entry| entry.expect("the folder can be read").path());
    let name = |path: &Path| path.file_name().and_then(|name| name.to_str()).expect("text").to_owned();
    files.map(|path| (name(&path), std::fs::read(&path).expect("it can be read"))).collect()
}

#[test]
fn what_cannot_be_gone_on_with_is_refused_and_stays_as_it_is() {
    let (folder, expected) = killed();
    let before = files(folder.path());
    let journal = &before["out.csv.journal"];
    let flipped = |at: usize| {
        let mut bytes = journal.clone();
        bytes[at] ^= 0x40;
        bytes
    };
    let other = |file: &str, from: &str, to: &str| {
        let text = String::from_utf8(before[file].clone()).expect("text");
        assert!(text.contains(from), "{file}: {from}");
        text.replacen(from, to, 1).into_bytes()
    };
    let shorter = |file: &str| before[file][..before[file].len() / 4].to_vec();
    let (damaged, strange, short) = ("is damaged", "is of another run", "shorter than its journal says");
    let cases = [
        ("out.csv.journal", flipped(journal.len() / 2), damaged),
        ("out.csv.journal", flipped(3), damaged),
        ("out.csv.journal", journal[..journal.len() - 1].to_vec(), damaged),
        ("out.csv.journal", Vec::new(), damaged),
        ("out.csv.journal", b"not a journal".to_vec(), damaged),
        ("s.yaml", other("s.yaml", "soc_max: 90", "soc_max: 85"), strange),
        ("s.yaml", other("s.yaml", "16:40:00", "16:41:00"), strange),
        ("data.csv", other("data.csv", ",0.3\n", ",0.31\n"), strange),
        ("out.csv", shorter("out.csv"), short),
        ("extra.csv", shorter("extra.csv"), short),
        ("extra.csv", Vec::new(), short),
    ];
    for (file, bytes, says) in cases {
        let what = format!("{file} of {} bytes", bytes.len());
        std::fs::write(folder.path().join(file), &bytes).expect("it can be written");
        refused(folder.path(), &[], says, &what);
        std::fs::write(folder.path().join(file), &before[file]).expect("it can be written");
    }
    std::fs::remove_file(folder.path().join("extra.csv")).expect("it is there");
    refused(folder.path(), &[], "it is gone", "a result that is gone");
    std::fs::write(folder.path().join("extra.csv"), &before["extra.csv"]).expect("it can be written");
    refused(folder.path(), &["--format", "main"], strange, "another format");
    refused(folder.path(), &["--record-events", "events"], strange, "events that were not recorded");
    let done = illuminator(folder.path(), &["scenario", "run", "s.yaml", "--nodes", "sim:2", "--resume"]);
    assert_eq!(done.status.code(), Some(2), "{}", stderr(&done));
    assert!(stderr(&done).contains(strange), "{}", stderr(&done));

    assert!(files(folder.path()) == before, "all is as it was");
    resume(folder.path(), &["--local"]);
    assert_eq!(read(&folder.path().join("out.csv")), expected);
    assert_eq!(read(&folder.path().join("extra.csv")).lines().count(), expected.lines().count());
}

/// `--resume` ends with a message, and every file is as it was.
fn refused(folder: &Path, more: &[&str], says: &str, what: &str) {
    let before = files(folder);
    let (status, message) = run(folder, &[&["--resume"], more].concat());
    assert_eq!(status, Some(2), "{what}: {message}");
    assert!(message.contains(says) && message.contains("leave out --resume"), "{what}: {message}");
    assert!(files(folder) == before, "{what}: something was changed");
}

#[test]
fn without_a_journal_a_run_begins_and_says_so() {
    let folder = scenario_without_nodes();
    let (status, message) = run(folder.path(), &["--resume"]);
    assert_eq!(status, Some(0), "{message}");
    assert!(message.contains("there is no out.csv.journal: the run begins anew"), "{message}");
    let result = read(&folder.path().join("out.csv"));
    // The result is complete, and so there is nothing to go on with.
    let (status, message) = run(folder.path(), &["--resume", "-q"]);
    assert_eq!((status, message.as_str()), (Some(0), ""));
    assert_eq!(read(&folder.path().join("out.csv")), result);
}

#[test]
fn a_run_that_begins_anew_removes_the_journal_of_the_old_one() {
    let (folder, expected) = killed();
    let journal = folder.path().join("out.csv.journal");
    let unfinished = folder.path().join("out.csv.journal.new");
    std::fs::write(&unfinished, "illuminator jour").expect("it can be written");
    let mut running = start(folder.path(), &["--local", "--pace", "0.01"]);
    until("nothing is left of the old journal", || !journal.exists() && !unfinished.exists());
    running.kill().expect("it is there");
    running.wait().expect("it ends");
    let (status, message) = run(folder.path(), &["--resume"]);
    assert_eq!(status, Some(0), "{message}");
    assert_eq!(read(&folder.path().join("out.csv")), expected);
}

#[test]
fn what_is_no_file_has_no_journal() {
    let folder = scenario_without_nodes();
    let before: Vec<String> = files(folder.path()).into_keys().collect();
    // A journal would be written after a second.
    let paced = ["--pace", "0.0015"];
    for output in ["-", "/dev/null"] {
        let (status, message) = run(folder.path(), &[&["-o", output], &paced[..]].concat());
        assert_eq!(status, Some(0), "{output}: {message}");
        let (status, message) = run(folder.path(), &["-o", output, "--resume"]);
        assert_eq!(status, Some(2), "{output}: {message}");
        assert!(message.contains("--resume needs results in files"), "{output}: {message}");
    }
    assert_eq!(files(folder.path()).into_keys().collect::<Vec<_>>(), before, "nothing was written");
    assert!(!Path::new("/dev/null.journal").exists());
    // Nor has a result in a file, if another one is none.
    add_collectors(folder.path());
    super::change(folder.path(), "file_path: extra.csv", "file_path: /dev/null");
    let (status, message) = run(folder.path(), &paced);
    assert_eq!(status, Some(0), "{message}");
    let (status, message) = run(folder.path(), &["--resume"]);
    assert_eq!(status, Some(2), "{message}");
}

#[test]
fn two_runs_never_write_one_result() {
    let folder = scenario_without_nodes();
    let mut first = start(folder.path(), &["--local", "--pace", "0.01"]);
    until("its journal", || folder.path().join("out.csv.journal").exists());
    for more in [&[][..], &["--resume"]] {
        let (status, said) = run(folder.path(), more);
        assert!(status.is_some_and(|status| status != 0), "{said}");
        assert!(said.contains("out.csv") && said.contains("another run is writing it"), "{said}");
    }
    assert!(first.wait().expect("it ends").success());
    let whole = run(folder.path(), &["-o", "whole.csv"]);
    assert_eq!(whole.0, Some(0), "{}", whole.1);
    assert_eq!(read(&folder.path().join("out.csv")), read(&folder.path().join("whole.csv")));
}

#[test]
fn a_start_that_fails_leaves_what_there_is_to_go_on_with() {
    let (folder, expected) = killed();
    let scenario = read(&folder.path().join("s.yaml"));
    // Its nodes are not there.
    let done = illuminator(folder.path(), &["scenario", "run", "s.yaml"]);
    assert_eq!(done.status.code(), Some(3), "{}", stderr(&done));
    assert_eq!(read(&folder.path().join("s.yaml")), scenario);
    assert!(resume(folder.path(), &["--local"]).contains("going on with step"));
    assert_eq!(read(&folder.path().join("out.csv")), expected);
}

#[test]
fn a_journal_that_cannot_be_written_is_said_and_the_run_goes_on() {
    let folder = scenario_without_nodes();
    let whole = run(folder.path(), &["-o", "whole.csv"]);
    assert_eq!(whole.0, Some(0), "{}", whole.1);
    let running = start(folder.path(), &["--local", "--pace", "0.01"]);
    until("its first row", || folder.path().join("out.csv").exists());
    std::fs::create_dir(folder.path().join("out.csv.journal.new")).expect("the name is free");
    let done = running.wait_with_output().expect("it ends");
    let said = stderr(&done);
    assert!(said.contains("cannot write the journal out.csv.journal"), "{said}");
    assert_eq!(said.matches("cannot write the journal").count(), 1, "once: {said}");
    assert_eq!(read(&folder.path().join("out.csv")), read(&folder.path().join("whole.csv")));
}

#[test]
fn a_journal_takes_the_place_of_nothing_else() {
    let folder = scenario_without_nodes();
    for name in ["out.csv.journal", "out.csv.journal.new"] {
        let (status, said) = run(folder.path(), &["--record-events", name]);
        assert_eq!(status, Some(2), "{said}");
        assert!(said.contains("the journal of the result would be written over"), "{said}");
        std::fs::write(folder.path().join(name), "my notes").expect("it can be written");
        let (status, said) = run(folder.path(), &[]);
        assert_eq!(status, Some(4), "{said}");
        assert!(said.contains("it is no journal"), "{said}");
        assert_eq!(read(&folder.path().join(name)), "my notes");
        std::fs::remove_file(folder.path().join(name)).expect("it is there");
    }
}
