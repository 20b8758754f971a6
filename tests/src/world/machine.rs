//! A node in its machine: it crashes and starts anew, stands still, has a clock of its own, and is watched.
//!
//! ```text
//!   datagrams ─▶ inbox (while it stalls) ─▶ Node ─▶ requests ─▶ what its strips show
//!                                             └─▶ progress, counters ─▶ checks
//! ```

use super::clock::Clock;
use crate::tube::SeededEntropy;
use illuminator_node::node::{Node, NodeCounters, Progress, Request};
use illuminator_protocol::{BootId, ClusterKey, Datagram, Duration, Hello, Instant};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Datagrams that wait for a machine that does nothing; more are lost, as an operating system does it.
pub(super) const INBOX_MAX: usize = 256;
/// No flow is shown for so long after the last word of a host.
const DARK_WITHIN: Duration = Duration::from_millis(2_000);

/// A datagram as it reached a machine, and from which end of the network.
#[derive(Clone, Debug)]
pub(super) struct Arrival {
    pub(super) from: usize,
    pub(super) bytes: Vec<u8>,
}

/// A machine with a node.
pub(super) struct Machine {
    name: String,
    node: Option<Node<usize>>,
    pub(super) clock: Clock,
    boots: u64,
    /// When it starts again, or does something again.
    pub(super) down_until: Option<Instant>,
    pub(super) stalled_until: Option<Instant>,
    inbox: VecDeque<Arrival>,
    /// What is plugged in here; pins and boards say so again after a start.
    plugged: BTreeMap<u16, bool>,
    /// What was ever plugged in here.
    visited: BTreeSet<u16>,
    /// Cables of which it shows a flow, and whether it takes its host to be gone.
    lit: BTreeSet<u16>,
    silent: bool,
    /// When a host was heard last at the latest.
    word: Instant,
    life: Life,
    /// What earlier lives counted.
    pub(super) counted: NodeCounters,
}

/// What a node did since it started.
#[derive(Default)]
struct Life {
    seen: Option<(Progress, NodeCounters)>,
    /// Where the run began here, or was gone on with, and how many turns were computed by then.
    origin: Option<(Progress, u64)>,
    /// Whether another host had it.
    taken: bool,
}

impl Machine {
    /// A machine whose node has just started.
    pub(super) fn new(name: &str, key: &ClusterKey, now: Instant) -> Self {
        let mut machine = Self {
            name: name.to_owned(),
            node: None,
            clock: Clock::new(now),
            boots: 0,
            down_until: None,
            stalled_until: None,
            inbox: VecDeque::new(),
            plugged: BTreeMap::new(),
            visited: BTreeSet::new(),
            lit: BTreeSet::new(),
            silent: false,
            word: now,
            life: Life::default(),
            counted: NodeCounters::default(),
        };
        machine.boot(key, now);
        machine
    }

    /// Starts the node, which knows nothing.
    pub(super) fn boot(&mut self, key: &ClusterKey, now: Instant) {
        self.boots += 1;
        let name_number = self.name.bytes().fold(0, |sum: u64, byte| sum * 31 + u64::from(byte));
        let boot = BootId(name_number.wrapping_mul(1000) + self.boots);
        let mut node = Node::new(key.clone(), Hello::new(boot, &self.name, "test"), Vec::new());
        for (&cable, &plugged) in &self.plugged {
            node.cable(cable, plugged);
        }
        self.node = Some(node);
        self.clock = Clock::new(now);
        self.down_until = None;
    }

    /// Its power is cut until then.
    pub(super) fn crash(&mut self, until: Instant) {
        if let Some(node) = self.node.take() {
            self.counted = sum(self.counted, node.counters());
        }
        self.down_until = self.down_until.max(Some(until));
        self.stalled_until = None;
        self.inbox.clear();
        self.lit.clear();
        self.life = Life::default();
    }

    /// What all its lives counted.
    pub(super) fn counters(&self) -> NodeCounters {
        self.node.as_ref().map_or(self.counted, |node| sum(self.counted, node.counters()))
    }

    /// Whether it runs and does something.
    pub(super) fn is_awake(&self) -> bool {
        self.node.is_some() && self.stalled_until.is_none()
    }

    /// Another host has it from now on.
    pub(super) fn taken(&mut self) {
        self.life.taken = true;
    }

    /// A visitor puts something in here, or takes it out.
    pub(super) fn plug(&mut self, cable: u16, plugged: bool) {
        self.plugged.insert(cable, plugged);
        if plugged {
            self.visited.insert(cable);
        }
        if let Some(node) = &mut self.node {
            node.cable(cable, plugged);
        }
    }

    /// Whether a visitor has ever put this in here.
    pub(super) fn was_plugged(&self, cable: u16) -> bool {
        self.visited.contains(&cable)
    }

