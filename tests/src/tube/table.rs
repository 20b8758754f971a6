//! A whole table in simulated time: one coordinator, its nodes, the network between them.

use super::{Faults, Injected, Network, SeededEntropy};
use crate::generate::random::SplitMix64;
use crate::hostile::{Attacker, Sort};
use illuminator::coordinator::{Coordinator, NodeLink, Outcome, Timing};
use illuminator::plan::TablePlan;
use illuminator::story::LiveTable;
use illuminator::view::NodeHealth;
use illuminator_node::model::Slots;
use illuminator_node::node::{Node, NodeCounters, Request};
use illuminator_protocol::{
    BootId, CableFlow, ClusterKey, Datagram, Duration, Header, Hello, Instant, Kind, LinkStats, RunId,
    Session,
};

/// Bounds of a run in the tube: a run that reaches one of them has hung.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Simulated time.
    pub time: Duration,
    /// Simulated time from one step to the next.
    pub pace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { time: Duration::from_secs(3600), pace: Duration::ZERO }
    }
}

/// How a run in the tube ended.
#[derive(Debug)]
pub enum Ended {
    /// As the coordinator says.
    Outcome(Outcome),
    /// The simulated time was up.
    OutOfTime,
}

/// Nodes and network; they outlive a run.
pub struct EmulatedTable {
    nodes: Vec<Node<usize>>,
    network: Network,
    entropy: SeededEntropy,
    now: Instant,
    /// How far each node's clock is ahead of the host's.
    skew: Vec<Duration>,
    shown: Vec<Shown>,
    mute: Option<Mute>,
    attack: Option<Attack>,
    health: Vec<NodeHealth>,
}

/// An attack, and what host and nodes made of it.
struct Attack {
    attacker: Attacker,
    /// The last real datagrams of each node to and from the host.
    to_host: Vec<Vec<u8>>,
    to_node: Vec<Vec<u8>>,
    /// Hostile datagrams that host and nodes got, and how many they counted.
    arrived: [u64; 2],
    counted: [u64; 2],
}

/// A flow that a node was told to show.
#[derive(Clone, Copy, Debug)]
pub struct Shown {
    /// When, by the host's clock.
    pub at: Instant,
    /// What the node takes the host's clock to show then `[µs]`; `None` before it was measured.
    pub believed_us: Option<i64>,
    /// Which node.
    pub node: usize,
    /// What.
    pub flow: CableFlow,
}

/// A node that falls mute again and again.
#[derive(Clone, Copy, Debug)]
struct Mute {
    node: usize,
    every_steps: u64,
    lasting: Duration,
}

/// The key of every table in the tube.
const KEY: ClusterKey = ClusterKey::from_bytes([7; 32]);

impl EmulatedTable {
    /// `count` nodes on a network with these faults.
    pub fn new(count: usize, faults: Faults, seed: u64) -> Self {
        let mut random = SplitMix64::new(seed);
        let node = |number| {
            let hello = Hello::new(BootId(100 + number as u64), &format!("node{number}"), "test");
            Node::new(KEY, hello, Vec::new())
        };
        Self {
            nodes: (0..count).map(node).collect(),
            network: Network::new(faults, count + 1, random.next_u64()),
            entropy: SeededEntropy(SplitMix64::new(random.next_u64())),
            now: Instant::ZERO,
            skew: vec![Duration::ZERO; count],
            shown: Vec::new(),
            mute: None,
            attack: None,
            health: Vec::new(),
        }
    }

    /// What the network did so far.
    pub fn injected(&self) -> Injected {
        self.network.injected()
    }

    /// What each node counted.
    pub fn counters(&self) -> Vec<NodeCounters> {
        self.nodes.iter().map(Node::counters).collect()
    }

    /// Lets a node's clock run ahead of the host's.
    pub fn set_skew(&mut self, node: usize, skew: Duration) {
        self.skew[node] = skew;
    }

    /// Every flow that a node was told to show, in order.
    pub fn shown(&self) -> &[Shown] {
        &self.shown
    }

    /// Makes a node mute for a while each time the host has completed so many steps.
    pub fn mute_often(&mut self, node: usize, every_steps: u64, lasting: Duration) {
        self.mute = Some(Mute { node, every_steps, lasting });
    }

    /// Whatever arrives is followed by hostile datagrams that are made of it, and by some that are made of nothing, at
    /// both ends, as from their peer's address.
    pub fn attack(&mut self, seed: u64) {
        let last = vec![Vec::new(); self.nodes.len()];
        let attacker = Attacker::new(seed, KEY.id());
        self.attack =
            Some(Attack { attacker, to_host: last.clone(), to_node: last, arrived: [0; 2], counted: [0; 2] });
    }

    /// Hostile datagrams that host and nodes got (but Inits that ask again), and by how much their counters of drops grew by them.
    ///
    /// # Panics
    /// If there was no attack.
    pub fn attacked(&self) -> ([u64; 2], [u64; 2]) {
        let Attack { arrived, counted, .. } = self.attack.as_ref().expect("an attack");
        (*arrived, *counted)
    }

    /// How the nodes did at the end of the last run, as the coordinator says.
    pub fn health(&self) -> &[NodeHealth] {
        &self.health
    }

    /// What each node counts of its session.
    pub fn links(&self) -> Vec<Option<LinkStats>> {
        self.nodes.iter().map(|node| node.responder().current().map(Session::stats)).collect()
    }

