//! A learning Ethernet switch with faults: frames in, frames out.
//!
//! ```text
//!   handle(port, frame) ─▶ learn the sender ─▶ look up the receiver ─▶ Network (faults, delay) ─▶ poll ─▶ (port, frame)
//!                                                  └ unknown or many: every other port
//! ```
//!
//! Invariants: the same seed, frames and times give the same frames; nothing grows without bound; a frame never goes
//! out at the port at which it came in.

use super::orders::{Counts, Order, PortCounts};
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

    /// What has happened so far.
    pub fn counts(&self) -> Counts {
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
        let ports = self.counts.iter().enumerate().map(with_faults).collect();
        Counts { under_way: self.network.in_flight(), ports }
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
mod tests;
