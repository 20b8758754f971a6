//! The files that models of the market report to: where, when, and never in the place of something else.

use crate::read;
use illuminator_tests::programs::{illuminator, stderr};
use illuminator_tests::samples::{project, stage};
use std::path::Path;
use tempfile::TempDir;

/// The recorded market, with `from` replaced by `to` in its scenario.
fn market(from: &str, to: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    stage(&project("tests/vectors/engine/market_and_justice"), folder.path());
    let scenario = folder.path().join("scenario.yaml");
    let text = read(&scenario);
    assert!(text.contains(from), "{from}");
    std::fs::write(scenario, text.replace(from, to)).expect("the scenario can be written");
    folder
}

/// Runs it; the exit status and the messages.
fn run(folder: &TempDir, arguments: &[&str]) -> (Option<i32>, String) {
    let done = illuminator(folder.path(), &[&["scenario", "run", "scenario.yaml"], arguments].concat());
    (done.status.code(), stderr(&done))
}

#[test]
fn a_directory_is_made_inside_one_that_is_there() {
    let folder = market("results_dir: opres", "results_dir: deeper/opres");
    for arguments in
        [&["check", "scenario.yaml"][..], &["run", "scenario.yaml"], &["run", "scenario.yaml", "-o", "-"]]
    {
        let done = illuminator(folder.path(), &[&["scenario"], arguments].concat());
        let message = stderr(&done);
        assert_eq!(done.status.code(), Some(2), "{arguments:?}: {message}");
        assert!(message.contains("there is no directory") && message.contains("deeper/opres"), "{message}");
    }
    assert!(!folder.path().join("jures").exists(), "nothing was run");
    std::fs::create_dir(folder.path().join("deeper")).expect("a folder can be made");
    let (status, message) = run(&folder, &[]);
    assert_eq!(status, Some(0), "{message}");
    assert!(folder.path().join("deeper/opres/all_bids_sorted_2.csv").is_file());
}

#[test]
fn a_model_that_is_stepped_now_and_then_reports_only_then() {
    // Of three steps only the first and the last are steps of the operator.
    let folder = market("results_dir: opres", "results_dir: opres\n  time_step_size: 2");
    for placed in ["--local", "--nodes=sim:3"] {
        let (status, message) = run(&folder, &[placed]);
        assert_eq!(status, Some(0), "{placed}: {message}");
        let opres = folder.path().join("opres");
        for (step, there) in [(0, true), (1, false), (2, true), (3, false)] {
            let file = format!("all_bids_sorted_{step}.csv");
            assert_eq!(opres.join(&file).is_file(), there, "{placed}: {file}");
        }
        std::fs::remove_dir_all(opres).expect("the reports can be removed");
    }
}

#[test]
fn a_report_takes_the_place_of_nothing_else() {
    // A data file, a result and another model's report, each where a report would go.
    let as_data = market("file_path: demand.csv", "file_path: opres/all_bids_sorted_1.csv");
    let data = as_data.path().join("opres/all_bids_sorted_1.csv");
    std::fs::create_dir(as_data.path().join("opres")).expect("a folder can be made");
    std::fs::rename(as_data.path().join("demand.csv"), &data).expect("the data can be moved");
    let before = read(&data);
    let (status, message) = run(&as_data, &[]);
    assert_eq!(status, Some(2), "{message}");
    assert!(message.contains("data of the scenario") && message.contains("results_dir"), "{message}");
    assert_eq!(read(&data), before);

    let as_result = market("results_dir: jures", "results_dir: .");
    for (output, expected) in
        [("betascores_2.csv", Some(2)), ("betascores_3.csv", Some(0)), ("betascores_02.csv", Some(0))]
    {
        let (status, message) = run(&as_result, &["-o", output]);
        assert_eq!(status, expected, "{output}: {message}");
    }

    let second = "- name: O2\n  type: Operator_Market\n  parameters: {results_dir: ./opres}\n  inputs: {bids: {}}\n  \
                  states: {market_clearing_price: , demand: 10, market_results_summary: }\n- name: J1\n";
    let twice = market("- name: J1\n", second);
    let bids = "- from: Beta.bids\n  to: O1.bids\n";
    let scenario = twice.path().join("scenario.yaml");
    let text = read(&scenario).replace(bids, &format!("{bids}{}", bids.replace("O1", "O2")));
    std::fs::write(scenario, text).expect("the scenario can be written");
    let (status, message) = run(&twice, &[]);
    assert_eq!(status, Some(2), "{message}");
    assert!(message.contains("another model"), "{message}");
}

#[test]
fn a_report_that_cannot_be_written_is_named() {
    let folder = market("results_dir: opres", "results_dir: row.csv");
    for placed in ["--local", "--nodes=sim:2"] {
        let (status, message) = run(&folder, &[placed]);
        assert_eq!(status, Some(4), "{placed}: {message}");
        assert!(message.contains("cannot write the result to row.csv"), "{message}");
    }
}

#[test]
fn no_scenario_can_record_a_report() {
    let folder = market("  - J1.beta_scores\n", "  - O1.all_bids_sorted\n");
    let (status, message) = run(&folder, &[]);
    assert_eq!(status, Some(2), "{message}");
    assert!(message.contains("all_bids_sorted"), "{message}");
    assert!(!Path::new(&folder.path().join("opres")).exists());
}
