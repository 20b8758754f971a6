//! The sending half: a ring of parts that the peer has not taken yet.
//!
//! ```text
//!     base              unsent           end         base + W
//!   ---|----------------|----------------|-------------|---
//!      | sent, some     | accepted, not  | free        |
//!      | of them acked  | sent yet       |             |
//! ```
//!
//! What is known of a part is a bit in a 64-bit set relative to `base`, so that acknowledgements cost the same
//! whatever the window holds. Invariants: `base <= unsent <= end <= base + W`; bits are set for sent parts
//! only; a part is never both `acked` and `lost`.

use super::body::{PART_MAX, RawPart};
use super::window::{above, below, bits};
use crate::error::EncodeError;
use crate::time::{Duration, Instant};
use crate::wire::Writer;

/// Later parts that must have arrived before a missing one counts as lost (RFC 5681, fast retransmit).
const REORDERING: u32 = 3;

#[derive(Clone, Copy)]
struct Slot {
    sent_at: Instant,
    len: usize,
    last: bool,
}

impl Slot {
    const EMPTY: Self = Self { sent_at: Instant::ZERO, len: 0, last: false };
}

/// What an acknowledgement told.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Acknowledged {
    /// Whether any part was acknowledged for the first time.
    pub(crate) progress: bool,
    /// A round trip, acknowledgement delay included, of a part that was sent only once.
    pub(crate) round_trip: Option<Duration>,
}

/// Ring of `W` parts to send.
pub(crate) struct SendRing<const W: usize> {
    bytes: [[u8; PART_MAX]; W],
    slots: [Slot; W],
    base: u64,
    unsent: u64,
    end: u64,
    /// Arrived, says the peer.
    acked: u64,
    /// To be sent again.
    lost: u64,
    /// Sent more than once.
    repeated: u64,
}

impl<const W: usize> SendRing<W> {
    pub(crate) const fn new() -> Self {
        Self {
            bytes: [[0; PART_MAX]; W],
            slots: [Slot::EMPTY; W],
            base: 0,
            unsent: 0,
            end: 0,
            acked: 0,
            lost: 0,
            repeated: 0,
        }
    }

    /// Forgets everything, in place; the buffers keep their stale bytes.
    pub(crate) fn reset(&mut self) {
        (self.base, self.unsent, self.end) = (0, 0, 0);
        (self.acked, self.lost, self.repeated) = (0, 0, 0);
    }

    /// Parts accepted and not taken by the peer.
    pub(crate) fn in_flight(&self) -> usize {
        (self.end - self.base) as usize
    }

    /// Parts that would be accepted now.
    pub(crate) fn free(&self) -> usize {
        W - self.in_flight()
    }

    /// Whether a frame could carry something now.
    pub(crate) fn is_waiting(&self) -> bool {
        self.lost != 0 || self.unsent < self.end
    }

    /// Whether something waits to be sent again.
    pub(crate) fn has_lost(&self) -> bool {
        self.lost != 0
    }

    /// Accepts as much of `message` behind `offset` as there is room for; returns the new offset.
    pub(crate) fn push(&mut self, message: &[u8], mut offset: usize) -> usize {
        while self.free() > 0 {
            let Some(rest @ [_, ..]) = message.get(offset..) else { break };
            let len = rest.len().min(PART_MAX);
            let index = index::<W>(self.end);
            self.bytes[index][..len].copy_from_slice(&rest[..len]);
            self.slots[index] = Slot { sent_at: Instant::ZERO, len, last: len == rest.len() };
            self.end += 1;
            offset += len;
        }
        offset
    }

