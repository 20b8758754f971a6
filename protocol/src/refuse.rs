//! Refusals: the only answer that a node gives to somebody who has not shown that he holds the key.
//!
//! A refusal is a header and one byte: smaller than any question it answers, unauthenticated, and sent at most
//! ten times a second. It is a hint for people; the one who gets it keeps trying.

use crate::error::DropReason;
use crate::frame::{Datagram, HEADER_LEN, Header, Kind, VERSION};
use crate::id::KeyId;
use crate::time::{Duration, Instant};

/// Length of a refusal `[bytes]`.
pub(crate) const REFUSE_LEN: usize = HEADER_LEN + 1;

const REASON_VERSION: u8 = 1;
const REASON_KEY: u8 = 2;
const REASON_BUSY: u8 = 3;

/// Why a node does not open a session. Unauthenticated: show it, do not act on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The node speaks this other version of the wire.
    Version(u8),
    /// The node holds this other cluster key.
    Key(KeyId),
    /// The node serves another host.
    Busy,
}

impl Refusal {
    /// Writes the refusal of the attempt `attempt` by the node that holds the key `own`.
    pub(crate) fn write(self, attempt: u64, own: KeyId, out: &mut Datagram) {
        let reason = match self {
            Self::Version(_) => REASON_VERSION,
            Self::Key(_) => REASON_KEY,
            Self::Busy => REASON_BUSY,
        };
        // Version and key of the node are in the header already.
        let header = Header { version: VERSION, kind: Kind::Refuse, key: own, session: attempt, packet: 0 };
        let mut bytes = [reason; REFUSE_LEN];
        bytes[..HEADER_LEN].copy_from_slice(&header.encode());
        out.clear();
        out.extend_from_slice(&bytes).expect("a refusal is shorter than a datagram");
    }

    /// Reads a refusal, whatever version its sender speaks.
    pub(crate) fn read(header: &Header, datagram: &[u8]) -> Result<Self, DropReason> {
        match datagram.get(HEADER_LEN) {
            Some(&REASON_VERSION) => Ok(Self::Version(header.version)),
            Some(&REASON_KEY) => Ok(Self::Key(header.key)),
            Some(&REASON_BUSY) => Ok(Self::Busy),
            _ => Err(DropReason::Malformed),
        }
    }
}

/// A token bucket.
pub(crate) struct RateLimit {
    tokens: u64,
    /// When the last whole token fell in.
    filled_at: Instant,
}

impl RateLimit {
    /// Tokens that can be saved up.
    const BURST: u64 = 5;
    /// Time to the next token.
    const INTERVAL: Duration = Duration::from_millis(100);

    pub(crate) const fn new() -> Self {
        Self { tokens: Self::BURST, filled_at: Instant::ZERO }
    }

    /// Takes a token, if there is one.
    pub(crate) fn take(&mut self, now: Instant) -> bool {
        let fallen = now.saturating_since(self.filled_at).as_micros() / Self::INTERVAL.as_micros();
        if fallen > 0 {
            self.tokens = self.tokens.saturating_add(fallen).min(Self::BURST);
            self.filled_at =
                self.filled_at + Duration::from_micros(fallen.saturating_mul(Self::INTERVAL.as_micros()));
        }
        let granted = self.tokens > 0;
        self.tokens -= u64::from(granted);
        granted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_most_ten_a_second_after_the_burst() {
        let mut limit = RateLimit::new();
        let granted = (0..10_000).filter(|ms| limit.take(Instant::from_micros(ms * 1_000))).count();
        assert_eq!(granted as u64, RateLimit::BURST + 99);
    }

    #[test]
    fn refusals_round_trip() {
        for refusal in [Refusal::Version(VERSION), Refusal::Key(KeyId([9; 4])), Refusal::Busy] {
            let mut datagram = Datagram::new();
            refusal.write(77, KeyId([9; 4]), &mut datagram);
            let header = Header::decode(&datagram).unwrap();
            assert_eq!((header.session, datagram.len()), (77, REFUSE_LEN));
            assert_eq!(Refusal::read(&header, &datagram), Ok(refusal));
            assert_eq!(Refusal::read(&header, &datagram[..HEADER_LEN]), Err(DropReason::Malformed));
        }
    }
}
