//! `illuminator cluster identify` and `power`: one node is asked for one thing.

use crate::cli::options::node_address;
use crate::cli::{Failure, note};
use crate::shell::{CallFailure, ClusterFile, NodeCaller, StopFlag, Target};
use clap::ValueEnum;
use illuminator_node::shell::read_key;
use illuminator_protocol::{ClusterKey, Control};
use std::path::PathBuf;
use std::time::Duration;

/// Which node, and how to reach it.
#[derive(clap::Args)]
struct Addressee {
    /// The node's name in the cluster file, or its address.
    #[arg(value_name = "NODE")]
    node: String,
    /// File with the nodes' names, addresses and key.
    #[arg(long, value_name = "FILE")]
    cluster: Option<PathBuf>,
    /// File with the cluster's key, unless the cluster file names one.
    #[arg(long, value_name = "FILE", env = "ILLUMINATOR_KEY")]
    key: Option<PathBuf>,
}

#[derive(clap::Args)]
pub(in crate::cli) struct Identify {
    #[command(flatten)]
    addressee: Addressee,
    /// For how many seconds.
    #[arg(long, value_name = "S", default_value = "10", value_parser = clap::value_parser!(u64).range(1..=3600))]
    seconds: u64,
}

#[derive(clap::Args)]
pub(in crate::cli) struct Power {
    #[command(flatten)]
    addressee: Addressee,
    /// Number of the relay, as the node and its `check-config` show it: from 0 in the order of its configuration.
    #[arg(value_name = "RELAY")]
    relay: u8,
    /// What to do with it.
    #[arg(value_enum)]
    switch: Switch,
}

/// The two positions of a relay.
#[derive(Clone, Copy, ValueEnum)]
enum Switch {
    /// Closed: what it feeds has power.
    On,
    /// Open.
    Off,
}

impl Addressee {
    fn reach(self) -> Result<NodeCaller, Failure> {
        let cluster =
            self.cluster.as_deref().map(ClusterFile::read).transpose().map_err(Failure::wrong_use)?;
        let address = node_address(&self.node, cluster.as_ref())?;
        let key_file = cluster.and_then(|cluster| cluster.key_file).or(self.key);
        let key = match key_file {
            Some(path) => read_key(&path).map_err(Failure::wrong_use)?,
            None if address.ip().is_loopback() => ClusterKey::OPEN,
            None => {
                return Err(Failure::wrong_use(format_args!(
                    "node {} at {address} is not on this machine, so a key is needed: --key FILE, or `key_file` \
                     in the cluster file (make one with `illuminator cluster init`)",
                    self.node
                )));
            }
        };
        Ok(NodeCaller::new(Target { name: self.node, address }, &key)?)
    }
}

/// A node that does not answer ends the program with 3, as a node that is lost does.
fn failed(failure: &CallFailure) -> Failure {
    let status = if matches!(failure, CallFailure::Node(_)) { 3 } else { 1 };
    Failure::new(status, format_args!("error: {failure}"))
}

/// What a node says that cannot do what it was asked for.
fn refused(node: &NodeCaller, what: &str) -> Failure {
    Failure::new(1, format_args!("error: node {} cannot {what}", node.target()))
}

impl Identify {
    pub(super) fn run(self) -> Result<(), Failure> {
        let stop = StopFlag::from_signals();
        let mut node = self.addressee.reach()?;
        if !node.ask(Control::Identify { on: true }).map_err(|failure| failed(&failure))? {
            return Err(refused(&node, "identify itself"));
        }
        note(format_args!("node {} identifies itself for {} s", node.target(), self.seconds));
        node.stay(Duration::from_secs(self.seconds), &stop).map_err(|failure| failed(&failure))?;
        node.ask(Control::Identify { on: false }).map_err(|failure| failed(&failure))?;
        Ok(())
    }
}

impl Power {
    pub(super) fn run(self) -> Result<(), Failure> {
        let mut node = self.addressee.reach()?;
        let on = matches!(self.switch, Switch::On);
        if !node.ask(Control::Relay { relay: self.relay, on }).map_err(|failure| failed(&failure))? {
            return Err(refused(
                &node,
                &format!(
                    "switch relay {}: `illuminator-node check-config` there lists its relays, and its log says \
                     why one fails",
                    self.relay
                ),
            ));
        }
        let state = if on { "on" } else { "off" };
        note(format_args!("node {}: relay {} is {state}", node.target(), self.relay));
        Ok(())
    }
}
