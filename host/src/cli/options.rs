//! Where the models of a scenario run: the options that say so, and the nodes behind them.

use super::Failure;
use crate::plan::{NodeTarget, Placement};
use crate::scenario::{Connect, Scenario};
use crate::shell::{ClusterFile, ClusterNode, Nodes, SimulatedNodes, SimulatedTable, Target};
use crate::view::{NodeScene, Rack, Scene};
use illuminator_node::shell::read_key;
use illuminator_protocol::ClusterKey;
use std::fmt::{Display, Write};
use std::net::{Ipv4Addr, SocketAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Where the models of a scenario run.
#[derive(Clone, clap::Args)]
pub(super) struct PlacementOptions {
    /// Simulated nodes in this process, reached over UDP on loopback: those that the scenario names (sim), or N over which
    /// the models are spread (sim:N). Of a cluster file only the rack counts then.
    #[arg(long, value_name = "sim[:N]", conflicts_with = "local")]
    nodes: Option<Simulated>,
    /// File with the nodes' names, addresses and key, for `connect: {node: NAME}`.
    #[arg(long, value_name = "FILE")]
    cluster: Option<PathBuf>,
    /// Run every model in this process, whatever `connect` says.
    #[arg(long, conflicts_with = "cluster")]
    local: bool,
}

/// Which nodes are simulated.
#[derive(Clone, Copy)]
enum Simulated {
    /// Those that the scenario names.
    Named,
    /// So many, over which the models are spread.
    Count(usize),
}

/// Most simulated nodes in one process.
const SIMULATED_MAX: usize = 256;

impl FromStr for Simulated {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "sim" {
            return Ok(Self::Named);
        }
        text.strip_prefix("sim:")
            .and_then(|count| count.parse().ok())
            .filter(|count| (1..=SIMULATED_MAX).contains(count))
            .map(Self::Count)
            .ok_or_else(|| format!("expected sim, or sim:N with N from 1 to {SIMULATED_MAX}"))
    }
}

/// Where each model runs, and what is known of the nodes.
pub(super) struct Placed {
    pub(super) placement: Placement,
    /// Whether the nodes live in this process.
    simulated: bool,
    cluster: Option<ClusterFile>,
}

/// The nodes of a run, reachable.
pub(super) struct Table {
    /// The nodes in the order of the placement.
    pub targets: Vec<Target>,
    /// Those that take the places of lost ones.
    pub spares: Vec<Target>,
    /// Their key.
    pub key: ClusterKey,
    /// What stands at them, where that is simulated.
    pub hardware: Option<SimulatedTable>,
    /// Where they stand in their rack, if that is known.
    pub rack: Option<Rack>,
    /// Those that live in this process; they end with it.
    _simulated: Option<SimulatedNodes>,
}

impl PlacementOptions {
    /// The cluster file whose nodes scenarios run on; `None` where they run elsewhere.
    pub(super) fn cluster(&self) -> Option<&Path> {
        self.cluster.as_deref().filter(|_| self.nodes.is_none() && !self.local)
    }

    /// Decides where each model runs. A cluster file that is given is read, whether it is needed or not.
    pub(super) fn place(&self, scenario: &Scenario) -> Result<Placed, Failure> {
        let cluster = (self.cluster.as_ref())
            .map(|path| ClusterFile::read(path).map_err(Failure::wrong_use))
            .transpose()?;
        let placement = if self.local {
            Placement::local(scenario)
        } else if let Some(Simulated::Count(count)) = self.nodes {
            Placement::simulated(scenario, count)
        } else {
            Placement::from_connect(scenario).map_err(Failure::wrong_use)?
        };
        let simulated = self.nodes.is_some();
        Ok(Placed { placement, simulated, cluster })
    }
}

impl Placed {
    /// With a cluster file: a line per node with its address. Every name must be in the file.
    pub(super) fn addresses(&self) -> Result<String, Failure> {
        let mut text = String::new();
        if self.cluster.is_some() && !self.simulated && !self.placement.nodes.is_empty() {
            text.push_str("addresses\n");
            for node in &self.placement.nodes {
                let _ = writeln!(text, "  {node}: {}", written_address(node, self.cluster.as_ref())?);
            }
        }
        Ok(text)
    }

