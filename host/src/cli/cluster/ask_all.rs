//! `illuminator cluster restart`, `reboot`, `shutdown` and `exec`: many nodes are asked for the same.

use crate::cli::options::node_address;
use crate::cli::{Failure, note, print};
use crate::control::{Answer, BACK_WITHIN, Question};
use crate::shell::{CallFailure, ClusterFile, Target, ask_all, printable};
use illuminator_node::shell::read_key;
use illuminator_protocol::{ClusterKey, CommandEnd, Control};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Which nodes, and how to reach them.
#[derive(clap::Args)]
struct Addressees {
    /// Names of nodes in the cluster file, or addresses.
    #[arg(value_name = "NODE")]
    nodes: Vec<String>,
    /// All nodes of the cluster file.
    #[arg(long, requires = "cluster", conflicts_with = "nodes")]
    all: bool,
    /// All nodes of a stack of the cluster file's rack.
    #[arg(long, value_name = "NAME", requires = "cluster", conflicts_with = "all")]
    stack: Vec<String>,
    /// File with the nodes' names, addresses and key.
    #[arg(long, value_name = "FILE")]
    cluster: Option<PathBuf>,
    /// File with the cluster's key, unless the cluster file names one.
    #[arg(long, value_name = "FILE", env = "ILLUMINATOR_KEY")]
    key: Option<PathBuf>,
    /// What each node said, as JSON on the standard output.
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
pub(in crate::cli) struct Restart {
    #[command(flatten)]
    addressees: Addressees,
}

#[derive(clap::Args)]
pub(in crate::cli) struct Reboot {
    #[command(flatten)]
    addressees: Addressees,
}

#[derive(clap::Args)]
pub(in crate::cli) struct Shutdown {
    #[command(flatten)]
    addressees: Addressees,
}

#[derive(clap::Args)]
pub(in crate::cli) struct Exec {
    /// Name of the action in the `[actions]` of the nodes' node.toml.
    #[arg(value_name = "ACTION")]
    action: String,
    #[command(flatten)]
    addressees: Addressees,
}

impl Restart {
    pub(super) fn run(self) -> Result<(), Failure> {
        self.addressees.ask(&Question::Control(Control::Restart), "has started anew")
    }
}

impl Reboot {
    pub(super) fn run(self) -> Result<(), Failure> {
        self.addressees.ask(&Question::Control(Control::Reboot), "restarts")
    }
}

impl Shutdown {
    pub(super) fn run(self) -> Result<(), Failure> {
        self.addressees.ask(&Question::Control(Control::Shutdown), "goes down")
    }
}

impl Exec {
    pub(super) fn run(self) -> Result<(), Failure> {
        self.addressees.ask(&Question::Action(self.action), "done")
    }
}

impl Addressees {
    /// Asks all of them; `done` is said of a node that does it. Each says how it went; the exit status is that of the
    /// worst: 3 where a node did not answer or fell silent, 1 where one refused or failed.
    fn ask(self, question: &Question, done: &str) -> Result<(), Failure> {
        let cluster =
            self.cluster.as_deref().map(ClusterFile::read).transpose().map_err(Failure::wrong_use)?;
        let targets = self.targets(cluster.as_ref())?;
        let key = self.key(cluster, &targets)?;
        let mut said: Vec<Option<Value>> = vec![None; targets.len()];
        let (mut worst, mut printed) = (0, Ok(()));
        ask_all(&targets, &key, question, |position, answer| {
            let node = &targets[position];
            let told = Told::of(answer, done);
            worst = worst.max(told.status);
            if self.json {
                said[position] = Some(told.json(node));
                return;
            }
            let output = printable(&told.output);
            let lines: String = output.lines().map(|line| format!("{}: {line}\n", node.name)).collect();
            if printed.is_ok() {
                printed = print(&lines);
            }
            note(format_args!("node {node}: {}", told.text));
        })?;
        if self.json {
            let said: Vec<Value> = said.into_iter().flatten().collect();
            printed = print(&format!("{:#}\n", Value::Array(said)));
        }
        printed?;
        if worst == 0 { Ok(()) } else { Err(Failure::new(worst, "")) }
    }

