//! The recorded sweeps of the Python Illuminator: the same files, to the byte.

use super::{files, stage_large, sweep};
use crate::read;
use illuminator_tests::programs::{command, illuminator, stderr};
use illuminator_tests::samples::{project, stage};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const VECTORS: &str = "tests/vectors/engine_parallel";

/// What upstream refuses, and what is said of it here.
const REFUSED: [(&str, &str); 4] = [
    ("aligned_unequal", "base.yaml:45:7: error: with `align_parameters: true`"),
    ("empty_range", "base.yaml:28:13: error: `range(5,1,1)` cannot be used: the range is empty"),
    ("none_aligned", "base.yaml:6:3: error: `align_parameters` is true"),
    ("zero_step_range", "base.yaml:28:13: error: `range(1,5,0)` cannot be used: the step"),
];

#[test]
fn the_recorded_sweeps_give_the_same_files() {
    let mut checked = 0;
    for case in entries(&project(VECTORS)).into_iter().filter(|path| path.is_dir()) {
        let name = case.file_name().expect("a folder has a name").to_string_lossy().into_owned();
        let folder = tempfile::tempdir().expect("a temporary folder");
        stage_pattern(&case, folder.path());
        let done = illuminator(folder.path(), &["sweep", "base.yaml"]);
        let message = stderr(&done);
        if let Some((_, told)) = REFUSED.iter().find(|(refused, _)| *refused == name) {
            assert_eq!(done.status.code(), Some(2), "{name}: {message}");
            assert!(message.contains(told), "{name}: {message}");
            assert_eq!(names(folder.path()).len(), 3, "{name}: nothing is left behind");
            continue;
        }
        // Upstream ends a rank at the first scenario that fails; here it is one that failed.
        let failing = name == "texts";
        assert_eq!(done.status.code(), Some(i32::from(failing)), "{name}: {message}");
        for expected in names(&case).iter().filter(|path| !path.ends_with("NOTE.txt")) {
            let got = read(&folder.path().join(expected));
            assert_eq!(got, read(&case.join(expected)), "{name}: {}", expected.display());
            checked += 1;
        }
    }
    assert!(checked > 60, "{checked} files");
}

/// Upstream gives each rank a slice of the scenarios before the start; here a rank takes the next one when it has done
/// one. Together they do the same: each scenario of each recorded start, with the result of one process.
#[test]
fn the_ranks_of_every_recorded_start_do_all_its_scenarios() {
    let recorded: BTreeMap<String, Vec<Vec<usize>>> =
        serde_json::from_str(&read(&project(VECTORS).join("distribution.json"))).expect("slices by start");
    let mut alone: BTreeMap<usize, BTreeMap<String, String>> = BTreeMap::new();
    for (start, slices) in &recorded {
        let ids: BTreeSet<usize> = slices.iter().flatten().copied().collect();
        let alone = alone.entry(ids.len()).or_insert_with(|| {
            let folder = tempfile::tempdir().expect("a temporary folder");
            stage_large(folder.path(), ids.len());
            assert!(sweep(folder.path(), &["--quiet"]).status.success());
            files(folder.path())
        });
        let folder = tempfile::tempdir().expect("a temporary folder");
        stage_large(folder.path(), ids.len());
        let size = slices.len().to_string();
        let rank = |rank: usize| {
            let mut command = command(folder.path(), &["sweep", "base.yaml", "--quiet"]);
            let name = folder.path().file_name().expect("it has a name");
            command.env("OMPI_COMM_WORLD_RANK", rank.to_string()).env("OMPI_COMM_WORLD_SIZE", &size);
            command.env("PMIX_NAMESPACE", name).spawn().expect("it starts")
        };
        let ranks: Vec<_> = (0..slices.len()).map(rank).collect();
        for mut rank in ranks {
            assert!(rank.wait().expect("it is our child").success(), "{start}");
        }
        let done = files(folder.path());
        for id in &ids {
            assert!(done.contains_key(&format!("out/res_{id}.csv")), "{start}: {id} of {:?}", done.keys());
        }
        assert!(done == *alone, "{start}: {:?} and {:?}", done.keys(), alone.keys());
    }
    assert_eq!(recorded.len(), 30);
}

/// The pattern and its data, and the folders that it writes to.
fn stage_pattern(case: &Path, into: &Path) {
    let all = tempfile::tempdir().expect("a temporary folder");
    stage(case, all.path());
    for name in ["base.yaml", "x.csv"] {
        std::fs::copy(all.path().join(name), into.join(name)).expect("it can be copied");
    }
    std::fs::create_dir(into.join("sub")).expect("it can be made");
}

/// The files in a folder and in its folders, by their paths in it; and folders that are empty.
fn names(folder: &Path) -> BTreeSet<PathBuf> {
    let mut names = BTreeSet::new();
    for path in entries(folder) {
        let inside = if path.is_dir() { entries(&path) } else { Vec::new() };
        let own = if inside.is_empty() { vec![path] } else { inside };
        names.extend(own.iter().map(|path| path.strip_prefix(folder).expect("it is inside").to_owned()));
    }
    names
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.expect("it can be read").path()).collect()
}
