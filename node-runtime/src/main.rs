//! `illuminator-node`: the program on each Raspberry Pi.

use clap::{Parser, Subcommand, ValueEnum};
use illuminator_hal::sim::SimPin;
use illuminator_node::model::registry::MODEL_TYPES;
use illuminator_node::node::Node;
use illuminator_node::shell::{bind, hello, read_key, serve};
use illuminator_protocol::ClusterKey;
use std::error::Error;
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

/// A node of the illuminator: runs models of an energy scenario for a host that reaches it over UDP.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Serve,
}

#[derive(Subcommand)]
enum Command {
    /// Wait for a host and run the models that it places here (the default).
    Serve(Serve),
    /// List the model types in this program.
    Models,
}

#[derive(clap::Args)]
struct Serve {
    /// Address and UDP port to listen on. Beyond loopback a key is needed.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:5123")]
    listen: SocketAddr,
    /// Name of this node, shown by the host; the machine's host name unless given.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// File with the cluster's key (64 hexadecimal digits, readable by its owner only).
    #[arg(long, value_name = "FILE", env = "ILLUMINATOR_KEY")]
    key: Option<PathBuf>,
    /// Take only these model types.
    #[arg(long, value_name = "TYPE,…", value_delimiter = ',')]
    only: Vec<String>,
    /// What drives the hardware; `auto` takes what this machine has.
    #[arg(long, value_enum, default_value = "auto")]
    hal: Hal,
}

#[derive(Clone, Copy, ValueEnum)]
enum Hal {
    Auto,
    Sim,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        Some(Command::Models) => list_models(),
        Some(Command::Serve(serve)) => run(serve),
        None => run(cli.serve),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure { status, error }) => {
            let _ = writeln!(std::io::stderr(), "illuminator-node: {error}");
            ExitCode::from(status)
        }
    }
}

/// An error and the exit status it ends with: 2 wrong use, 1 anything else.
struct Failure {
    status: u8,
    error: Box<dyn Error>,
}

impl<E: Into<Box<dyn Error>>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { status: 1, error: error.into() }
    }
}

fn wrong_use(error: impl Into<Box<dyn Error>>) -> Failure {
    Failure { status: 2, error: error.into() }
}

fn list_models() -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    for model_type in MODEL_TYPES {
        if writeln!(out, "{:<18} {}", model_type.name, model_type.summary).is_err() {
            break; // a closed pipe is a clean end
        }
    }
    Ok(())
}

fn run(options: Serve) -> Result<(), Failure> {
    if let Some(unknown) =
        options.only.iter().find(|name| MODEL_TYPES.iter().all(|model_type| model_type.name != name.as_str()))
    {
        return Err(wrong_use(format!(
            "--only: no model type is called `{unknown}`; see `illuminator-node models`"
        )));
    }
    let key = match &options.key {
        Some(path) => read_key(path).map_err(wrong_use)?,
        None if options.listen.ip().is_loopback() => ClusterKey::OPEN,
        None => {
            return Err(wrong_use(format!(
                "--listen {}: beyond loopback a node needs the cluster's key: --key FILE \
                 (make one with `illuminator cluster init`)",
                options.listen
            )));
        }
    };
    let name = options.name.unwrap_or_else(host_name);
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let socket = bind(options.listen).await?;
        let hal = match options.hal {
            Hal::Auto | Hal::Sim => "simulated",
        };
        let _ = writeln!(
            std::io::stderr(),
            "illuminator-node {name} listens on {} (key {}, hardware {hal})",
            socket.local_addr()?,
            if options.key.is_some() { key.id().to_string() } else { "none: loopback only".to_owned() },
        );
        let mut node = Node::new(key, hello(&name), options.only);
        serve(&socket, &mut node, &mut SimPin::default(), stop_signal()).await?;
        Ok(())
    })
}

/// The machine's name, for want of a better one.
fn host_name() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .map(|name| name.trim().to_owned())
        .ok()
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "node".to_owned())
}

/// Ready when the process is asked to end.
async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        }
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}
