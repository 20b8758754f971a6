//! The built programs, as their users run them: one module per behaviour.

mod asking;
mod bad_input;
mod boards;
mod command_line;
mod conformance;
mod demo;
mod emulated_pi;
mod ending;
mod examples;
mod hostile;
mod hydrogen;
mod key_change;
mod kit_boards;
mod kit_story;
mod light;
mod listening;
mod multi_energy;
mod namespaces;
mod odd_values;
mod old_files;
mod pins;
mod placement;
mod plugs;
mod recordings;
mod recovery;
mod reports;
mod resources;
mod secrecy;
mod story;
mod strips;
mod suspended;
mod sweep;
mod telemetry;
mod unreachable;
mod watch;
mod writing_a_model;

use std::path::Path;

/// The rows of a result file, cell by cell.
fn cells(csv: &str) -> Vec<Vec<&str>> {
    csv.lines().map(|line| line.split(',').collect()).collect()
}

/// Reads a file that a program wrote.
fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
