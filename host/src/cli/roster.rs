//! All nodes of a cluster file, whether a scenario names them or not.

use super::Failure;
use super::options::{node_address, open_key, tell_apart};
use crate::shell::{ClusterFile, IdleNodes, StopFlag, Target};
use crate::view::{NodeHealth, Rack};
use illuminator_node::shell::read_key;
use illuminator_protocol::ClusterKey;
use std::net::SocketAddr;
use std::panic::resume_unwind;
use std::path::Path;

/// The nodes, and how to reach them.
pub(super) struct Roster {
    /// All of them; of one that cannot be anywhere it is said why.
    pub nodes: Vec<NodeHealth>,
    /// Those that may be reached.
    pub targets: Vec<Target>,
    /// Their key.
    pub key: ClusterKey,
    /// Where they stand in their rack, if that is known.
    pub rack: Option<Rack>,
}

impl Roster {
    /// Reads a cluster file; `key` is the key file to use if it names none. A node whose name cannot be found in the
    /// network now is no reason to do without the others.
    pub(super) fn read(path: &Path, key: Option<&Path>) -> Result<Self, Failure> {
        let cluster = ClusterFile::read(path).map_err(Failure::wrong_use)?;
        let (mut nodes, mut targets) = (Vec::new(), Vec::new());
        for (node, found) in cluster.nodes.iter().zip(addresses(&cluster)) {
            let name = node.name.clone();
            let mut health =
                NodeHealth { name: name.clone(), address: node.address_with_port(), ..NodeHealth::default() };
            match found {
                Ok(address) => {
                    health.address = address.to_string();
                    targets.push(Target { name, address });
                }
                Err(Failure { error, .. }) => {
                    let line = error.lines().next().unwrap_or_default();
                    health.problem = Some(line.trim_start_matches("error: ").to_owned());
                }
            }
            nodes.push(health);
        }
        if nodes.is_empty() {
            return Err(Failure::wrong_use(format_args!("the cluster file {} has no nodes", path.display())));
        }
        tell_apart(&targets)?;
        let key = match cluster.key_file.as_deref().or(key) {
            Some(path) => read_key(path).map_err(Failure::wrong_use)?,
            None => open_key(&targets)?,
        };
        Ok(Self { nodes, targets, key, rack: cluster.rack })
    }

    /// The nodes as people see them while no run goes on.
    pub(super) fn idle(self, title: &str, stop: StopFlag) -> IdleNodes {
        IdleNodes::new(title, self.nodes, (self.targets, self.key), self.rack, stop)
    }
}

/// Where the nodes are. Their names are looked up at once: each that is not in the network takes some seconds.
fn addresses(cluster: &ClusterFile) -> Vec<Result<SocketAddr, Failure>> {
    let look = |name: &str| node_address(name, Some(cluster));
    let look = &look;
    std::thread::scope(|scope| {
        let looking: Vec<_> =
            cluster.nodes.iter().map(|node| scope.spawn(move || look(&node.name))).collect();
        looking.into_iter().map(|each| each.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    })
}
