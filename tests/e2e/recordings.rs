//! Every recorded result has a test that reads it.

use crate::read;
use illuminator_tests::samples::project;
use std::fs;
use std::path::{Path, PathBuf};

/// Crates with recordings in `tests/vectors`. Those of whole scenarios are folders, and all are run: see `conformance`.
const CRATES: [&str; 2] = ["node-runtime", "host"];

#[test]
fn every_recorded_file_is_read_by_a_test() {
    for name in CRATES {
        let tests = project(name).join("tests");
        let mut sources = String::new();
        collect(&tests, "rs", &mut |path| sources += &read(path));
        let mut unread = Vec::new();
        let mut files = 0;
        collect(&tests.join("vectors"), "json", &mut |path| {
            let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("a file has a name").to_owned();
            files += 1;
            // By its name in a list of files, or by its path.
            if !sources.contains(&format!("\"{stem}\""))
                && !sources.contains(&format!("vectors/{stem}.json\""))
            {
                unread.push(stem);
            }
        });
        assert!(files > 0, "{name} has no recordings");
        assert!(unread.is_empty(), "{name}: no test reads {unread:?}");
    }
}

/// Calls `found` for each file of this kind in a folder and those below it.
fn collect(folder: &Path, extension: &str, found: &mut dyn FnMut(&Path)) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| entry.expect("the folder can be read").path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, extension, found);
        } else if path.extension().is_some_and(|other| other == extension) {
            found(&path);
        }
    }
}
