//! Every known result: in one process, and on four simulated nodes with the same bytes.

use crate::{cells, read};
use illuminator_tests::programs::{illuminator, stderr};
use illuminator_tests::samples::{conformance, project, stage};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The recorded vectors of the engine, in this repository.
const VECTORS: &str = "tests/vectors/engine";

/// Vectors that upstream's branch `main` cannot run.
const NOT_ON_MAIN: [&str; 1] = ["extra_collector_model"];

#[test]
fn the_recorded_engine_vectors_give_their_results() {
    check_all(&project(VECTORS), "expected_dev.csv", &[], &[]);
}

#[test]
fn the_main_result_format_gives_its_results_too() {
    check_all(&project(VECTORS), "expected_main.csv", &["--format", "main"], &NOT_ON_MAIN);
}

#[test]
fn the_results_of_the_python_illuminator_are_reproduced() {
    let Some(folder) = conformance() else { return };
    let run = check_all(&folder, "expected.csv", &[], &[]);
    assert!(run >= 13, "{run} scenarios are fewer than there have been");
}

/// Checks every scenario of a folder, but for those that have no such result, and returns how many there are. What is
/// not a scenario is a folder of data that scenarios share.
fn check_all(folder: &Path, expected: &str, arguments: &[&str], without: &[&str]) -> usize {
    let (scenarios, others): (Vec<PathBuf>, Vec<PathBuf>) = std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.is_dir())
        .partition(|path| path.join("scenario.yaml").is_file());
    for other in &others {
        assert!(!other.join(expected).exists(), "{}: a result without a scenario", other.display());
    }
    let (mut scenarios, left): (Vec<PathBuf>, Vec<PathBuf>) =
        scenarios.into_iter().partition(|path| path.join(expected).is_file());
    let left: BTreeSet<&str> = left.iter().map(|path| name(path)).collect();
    assert_eq!(left, without.iter().copied().collect(), "scenarios of {} without a result", folder.display());
    scenarios.sort();
    assert!(!scenarios.is_empty(), "{} has no scenarios", folder.display());
    for scenario in &scenarios {
        check(scenario, expected, arguments);
    }
    scenarios.len()
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).expect("a folder has a name")
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
