//! Sweeps in one process.

use super::{
    BROKEN, COUNT, GATHERED, complete, files, pattern, reference, stage, stage_begun, stage_large,
    stage_small, sweep, take_gathered, told_of_the_broken_one,
};
use crate::read;
use illuminator_tests::programs::{command, illuminator, signal, stderr, until};
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
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

/// `--json`
fn summary(folder: &Path, arguments: &[&str]) -> serde_json::Value {
    let done = sweep(folder, &[&["--json", "--quiet"], arguments].concat());
    serde_json::from_slice(&done.stdout).unwrap_or_else(|error| panic!("{error}: {}", stderr(&done)))
}

#[test]
fn the_summary_is_there_for_programs_and_the_results_in_one_file() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    stage_small(folder.path());
    let summary = summary(folder.path(), &["--gather", GATHERED]);
    assert_eq!((&summary["scenarios"], &summary["complete"]), (&COUNT.into(), &(COUNT - 1).into()));
    assert_eq!((&summary["failed"][0]["id"], &summary["open"]), (&BROKEN.into(), &serde_json::json!([])));
    assert_eq!((&summary["gathered"], &summary["by_others"]), (&GATHERED.into(), &0.into()));
    let outcome = &summary["outcomes"][1];
    assert_eq!((&outcome["id"], &outcome["parameters"]), (&2.into(), &"C1.fc_eff=42 C1.soc_max=71".into()));
    let result = read(&folder.path().join("out/res_2.csv"));
    let cells: Vec<&str> = result.lines().last().expect("there are rows").split(',').collect();
    assert_eq!((&outcome["outcome"], &outcome["last"]["C1.h2_out"]), (&"complete".into(), &cells[2].into()));
    take_gathered(folder.path());
}

#[test]
fn a_table_says_how_every_scenario_ended() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    stage_small(folder.path());
    let message = stderr(&sweep(folder.path(), &[]));
    let lines: Vec<&str> = message.lines().filter(|line| line.contains("complete  ")).collect();
    assert_eq!(lines.len(), COUNT - 1, "{message}");
    assert!(message.contains("scenario  C1.fc_eff  C1.soc_max  outcome   C1.flow"), "{message}");
    assert!(message.contains("failed  error: "), "{message}");
    // And a file has the whole of it.
    let file = read(&folder.path().join("out/res.csv.summary.csv"));
    assert_eq!(file.lines().count(), 1 + COUNT, "{file}");
    let last = read(&folder.path().join("out/res_2.csv")).lines().last().map(str::to_owned);
    let expected = format!("2,42,71,complete,,{}", last.expect("there are rows"));
    assert_eq!(file.lines().nth(2), Some(expected.as_str()));
    assert!(file.lines().nth(BROKEN).is_some_and(|line| line.starts_with("7,0,76,failed,")), "{file}");
}

#[test]
fn where_nothing_is_complete_nothing_is_gathered() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    stage(folder.path(), &pattern(8, "[0, 0]", "[70, 71]"), 8);
    let summary = summary(folder.path(), &["--gather", GATHERED]);
    assert_eq!((&summary["complete"], &summary["gathered"]), (&0.into(), &serde_json::Value::Null));
    assert!(!folder.path().join(GATHERED).exists());
}

#[test]
fn scenarios_that_differ_in_parameters_share_one_plan() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    stage_small(folder.path());
    assert_eq!(summary(folder.path(), &["--jobs", "3"])["plans"], 1);
    // The results are those that are compared with single runs.
    assert!(files(folder.path()) == reference());
}

#[test]
fn scenarios_with_other_data_are_planned_anew() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let text = pattern(8, "[41, 42, 43]", "range(70, 71, 1)")
        .replace("align_parameters: true", "align_parameters: false");
    let text = text
        .replace("  states: {wind: 0", "  multi_parameters: {file_path: [x.csv, y.csv]}\n  states: {wind: 0");
    stage(folder, &text, 8);
    // The other file has a column more, in front.
    let data = read(&folder.join("x.csv"));
    let mut more: Vec<String> = data.lines().map(str::to_owned).collect();
    more[1] = "time,more,wind,none".to_owned();
    more[2..].iter_mut().for_each(|row| *row = row.replacen(',', ",9,", 1));
    std::fs::write(folder.join("y.csv"), more.join("\n") + "\n").expect("it can be written");
    let summary = summary(folder, &["--jobs", "1"]);
    assert_eq!((&summary["complete"], &summary["plans"]), (&6.into(), &2.into()));
    for id in 1..=6 {
        let single =
            illuminator(folder, &["scenario", "run", &format!("base_{id}.yaml"), "-o", "single.csv"]);
        assert!(single.status.success(), "{}", stderr(&single));
        assert_eq!(read(&folder.join("single.csv")), read(&folder.join(format!("out/res_{id}.csv"))), "{id}");
    }
}

