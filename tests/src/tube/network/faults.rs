//! What the network does, and how often it did.

use illuminator_protocol::Duration;

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
    /// Datagrams that were lost because their two ends were parted.
    pub parted: u64,
    /// Datagrams that were lost because their way was bad, whatever the way back was like.
    pub one_way: u64,
}

impl Injected {
    /// The sum of both.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            sent: self.sent + other.sent,
            lost: self.lost + other.lost,
            duplicated: self.duplicated + other.duplicated,
            corrupted: self.corrupted + other.corrupted,
            reordered: self.reordered + other.reordered,
            replayed: self.replayed + other.replayed,
            muted: self.muted + other.muted,
            parted: self.parted + other.parted,
            one_way: self.one_way + other.one_way,
        }
    }
}
