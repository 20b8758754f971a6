//! Sweeps in one process.

use super::{
    BROKEN, COUNT, complete, files, reference, stage, stage_begun, stage_large, stage_small, sweep,
    told_of_the_broken_one,
};
use crate::read;
use illuminator_tests::programs::{command, illuminator, signal, stderr, until};
use std::process::Stdio;

#[test]
fn every_result_is_that_of_its_scenario_alone() {
    let expected = reference();
    let folder = tempfile::tempdir().expect("a temporary folder");
    stage_small(folder.path());
    for (name, text) in &expected {
        std::fs::write(folder.path().join(name), text).expect("it can be written");
    }
    for id in 1..=COUNT {
        let single =
            illuminator(folder.path(), &["scenario", "run", &format!("base_{id}.yaml"), "-o", "single.csv"]);
        let alone = read(&folder.path().join("single.csv"));
        if id == BROKEN {
            assert_eq!(single.status.code(), Some(1), "{}", stderr(&single));
            assert_eq!(alone, expected[&format!("out/res_{id}.csv.part")], "the rows before the failure");
            let reason = &expected[&format!("out/res_{id}.csv.failed")];
            assert!(stderr(&single).contains(reason.trim()), "{reason}");
        } else {
            assert!(single.status.success(), "{}", stderr(&single));
            assert_eq!(alone, expected[&format!("out/res_{id}.csv")], "scenario {id}");
        }
    }
    let table = &expected["out/scenariotable.csv"];
    assert!(
        table.starts_with("simulationID,C1.parameter.fc_eff,C1.parameter.soc_max\r\n1,41,70\r\n"),
        "{table}"
    );
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let expected = reference();
    for jobs in ["1", "3", "40"] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        stage_small(folder.path());
        let done = sweep(folder.path(), &["--jobs", jobs, "--quiet"]);
        assert_eq!(done.status.code(), Some(1), "{}", stderr(&done));
        told_of_the_broken_one(&stderr(&done));
        assert!(files(folder.path()) == expected, "{jobs} threads");
    }
}

/// How many scenarios there are in sweeps that do not go through.
const MANY: usize = 1000;

#[test]
fn a_sweep_that_was_killed_goes_on() {
    let (whole, part) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    stage_large(whole.path(), MANY);
    assert!(sweep(whole.path(), &["--quiet"]).status.success());
    let last = stage_begun(part.path(), MANY);
    let mut running = command(part.path(), &["sweep", "base.yaml", "--jobs", "1", "--resume"])
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    until("some results", || complete(part.path()) >= 120);
    signal(running.id(), "KILL");
    running.wait().expect("it ends");
    drop(last);
    let before = complete(part.path());
    assert!(before < MANY, "it was killed on its way");
    let done = sweep(part.path(), &["--resume"]);
    let message = stderr(&done);
    assert!(done.status.success(), "{message}");
    assert!(message.contains(&format!("{before} results are complete")), "{message}");
    assert!(files(part.path()) == files(whole.path()), "the files are those of the sweep that went through");
}

#[test]
fn a_sweep_that_is_interrupted_ends_well() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let last = stage_begun(folder.path(), MANY);
    let running = command(folder.path(), &["sweep", "base.yaml", "--jobs", "1", "--resume"])
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    until("some results", || complete(folder.path()) >= 120);
    let second = sweep(folder.path(), &["--resume"]);
    assert_eq!(second.status.code(), Some(2), "{}", stderr(&second));
    assert!(stderr(&second).contains("another process is at this sweep"), "{}", stderr(&second));
    signal(running.id(), "INT");
    let done = running.wait_with_output().expect("it ends");
    drop(last);
    let message = stderr(&done);
    assert!(done.status.success(), "{message}");
    assert!(message.contains("not run") && message.contains("`--resume`"), "{message}");
    let parts = files(folder.path()).into_keys().filter(|name| name.ends_with(".part")).collect::<Vec<_>>();
    assert_eq!(parts, [format!("out/res_{MANY}.csv.part")], "what was begun is put away");
}