    /// Takes an acknowledgement: all parts below `taken`, and `taken + i` for each bit i of `received`.
    ///
    /// Returns `None`, and does nothing, if it is about parts that were never sent.
    pub(crate) fn acknowledge(&mut self, now: Instant, taken: u64, received: u64) -> Option<Acknowledged> {
        let beyond = taken.checked_add(64 - u64::from(received.leading_zeros()))?;
        if taken > self.unsent || (received != 0 && beyond > self.unsent) {
            return None;
        }
        // An acknowledgement that was overtaken by a newer one still tells the truth.
        let slid = taken.saturating_sub(self.base);
        let received = above(received, self.base.saturating_sub(taken));
        let arrived = below(slid) | received.checked_shl(slid as u32).unwrap_or(0);
        let fresh = arrived & !self.acked & below(self.unsent - self.base);
        let round_trip = (fresh & !self.repeated).checked_ilog2().map(|bit| {
            let index = index::<W>(self.base + u64::from(bit));
            now.saturating_since(self.slots[index].sent_at)
        });
        self.acked |= fresh;
        self.find_lost();
        self.lost &= !self.acked;
        self.slide(slid);
        Some(Acknowledged { progress: fresh != 0, round_trip })
    }

    /// Declares every part lost that was sent at least `timeout` ago; returns whether there was one.
    pub(crate) fn expire(&mut self, now: Instant, timeout: Duration) -> bool {
        let mut expired = 0;
        for bit in bits(self.awaited()) {
            if self.slots[index::<W>(self.base + bit)].sent_at + timeout <= now {
                expired |= 1 << bit;
            }
        }
        self.lost |= expired;
        expired != 0
    }

    /// When the next part expires; `None` if none is awaited.
    pub(crate) fn deadline(&self, timeout: Duration) -> Option<Instant> {
        let sent = bits(self.awaited()).map(|bit| self.slots[index::<W>(self.base + bit)].sent_at);
        sent.min().map(|sent_at| sent_at + timeout)
    }

    /// Writes lost parts, then new ones, until the frame is full; returns how many of each.
    pub(crate) fn fill(&mut self, now: Instant, writer: &mut Writer<'_>) -> Result<(u64, u64), EncodeError> {
        let (mut again, mut fresh) = (0, 0);
        for bit in bits(self.lost) {
            if !self.write(now, self.base + bit, writer)? {
                return Ok((again, fresh));
            }
            self.lost &= !(1 << bit);
            self.repeated |= 1 << bit;
            again += 1;
        }
        while self.unsent < self.end && self.write(now, self.unsent, writer)? {
            self.unsent += 1;
            fresh += 1;
        }
        Ok((again, fresh))
    }

    /// Sent, neither acknowledged nor known to be lost.
    fn awaited(&self) -> u64 {
        below(self.unsent - self.base) & !self.acked & !self.lost
    }

    /// Fast retransmit, once for each part: a part is lost when three later ones have arrived.
    fn find_lost(&mut self) {
        let mut later = self.acked;
        for _ in 1..REORDERING {
            later &= !highest(later);
        }
        let overtaken = highest(later).saturating_sub(1);
        self.lost |= overtaken & self.awaited() & !self.repeated;
    }

    /// Moves the window on by `parts`.
    fn slide(&mut self, parts: u64) {
        self.base += parts;
        self.acked = above(self.acked, parts);
        self.lost = above(self.lost, parts);
        self.repeated = above(self.repeated, parts);
    }

    fn write(&mut self, now: Instant, sequence: u64, writer: &mut Writer<'_>) -> Result<bool, EncodeError> {
        let index = index::<W>(sequence);
        let slot = &mut self.slots[index];
        let part = RawPart { sequence, last: slot.last, bytes: &self.bytes[index][..slot.len] };
        if part.encoded_len() > writer.remaining() {
            return Ok(false);
        }
        slot.sent_at = now;
        part.write(writer)?;
        Ok(true)
    }
}

fn index<const W: usize>(sequence: u64) -> usize {
    (sequence % W as u64) as usize
}

/// The highest bit of `set` alone; 0 if there is none.
fn highest(set: u64) -> u64 {
    set.checked_ilog2().map_or(0, |bit| 1 << bit)
}

#[cfg(test)]
mod tests;