    /// Finds or starts the nodes; simulated ones with their hardware if it is given. `key` is the key file to use if the
    /// cluster file does not name one; `spares` are names or addresses.
    pub(super) fn table(
        &self,
        key: Option<&Path>,
        spares: &[String],
        hardware: Option<SimulatedTable>,
    ) -> Result<Table, Failure> {
        let Self { placement, simulated: is_simulated, cluster } = self;
        let cluster = cluster.as_ref();
        let rack = cluster.and_then(|cluster| cluster.rack.clone());
        if *is_simulated {
            let table = match hardware {
                _ if !spares.is_empty() => {
                    Err(Failure::wrong_use("simulated nodes are not lost: --spare is for nodes of their own"))
                }
                None => simulated(placement),
                Some(table) => with_hardware(&self.names(), &table),
            };
            return table.map(|table| Table { rack, ..table });
        }
        let of_plan = placement.nodes.len();
        let spares = spares.iter().map(|spare| spare_target(spare, cluster));
        let mut targets = (placement.nodes.iter())
            .map(|node| {
                let address = resolve(&written_address(node, cluster)?)?;
                Ok(Target { name: node.to_string(), address })
            })
            .chain(spares)
            .collect::<Result<Vec<Target>, Failure>>()?;
        tell_apart(&targets)?;
        let key_file = cluster.and_then(|cluster| cluster.key_file.as_deref()).or(key);
        let key = match key_file {
            Some(path) => read_key(path).map_err(Failure::wrong_use)?,
            None => open_key(&targets)?,
        };
        let spares = targets.split_off(of_plan);
        Ok(Table { targets, spares, key, hardware: None, rack, _simulated: None })
    }

    /// What stands at the nodes of a scenario, if they are simulated. Nodes over which models are only spread have no
    /// place in the scenario where something could be plugged.
    pub(super) fn hardware(&self, scenario: &Scenario) -> Option<SimulatedTable> {
        let is_named = !matches!(self.placement.nodes.first()?, NodeTarget::Simulated(_));
        let tokens = if is_named { scenario.tokens.as_slice() } else { &[] };
        self.simulated.then(|| SimulatedTable::new(&self.names(), &scenario.cables, tokens))
    }

    fn names(&self) -> Vec<String> {
        self.placement.nodes.iter().map(ToString::to_string).collect()
    }
}

/// A node that `--spare` names.
fn spare_target(spare: &str, cluster: Option<&ClusterFile>) -> Result<Target, Failure> {
    let named = cluster.filter(|cluster| cluster.node(spare).is_some());
    Ok(Target { name: spare.to_owned(), address: node_address(spare, named)? })
}

/// The key that everybody knows, for nodes on this machine.
pub(super) fn open_key(targets: &[Target]) -> Result<ClusterKey, Failure> {
    match targets.iter().find(|target| !target.address.ip().is_loopback()) {
        None => Ok(ClusterKey::OPEN),
        Some(target) => Err(Failure::wrong_use(format_args!(
            "node {} at {} is not on this machine, so a key is needed: --key FILE, or `key_file` in the \
             cluster file (make one with `illuminator cluster init`)",
            target.name, target.address
        ))),
    }
}

/// Starts a simulated node in this process for every node of the placement.
pub(super) fn simulated(placement: &Placement) -> Result<Table, Failure> {
    let names: Vec<String> = placement.nodes.iter().map(ToString::to_string).collect();
    let nodes = SimulatedNodes::start(&names, &ClusterKey::OPEN)?;
    Ok(Table::simulated(&names, nodes, None))
}

/// Starts the nodes of these names with the hardware of a table, which has the same ones.
pub(super) fn with_hardware(names: &[String], table: &SimulatedTable) -> Result<Table, Failure> {
    let nodes = SimulatedNodes::of_table(table, &ClusterKey::OPEN)?;
    Ok(Table::simulated(names, nodes, Some(table.clone())))
}

impl Table {
    fn simulated(names: &[String], nodes: SimulatedNodes, hardware: Option<SimulatedTable>) -> Self {
        let target = |(name, &address): (&String, &SocketAddr)| Target { name: name.clone(), address };
        let targets = names.iter().zip(nodes.addresses()).map(target).collect();
        let simulated = Some(nodes);
        Self {
            targets,
            spares: Vec::new(),
            key: ClusterKey::OPEN,
            hardware,
            rack: None,
            _simulated: simulated,
        }
    }

    /// What there is to see of a run on these nodes. `by_hand`: what is plugged follows the hands at the table.
    pub(super) fn scene(&self, scenario: &Scenario, placement: &Placement, by_hand: bool) -> Scene {
        let node =
            |target: &Target| NodeScene { name: target.name.clone(), address: target.address.to_string() };
        let nodes = self.targets.iter().map(node).collect();
        let has_place = |id| self.hardware.as_ref().is_some_and(|table| table.has_place(id));
        let pluggable = by_hand && scenario.plugs().count() > 0 && scenario.plugs().all(has_place);
        Scene { pluggable, rack: self.rack.clone(), ..Scene::of(scenario, placement, nodes) }
    }

    /// The nodes, as a run takes them.
    pub(super) fn nodes(&self) -> Nodes<'_> {
        Nodes { targets: &self.targets, spares: &self.spares, key: &self.key }
    }
}