    fn targets(&self, cluster: Option<&ClusterFile>) -> Result<Vec<Target>, Failure> {
        let mut names = self.nodes.clone();
        if self.all {
            names
                .extend(cluster.into_iter().flat_map(|cluster| &cluster.nodes).map(|node| node.name.clone()));
        }
        let rack = cluster.and_then(|cluster| cluster.rack.as_ref());
        for name in &self.stack {
            let stack = rack.and_then(|rack| rack.stack(name));
            let stack = stack.ok_or_else(|| {
                Failure::wrong_use(format_args!("the cluster file has no stack called `{name}`"))
            })?;
            names.extend(stack.places.iter().flatten().cloned());
        }
        if names.is_empty() {
            return Err(Failure::wrong_use(
                "which nodes? Name them, or a stack (--stack NAME) or all (--all) of a cluster file",
            ));
        }
        let mut targets: Vec<Target> = Vec::new();
        for name in names {
            let address = node_address(&name, cluster)?;
            // Whoever is named twice is asked once.
            if targets.iter().all(|other| other.address != address) {
                targets.push(Target { name, address });
            }
        }
        Ok(targets)
    }

    fn key(&self, cluster: Option<ClusterFile>, targets: &[Target]) -> Result<ClusterKey, Failure> {
        let file = cluster.and_then(|cluster| cluster.key_file).or_else(|| self.key.clone());
        match (file, targets.iter().find(|target| !target.address.ip().is_loopback())) {
            (Some(path), _) => read_key(&path).map_err(Failure::wrong_use),
            (None, None) => Ok(ClusterKey::OPEN),
            (None, Some(target)) => Err(Failure::wrong_use(format_args!(
                "node {target} is not on this machine, so a key is needed: --key FILE, or `key_file` in the cluster \
                 file (make one with `illuminator cluster init`)"
            ))),
        }
    }
}

/// What a node said, for a person and for a program.
struct Told {
    /// What it makes of the exit status.
    status: u8,
    /// `done`, `failed`, `refused`, `lost`, `unreachable`.
    outcome: &'static str,
    text: String,
    /// The exit status of the command.
    exit: Option<i32>,
    output: String,
    cut: bool,
}

impl Told {
    fn of(answer: Result<Answer, CallFailure>, done: &str) -> Self {
        let plain = |status, outcome, text: String| Self {
            status,
            outcome,
            text,
            exit: None,
            output: String::new(),
            cut: false,
        };
        match answer {
            Ok(Answer::Done) => plain(0, "done", done.to_owned()),
            Ok(Answer::Failed) => plain(1, "failed", "the node cannot do that".to_owned()),
            Ok(Answer::Refused(why)) => plain(1, "refused", format!("refused: {why}")),
            Ok(Answer::Lost) => {
                plain(3, "lost", "the node fell silent, and nobody knows what became of it".to_owned())
            }
            Ok(Answer::Gone) => {
                let within_s = BACK_WITHIN.as_millis() / 1_000;
                let text = format!("took it on, and has not started anew within {within_s} s: look there");
                plain(3, "lost", text)
            }
            Ok(Answer::Ended { end, output, cut }) => Self {
                status: u8::from(!end.is_success()),
                outcome: if end.is_success() { "done" } else { "failed" },
                text: if end.is_success() { done.to_owned() } else { end.to_string() },
                exit: if let CommandEnd::Exited { status } = end { Some(status) } else { None },
                output,
                cut,
            },
            Err(failure @ CallFailure::Node(_)) => plain(3, "unreachable", failure.to_string()),
            Err(failure @ CallFailure::Network(_)) => plain(1, "unreachable", failure.to_string()),
        }
    }

    fn json(&self, node: &Target) -> Value {
        json!({
            "node": node.name,
            "address": node.address.to_string(),
            "outcome": self.outcome,
            "text": self.text,
            "exit": self.exit,
            "output": self.output,
            "output_cut": self.cut,
        })
    }
}
