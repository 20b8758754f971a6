//! Simulated nodes in this process: the same node, the same UDP, on loopback.

use super::SimulatedTable;
use illuminator_node::node::Node;
use illuminator_node::shell::{Clock, Machine, bind, hello, runtime, serve, spawn};
use illuminator_protocol::ClusterKey;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::thread::JoinHandle;
use tokio::sync::watch;

/// Nodes that run in a thread of this process until this is dropped.
pub struct SimulatedNodes {
    addresses: Vec<SocketAddr>,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl SimulatedNodes {
    /// Starts one node per name, each with a socket of its own on 127.0.0.1, and with nothing plugged in or shown.
    ///
    /// # Errors
    /// A socket or thread that cannot be made.
    pub fn start(names: &[String], key: &ClusterKey) -> io::Result<Self> {
        let bare = names.iter().map(|name| (name.clone(), Machine::default(), Clock::start()));
        Self::launch(bare.collect(), key)
    }

    /// Starts the nodes of a table with its hardware; a table is started once.
    ///
    /// # Errors
    /// A socket or thread that cannot be made.
    pub fn of_table(table: &SimulatedTable, key: &ClusterKey) -> io::Result<Self> {
        let machines = table.names().zip(table.machines()?);
        Self::launch(
            machines.map(|(name, (machine, clock))| (name.to_owned(), machine, clock)).collect(),
            key,
        )
    }

    fn launch(nodes: Vec<(String, Machine, Clock)>, key: &ClusterKey) -> io::Result<Self> {
        let (stop, stopped) = watch::channel(false);
        let (ready, addresses) = std::sync::mpsc::channel();
        let key = key.clone();
        let runtime = runtime()?;
        let thread = spawn("nodes", move || {
            runtime.block_on(run(nodes, key, ready, stopped));
        })?;
        let addresses =
            addresses.recv().map_err(|_| io::Error::other("the simulated nodes did not start"))??;
        Ok(Self { addresses, stop, thread: Some(thread) })
    }

    /// The nodes' addresses, in the order of their names.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }
}

impl Drop for SimulatedNodes {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn run(
    machines: Vec<(String, Machine, Clock)>,
    key: ClusterKey,
    ready: std::sync::mpsc::Sender<io::Result<Vec<SocketAddr>>>,
    stopped: watch::Receiver<bool>,
) {
    let mut sockets = Vec::new();
    for _ in &machines {
        match bind((Ipv4Addr::LOCALHOST, 0).into()).await {
            Ok(socket) => sockets.push(socket),
            Err(error) => {
                let _ = ready.send(Err(error));
                return;
            }
        }
    }
    let _ = ready.send(sockets.iter().map(tokio::net::UdpSocket::local_addr).collect());
    let mut nodes = tokio::task::JoinSet::new();
    for ((name, mut machine, clock), socket) in machines.into_iter().zip(sockets) {
        let mut stopped = stopped.clone();
        let mut node = Node::new(key.clone(), hello(&name), Vec::new());
        nodes.spawn(async move {
            let stop = async move {
                let _ = stopped.wait_for(|stopped| *stopped).await;
            };
            // A socket that fails ends its node; the host then reports the node as lost.
            let _ = serve(&socket, &mut node, &mut machine, clock, stop).await;
        });
    }
    nodes.join_all().await;
}