/// One socket reaches all nodes, and knows them by their addresses.
pub(super) fn tell_apart(targets: &[Target]) -> Result<(), Failure> {
    for (index, Target { name, address }) in targets.iter().enumerate() {
        let before = &targets[..index];
        if let Some(same) = before.iter().find(|other| other.address == *address) {
            return Err(Failure::wrong_use(format_args!(
                "nodes {} and {name} are the same, {address}: use one name for it",
                same.name
            )));
        }
        if let Some(other) = before.iter().find(|other| other.address.is_ipv4() != address.is_ipv4()) {
            return Err(Failure::wrong_use(format_args!(
                "nodes {} at {} and {name} at {address}: a run reaches its nodes by IPv4 or by IPv6, not by \
                 both",
                other.name, other.address
            )));
        }
    }
    Ok(())
}

/// The address of a node as it is written, with its port.
fn written_address(node: &NodeTarget, cluster: Option<&ClusterFile>) -> Result<String, Failure> {
    match node {
        NodeTarget::Running(Connect::Address { ip, port }) => Ok(format!("{ip}:{port}")),
        NodeTarget::Running(Connect::Node(name)) => cluster_address(name, cluster),
        NodeTarget::Simulated(_) => unreachable!("simulated nodes are started, not looked up"),
    }
}

/// Where the node called `node` is: by its name in the cluster file, else as an address.
pub(super) fn node_address(node: &str, cluster: Option<&ClusterFile>) -> Result<SocketAddr, Failure> {
    match cluster {
        Some(cluster) => resolve(&cluster_address(node, Some(cluster))?),
        None => {
            let entry = ClusterNode { name: node.to_owned(), address: node.to_owned() };
            resolve(&entry.address_with_port())
        }
    }
}

fn cluster_address(name: &str, cluster: Option<&ClusterFile>) -> Result<String, Failure> {
    let Some(cluster) = cluster else {
        return Err(Failure::wrong_use(format_args!(
            "the scenario places models on node `{name}`: say where it is with --cluster FILE, or run without \
             nodes with --local or --nodes sim:N"
        )));
    };
    cluster.node(name).map(ClusterNode::address_with_port).ok_or_else(|| {
        let known: Vec<&str> = cluster.nodes.iter().map(|node| node.name.as_str()).collect();
        Failure::wrong_use(format_args!(
            "node `{name}` is not in the cluster file, which has: {}",
            known.join(", ")
        ))
    })
}

fn resolve(address: &str) -> Result<SocketAddr, Failure> {
    let nobody = |problem: &dyn Display| {
        Failure::new(
            3,
            format_args!(
                "error: no node can be at {address}: {problem}\n  help: run without nodes with --local"
            ),
        )
    };
    if is_dotted(address) {
        return dotted(address).ok_or_else(|| nobody(&"an IPv4 address is four numbers from 0 to 255"));
    }
    // Nodes listen on IPv4 unless told otherwise.
    let found = address.to_socket_addrs().map_err(|error| nobody(&error))?;
    found.min_by_key(SocketAddr::is_ipv6).ok_or_else(|| nobody(&"the name has no address"))
}

/// Whether an address with port is of digits and dots: never a name, whatever the resolver makes of it.
fn is_dotted(address: &str) -> bool {
    address.rsplit_once(':').is_some_and(|(host, _)| host.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
}

/// Reads it in decimal: the resolver takes a number that begins with 0 for octal.
fn dotted(address: &str) -> Option<SocketAddr> {
    let (host, port) = address.rsplit_once(':')?;
    let numbers: Vec<u8> = host.split('.').map(|number| number.parse().ok()).collect::<Option<_>>()?;
    let octets: [u8; 4] = numbers.try_into().ok()?;
    Some(SocketAddr::new(Ipv4Addr::from(octets).into(), port.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dotted_addresses_are_decimal_whatever_they_begin_with() {
        let resolved =
            |address| resolve(address).map(|found| found.to_string()).map_err(|error| error.status);
        assert_eq!(resolved("127.0.0.010:5123"), Ok("127.0.0.10:5123".to_owned()));
        assert_eq!(resolved("127.000.000.001:1"), Ok("127.0.0.1:1".to_owned()));
        for wrong in ["127.0.0.256:1", "127.1:1", "127.0.0.1.1:1", "127..0.1:1", "2130706433:1", ":1"] {
            assert_eq!(resolved(wrong), Err(3), "{wrong}");
        }
        assert_eq!(resolved("[::1]:5123"), Ok("[::1]:5123".to_owned()));
    }

    #[test]
    fn nodes_must_differ_and_be_of_one_family() {
        let target =
            |name: &str, address: &str| Target { name: name.to_owned(), address: address.parse().unwrap() };
        let told =
            |other: Target| tell_apart(&[target("a", "127.0.0.1:1"), other]).map_err(|f| (f.status, f.error));
        assert!(told(target("b", "127.0.0.1:2")).is_ok());
        let (status, error) = told(target("b", "127.0.0.1:1")).unwrap_err();
        assert!(status == 2 && error.contains("nodes a and b are the same, 127.0.0.1:1"), "{error}");
        let (status, error) = told(target("b", "[::1]:1")).unwrap_err();
        assert!(status == 2 && error.contains("b at [::1]:1"), "{error}");
    }
}
