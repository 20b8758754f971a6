//! The command line: what the user types and what he reads.

mod audience;
mod cluster;
mod database;
mod demo;
mod endurance;
mod models;
mod options;
mod overwriting;
mod page;
mod plot;
mod recording;
mod replay;
mod roster;
mod scenario;
mod serve;
mod sweep;
mod watch;

use crate::shell::printable;
use clap::{Parser, Subcommand};
use std::error::Error;
use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;

/// Runs energy scenarios in one process or on a table of Raspberry Pis, with the same bytes in the result.
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The story of the table without hardware: six simulated nodes over UDP, a visit that plays by itself, and keys.
    Demo(demo::Demo),
    /// Watch and command a run that serves a page, in this terminal.
    Watch(watch::WatchCommand),
    /// Show a recording of a run, with a slider over its steps, without nodes.
    Replay(replay::ReplayCommand),
    /// Serve a page on which people start one scenario of a folder after the other.
    Serve(serve::ServeCommand),
    /// Run, check or plan a scenario file.
    #[command(subcommand)]
    Scenario(scenario::Command),
    /// Run a scenario file with many values of its parameters: on all cores, under mpirun, as an array of Slurm.
    ///
    /// At the end a table says how the scenarios ended: their parameters, the last row of the result, the reason of a
    /// failure. Of many the first and last ones are shown, and those that did not end well; the file
    /// `<result file>.summary.csv` has all of them.
    Sweep(Box<sweep::SweepCommand>),
    /// Draw columns of a result over dates, as SVG or PNG.
    Plot(plot::PlotCommand),
    /// List the model types, or show one with its parameters, ports and equations.
    Models(models::Models),
    /// Prepare a cluster of nodes, see how they do, find one of them, switch its relays, restart their programs or machines,
    /// start their actions.
    #[command(subcommand)]
    Cluster(cluster::Command),
}

/// Parses the arguments and does what they say.
pub fn main() -> ExitCode {
    match Cli::try_parse().map_or_else(|error| explain(&error), Cli::run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.error.is_empty() {
                note(&failure.error);
            }
            ExitCode::from(failure.status)
        }
    }
}

impl Cli {
    fn run(self) -> Result<(), Failure> {
        match self.command {
            Command::Demo(demo) => demo.run(),
            Command::Watch(watch) => watch.run(),
            Command::Replay(replay) => replay.run(),
            Command::Serve(serve) => serve.run(),
            Command::Scenario(command) => command.run(),
            Command::Sweep(sweep) => sweep.run(),
            Command::Plot(plot) => plot.run(),
            Command::Models(models) => models.run(),
            Command::Cluster(command) => command.run(),
        }
    }
}

/// Prints the help or version that was asked for; or fails with what is wrong with the arguments.
fn explain(error: &clap::Error) -> Result<(), Failure> {
    let printed = error.print();
    if error.use_stderr() { Err(Failure { status: 2, error: String::new() }) } else { check_printed(printed) }
}

/// An error for the user, and the exit status it ends with: 2 wrong use or wrong scenario, 3 a node was lost,
/// 4 output could not be written, 1 anything else.
struct Failure {
    status: u8,
    /// Empty if all was said.
    error: String,
}

impl Failure {
    fn new(status: u8, error: impl fmt::Display) -> Self {
        Self { status, error: error.to_string() }
    }

    fn wrong_use(error: impl fmt::Display) -> Self {
        Self::new(2, format_args!("error: {error}"))
    }
}

impl<E: Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::new(1, format_args!("error: {error}"))
    }
}

/// Writes a line to stderr. Where nobody listens any more, that is no reason to fail.
fn note(message: impl fmt::Display) {
    let _ = writeln!(io::stderr(), "{}", printable(&message.to_string()));
}

/// Writes to stdout. A reader who leaves early has seen enough: that is a clean end.
fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    check_printed(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()))
}

/// Whether what was asked for has reached whoever asked.
fn check_printed(printed: io::Result<()>) -> Result<(), Failure> {
    match printed {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(4, format_args!("error: cannot write to the standard output: {error}")))
        }
        _ => Ok(()),
    }
}
