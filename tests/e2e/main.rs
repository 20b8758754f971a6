//! The built programs, as their users run them: one module per behaviour.

mod asking;
mod bad_input;
mod boards;
mod browser;
mod command_line;
mod commands;
mod conducted;
mod conformance;
mod databases;
mod demo;
mod emulated_pi;
mod ending;
mod examples;
mod hostile;
mod hydrogen;
mod key_change;
mod kiosk;
mod kit_boards;
mod kit_story;
mod light;
mod listening;
mod multi_energy;
mod namespaces;
mod odd_values;
mod old_files;
mod page_api;
mod pins;
mod placement;
mod plots;
mod plugs;
mod recordings;
mod recovery;
mod replay;
mod reports;
mod resources;
mod restarts;
mod secrecy;
mod serve;
mod status;
mod story;
mod strips;
mod suspended;
mod sweep;
mod telemetry;
mod unreachable;
mod watch;
mod writing_a_model;

use illuminator_tests::programs::{illuminator, program, stderr};
use illuminator_tests::samples::{project, stage};
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The rows of a result file, cell by cell.
fn cells(csv: &str) -> Vec<Vec<&str>> {
    csv.lines().map(|line| line.split(',').collect()).collect()
}

/// Reads a file that a program wrote.
fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The result of the project's sample in this folder: the same bytes in one process and on four nodes.
fn alike_on_nodes(sample: &str) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    stage(&project(sample), folder.path());
    let run = |output: &str, placed: &[&str]| {
        let arguments = [&["scenario", "run", "scenario.yaml", "-o", output], placed].concat();
        let done = illuminator(folder.path(), &arguments);
        assert!(done.status.success(), "{placed:?}: {}", stderr(&done));
        read(&folder.path().join(output))
    };
    let result = run("local.csv", &["--local"]);
    assert_eq!(run("nodes.csv", &["--nodes", "sim:4"]), result, "other bytes on four nodes");
    result
}

/// `illuminator-node` with these arguments, run in `folder` to its end, with everything that it printed.
fn node(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(program("illuminator-node"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).env_remove("ILLUMINATOR_KEY");
    command.output().expect("the program can be started")
}

/// A folder with this `node.toml`.
fn with_config(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("node.toml"), text).expect("the file can be written");
    folder
}
