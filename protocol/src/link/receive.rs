//! The receiving half: a ring that puts parts in order.
//!
//! ```text
//!        taken                          taken + W
//!   -------|--------------------------------|-----
//!    taken |  arrived or not, one bit each  | dropped: the peer sends it again
//! ```
//!
//! Invariants: a part leaves in order and once; nothing beyond the window is kept. The window moves when the
//! caller takes a part, and the peer is told `taken`: so a caller that does not keep up slows its peer down.

use super::body::{PART_MAX, RawPart};

/// A piece of a message, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part<'a> {
    /// Whether the message ends here.
    pub last: bool,
    /// The piece, 1 to [`PART_MAX`] bytes.
    pub bytes: &'a [u8],
}

/// What became of a part.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// Kept.
    New,
    /// Known already.
    Duplicate,
    /// Beyond the window.
    Beyond,
}

#[derive(Clone, Copy)]
struct Slot {
    len: usize,
    last: bool,
}

impl Slot {
    const EMPTY: Self = Self { len: 0, last: false };
}

/// Ring of `W` received parts.
pub(crate) struct ReceiveRing<const W: usize> {
    bytes: [[u8; PART_MAX]; W],
    slots: [Slot; W],
    taken: u64,
    /// Bit i: the part `taken + i` has arrived.
    arrived: u64,
}

impl<const W: usize> ReceiveRing<W> {
    pub(crate) const fn new() -> Self {
        Self { bytes: [[0; PART_MAX]; W], slots: [Slot::EMPTY; W], taken: 0, arrived: 0 }
    }

    /// Forgets everything, in place; the buffers keep their stale bytes.
    pub(crate) fn reset(&mut self) {
        (self.taken, self.arrived) = (0, 0);
    }

    /// The first part that was not taken.
    pub(crate) fn taken(&self) -> u64 {
        self.taken
    }

    /// Which parts have arrived from there on.
    pub(crate) fn arrived(&self) -> u64 {
        self.arrived
    }

    /// Whether a part is missing in front of one that has arrived.
    pub(crate) fn has_gap(&self) -> bool {
        self.arrived & self.arrived.wrapping_add(1) != 0
    }

    /// Keeps a part, if it is new and within the window.
    pub(crate) fn insert(&mut self, part: &RawPart<'_>) -> Arrival {
        let Some(ahead) = part.sequence.checked_sub(self.taken) else { return Arrival::Duplicate };
        if ahead >= W as u64 {
            return Arrival::Beyond;
        }
        if self.arrived & (1 << ahead) != 0 {
            return Arrival::Duplicate;
        }
        let index = (part.sequence % W as u64) as usize;
        self.bytes[index][..part.bytes.len()].copy_from_slice(part.bytes);
        self.slots[index] = Slot { len: part.bytes.len(), last: part.last };
        self.arrived |= 1 << ahead;
        Arrival::New
    }

    /// Takes the next part in order.
    pub(crate) fn take(&mut self) -> Option<Part<'_>> {
        if self.arrived & 1 == 0 {
            return None;
        }
        let index = (self.taken % W as u64) as usize;
        self.taken += 1;
        self.arrived >>= 1;
        let Slot { len, last } = self.slots[index];
        Some(Part { last, bytes: &self.bytes[index][..len] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(sequence: u64) -> RawPart<'static> {
        RawPart { sequence, last: true, bytes: b"abcdefgh".get(sequence as usize..).unwrap().split_at(1).0 }
    }

    #[test]
    fn parts_leave_in_order_and_once() {
        let mut ring = ReceiveRing::<4>::new();
        assert_eq!(ring.insert(&part(1)), Arrival::New);
        assert!(ring.has_gap() && ring.take().is_none());
        assert_eq!(ring.insert(&part(0)), Arrival::New);
        assert_eq!(ring.insert(&part(1)), Arrival::Duplicate);
        assert!(!ring.has_gap());
        assert_eq!(ring.take(), Some(Part { last: true, bytes: b"a" }));
        assert_eq!((ring.taken(), ring.arrived()), (1, 1));
        assert_eq!(ring.insert(&part(0)), Arrival::Duplicate);
        assert_eq!(ring.take(), Some(Part { last: true, bytes: b"b" }));
        assert_eq!(ring.take(), None);
    }

    #[test]
    fn nothing_beyond_the_window_is_kept() {
        let mut ring = ReceiveRing::<4>::new();
        assert_eq!(ring.insert(&part(4)), Arrival::Beyond);
        for sequence in 0..4 {
            assert_eq!(ring.insert(&part(sequence)), Arrival::New);
        }
        assert_eq!(ring.insert(&part(4)), Arrival::Beyond);
        ring.take();
        assert_eq!(ring.insert(&part(4)), Arrival::New);
        assert_eq!(ring.insert(&RawPart { sequence: u64::MAX, ..part(0) }), Arrival::Beyond);
    }
}