#[test]
fn what_failed_is_tried_again_and_what_changed_is_not_mixed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    stage_small(folder.path());
    assert_eq!(sweep(folder.path(), &[]).status.code(), Some(1));
    let text = read(&folder.path().join("base.yaml"));
    let again = sweep(folder.path(), &["--resume"]);
    told_of_the_broken_one(&stderr(&again));
    // The pattern is mended: these are other scenarios.
    let mended = text.replace(" 0,", " 47,");
    assert_ne!(mended, text);
    std::fs::write(folder.path().join("base.yaml"), &mended).expect("it can be written");
    let refused = sweep(folder.path(), &["--resume"]);
    assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
    assert!(stderr(&refused).contains("of another sweep"), "{}", stderr(&refused));
    let done = sweep(folder.path(), &[]);
    assert!(done.status.success(), "{}", stderr(&done));
    assert!(!folder.path().join(format!("out/res_{BROKEN}.csv.failed")).exists());
    // So is one whose data have changed.
    stage(folder.path(), &mended, 12);
    assert_eq!(sweep(folder.path(), &["--resume"]).status.code(), Some(2));
}

#[test]
fn what_would_run_is_shown_without_running_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    stage_small(folder.path());
    let before = files(folder.path());
    let done = sweep(folder.path(), &["--dry-run"]);
    assert!(done.status.success(), "{}", stderr(&done));
    let plan = String::from_utf8(done.stdout).expect("it is text");
    assert!(plan.starts_with("24 scenarios (aligned)\n  C1.fc_eff: 24 values\n"), "{plan}");
    assert!(plan.contains("2: C1.fc_eff=42 C1.soc_max=71 -> out/res_2.csv\n"), "{plan}");
    assert_eq!(files(folder.path()), before, "nothing was written");
    let text = read(&folder.path().join("base.yaml")).replace("[41,", "[many,");
    std::fs::write(folder.path().join("base.yaml"), text).expect("it can be written");
    let wrong = sweep(folder.path(), &["--dry-run"]);
    assert_eq!(wrong.status.code(), Some(2), "{}", stderr(&wrong));
    assert!(stderr(&wrong).contains("base.yaml:21:14: error"), "{}", stderr(&wrong));
}

#[test]
fn the_summary_is_there_for_programs_and_the_results_in_one_file() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    stage_small(folder.path());
    let done = sweep(folder.path(), &["--json", "--quiet", "--gather", "all.parquet"]);
    let summary: serde_json::Value = serde_json::from_slice(&done.stdout).expect("it is JSON");
    assert_eq!((&summary["scenarios"], &summary["complete"]), (&COUNT.into(), &(COUNT - 1).into()));
    assert_eq!((&summary["failed"][0]["id"], &summary["open"]), (&BROKEN.into(), &serde_json::json!([])));
    let gathered = std::fs::read(folder.path().join("all.parquet")).expect("it was written");
    assert!(gathered.starts_with(b"PAR1") && gathered.ends_with(b"PAR1"), "it is a Parquet file");
}

#[test]
fn mistakes_that_all_scenarios_share_are_found_before_the_start() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    stage_small(folder.path());
    let text = read(&folder.path().join("base.yaml")).replace("Data.wind, to", "Data.wing, to");
    std::fs::write(folder.path().join("base.yaml"), text).expect("it can be written");
    let done = sweep(folder.path(), &[]);
    let message = stderr(&done);
    assert_eq!(done.status.code(), Some(2), "{message}");
    assert!(message.contains("base.yaml:27:10: error") && message.contains("`wind`"), "{message}");
    assert!(!folder.path().join("out/scenariotable.csv").exists(), "nothing was begun");
}

#[test]
fn a_sweep_takes_the_place_of_nothing_that_it_reads() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    stage_small(folder.path());
    let text = read(&folder.path().join("base.yaml")).replace("file_path: x.csv", "file_path: out/res_3.csv");
    std::fs::write(folder.path().join("base.yaml"), text).expect("it can be written");
    let data = read(&folder.path().join("x.csv"));
    std::fs::write(folder.path().join("out/res_3.csv"), &data).expect("it can be written");
    let done = sweep(folder.path(), &[]);
    assert_eq!(done.status.code(), Some(2), "{}", stderr(&done));
    assert_eq!(read(&folder.path().join("out/res_3.csv")), data);
}