    /// Simulated time.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// Runs a plan; `row` gets every complete step.
    pub fn run(
        &mut self,
        plan: &TablePlan,
        run: RunId,
        limits: Limits,
        row: &mut dyn FnMut(u64, &Slots),
    ) -> Ended {
        let hello = Hello::new(BootId(run.0), "host", "test");
        let mut links = Vec::new();
        for (number, place) in plan.places[1..].iter().enumerate() {
            let label = format!("node{number}");
            links.push(NodeLink::new(label, &KEY, hello.clone(), place, &mut self.entropy));
        }
        let patience = Duration::from_secs(60);
        let timing =
            Timing { connect_within: patience, lost_after: patience, pace: limits.pace, ..Timing::default() };
        let mut host = Coordinator::new(plan, run, links, LiveTable::bare(), timing, self.now)
            .expect("the plan's models can be built");
        let end = self.now + limits.time;
        loop {
            while let Some(step) = host.complete() {
                if let Some(Mute { node, every_steps, lasting }) = self.mute
                    && step % every_steps == every_steps / 2
                {
                    self.network.mute(node + 1, self.now + lasting);
                }
                row(step, host.values(step));
                host.recorded(self.now);
            }
            self.transmit(&mut host);
            if let Some(outcome) = host.outcome() {
                self.health = host.health(self.now).map(|(_, health)| health).collect();
                return Ended::Outcome(outcome);
            }
            if host.complete().is_some() {
                continue;
            }
            if self.now >= end {
                return Ended::OutOfTime;
            }
            self.advance(&host, end);
            self.deliver(&mut host);
        }
    }

    fn transmit(&mut self, host: &mut Coordinator) {
        let mut datagram = Datagram::new();
        while let Some(node) = host.poll_transmit(self.now, &mut datagram) {
            self.network.send(self.now, 0, node + 1, &datagram);
        }
        for (number, node) in self.nodes.iter_mut().enumerate() {
            let own = self.now + self.skew[number];
            while let Some(to) = node.poll_transmit(own, &mut datagram) {
                self.network.send(self.now, number + 1, to, &datagram);
            }
        }
    }

    /// Notes what a node is told to show.
    fn look(&mut self, number: usize) {
        let own_us = (self.now + self.skew[number]).as_micros() as i64;
        let node = &mut self.nodes[number];
        while let Some(request) = node.poll_request() {
            if let Request::Show(flow) = request {
                let believed_us = node.host_clock_offset_us().map(|offset_us| own_us + offset_us);
                self.shown.push(Shown { at: self.now, believed_us, node: number, flow });
            }
        }
    }

    /// On to the next thing that happens. Time moves by at least a microsecond, so that nothing can stand still.
    fn advance(&mut self, host: &Coordinator, end: Instant) {
        let mut next = end.min(host.poll_timeout());
        for (number, node) in self.nodes.iter().enumerate() {
            let due = node.poll_timeout().as_micros().saturating_sub(self.skew[number].as_micros());
            next = next.min(Instant::from_micros(due));
        }
        if let Some(arrival) = self.network.next_arrival() {
            next = next.min(arrival);
        }
        self.now = next.max(self.now + Duration::from_micros(1));
    }

    fn deliver(&mut self, host: &mut Coordinator) {
        while let Some((from, to, bytes)) = self.network.receive(self.now) {
            self.arrive(host, from, to, &bytes);
            let hostile = match &mut self.attack {
                Some(attack) => attack.after(from, to, &bytes),
                None => continue,
            };
            for (to_host, node, sort, bytes) in hostile {
                let before = self.drops(host, to_host, node);
                let (from, to) = if to_host { (node + 1, 0) } else { (0, node + 1) };
                self.arrive(host, from, to, &bytes);
                let counted = self.drops(host, to_host, node) - before;
                // An Init whose session has not begun may come again: its answer may be lost.
                let asks_again = sort == Sort::Replayed
                    && Header::decode(&bytes).is_ok_and(|header| header.kind == Kind::Init);
                if let Some(attack) = self.attack.as_mut().filter(|_| !asks_again) {
                    attack.arrived[usize::from(!to_host)] += 1;
                    attack.counted[usize::from(!to_host)] += counted;
                }
            }
        }
    }

    fn arrive(&mut self, host: &mut Coordinator, from: usize, to: usize, bytes: &[u8]) {
        let mut bytes = bytes.to_vec();
        if to == 0 {
            host.handle(self.now, from - 1, &mut bytes);
        } else {
            // What is dropped is counted by the node.
            let own = self.now + self.skew[to - 1];
            let _ = self.nodes[to - 1].handle(own, from, &mut bytes, &mut self.entropy);
            self.look(to - 1);
        }
    }

    /// What one end has dropped.
    fn drops(&self, host: &Coordinator, at_host: bool, node: usize) -> u64 {
        if at_host {
            host.health(self.now).nth(node).map_or(0, |(_, health)| health.dropped)
        } else {
            self.nodes[node].responder().drops().total()
        }
    }
}

impl Attack {
    /// What follows a datagram: (to the host?, which node, what, bytes).
    fn after(&mut self, from: usize, to: usize, real: &[u8]) -> Vec<(bool, usize, Sort, Vec<u8>)> {
        let node = from.max(to) - 1;
        let last = if to == 0 { &mut self.to_host[node] } else { &mut self.to_node[node] };
        *last = real.to_vec();
        let mut hostile = Vec::new();
        for (to_host, last, reflected) in [
            (true, &self.to_host[node], &self.to_node[node]),
            (false, &self.to_node[node], &self.to_host[node]),
        ] {
            let mut made = self.attacker.of_nothing();
            if !last.is_empty() {
                made.extend(self.attacker.of_frame(last));
            }
            if !reflected.is_empty() {
                made.push((Sort::Reflected, reflected.clone()));
            }
            hostile.extend(made.into_iter().map(|(sort, bytes)| (to_host, node, sort, bytes)));
        }
        hostile
    }
}
