//! An emulated network with faults, each of which is counted.

use crate::generate::random::SplitMix64;
use illuminator_protocol::{Duration, Instant};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// What the network does to datagrams.
#[derive(Clone, Copy, Debug)]
pub struct Faults {
    /// Probability that a datagram is lost.
    pub loss: f64,
    /// Probability that a datagram that is not lost arrives twice.
    pub duplication: f64,
    /// Probability that one bit of a delivered datagram is flipped.
    pub corruption: f64,
    /// Shortest delay.
    pub delay_min: Duration,
    /// Longest delay; delays are drawn evenly between the two, so datagrams overtake each other.
    pub delay_max: Duration,
}

impl Faults {
    /// A perfect network with one millisecond of delay.
    pub const NONE: Self = Self {
        loss: 0.0,
        duplication: 0.0,
        corruption: 0.0,
        delay_min: Duration::from_millis(1),
        delay_max: Duration::from_millis(1),
    };
}

/// How often each fault happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Injected {
    /// Datagrams given to the network.
    pub sent: u64,
    /// Datagrams that never arrived.
    pub lost: u64,
    /// Datagrams that arrived twice.
    pub duplicated: u64,
    /// Datagrams that arrived with a flipped bit.
    pub corrupted: u64,
    /// Datagrams that arrived after one that was sent later on the same way.
    pub reordered: u64,
    /// Old datagrams that were sent again.
    pub replayed: u64,
    /// Datagrams that were lost because their sender was mute.
    pub muted: u64,
}

impl Injected {
    fn plus(self, other: Self) -> Self {
        Self {
            sent: self.sent + other.sent,
            lost: self.lost + other.lost,
            duplicated: self.duplicated + other.duplicated,
            corrupted: self.corrupted + other.corrupted,
            reordered: self.reordered + other.reordered,
            replayed: self.replayed + other.replayed,
            muted: self.muted + other.muted,
        }
    }
}

/// The ends of the network: 0 is the host, 1 the first node.
type End = usize;

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

    /// From now on keeps a copy of every datagram sent.
    pub fn start_recording(&mut self) {
        self.record = Some(Vec::new());
    }

    /// Ends the recording and gives it out: (from, to, bytes).
    pub fn take_recording(&mut self) -> Vec<(End, End, Vec<u8>)> {
        self.record.take().unwrap_or_default()
    }

    /// Sends a datagram.
    pub fn send(&mut self, now: Instant, from: End, to: End, bytes: &[u8]) {
        self.injected[to].sent += 1;
        if let Some(record) = &mut self.record {
            record.push((from, to, bytes.to_vec()));
        }
        if now < self.mute_until[from] {
            self.injected[to].muted += 1;
            return;
        }
        if self.random.next_unit() < self.faults.loss {
            self.injected[to].lost += 1;
            return;
        }
        self.fly(now, from, to, bytes);
        if self.random.next_unit() < self.faults.duplication {
            self.injected[to].duplicated += 1;
            self.fly(now, from, to, bytes);
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends `count` numbered datagrams a millisecond apart and collects what arrives.
    fn exchange(faults: Faults, count: u32, seed: u64) -> (Vec<u32>, Injected) {
        let mut network = Network::new(faults, 2, seed);
        let mut arrived = Vec::new();
        for number in 0..count {
            network.send(Instant::from_micros(u64::from(number) * 1000), 0, 1, &number.to_le_bytes());
        }
        while let Some(now) = network.next_arrival() {
            while let Some((0, 1, bytes)) = network.receive(now) {
                arrived.push(u32::from_le_bytes(bytes.try_into().unwrap()));
            }
        }
        (arrived, network.injected())
    }

    #[test]
    fn a_perfect_network_delivers_everything_in_order() {
        let (arrived, injected) = exchange(Faults::NONE, 1000, 1);
        assert!(arrived.iter().copied().eq(0..1000));
        assert_eq!(injected, Injected { sent: 1000, ..Injected::default() });
    }

    #[test]
    fn each_fault_happens_as_often_as_asked_and_is_counted() {
        let faults = Faults {
            loss: 0.2,
            duplication: 0.1,
            corruption: 0.0,
            delay_min: Duration::from_millis(1),
            delay_max: Duration::from_millis(120),
        };
        let (arrived, injected) = exchange(faults, 10_000, 2);
        assert!((1800..2200).contains(&injected.lost), "{injected:?}");
        assert!((700..900).contains(&injected.duplicated), "{injected:?}");
        assert_eq!(arrived.len() as u64, injected.sent - injected.lost + injected.duplicated);
        let mut latest = 0;
        let mut overtaken = 0;
        for number in arrived {
            overtaken += u32::from(number < latest);
            latest = latest.max(number);
        }
        assert!(overtaken > 5000 && injected.reordered > 5000, "{injected:?}");
    }

    #[test]
    fn corruption_changes_exactly_one_bit() {
        let mut network = Network::new(Faults { corruption: 1.0, ..Faults::NONE }, 2, 3);
        network.send(Instant::ZERO, 0, 1, &[0; 100]);
        let (_, _, bytes) = network.receive(Instant::from_micros(1000)).unwrap();
        assert_eq!(bytes.iter().map(|byte| byte.count_ones()).sum::<u32>(), 1);
    }

    #[test]
    fn what_happened_is_known_for_each_end() {
        let mut network = Network::new(Faults { loss: 1.0, ..Faults::NONE }, 3, 4);
        network.send(Instant::ZERO, 0, 1, &[1]);
        network.set_faults(Faults { duplication: 1.0, ..Faults::NONE });
        network.send(Instant::ZERO, 0, 2, &[2]);
        assert_eq!(network.in_flight(), 2);
        assert_eq!(network.injected_to(1), Injected { sent: 1, lost: 1, ..Injected::default() });
        assert_eq!(network.injected_to(2), Injected { sent: 1, duplicated: 1, ..Injected::default() });
        assert_eq!(network.injected(), network.injected_to(1).plus(network.injected_to(2)));
    }

    #[test]
    fn the_same_seed_gives_the_same_network() {
        let faults =
            Faults { loss: 0.3, duplication: 0.3, delay_max: Duration::from_millis(50), ..Faults::NONE };
        assert_eq!(exchange(faults, 1000, 7), exchange(faults, 1000, 7));
        assert_ne!(exchange(faults, 1000, 7).0, exchange(faults, 1000, 8).0);
    }
}
