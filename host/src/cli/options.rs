//! Options that several commands share: where the models run, and with which key.

use super::Failure;
use crate::plan::{NodeTarget, Placement};
use crate::scenario::{Connect, Scenario};
use crate::shell::{ClusterFile, SimulatedNodes, Target};
use illuminator_node::shell::read_key;
use illuminator_protocol::ClusterKey;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::str::FromStr;

/// Where the models of a scenario run.
#[derive(clap::Args)]
pub(super) struct PlacementOptions {
    /// Spread the models over N simulated nodes in this process (sim:N), reached over UDP on loopback.
    #[arg(long, value_name = "sim:N", conflicts_with_all = ["local", "cluster"])]
    nodes: Option<SimulatedCount>,
    /// File with the nodes' names, addresses and key, for `connect: {node: NAME}`.
    #[arg(long, value_name = "FILE")]
    cluster: Option<PathBuf>,
    /// Run every model in this process, whatever `connect` says.
    #[arg(long, conflicts_with = "cluster")]
    local: bool,
    /// File with the cluster's key, if the cluster file does not name one.
    #[arg(long, value_name = "FILE", env = "ILLUMINATOR_KEY")]
    key: Option<PathBuf>,
}

/// The N of `sim:N`.
#[derive(Clone, Copy)]
struct SimulatedCount(usize);

/// Most simulated nodes in one process.
const SIMULATED_MAX: usize = 256;

impl FromStr for SimulatedCount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.strip_prefix("sim:")
            .and_then(|count| count.parse().ok())
            .filter(|count| (1..=SIMULATED_MAX).contains(count))
            .map(Self)
            .ok_or_else(|| format!("expected sim:N with N from 1 to {SIMULATED_MAX}"))
    }
}

/// The nodes of a run, reachable.
pub(super) struct Table {
    /// The nodes in the order of the placement.
    pub targets: Vec<Target>,
    /// Their key.
    pub key: ClusterKey,
    /// Those that live in this process; they end with it.
    _simulated: Option<SimulatedNodes>,
}

impl PlacementOptions {
    /// Where each model runs.
    pub(super) fn placement(&self, scenario: &Scenario) -> Result<Placement, Failure> {
        if self.local {
            Ok(Placement::local(scenario))
        } else if let Some(SimulatedCount(count)) = self.nodes {
            Ok(Placement::simulated(scenario, count))
        } else {
            Placement::from_connect(scenario).map_err(Failure::wrong_use)
        }
    }

    /// Finds or starts the nodes of a placement.
    pub(super) fn table(&self, placement: &Placement) -> Result<Table, Failure> {
        if self.nodes.is_some() {
            return simulated(placement);
        }
        let cluster = (self.cluster.as_ref())
            .map(|path| ClusterFile::read(path).map_err(Failure::wrong_use))
            .transpose()?;
        let targets: Vec<Target> =
            (placement.nodes.iter()).map(|node| target(node, cluster.as_ref())).collect::<Result<_, _>>()?;
        let key_file = cluster.and_then(|cluster| cluster.key_file).or_else(|| self.key.clone());
        let key = match key_file {
            Some(path) => read_key(&path).map_err(Failure::wrong_use)?,
            None => match targets.iter().find(|target| !target.address.ip().is_loopback()) {
                None => ClusterKey::OPEN,
                Some(target) => {
                    return Err(Failure::wrong_use(format_args!(
                        "node {} at {} is not on this machine, so a key is needed: --key FILE, or `key_file` \
                         in the cluster file (make one with `illuminator cluster init`)",
                        target.name, target.address
                    )));
                }
            },
        };
        Ok(Table { targets, key, _simulated: None })
    }
}

/// Starts a simulated node in this process for every node of the placement.
pub(super) fn simulated(placement: &Placement) -> Result<Table, Failure> {
    let names: Vec<String> = placement.nodes.iter().map(ToString::to_string).collect();
    let key = ClusterKey::OPEN;
    let nodes = SimulatedNodes::start(&names, &key)?;
    let targets =
        (names.into_iter().zip(nodes.addresses())).map(|(name, &address)| Target { name, address }).collect();
    Ok(Table { targets, key, _simulated: Some(nodes) })
}

fn target(node: &NodeTarget, cluster: Option<&ClusterFile>) -> Result<Target, Failure> {
    let name = node.to_string();
    let address = match node {
        NodeTarget::Running(Connect::Address { ip, port }) => format!("{ip}:{port}"),
        NodeTarget::Running(Connect::Node(name)) => cluster_address(name, cluster)?,
        NodeTarget::Simulated(_) => unreachable!("simulated nodes are started, not looked up"),
    };
    Ok(Target { name, address: resolve(&address)? })
}

fn cluster_address(name: &str, cluster: Option<&ClusterFile>) -> Result<String, Failure> {
    let Some(cluster) = cluster else {
        return Err(Failure::wrong_use(format_args!(
            "the scenario places models on node `{name}`: say where it is with --cluster FILE, or run without \
             nodes with --local or --nodes sim:N"
        )));
    };
    cluster.node(name).map(crate::shell::ClusterNode::address_with_port).ok_or_else(|| {
        let known: Vec<&str> = cluster.nodes.iter().map(|node| node.name.as_str()).collect();
        Failure::wrong_use(format_args!(
            "node `{name}` is not in the cluster file, which has: {}",
            known.join(", ")
        ))
    })
}

fn resolve(address: &str) -> Result<SocketAddr, Failure> {
    let found = address.to_socket_addrs().map_err(|error| {
        Failure::new(
            3,
            format_args!(
                "error: no node can be at {address}: {error}\n  help: run without nodes with --local"
            ),
        )
    })?;
    // Nodes listen on IPv4 unless told otherwise.
    let mut addresses: Vec<SocketAddr> = found.collect();
    addresses.sort_by_key(SocketAddr::is_ipv6);
    addresses.first().copied().ok_or_else(|| Failure::new(3, format_args!("error: {address} has no address")))
}
