//! What a running switch is told and what it answers: a line of JSON each.

use crate::tube::Faults;
use illuminator_protocol::Duration;
use serde::{Deserialize, Serialize};

/// What a running switch is told. It answers each order with its [`Counts`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Nothing but to answer.
    Count,
    /// From now on do this to frames.
    Impair {
        /// See [`Faults::loss`].
        loss: f64,
        /// See [`Faults::duplication`].
        duplication: f64,
        /// See [`Faults::corruption`].
        corruption: f64,
        /// See [`Faults::delay_min`].
        delay_min_us: u64,
        /// See [`Faults::delay_max`]; not below `delay_min_us`.
        delay_max_us: u64,
    },
    /// Pull the cable of this port.
    Cut(usize),
    /// Put it back.
    Mend(usize),
}

impl Order {
    /// The order to do this to frames.
    pub fn impair(faults: &Faults) -> Self {
        Self::Impair {
            loss: faults.loss,
            duplication: faults.duplication,
            corruption: faults.corruption,
            delay_min_us: faults.delay_min.as_micros(),
            delay_max_us: faults.delay_max.as_micros(),
        }
    }

    /// The faults that it orders.
    pub(super) fn faults(self) -> Option<Faults> {
        let Self::Impair { loss, duplication, corruption, delay_min_us, delay_max_us } = self else {
            return None;
        };
        Some(Faults {
            loss,
            duplication,
            corruption,
            delay_min: Duration::from_micros(delay_min_us),
            delay_max: Duration::from_micros(delay_max_us.max(delay_min_us)),
        })
    }
}

/// What happened at one port of a switch. What happened to a frame is counted at the port that it was for, once for
/// each port if it was for several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortCounts {
    /// Frames that came in at this port.
    pub received: u64,
    /// Frames for this port.
    pub offered: u64,
    /// Frames that went out at this port.
    pub delivered: u64,
    /// Frames for this port that were lost.
    pub lost: u64,
    /// Frames for this port that were sent twice.
    pub duplicated: u64,
    /// Frames for this port of which a bit was flipped.
    pub corrupted: u64,
    /// Frames that went out at this port after one that had come in later at the same other port.
    pub reordered: u64,
    /// Frames from and for this port that were dropped because its cable, or that of the other port, was pulled.
    pub cut: u64,
    /// Frames for this port that were dropped because too many were under way.
    pub overflowed: u64,
    /// Frames from this port that are none: shorter than their header.
    pub malformed: u64,
}

/// What has happened at a switch so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Frames that have come in and have not gone out yet, copies included.
    pub under_way: usize,
    /// What happened at each port.
    pub ports: Vec<PortCounts>,
}

impl Counts {
    /// The sums over all ports.
    pub fn total(&self) -> PortCounts {
        self.ports.iter().fold(PortCounts::default(), |sum, port| PortCounts {
            received: sum.received + port.received,
            offered: sum.offered + port.offered,
            delivered: sum.delivered + port.delivered,
            lost: sum.lost + port.lost,
            duplicated: sum.duplicated + port.duplicated,
            corrupted: sum.corrupted + port.corrupted,
            reordered: sum.reordered + port.reordered,
            cut: sum.cut + port.cut,
            overflowed: sum.overflowed + port.overflowed,
            malformed: sum.malformed + port.malformed,
        })
    }
}
