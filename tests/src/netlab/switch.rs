//! A learning Ethernet switch with faults: frames in, frames out.
//!
//! ```text
//!   handle(port, frame) ─▶ learn the sender ─▶ look up the receiver ─▶ Network (faults, delay) ─▶ poll ─▶ (port, frame)
//!                                                  └ unknown or many: every other port
//! ```
//!
//! Invariants: the same seed, frames and times give the same frames; nothing grows without bound; a frame never goes
//! out at the port at which it came in.

use super::orders::{Order, PortCounts};
use crate::tube::{Faults, Network};
use illuminator_protocol::Instant;
use std::collections::BTreeMap;

/// Most frames under way; more are dropped and counted.
pub const IN_FLIGHT_MAX: usize = 65_536;
/// Most addresses that are learnt; frames for others go to every port.
pub const MACS_MAX: usize = 4096;
/// Two addresses and a type.
const HEADER_BYTES: usize = 14;

type Mac = [u8; 6];

/// The switch.
pub struct Switch {
    network: Network,
    /// At which port each address was last seen.
    macs: BTreeMap<Mac, usize>,
    /// Whether the cable of each port is pulled.
    is_cut: Vec<bool>,
    /// What the network does not count.
    counts: Vec<PortCounts>,
}

impl Switch {
    /// A switch with so many ports, and these faults between them.
    pub fn new(ports: usize, faults: Faults, seed: u64) -> Self {
        Self {
            network: Network::new(faults, ports, seed),
            macs: BTreeMap::new(),
            is_cut: vec![false; ports],
            counts: vec![PortCounts::default(); ports],
        }
    }

    /// Does what it is told. An order for a port that it does not have changes nothing.
    pub fn obey(&mut self, order: Order) {
        match order {
            Order::Count => {}
            Order::Impair { .. } => {
                if let Some(faults) = order.faults() {
                    self.network.set_faults(faults);
                }
            }
            Order::Cut(port) => self.set_cut(port, true),
            Order::Mend(port) => self.set_cut(port, false),
        }
    }

    /// A frame has come in.
    pub fn handle(&mut self, now: Instant, port: usize, frame: &[u8]) {
        self.counts[port].received += 1;
        let Some((&to, rest)) = frame.split_first_chunk::<6>() else {
            self.counts[port].malformed += 1;
            return;
        };
        let Some(&from) = rest.first_chunk::<6>().filter(|_| frame.len() >= HEADER_BYTES) else {
            self.counts[port].malformed += 1;
            return;
        };
        if !is_for_many(from) && (self.macs.len() < MACS_MAX || self.macs.contains_key(&from)) {
            self.macs.insert(from, port);
        }
        match self.macs.get(&to) {
            Some(&known) if known == port => {}
            Some(&known) => self.forward(now, port, known, frame),
            None => {
                for other in (0..self.counts.len()).filter(|&other| other != port) {
                    self.forward(now, port, other, frame);
                }
            }
        }
    }

    /// The next frame that goes out by now, and at which port.
    pub fn poll(&mut self, now: Instant) -> Option<(usize, Vec<u8>)> {
        while let Some((_, to, frame)) = self.network.receive(now) {
            if self.is_cut[to] {
                self.counts[to].cut += 1;
                continue;
            }
            self.counts[to].delivered += 1;
            return Some((to, frame));
        }
        None
    }

    /// When the next frame goes out.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.network.next_arrival()
    }

    /// What happened at each port.
    pub fn counts(&self) -> Vec<PortCounts> {
        let with_faults = |(port, counts): (usize, &PortCounts)| {
            let injected = self.network.injected_to(port);
            PortCounts {
                offered: injected.sent,
                lost: injected.lost,
                duplicated: injected.duplicated,
                corrupted: injected.corrupted,
                reordered: injected.reordered,
                ..*counts
            }
        };
        self.counts.iter().enumerate().map(with_faults).collect()
    }

    fn set_cut(&mut self, port: usize, is_cut: bool) {
        if let Some(cable) = self.is_cut.get_mut(port) {
            *cable = is_cut;
        }
    }

    fn forward(&mut self, now: Instant, from: usize, to: usize, frame: &[u8]) {
        if self.is_cut[from] || self.is_cut[to] {
            self.counts[to].cut += 1;
        } else if self.network.in_flight() >= IN_FLIGHT_MAX {
            self.counts[to].overflowed += 1;
        } else {
            self.network.send(now, from, to, frame);
        }
    }
}

