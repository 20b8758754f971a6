//! A run on nodes without sockets: host and nodes as pure state machines that hand each other datagrams.
//!
//! What is left is what the programs themselves compute in a step; and every datagram passes by here, so that
//! their real sizes are known.

use super::measure::{median, seconds};
use illuminator::coordinator::{Coordinator, NodeLink, Timing};
use illuminator::plan::{HOST, TablePlan};
use illuminator::story::LiveTable;
use illuminator_node::node::Node;
use illuminator_node::shell::{Clock, SystemEntropy, hello};
use illuminator_protocol::{ClusterKey, Datagram, RunId};
use std::error::Error;

/// What a run without sockets showed.
pub(crate) struct InMemory {
    /// Time of a step, all of it computing `[us]`.
    pub(crate) step_us: f64,
    /// Usual size of a datagram to a node `[bytes]`.
    pub(crate) to_node_bytes: usize,
    /// Usual size of a datagram to the host `[bytes]`.
    pub(crate) to_host_bytes: usize,
}

/// Runs a plan on as many nodes as it has places for.
pub(crate) fn run(plan: &TablePlan) -> Result<InMemory, Box<dyn Error>> {
    let clock = Clock::start();
    let key = ClusterKey::OPEN;
    let me = hello("host");
    let places = &plan.places[HOST + 1..];
    let links = (places.iter())
        .map(|place| NodeLink::new("a node".to_owned(), &key, me.clone(), place, &mut SystemEntropy))
        .collect();
    let coordinator =
        Coordinator::new(plan, RunId(1), links, LiveTable::bare(), Timing::default(), clock.now())?;
    let nodes = places.iter().map(|_| Node::new(key.clone(), hello("node"), Vec::new())).collect();
    let mut table = Table { clock, coordinator, nodes, to_node: Vec::new(), to_host: Vec::new() };
    let (elapsed_s, outcome) = seconds(|| table.run());
    outcome?;
    Ok(InMemory {
        step_us: elapsed_s * 1e6 / plan.steps as f64,
        to_node_bytes: median(&table.to_node) as usize,
        to_host_bytes: median(&table.to_host) as usize,
    })
}

struct Table {
    clock: Clock,
    coordinator: Coordinator,
    nodes: Vec<Node<()>>,
    /// Sizes of the datagrams `[bytes]`.
    to_node: Vec<f64>,
    to_host: Vec<f64>,
}

impl Table {
    fn run(&mut self) -> Result<(), Box<dyn Error>> {
        loop {
            self.deliver();
            while self.coordinator.complete().is_some() {
                self.coordinator.recorded(self.clock.now());
            }
            if let Some(outcome) = self.coordinator.outcome() {
                return Ok(outcome?);
            }
        }
    }

    /// Carries datagrams until nobody has one to send.
    fn deliver(&mut self) {
        let mut datagram = Datagram::new();
        while let Some(node) = self.coordinator.poll_transmit(self.clock.now(), &mut datagram) {
            self.to_node.push(datagram.len() as f64);
            // What is dropped is sent again.
            let _ = self.nodes[node].handle(self.clock.now(), (), &mut datagram, &mut SystemEntropy);
        }
        for (number, node) in self.nodes.iter_mut().enumerate() {
            while node.poll_transmit(self.clock.now(), &mut datagram).is_some() {
                self.to_host.push(datagram.len() as f64);
                self.coordinator.handle(self.clock.now(), number, &mut datagram);
            }
        }
    }
}
