//! The body of a sealed frame.
//!
//! ```text
//!   flags u8 | taken varint | received u64? | probe u64? | echo 3 x u64? | part ... part
//!     bit 0: received         bit 1: probe         bit 2: echo         others: zero
//!
//!   part:  sequence varint | length * 2 + last varint | bytes (1 ..= PART_MAX)
//! ```
//!
//! `taken` is the first part that the sender's caller has not taken yet; bit i of `received` says that part
//! `taken + i` has arrived nonetheless. Times are microseconds of the clock of whoever wrote them first.

use crate::error::{DecodeError, EncodeError};
use crate::frame::BODY_MAX;
use crate::wire::{Reader, VARINT_MAX, Writer, varint_len};

/// Most bytes of a message that one part carries.
pub const PART_MAX: usize = 1096;

const RECEIVED: u8 = 1;
const PROBE: u8 = 2;
const ECHO: u8 = 4;

/// Everything in front of the parts, and the numbers of one part, at their largest `[bytes]`.
const OVERHEAD_MAX: usize = (1 + VARINT_MAX + 8 + 8 + 24) + (VARINT_MAX + 2);
const _: () = assert!(OVERHEAD_MAX + PART_MAX <= BODY_MAX, "a full part fits any frame");

/// An answer to a probe: the first three of four timestamps `[µs]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Echo {
    /// When the probe left, by the clock of the prober.
    pub(crate) left: u64,
    /// When the probe arrived, by the clock of the answerer.
    pub(crate) arrived: u64,
    /// When this answer left, by the clock of the answerer.
    pub(crate) returned: u64,
}

/// What stands in front of the parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) taken: u64,
    pub(crate) received: u64,
    pub(crate) probe: Option<u64>,
    pub(crate) echo: Option<Echo>,
}

impl Head {
    pub(crate) fn write(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        let flag = |bit, present| if present { bit } else { 0 };
        writer.u8(flag(RECEIVED, self.received != 0)
            | flag(PROBE, self.probe.is_some())
            | flag(ECHO, self.echo.is_some()))?;
        writer.varint(self.taken)?;
        if self.received != 0 {
            writer.u64(self.received)?;
        }
        if let Some(left) = self.probe {
            writer.u64(left)?;
        }
        if let Some(echo) = self.echo {
            writer.u64(echo.left)?;
            writer.u64(echo.arrived)?;
            writer.u64(echo.returned)?;
        }
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let flags = reader.u8()?;
        if flags & !(RECEIVED | PROBE | ECHO) != 0 {
            return Err(DecodeError::Malformed);
        }
        let taken = reader.varint()?;
        let received = if flags & RECEIVED != 0 { reader.u64()? } else { 0 };
        let probe = if flags & PROBE != 0 { Some(reader.u64()?) } else { None };
        let echo = if flags & ECHO != 0 {
            Some(Echo { left: reader.u64()?, arrived: reader.u64()?, returned: reader.u64()? })
        } else {
            None
        };
        Ok(Self { taken, received, probe, echo })
    }
}

/// A part as it travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RawPart<'a> {
    pub(crate) sequence: u64,
    pub(crate) last: bool,
    pub(crate) bytes: &'a [u8],
}

impl<'a> RawPart<'a> {
    fn length_and_last(&self) -> u64 {
        (self.bytes.len() as u64) << 1 | u64::from(self.last)
    }

    /// Bytes that the part takes in a body.
    pub(crate) fn encoded_len(&self) -> usize {
        varint_len(self.sequence) + varint_len(self.length_and_last()) + self.bytes.len()
    }

    pub(crate) fn write(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        writer.varint(self.sequence)?;
        writer.varint(self.length_and_last())?;
        writer.bytes(self.bytes)
    }

    fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let sequence = reader.varint()?;
        let length_and_last = reader.varint()?;
        let len = usize::try_from(length_and_last >> 1).map_err(|_| DecodeError::Malformed)?;
        if len == 0 || len > PART_MAX {
            return Err(DecodeError::Malformed);
        }
        Ok(Self { sequence, last: length_and_last & 1 == 1, bytes: reader.bytes(len)? })
    }
}

/// The parts of a body that was found well-formed.
#[derive(Clone, Copy)]
pub(crate) struct Parts<'a>(Reader<'a>);

impl<'a> Iterator for Parts<'a> {
    type Item = RawPart<'a>;

    fn next(&mut self) -> Option<RawPart<'a>> {
        RawPart::read(&mut self.0).ok()
    }
}

/// Reads a whole body before anything acts on it, so that a malformed one has no effect at all.
pub(crate) fn decode(body: &[u8]) -> Result<(Head, Parts<'_>), DecodeError> {
    let mut reader = Reader::new(body);
    let head = Head::read(&mut reader)?;
    let parts = Parts(reader);
    while !reader.is_empty() {
        RawPart::read(&mut reader)?;
    }
    Ok((head, parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_body_fits_a_frame() {
        let mut buffer = [0; BODY_MAX];
        let mut writer = Writer::new(&mut buffer);
        let echo = Echo { left: 1, arrived: 2, returned: 3 };
        let head = Head { taken: u64::MAX, received: u64::MAX, probe: Some(4), echo: Some(echo) };
        let part = RawPart { sequence: u64::MAX, last: true, bytes: &[5; PART_MAX] };
        head.write(&mut writer).unwrap();
        assert!(part.encoded_len() <= writer.remaining());
        part.write(&mut writer).unwrap();
        assert_eq!(writer.len(), OVERHEAD_MAX + PART_MAX);
        let (head_read, mut parts) = decode(&buffer[..OVERHEAD_MAX + PART_MAX]).unwrap();
        assert_eq!((head_read, parts.next(), parts.next()), (head, Some(part), None));
    }

    #[test]
    fn malformed_bodies_are_rejected() {
        let flags_unknown = [8, 0];
        let part_empty = [0, 0, 0, 1];
        let part_oversized = [0, 0, 0, 0xff, 0xff, 3, 0];
        for body in [&flags_unknown[..], &part_empty, &part_oversized] {
            assert_eq!(decode(body).err(), Some(DecodeError::Malformed), "{body:?}");
        }
        for body in [&[][..], &[0], &[1, 0, 7], &[0, 0, 0], &[0, 0, 0, 4, 9]] {
            assert_eq!(decode(body).err(), Some(DecodeError::Truncated), "{body:?}");
        }
    }
}
