//! An emulated network with faults, each of which is counted.

mod faults;
#[cfg(test)]
mod tests;

pub use faults::{Faults, Injected};

use crate::generate::random::SplitMix64;
use illuminator_protocol::{Duration, Instant};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The ends of the network: 0 is the host, 1 the first node.
type End = usize;

/// The way from an end to another one, beside what the network does everywhere.
#[derive(Clone, Copy, Debug)]
struct Way {
    parted_until: Instant,
    /// How much more is lost here, and until when.
    loss: f64,
    bad_until: Instant,
}

impl Way {
    const OPEN: Self = Self { parted_until: Instant::ZERO, loss: 0.0, bad_until: Instant::ZERO };
}

/// A datagram under way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Flight {
    arrival: Instant,
    /// Breaks ties, and tells which was sent first.
    number: u64,
    from: End,
    to: End,
    bytes: Vec<u8>,
}

/// The network.
pub struct Network {
    faults: Faults,
    random: SplitMix64,
    flights: BinaryHeap<Reverse<Flight>>,
    next_number: u64,
    /// For each way, the latest number that arrived.
    arrived: Vec<Vec<Option<u64>>>,
    /// For each end, what happened to datagrams for it.
    injected: Vec<Injected>,
    /// Until when each end is mute.
    mute_until: Vec<Instant>,
    /// By sender and receiver.
    ways: Vec<Vec<Way>>,
    /// Every datagram sent, if it is being recorded.
    record: Option<Vec<(End, End, Vec<u8>)>>,
}

impl Network {
    /// A network with `ends` ends.
    pub fn new(faults: Faults, ends: usize, seed: u64) -> Self {
        Self {
            faults,
            random: SplitMix64::new(seed),
            flights: BinaryHeap::new(),
            next_number: 0,
            arrived: vec![vec![None; ends]; ends],
            injected: vec![Injected::default(); ends],
            mute_until: vec![Instant::ZERO; ends],
            ways: vec![vec![Way::OPEN; ends]; ends],
            record: None,
        }
    }

    /// How often each fault happened so far.
    pub fn injected(&self) -> Injected {
        self.injected.iter().copied().fold(Injected::default(), Injected::plus)
    }

    /// How often each fault happened to datagrams for this end.
    pub fn injected_to(&self, end: End) -> Injected {
        self.injected[end]
    }

    /// How many datagrams are under way.
    pub fn in_flight(&self) -> usize {
        self.flights.len()
    }

    /// From now on does this to datagrams; those under way arrive as they would have.
    pub fn set_faults(&mut self, faults: Faults) {
        self.faults = faults;
    }

    /// Makes an end mute: until then nothing that it sends arrives, while it hears everything.
    pub fn mute(&mut self, end: End, until: Instant) {
        self.mute_until[end] = until;
    }

    /// Parts two ends: until then nothing passes between them, in neither direction. What is under way arrives.
    pub fn part(&mut self, a: End, b: End, until: Instant) {
        for (from, to) in [(a, b), (b, a)] {
            let way = &mut self.ways[from][to];
            way.parted_until = way.parted_until.max(until);
        }
    }

    /// Makes one way worse: until then it loses this share more, while the way back is as it was.
    pub fn worsen(&mut self, from: End, to: End, loss: f64, until: Instant) {
        let way = &mut self.ways[from][to];
        (way.loss, way.bad_until) = (loss, until);
    }

    /// From now on keeps a copy of every datagram sent.
    pub fn start_recording(&mut self) {
        self.record = Some(Vec::new());
    }

    /// Ends the recording and gives it out: (from, to, bytes).
    pub fn take_recording(&mut self) -> Vec<(End, End, Vec<u8>)> {
        self.record.take().unwrap_or_default()
    }

    /// Sends a datagram. Returns whether it will arrive.
    pub fn send(&mut self, now: Instant, from: End, to: End, bytes: &[u8]) -> bool {
        self.injected[to].sent += 1;
        if let Some(record) = &mut self.record {
            record.push((from, to, bytes.to_vec()));
        }
        if now < self.mute_until[from] {
            self.injected[to].muted += 1;
            return false;
        }
        let way = self.ways[from][to];
        if now < way.parted_until {
            self.injected[to].parted += 1;
            return false;
        }
        if now < way.bad_until && self.random.next_unit() < way.loss {
            self.injected[to].one_way += 1;
            return false;
        }
        if self.random.next_unit() < self.faults.loss {
            self.injected[to].lost += 1;
            return false;
        }
        self.fly(now, from, to, bytes);
        if self.random.next_unit() < self.faults.duplication {
            self.injected[to].duplicated += 1;
            self.fly(now, from, to, bytes);
        }
        true
    }

    /// Sends an old datagram again, as an attacker or a confused switch would; it is not lost.
    pub fn replay(&mut self, now: Instant, from: End, to: End, bytes: &[u8]) {
        self.injected[to].replayed += 1;
        self.fly(now, from, to, bytes);
    }

    /// When the next datagram arrives.
    pub fn next_arrival(&self) -> Option<Instant> {
        self.flights.peek().map(|Reverse(flight)| flight.arrival)
    }

    /// The next datagram that has arrived by now: (from, to, bytes).
    pub fn receive(&mut self, now: Instant) -> Option<(End, End, Vec<u8>)> {
        if self.next_arrival()? > now {
            return None;
        }
        let Reverse(flight) = self.flights.pop()?;
        let latest = &mut self.arrived[flight.from][flight.to];
        if latest.is_some_and(|latest| latest > flight.number) {
            self.injected[flight.to].reordered += 1;
        } else {
            *latest = Some(flight.number);
        }
        Some((flight.from, flight.to, flight.bytes))
    }

    fn fly(&mut self, now: Instant, from: End, to: End, bytes: &[u8]) {
        let (min, max) = (self.faults.delay_min.as_micros(), self.faults.delay_max.as_micros());
        let delay = min + (self.random.next_unit() * (max - min) as f64) as u64;
        let mut bytes = bytes.to_vec();
        if !bytes.is_empty() && self.random.next_unit() < self.faults.corruption {
            self.injected[to].corrupted += 1;
            let bit = self.random.next_u64() as usize % (bytes.len() * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
        let number = self.next_number;
        self.next_number += 1;
        let arrival = now + Duration::from_micros(delay);
        self.flights.push(Reverse(Flight { arrival, number, from, to, bytes }));
    }
}
