//! A network in simulated time between one host and one node, with faults that count how often they fired.

use std::collections::{BTreeMap, VecDeque};

use illuminator_protocol::{
    BootId, ClusterKey, Datagram, DropReason, Duration, Entropy, Hello, Initiator, Instant, Responder,
    Session, initiator, responder,
};

pub(crate) const W: usize = 64;

/// The node's clock runs this far ahead of the host's [µs].
pub(crate) const NODE_CLOCK_AHEAD_US: i64 = 5_000_000;

/// Address of the host.
const HOST: u8 = 0;

/// xorshift64*: small, and the same on every machine.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub(crate) fn percent(&mut self, percent: u64) -> bool {
        (self.next() >> 33) % 100 < percent
    }

    fn between(&mut self, (low, high): (u64, u64)) -> u64 {
        low + (self.next() >> 20) % (high - low + 1)
    }
}

impl Entropy for Random {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            *byte = (self.next() >> 56) as u8;
        }
    }
}

/// Faults [percent of all datagrams] and the range of delays [µs].
#[derive(Clone, Copy)]
pub(crate) struct Faults {
    pub(crate) loss: u64,
    pub(crate) duplication: u64,
    pub(crate) corruption: u64,
    pub(crate) delay_us: (u64, u64),
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Fired {
    pub(crate) lost: u64,
    pub(crate) duplicated: u64,
    pub(crate) corrupted: u64,
    pub(crate) reordered: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum To {
    Host,
    Node,
}

pub(crate) struct Net {
    pub(crate) host: Box<Initiator<W>>,
    pub(crate) node: Box<Responder<u8, W>>,
    pub(crate) faults: Faults,
    pub(crate) fired: Fired,
    pub(crate) outbox_host: VecDeque<Vec<u8>>,
    pub(crate) outbox_node: VecDeque<Vec<u8>>,
    pub(crate) inbox_host: Vec<Vec<u8>>,
    pub(crate) inbox_node: Vec<Vec<u8>>,
    pub(crate) host_events: Vec<initiator::Event>,
    pub(crate) node_events: Vec<responder::Event>,
    pub(crate) reconnections: usize,
    pub(crate) frames_to_node: u64,
    pub(crate) frames_to_host: u64,
    pub(crate) last_frame_to_node: Vec<u8>,
    pub(crate) node_reads: bool,
    /// What the node sent to addresses other than the host's.
    pub(crate) answers_elsewhere: Vec<Vec<u8>>,
    pub(crate) random: Random,
    now_us: u64,
    sent: u64,
    offset_host: usize,
    offset_node: usize,
    /// Half messages: to the host, to the node.
    joining: [Vec<u8>; 2],
    flying: BTreeMap<(u64, u64), (To, Vec<u8>)>,
}

impl Net {
    pub(crate) fn new(seed: u64, faults: Faults) -> Self {
        let mut random = Random::new(seed);
        let hello = Hello::new(BootId(random.next()), "host", "0.1.0");
        let host = Box::new(Initiator::new(ClusterKey::OPEN, hello, &mut random));
        let node = Self::node(&mut random);
        Self {
            host,
            node,
            faults,
            fired: Fired::default(),
            outbox_host: VecDeque::new(),
            outbox_node: VecDeque::new(),
            inbox_host: Vec::new(),
            inbox_node: Vec::new(),
            host_events: Vec::new(),
            node_events: Vec::new(),
            reconnections: 0,
            frames_to_node: 0,
            frames_to_host: 0,
            last_frame_to_node: Vec::new(),
            node_reads: true,
            answers_elsewhere: Vec::new(),
            random,
            now_us: 0,
            sent: 0,
            offset_host: 0,
            offset_node: 0,
            joining: [Vec::new(), Vec::new()],
            flying: BTreeMap::new(),
        }
    }

    /// A network on which both sides have connected and then gone quiet.
    pub(crate) fn connected(seed: u64, faults: Faults) -> Self {
        let mut net = Self::new(seed, faults);
        assert!(net.run_until(Duration::from_secs(5), |net| net.node.host_address().is_some()));
        net.run_for(Duration::from_millis(20));
        net
    }

    fn node(random: &mut Random) -> Box<Responder<u8, W>> {
        let hello = Hello::new(BootId(random.next()), "node", "0.1.0");
        Box::new(Responder::new(ClusterKey::OPEN, hello))
    }

    pub(crate) fn reboot_node(&mut self) {
        self.node = Self::node(&mut self.random);
    }

    pub(crate) fn host_now(&self) -> Instant {
        Instant::from_micros(self.now_us)
    }

    pub(crate) fn node_now(&self) -> Instant {
        Instant::from_micros(self.now_us + NODE_CLOCK_AHEAD_US as u64)
    }

    pub(crate) fn run_for(&mut self, span: Duration) {
        self.run_until(span, |_| false);
    }

    /// Runs until `done` or for `span`; returns whether it was done.
    pub(crate) fn run_until(&mut self, span: Duration, done: impl Fn(&Self) -> bool) -> bool {
        let end_us = self.now_us + span.as_micros();
        loop {
            self.settle();
            if done(self) {
                return true;
            }
            let host_due_us = self.host.poll_timeout().as_micros();
            let node_due_us = self.node.poll_timeout().as_micros().saturating_sub(NODE_CLOCK_AHEAD_US as u64);
            let arrival_us = self.flying.keys().next().map_or(u64::MAX, |(at_us, _)| *at_us);
            let due_us = host_due_us.min(node_due_us);
            assert!(due_us > self.now_us, "a drained peer must wait for the future");
            self.now_us = arrival_us.min(due_us).min(end_us).max(self.now_us);
            if self.now_us == end_us {
                return false;
            }
            while let Some(((at_us, id), (to, datagram))) = self.flying.pop_first() {
                if at_us > self.now_us {
                    self.flying.insert((at_us, id), (to, datagram));
                    break;
                }
                self.arrive(id, to, datagram);
            }
        }
    }

    /// Hands a datagram to the node outside the faulty network.
    pub(crate) fn inject_to_node(&mut self, from: u8, datagram: &mut [u8]) -> Result<(), DropReason> {
        let now = self.node_now();
        self.node.handle(now, from, datagram, &mut self.random)
    }

    /// Sends a message each way and sees it arrive.
    pub(crate) fn check_alive(&mut self) {
        self.outbox_host.push_back(b"ping".to_vec());
        self.outbox_node.push_back(b"pong".to_vec());
        let arrived = self.run_until(Duration::from_secs(5), |net| {
            !net.inbox_node.is_empty() && !net.inbox_host.is_empty()
        });
        assert!(arrived);
        assert_eq!((self.inbox_node.remove(0), self.inbox_host.remove(0)), (b"ping".into(), b"pong".into()));
    }

    fn arrive(&mut self, id: u64, to: To, mut datagram: Vec<u8>) {
        self.fired.reordered +=
            u64::from(self.flying.iter().any(|((_, other), (t, _))| *t == to && *other < id));
        // A drop is part of the game here: the peers count it.
        let _ = match to {
            To::Host => self.host.handle(self.host_now(), &mut datagram),
            To::Node => self.inject_to_node(HOST, &mut datagram),
        };
    }

    /// Lets both peers take, say and send all they can without time passing.
    fn settle(&mut self) {
        let mut out = Datagram::new();
        let [to_host, to_node] = &mut self.joining;
        if let Some(session) = self.host.session() {
            exchange(session, &mut self.outbox_host, &mut self.offset_host, to_host, &mut self.inbox_host);
        }
        if let Some(session) = self.node.session()
            && self.node_reads
        {
            exchange(session, &mut self.outbox_node, &mut self.offset_node, to_node, &mut self.inbox_node);
        }
        while self.host.poll_transmit(self.host_now(), &mut out) {
            self.frames_to_node += 1;
            self.last_frame_to_node = out.to_vec();
            self.launch(To::Node, &out);
        }
        while let Some(address) = self.node.poll_transmit(self.node_now(), &mut out) {
            if address == HOST {
                self.frames_to_host += 1;
                self.launch(To::Host, &out);
            } else {
                self.answers_elsewhere.push(out.to_vec());
            }
        }
        while let Some(event) = self.host.poll_event() {
            self.reconnections += usize::from(event == initiator::Event::Silent);
            self.host_events.push(event);
        }
        while let Some(event) = self.node.poll_event() {
            self.reconnections += usize::from(event == responder::Event::Silent);
            self.node_events.push(event);
        }
    }

    fn launch(&mut self, to: To, datagram: &[u8]) {
        if self.random.percent(self.faults.loss) {
            self.fired.lost += 1;
            return;
        }
        let twice = self.random.percent(self.faults.duplication);
        self.fired.duplicated += u64::from(twice);
        for _ in 0..=usize::from(twice) {
            let mut copy = datagram.to_vec();
            if self.random.percent(self.faults.corruption) {
                self.fired.corrupted += 1;
                let bit = self.random.next() as usize % (copy.len() * 8);
                copy[bit / 8] ^= 1 << (bit % 8);
            }
            let at_us = self.now_us + self.random.between(self.faults.delay_us);
            self.sent += 1;
            self.flying.insert((at_us, self.sent), (to, copy));
        }
    }
}

/// Reads all messages that are there and writes all that fit.
fn exchange(
    session: &mut Session<W>,
    outbox: &mut VecDeque<Vec<u8>>,
    offset: &mut usize,
    joining: &mut Vec<u8>,
    inbox: &mut Vec<Vec<u8>>,
) {
    while let Some(part) = session.receive() {
        joining.extend_from_slice(part.bytes);
        if part.last {
            inbox.push(std::mem::take(joining));
        }
    }
    while let Some(message) = outbox.front() {
        *offset = session.send(message, *offset);
        if *offset < message.len() {
            return;
        }
        outbox.pop_front();
        *offset = 0;
    }
}