/// Whether an address is a multicast or the broadcast address.
fn is_for_many(mac: Mac) -> bool {
    mac[0] & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::super::orders::total;
    use super::*;
    use illuminator_protocol::Duration;
    use proptest::prelude::*;

    const BROADCAST: Mac = [0xFF; 6];
    const LATE: Instant = Instant::from_micros(1_000_000_000);

    fn mac(host: usize) -> Mac {
        [2, 0, 0, 0, 0, host as u8]
    }

    fn frame(to: Mac, from: Mac, number: u32) -> Vec<u8> {
        [&to[..], &from, &[0x88, 0xB5], &number.to_be_bytes()].concat()
    }

    fn number(frame: &[u8]) -> u32 {
        u32::from_be_bytes(*frame[HEADER_BYTES..].first_chunk().unwrap())
    }

    /// A switch that knows where every host is: host N at port N.
    fn settled(ports: usize, faults: Faults) -> Switch {
        let mut switch = Switch::new(ports, Faults::NONE, 1);
        for port in 0..ports {
            switch.handle(Instant::ZERO, port, &frame(mac(port), mac(port), 0));
        }
        assert_eq!(switch.poll_timeout(), None, "a frame to oneself goes nowhere");
        switch.obey(Order::impair(&faults));
        switch
    }

    fn drained(switch: &mut Switch, now: Instant) -> Vec<(usize, u32)> {
        std::iter::from_fn(|| switch.poll(now)).map(|(port, frame)| (port, number(&frame))).collect()
    }

    /// Sends numbered frames from host 0 to host 1, a millisecond apart, and gives what goes out, in order.
    fn exchange(switch: &mut Switch, count: u32) -> Vec<u32> {
        for number in 0..count {
            let now = Instant::from_micros(u64::from(number) * 1000);
            switch.handle(now, 0, &frame(mac(1), mac(0), number));
        }
        drained(switch, LATE).into_iter().map(|(_, number)| number).collect()
    }

    #[test]
    fn a_frame_for_a_stranger_goes_everywhere_and_its_answer_to_one() {
        let mut switch = Switch::new(4, Faults::NONE, 1);
        switch.handle(Instant::ZERO, 2, &frame(mac(0), mac(2), 1));
        assert_eq!(drained(&mut switch, LATE), [(0, 1), (1, 1), (3, 1)]);
        switch.handle(Instant::ZERO, 0, &frame(mac(2), mac(0), 2));
        assert_eq!(drained(&mut switch, LATE), [(2, 2)]);
        switch.handle(Instant::ZERO, 0, &frame(BROADCAST, mac(0), 3));
        assert_eq!(drained(&mut switch, LATE), [(1, 3), (2, 3), (3, 3)]);
    }

    #[test]
    fn a_host_that_moves_is_found_at_its_new_port() {
        let mut switch = settled(3, Faults::NONE);
        switch.handle(Instant::ZERO, 2, &frame(mac(0), mac(1), 1));
        switch.handle(Instant::ZERO, 0, &frame(mac(1), mac(0), 2));
        assert_eq!(drained(&mut switch, LATE), [(0, 1), (2, 2)]);
    }

    #[test]
    fn a_perfect_switch_delivers_everything_in_order_and_not_too_early() {
        let delay = Duration::from_millis(5);
        let mut switch = settled(2, Faults { delay_min: delay, delay_max: delay, ..Faults::NONE });
        switch.handle(Instant::ZERO, 0, &frame(mac(1), mac(0), 7));
        assert_eq!(switch.poll_timeout(), Some(Instant::ZERO + delay));
        assert_eq!(switch.poll(Instant::from_micros(4999)), None);
        assert_eq!(drained(&mut switch, Instant::ZERO + delay), [(1, 7)]);
        assert!(exchange(&mut switch, 1000).into_iter().eq(0..1000));
    }

    #[test]
    fn loss_and_duplication_come_at_the_rate_asked_for_and_are_counted() {
        let mut switch = settled(2, Faults { loss: 0.1, duplication: 0.05, ..Faults::NONE });
        let out = exchange(&mut switch, 20_000);
        let counts = switch.counts()[1];
        assert!((1800..2200).contains(&counts.lost), "{counts:?}");
        assert!((800..1000).contains(&counts.duplicated), "{counts:?}");
        assert_eq!(counts.offered, 20_000);
        assert_eq!(counts.delivered, 20_000 - counts.lost + counts.duplicated);
        assert_eq!(counts.delivered, out.len() as u64);
        let twice = out.windows(2).filter(|pair| pair[0] == pair[1]).count();
        assert_eq!(twice as u64, counts.duplicated);
    }

    #[test]
    fn jitter_reorders_within_its_bounds_and_is_counted() {
        let (delay_min, delay_max) = (Duration::from_millis(1), Duration::from_millis(5));
        let mut switch = settled(2, Faults { delay_min, delay_max, ..Faults::NONE });
        let mut overtaken = 0;
        let mut newest = 0;
        for number in 0..10_000_u32 {
            let now = Instant::from_micros(u64::from(number) * 1000);
            switch.handle(now, 0, &frame(mac(1), mac(0), number));
            let due = drained(&mut switch, now);
            for (_, number) in due {
                let age_us = now.as_micros() - u64::from(number) * 1000;
                assert!(
                    (1000..=6000).contains(&age_us),
                    "{number} took {age_us} us, looked at once a millisecond"
                );
                overtaken += u64::from(number < newest);
                newest = newest.max(number);
            }
        }
        assert!(overtaken > 1000, "{overtaken}");
        assert_eq!(switch.counts()[1].reordered, overtaken);
    }

    #[test]
    fn corruption_flips_one_bit_at_the_rate_asked_for_and_is_counted() {
        let mut switch = settled(2, Faults { corruption: 0.2, ..Faults::NONE });
        let sent = frame(mac(1), mac(0), 0);
        let mut changed = 0;
        for _ in 0..10_000 {
            switch.handle(Instant::ZERO, 0, &sent);
            let (_, got) = switch.poll(LATE).unwrap();
            let bits: u32 = sent.iter().zip(&got).map(|(sent, got)| (sent ^ got).count_ones()).sum();
            assert!(bits <= 1);
            changed += u64::from(bits);
        }
        assert!((1800..2200).contains(&changed), "{changed}");
        assert_eq!(switch.counts()[1].corrupted, changed);
    }

    #[test]
    fn a_pulled_cable_parts_one_port_until_it_is_put_back() {
        let mut switch = settled(3, Faults::NONE);
        let to_1 = frame(mac(1), mac(0), 1);
        switch.handle(Instant::ZERO, 0, &to_1);
        switch.obey(Order::Cut(1));
        assert_eq!(drained(&mut switch, LATE), [], "what was under way is lost as well");
        switch.handle(Instant::ZERO, 0, &to_1);
        switch.handle(Instant::ZERO, 1, &frame(mac(0), mac(1), 2));
        switch.handle(Instant::ZERO, 0, &frame(mac(2), mac(0), 3));
        assert_eq!(drained(&mut switch, LATE), [(2, 3)]);
        assert_eq!(switch.counts().iter().map(|port| port.cut).collect::<Vec<_>>(), [1, 2, 0]);
        switch.obey(Order::Mend(1));
        switch.handle(Instant::ZERO, 0, &to_1);
        assert_eq!(drained(&mut switch, LATE), [(1, 1)]);
    }

    #[test]
    fn what_is_no_frame_goes_nowhere() {
        let mut switch = Switch::new(2, Faults::NONE, 1);
        for length in 0..HEADER_BYTES {
            switch.handle(Instant::ZERO, 0, &frame(BROADCAST, mac(0), 0)[..length]);
        }
        switch.obey(Order::Cut(2));
        assert_eq!(drained(&mut switch, LATE), []);
        assert_eq!(switch.counts()[0].malformed, HEADER_BYTES as u64);
    }

    #[test]
    fn a_flood_is_bounded_and_what_does_not_fit_is_counted() {
        let mut switch = settled(2, Faults::NONE);
        let flood = frame(mac(1), mac(0), 0);
        for _ in 0..IN_FLIGHT_MAX + 10 {
            switch.handle(Instant::ZERO, 0, &flood);
        }
        assert_eq!(switch.counts()[1].overflowed, 10);
        assert_eq!(drained(&mut switch, LATE).len(), IN_FLIGHT_MAX);
    }

    #[test]
    fn strangers_without_end_are_not_all_remembered() {
        let mut switch = settled(2, Faults::NONE);
        for stranger in 0..2 * MACS_MAX {
            let [high, low] = (stranger as u16).to_be_bytes();
            switch.handle(Instant::ZERO, 0, &frame(mac(0), [2, 1, 0, 0, high, low], 0));
        }
        assert_eq!(switch.macs.len(), MACS_MAX);
        switch.handle(Instant::ZERO, 0, &frame(mac(1), mac(0), 1));
        assert_eq!(drained(&mut switch, LATE), [(1, 1)], "who was known stays known");
    }

    proptest! {
        /// Nothing is lost without a count, and nothing goes back where it came from.
        #[test]
        fn the_counts_add_up(
            loss in 0.0..1.0, duplication in 0.0..1.0, corruption in prop_oneof![Just(0.0), 0.0..1.0],
            jitter_us in 0..5000_u64, seed: u64,
            frames in prop::collection::vec((0..5_usize, 0..7_usize), 1..200),
        ) {
            let delay_min = Duration::from_millis(1);
            let delay_max = delay_min + Duration::from_micros(jitter_us);
            let faults = Faults { loss, duplication, corruption, delay_min, delay_max };
            let run = || {
                let mut switch = Switch::new(5, faults, seed);
                for &(port, to) in &frames {
                    switch.handle(Instant::ZERO, port, &frame(mac(to), mac(port), port as u32));
                }
                let out: Vec<_> = std::iter::from_fn(|| switch.poll(LATE)).collect();
                (out, switch.counts())
            };
            let (out, counts) = run();
            let sum = total(&counts);
            prop_assert_eq!(sum.received, frames.len() as u64);
            prop_assert_eq!(sum.delivered, out.len() as u64);
            prop_assert_eq!(sum.delivered, sum.offered - sum.lost + sum.duplicated);
            if corruption == 0.0 {
                prop_assert!(out.iter().all(|(port, frame)| *port as u32 != number(frame)));
            }
            prop_assert_eq!((out, counts), run());
        }
    }
}
