//! Every known result that the registered models allow: in one process, and on four simulated nodes with the
//! same bytes.

use crate::{cells, read};
use illuminator_node::model::registry;
use illuminator_tests::programs::{illuminator, stderr};
use illuminator_tests::samples::{conformance, project, stage};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The recorded vectors of the engine, in this repository.
const VECTORS: &str = "tests/vectors/engine";

#[test]
fn the_recorded_engine_vectors_give_their_results() {
    let folders = std::fs::read_dir(project(VECTORS)).expect("the project can be read").count();
    let (run, left) = check_all(&project(VECTORS), "expected_dev.csv", &[]);
    assert_eq!((run, left), (folders, Vec::new()), "every folder ran");
}

#[test]
fn the_main_result_format_gives_its_results_too() {
    let (run, _) = check_all(&project(VECTORS), "expected_main.csv", &["--format", "main"]);
    assert!(run >= 16, "{run} vectors ran");
}

#[test]
fn the_results_of_the_python_illuminator_are_reproduced() {
    let Some(folder) = conformance() else { return };
    let (run, left) = check_all(&folder, "expected.csv", &[]);
    assert!(run >= 13, "{run} scenarios ran, {left:?} have models that are not there yet");
}

/// Checks every scenario folder. Returns how many ran, and those whose models are not registered.
fn check_all(folder: &Path, expected: &str, arguments: &[&str]) -> (usize, Vec<String>) {
    let mut folders: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.join("scenario.yaml").is_file() && path.join(expected).is_file())
        .collect();
    folders.sort();
    let mut run = 0;
    let mut left = Vec::new();
    for sample in folders {
        if registered(&read(&sample.join("scenario.yaml"))) {
            check(&sample, expected, arguments);
            run += 1;
        } else {
            left.push(sample.file_name().expect("a folder has a name").to_string_lossy().into_owned());
        }
    }
    (run, left)
}

/// Whether every model type of a scenario is there.
fn registered(scenario: &str) -> bool {
    scenario
        .lines()
        .filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("type:"))
        .map(|name| name.split('#').next().unwrap_or_default().trim().trim_matches(['\'', '"']))
        .all(|name| registry::find(name).is_some())
}

fn check(sample: &Path, expected: &str, arguments: &[&str]) {
    let name = sample.display();
    let folder = tempfile::tempdir().expect("a temporary folder");
    stage(sample, folder.path());
    let run = |output: &str, placed: &[&str]| {
        let arguments = [&["scenario", "run", "scenario.yaml", "-o", output], placed, arguments].concat();
        let done = illuminator(folder.path(), &arguments);
        assert!(done.status.success(), "{name} {placed:?}: {}", stderr(&done));
        read(&folder.path().join(output))
    };
    let local = run("local.csv", &["--local"]);
    same_numbers(&name.to_string(), &local, &read(&sample.join(expected)));
    let reported = take_reports(folder.path());
    let recorded = reports(sample);
    assert!(recorded.is_empty() || reported == recorded, "{name}: {reported:?} instead of {recorded:?}");
    let nodes = run("nodes.csv", &["--nodes", "sim:4"]);
    assert!(nodes == local, "{name}: other bytes on four nodes than in one process");
    assert_eq!(
        take_reports(folder.path()),
        reported,
        "{name}: other reports on four nodes than in one process"
    );
}

/// The files in the folders of a folder, which are models' reports: by path, with their text.
fn reports(folder: &Path) -> BTreeMap<PathBuf, String> {
    let entries = |folder: &Path| {
        let entries =
            std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        entries.map(|entry| entry.expect("the folder can be read").path()).collect::<Vec<_>>()
    };
    let folders = entries(folder).into_iter().filter(|path| path.is_dir());
    let files = folders.flat_map(|folder| entries(&folder));
    files.map(|path| (path.strip_prefix(folder).expect("it is inside").to_owned(), read(&path))).collect()
}

/// The same, and removes them.
fn take_reports(folder: &Path) -> BTreeMap<PathBuf, String> {
    let reports = reports(folder);
    for path in reports.keys() {
        std::fs::remove_file(folder.join(path)).expect("a report can be removed");
    }
    reports
}

/// Same header, rows and dates; numbers within 1e-9, relative or, below 1, absolute.
fn same_numbers(name: &str, got: &str, expected: &str) {
    let (got, expected) = (cells(got), cells(expected));
    assert_eq!(got.len(), expected.len(), "{name}: number of rows");
    assert_eq!(got[0], expected[0], "{name}: header");
    for (row, (got, expected)) in got.iter().zip(&expected).enumerate().skip(1) {
        assert_eq!(got.len(), expected.len(), "{name} row {row}");
        assert_eq!(got[0], expected[0], "{name} row {row}: date");
        for (got, expected) in got.iter().zip(expected).skip(1) {
            let same = match (got.parse::<f64>(), expected.parse::<f64>()) {
                (Ok(got), Ok(expected)) => (got - expected).abs() <= 1e-9 * expected.abs().max(1.0),
                _ => got == expected,
            };
            assert!(same, "{name} row {row}: {got} instead of {expected}");
        }
    }
}