    /// A host has said something that arrives by then.
    pub(super) fn spoken_to(&mut self, arrives: Instant) {
        self.word = self.word.max(arrives);
    }

    /// When it wants to do something.
    pub(super) fn due(&self) -> Instant {
        match (&self.node, self.down_until.or(self.stalled_until)) {
            (_, Some(until)) => until,
            (Some(node), None) => self.clock.when(node.poll_timeout()),
            (None, None) => Instant::MAX,
        }
    }

    /// A datagram arrives. Returns it if it was taken, and not dropped.
    pub(super) fn arrive(
        &mut self,
        now: Instant,
        arrival: Arrival,
        entropy: &mut SeededEntropy,
    ) -> Result<Option<Arrival>, String> {
        if self.stalled_until.is_some() {
            if self.inbox.len() < INBOX_MAX {
                self.inbox.push_back(arrival);
            }
            return Ok(None);
        }
        let Some(node) = &mut self.node else { return Ok(None) };
        let mut bytes = arrival.bytes.clone();
        let taken = node.handle(self.clock.shows(now), arrival.from, &mut bytes, entropy);
        self.observe()?;
        Ok(taken.is_ok().then_some(arrival))
    }

    /// The next datagram that waited while it stalled: it is heard only now.
    pub(super) fn next_waiting(&mut self, now: Instant) -> Option<Arrival> {
        let waiting = if self.stalled_until.is_none() { self.inbox.pop_front() } else { None };
        if waiting.is_some() {
            self.spoken_to(now);
        }
        waiting
    }

    /// The next datagram that it sends, and to which end of the network.
    pub(super) fn transmit(&mut self, now: Instant, out: &mut Datagram) -> Option<usize> {
        if self.stalled_until.is_some() {
            return None;
        }
        let to = self.node.as_mut()?.poll_transmit(self.clock.shows(now), out);
        self.look();
        to
    }

    /// Notes what its strips are to show.
    fn look(&mut self) {
        let Some(node) = &mut self.node else { return };
        while let Some(request) = node.poll_request() {
            match request {
                Request::Show(flow) => drop(self.lit.insert(flow.cable)),
                Request::Unplugged(cable) => drop(self.lit.remove(&cable)),
                Request::Dark => self.lit.clear(),
                Request::HostSilent(silent) => self.silent = silent,
                Request::Identify(_)
                | Request::Relay { .. }
                | Request::EmergencyStop(_)
                | Request::BoardLines(_)
                | Request::Command(_) => {}
            }
        }
    }

    /// Checks that the node went on as far as it computed, turn by turn, and never back.
    fn observe(&mut self) -> Result<(), String> {
        self.look();
        let Some(node) = &self.node else { return Ok(()) };
        let (progress, counters) = (node.progress(), node.counters());
        let before = std::mem::replace(&mut self.life.seen, progress.map(|now| (now, counters)));
        if counters.unreadable > 0 {
            return Err(format!("{}: a message was unreadable: {counters:?}", self.name));
        }
        // Whoever starts anew is known by its boot id, and whoever does not has every answer that may be asked for.
        if counters.stale > 0 && !self.life.taken {
            return Err(format!("{}: was asked for what it cannot know: {counters:?}", self.name));
        }
        let Some(progress) = progress else {
            self.life.origin = None;
            return Ok(());
        };
        let goes_on = before
            .is_some_and(|(before, counted)| before.run == progress.run && counted.begun == counters.begun);
        match self.life.origin {
            Some((origin, computed)) if goes_on && origin.run == progress.run => {
                let turns = turn(progress).checked_sub(turn(origin));
                if turns != Some(counters.computed - computed) {
                    let computed = counters.computed - computed;
                    return Err(format!(
                        "{}: computed {computed} turns from {origin:?} to {progress:?}",
                        self.name
                    ));
                }
            }
            _ => self.life.origin = Some((progress, counters.computed)),
        }
        Ok(())
    }

    /// Checks that it shows no flow longer than it may without a host.
    pub(super) fn check_dark(&self, now: Instant) -> Result<(), String> {
        let lit = self.is_awake() && !self.silent && !self.lit.is_empty();
        if lit && now > self.word + DARK_WITHIN {
            let since_ms = now.saturating_since(self.word).as_millis();
            return Err(format!(
                "{}: shows {:?} {since_ms} ms after its host's last word",
                self.name, self.lit
            ));
        }
        Ok(())
    }
}

/// Turns from the beginning of the run to where it is.
fn turn(at: Progress) -> u64 {
    at.step * at.stages as u64 + at.stage as u64
}

/// The sum of both.
pub(super) fn sum(a: NodeCounters, b: NodeCounters) -> NodeCounters {
    NodeCounters {
        computed: a.computed + b.computed,
        repeated: a.repeated + b.repeated,
        stale: a.stale + b.stale,
        unreadable: a.unreadable + b.unreadable,
        begun: a.begun + b.begun,
    }
}