#[test]
fn a_smaller_sweep_leaves_no_result_of_a_larger_one() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    stage_small(folder);
    assert_eq!(sweep(folder, &["--quiet"]).status.code(), Some(1));
    assert!(folder.join(format!("out/res_{COUNT}.csv")).exists());
    // What was a result is data now: it is not removed.
    let data = read(&folder.join("x.csv"));
    std::fs::write(folder.join("out/res_20.csv"), &data).expect("it can be written");
    let text = pattern(8, "[41, 42]", "[70, 71]");
    stage(folder, &text.replace("file_path: x.csv", "file_path: out/res_20.csv"), 8);
    let refused = sweep(folder, &[]);
    assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
    assert_eq!(read(&folder.join("out/res_20.csv")), data);
    stage(folder, &text, 8);
    assert!(sweep(folder, &["--quiet"]).status.success());
    let names: Vec<String> = files(folder).into_keys().filter(|name| name.starts_with("out/res_")).collect();
    assert_eq!(names, ["out/res_1.csv", "out/res_2.csv"]);
}

/// A kill in the midst of the note, or a disk that was full.
#[test]
fn results_whose_note_is_lost_are_not_removed_by_going_on() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    stage_small(folder.path());
    sweep(folder.path(), &["--quiet"]);
    let before = files(folder.path());
    let note = folder.path().join("out/res.csv.sweep");
    let whole = read(&note);
    for text in
        ["", &whole[..whole.len() / 2], &whole.replace("scenarios 24", "scenarios 18446744073709551615")]
    {
        std::fs::write(&note, text).expect("it can be written");
        let refused = sweep(folder.path(), &["--resume"]);
        assert_eq!(refused.status.code(), Some(2), "{text:?}: {}", stderr(&refused));
        assert!(
            stderr(&refused).contains("the note that says of which sweep they are"),
            "{}",
            stderr(&refused)
        );
        assert!(files(folder.path()) == before, "{text:?}");
    }
}

#[test]
fn results_that_a_job_of_slurm_may_be_at_are_not_touched() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    stage_small(folder.path());
    sweep(folder.path(), &["--quiet"]);
    let before = files(folder.path());
    let note = folder.path().join("out/res.csv.sweep");
    let noted = read(&note).replace("\nend\n", "\nslurm 12\nend\n");
    std::fs::write(&note, noted).expect("it can be written");
    // A controller that restarts.
    let tools = tempfile::tempdir().expect("a temporary folder");
    let squeue = tools.path().join("squeue");
    let text = "#!/bin/sh\necho 'slurm_load_jobs error: Unable to contact slurm controller' >&2\nexit 1\n";
    std::fs::write(&squeue, text).expect("it can be written");
    std::fs::set_permissions(&squeue, Permissions::from_mode(0o755)).expect("it is ours");
    for arguments in [&["sweep", "base.yaml"][..], &["sweep", "base.yaml", "--resume"]] {
        let refused =
            command(folder.path(), arguments).env("PATH", tools.path()).output().expect("it starts");
        assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
        assert!(stderr(&refused).contains("nobody can tell whether it still is"), "{}", stderr(&refused));
        assert!(files(folder.path()) == before);
    }
}

#[test]
fn gathered_results_take_the_place_of_no_other_file_of_the_sweep() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    stage_small(folder.path());
    for path in [
        "out/res_1.csv",
        "./out/res_24.csv",
        "base_3.yaml",
        "out/scenariotable.csv",
        "out/res.csv.sweep",
        "x.csv",
    ] {
        let refused = sweep(folder.path(), &["--gather", path]);
        assert_eq!(refused.status.code(), Some(2), "{path}: {}", stderr(&refused));
        assert!(stderr(&refused).contains("would be written over"), "{path}: {}", stderr(&refused));
    }
    assert_eq!(files(folder.path()).len(), 2, "nothing was begun");
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
