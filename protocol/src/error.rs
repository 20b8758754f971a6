//! What can go wrong: encoding, decoding, and the reasons for which a datagram is dropped.

use core::fmt;

/// Why something could not be encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EncodeError {
    /// The output buffer is too small.
    Full,
    /// A nested value is malformed or deeper than [`DEPTH_MAX`](crate::DEPTH_MAX).
    Nested,
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "the message does not fit its buffer",
            Self::Nested => "a nested value is malformed or nested too deeply",
        })
    }
}

impl core::error::Error for EncodeError {}

/// Why received bytes are not what they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// The bytes end early.
    Truncated,
    /// Bytes are left over behind a complete message.
    Trailing,
    /// A tag, length or text has no meaning in this version.
    Malformed,
    /// Values are nested deeper than [`DEPTH_MAX`](crate::DEPTH_MAX).
    TooDeep,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Truncated => "the message ends early",
            Self::Trailing => "bytes are left over behind the message",
            Self::Malformed => "the message has no meaning in this version",
            Self::TooDeep => "values are nested too deeply",
        })
    }
}

impl core::error::Error for DecodeError {}

/// Why a datagram was dropped. Nothing of a dropped datagram has any effect but to be counted, except that
/// some handshakes are refused with a hint (see [`Refusal`](crate::Refusal)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DropReason {
    /// Not a frame: too short, of an unknown kind, or without meaning after it was authenticated.
    Malformed,
    /// Of another version of the wire.
    Version,
    /// Sealed with another cluster key.
    Key,
    /// Of a session that is not, or no longer, open here.
    Session,
    /// A kind of frame that this side does not take now: a late answer to a finished handshake, for example.
    Unexpected,
    /// Authentication failed: damaged on the way, or forged.
    Forged,
    /// Seen before.
    Replayed,
    /// So late that it cannot be told from a replay.
    Late,
    /// From a second host while a first one is connected.
    Busy,
}

impl DropReason {
    /// Every reason, in the order of [`DropCounters::iter`].
    pub const ALL: [Self; 9] = [
        Self::Malformed,
        Self::Version,
        Self::Key,
        Self::Session,
        Self::Unexpected,
        Self::Forged,
        Self::Replayed,
        Self::Late,
        Self::Busy,
    ];

    /// A short lower-case word for logs and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Version => "version",
            Self::Key => "key",
            Self::Session => "session",
            Self::Unexpected => "unexpected",
            Self::Forged => "forged",
            Self::Replayed => "replayed",
            Self::Late => "late",
            Self::Busy => "busy",
        }
    }
}

impl fmt::Display for DropReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How many datagrams were dropped, per reason. Counts saturate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DropCounters([u64; DropReason::ALL.len()]);

impl DropCounters {
    /// All zero.
    pub const fn new() -> Self {
        Self([0; DropReason::ALL.len()])
    }

    /// Datagrams dropped for `reason`.
    pub const fn get(&self, reason: DropReason) -> u64 {
        self.0[reason as usize]
    }

    /// Datagrams dropped in all.
    pub fn total(&self) -> u64 {
        self.0.iter().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// Every reason with its count, in the order of [`DropReason::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (DropReason, u64)> + '_ {
        DropReason::ALL.into_iter().map(|reason| (reason, self.get(reason)))
    }

    /// Counts the failure of `result`, if it is one, and hands it on.
    pub(crate) fn note<T>(&mut self, result: Result<T, DropReason>) -> Result<T, DropReason> {
        if let Err(reason) = result {
            let count = &mut self.0[reason as usize];
            *count = count.saturating_add(1);
        }
        result
    }
}
