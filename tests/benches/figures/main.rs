//! The figures that this project promises, one JSON line each on stdout.
//!
//! ```text
//!   cargo bench -p illuminator-tests             every figure but the slow ones
//!   cargo bench -p illuminator-tests -- lockstep figures whose name contains a text
//! ```
//!
//! Both sides of a ratio are measured in one run, in turns, and the medians are compared: a busy machine slows
//! both. A figure that is not reached is printed as such and fails nothing; the exit status tells only whether
//! everything could be measured.

mod echo;
mod engine;
mod families;
mod frames;
mod hand_loop;
mod in_memory;
mod lockstep;
mod measure;
mod memory;
mod plugs;
mod programs;
mod report;
mod size;
mod start;
mod sweep;
mod town;
mod viewers;
mod workload;

use report::Report;
use std::error::Error;
use std::io::Write;
use std::process::ExitCode;

/// What a group of figures ends with.
type Outcome = Result<(), Box<dyn Error>>;

/// Measures a group of figures, as far as they are wanted.
type Group = fn(&mut Report) -> Outcome;

const GROUPS: [(&str, Group); 10] = [
    ("engine", engine::run),
    ("families", families::run),
    ("frames", frames::run),
    ("lockstep", lockstep::run),
    ("memory", memory::run),
    ("start", start::run),
    ("size", size::run),
    ("plugs", plugs::run),
    ("sweep", sweep::run),
    ("viewers", viewers::run),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, bytes] = &arguments[..]
        && flag == echo::FLAG
    {
        return echo::serve(bytes);
    }
    // Cargo adds `--bench`; options of other harnesses mean nothing here.
    let wanted = arguments.into_iter().filter(|argument| !argument.starts_with('-')).collect();
    let mut report = Report::new(wanted);
    let mut status = ExitCode::SUCCESS;
    for (name, group) in GROUPS {
        if let Err(error) = group(&mut report) {
            let _ = writeln!(std::io::stderr(), "{name}: cannot be measured: {error}");
            status = ExitCode::FAILURE;
        }
    }
    status
}
