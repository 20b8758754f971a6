//! The frame: one datagram, and the header in front of it.
//!
//! ```text
//!   0        1      2        6          14              22          len-16   len
//!   +--------+------+--------+----------+---------------+-----------+--------+
//!   | version| kind | key id | session  | packet number | body      | tag    |
//!   |   u8   |  u8  |  [4]   |  u64 LE  |    u64 LE     |           |  [16]  |
//!   +--------+------+--------+----------+---------------+-----------+--------+
//! ```
//!
//! The header travels in clear and is authenticated together with the body. Its layout is the same in every
//! version for `Init` and `Refuse`, so that peers of different versions can tell each other so.

use crate::error::{DecodeError, DropReason};
use crate::id::KeyId;
use crate::wire::Reader;

/// Version of the wire that this crate speaks.
pub const VERSION: u8 = 1;

/// Longest frame `[bytes]`: passes every path without fragmentation.
pub const DATAGRAM_MAX: usize = 1200;

/// Length of a frame's header `[bytes]`.
pub const HEADER_LEN: usize = 22;

/// Length of an authentication tag `[bytes]`.
pub const TAG_LEN: usize = 16;

/// Longest body of a sealed frame `[bytes]`.
pub(crate) const BODY_MAX: usize = DATAGRAM_MAX - HEADER_LEN - TAG_LEN;

/// Room for one frame.
pub type Datagram = heapless::Vec<u8, DATAGRAM_MAX>;

/// What a frame is for. The numbers are the wire's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The host opens a session.
    Init = 1,
    /// The node accepts it.
    Accept = 2,
    /// The node does not; unauthenticated, a hint.
    Refuse = 3,
    /// A frame within a session.
    Sealed = 4,
}

/// The first 22 bytes of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Version of the wire.
    pub version: u8,
    /// What the frame is for.
    pub kind: Kind,
    /// Fingerprint of the sender's cluster key.
    pub key: KeyId,
    /// The session; in `Init` and `Refuse`, the attempt (the first 8 of the Init's random bytes).
    pub session: u64,
    /// Counts a sender's frames within a session from 0; 0 in a handshake.
    pub packet: u64,
}

impl Header {
    /// The header as it travels.
    pub fn encode(&self) -> [u8; HEADER_LEN] {
        let mut bytes = [0; HEADER_LEN];
        bytes[0] = self.version;
        bytes[1] = self.kind as u8;
        bytes[2..6].copy_from_slice(&self.key.0);
        bytes[6..14].copy_from_slice(&self.session.to_le_bytes());
        bytes[14..].copy_from_slice(&self.packet.to_le_bytes());
        bytes
    }

    /// Reads the header of `datagram`, of whatever version and key it says it is.
    ///
    /// # Errors
    /// `Malformed` if it is too short or its kind is unknown; `Version` if its kind is unknown and its version
    /// is not ours, for then it may well have a meaning.
    pub fn decode(datagram: &[u8]) -> Result<Self, DropReason> {
        let mut reader = Reader::new(datagram);
        Self::read(&mut reader).map_err(|_| match datagram {
            [version, ..] if *version != VERSION && datagram.len() >= HEADER_LEN => DropReason::Version,
            _ => DropReason::Malformed,
        })
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let version = reader.u8()?;
        let kind = match reader.u8()? {
            1 => Kind::Init,
            2 => Kind::Accept,
            3 => Kind::Refuse,
            4 => Kind::Sealed,
            _ => return Err(DecodeError::Malformed),
        };
        Ok(Self { version, kind, key: KeyId(reader.array()?), session: reader.u64()?, packet: reader.u64()? })
    }

    /// Rejects a frame of another version or cluster key.
    pub(crate) fn check(&self, key: KeyId) -> Result<(), DropReason> {
        if self.version != VERSION {
            return Err(DropReason::Version);
        }
        if self.key != key {
            return Err(DropReason::Key);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_round_trip() {
        let header = Header {
            version: 9,
            kind: Kind::Refuse,
            key: KeyId([1, 2, 3, 4]),
            session: u64::MAX - 1,
            packet: 1 << 40,
        };
        assert_eq!(Header::decode(&header.encode()), Ok(header));
    }

    #[test]
    fn short_and_unknown_frames_are_told_apart_by_version() {
        let mut bytes = [0; HEADER_LEN];
        bytes[0] = VERSION;
        assert_eq!(Header::decode(&bytes), Err(DropReason::Malformed));
        bytes[0] = VERSION + 1;
        assert_eq!(Header::decode(&bytes), Err(DropReason::Version));
        assert_eq!(Header::decode(&bytes[..21]), Err(DropReason::Malformed));
        assert_eq!(Header::decode(&[]), Err(DropReason::Malformed));
    }
}
