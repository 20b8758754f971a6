//! The inputs that the fuzzers keep: each goes through its target, without a fuzzer.

use illuminator_tests::fuzz::TARGETS;
use illuminator_tests::samples::project;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// All inputs together `[bytes]`.
const CORPUS_MAX: u64 = 300_000;

#[test]
fn every_kept_input_holds_what_its_target_promises() {
    for (name, target) in TARGETS {
        let inputs = files(&corpus(name));
        assert!(!inputs.is_empty(), "{name} has no corpus");
        for input in inputs {
            let data = std::fs::read(&input).expect("an input can be read");
            // In a thread of that name, so that a stack overflow says as well in which input it happened.
            let named = std::thread::Builder::new().name(input.display().to_string());
            let run = named.spawn(move || target(&data)).expect("a thread can be started");
            assert!(run.join().is_ok(), "{}", input.display());
        }
    }
}

/// The nothing that a fuzzer begins with.
#[test]
fn every_target_takes_no_bytes_at_all() {
    for (_, target) in TARGETS {
        target(&[]);
    }
}

#[test]
fn targets_fuzzers_and_corpora_belong_together_and_are_small() {
    let targets: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(targets.len(), TARGETS.len());
    let stem = |path: &PathBuf| path.file_stem().expect("it has a name").to_string_lossy().into_owned();
    let fuzzers: BTreeSet<String> = files(&project("tests/fuzz/fuzz_targets")).iter().map(stem).collect();
    assert_eq!(fuzzers, targets);
    let folders = std::fs::read_dir(project("tests/fuzz/corpus")).expect("there is a corpus");
    let corpora: BTreeSet<String> =
        folders.map(|folder| stem(&folder.expect("the folder can be read").path())).collect();
    assert_eq!(corpora, targets);
    let inputs = TARGETS.iter().flat_map(|(name, _)| files(&corpus(name)));
    let size: u64 = inputs.map(|input| input.metadata().expect("it is there").len()).sum();
    assert!(size <= CORPUS_MAX, "{size} bytes: minimise with `cargo fuzz cmin`");
}

fn corpus(target: &str) -> PathBuf {
    project("tests/fuzz/corpus").join(target)
}

/// The files of a folder, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> =
        entries.map(|entry| entry.expect("the folder can be read").path()).collect();
    files.sort();
    files
}
