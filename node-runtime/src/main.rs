//! `illuminator-node`: the program on each Raspberry Pi.

mod cli;

use clap::{Parser, Subcommand};
use cli::Failure;
use cli::settings::{Options, check_config};
use cli::strips::{TestStrip, test_strip};
use illuminator_node::model::ModelType;
use illuminator_node::model::registry::MODEL_TYPES;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// A node of the illuminator: runs models of an energy scenario for a host that reaches it over UDP.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Options,
}

#[derive(Subcommand)]
enum Command {
    /// Wait for a host and run the models that it places here (the default).
    Serve(Options),
    /// List the model types in this program.
    Models,
    /// Check a configuration file, and print what a node would go by.
    CheckConfig {
        /// The configuration file, `node.toml`.
        file: PathBuf,
    },
    /// Show a walking dot and the colours on the strips, and end with them black.
    TestStrip(TestStrip),
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let printed = error.print();
            return if error.use_stderr() { ExitCode::from(2) } else { end(cli::check_printed(printed)) };
        }
    };
    end(match cli.command {
        Some(Command::Models) => list_models(),
        Some(Command::CheckConfig { file }) => check_config(&file),
        Some(Command::TestStrip(options)) => test_strip(&options),
        Some(Command::Serve(options)) => cli::serve::run(options),
        None => cli::serve::run(cli.serve),
    })
}

/// Says what went wrong, if anything did.
fn end(result: Result<(), Failure>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure { status, error }) => {
            let _ = writeln!(std::io::stderr(), "illuminator-node: {error}");
            ExitCode::from(status)
        }
    }
}

fn list_models() -> Result<(), Failure> {
    let line = |model_type: &&ModelType| format!("{:<18} {}\n", model_type.name, model_type.summary);
    cli::print(&MODEL_TYPES.iter().map(line).collect::<String>())
}
