//! The replay window: each packet number counts once.
//!
//! ```text
//!            newest - 127                 newest
//!   late  |  1 0 1 1 1 …  1 1 0 1 1 1 1 1  1  |  new
//! ```
//!
//! Invariant: a number is accepted at most once, whatever the order of arrival. Only authenticated numbers may
//! be shown to the window, or anybody could move it.

use crate::error::DropReason;

/// How far behind the newest frame of a session another may arrive `[frames]`.
pub const REPLAY_WINDOW: u64 = 128;

/// Which of the last [`REPLAY_WINDOW`] packet numbers were seen.
pub(crate) struct ReplayWindow {
    newest: u64,
    /// Bit i: the packet `newest - i` was seen.
    seen: u128,
}

impl ReplayWindow {
    pub(crate) const fn new() -> Self {
        Self { newest: 0, seen: 0 }
    }

    /// Takes note of an authenticated packet number, or rejects it as `Replayed` or `Late`.
    pub(crate) fn accept(&mut self, packet: u64) -> Result<(), DropReason> {
        if packet > self.newest {
            let ahead = packet - self.newest;
            self.seen = if ahead < REPLAY_WINDOW { self.seen << ahead } else { 0 };
            self.newest = packet;
        }
        let behind = self.newest - packet;
        if behind >= REPLAY_WINDOW {
            return Err(DropReason::Late);
        }
        let bit = 1 << behind;
        if self.seen & bit != 0 {
            return Err(DropReason::Replayed);
        }
        self.seen |= bit;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::collections::BTreeSet;
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_first_packet_counts_once() {
        let mut window = ReplayWindow::new();
        assert_eq!(window.accept(0), Ok(()));
        assert_eq!(window.accept(0), Err(DropReason::Replayed));
    }

    #[test]
    fn the_window_ends_where_it_says() {
        let mut window = ReplayWindow::new();
        assert_eq!(window.accept(1_000), Ok(()));
        assert_eq!(window.accept(1_000 - REPLAY_WINDOW), Err(DropReason::Late));
        assert_eq!(window.accept(1_001 - REPLAY_WINDOW), Ok(()));
        assert_eq!(window.accept(u64::MAX), Ok(()));
        assert_eq!(window.accept(1_001), Err(DropReason::Late));
    }

    proptest! {
        #[test]
        fn it_agrees_with_a_set_of_all_numbers(packets in prop::collection::vec(0u64..600, 1..800)) {
            let mut window = ReplayWindow::new();
            let mut seen = BTreeSet::new();
            let mut newest = 0;
            let results: Vec<_> = packets.iter().map(|packet| window.accept(*packet)).collect();
            for (packet, result) in packets.into_iter().zip(results) {
                newest = newest.max(packet);
                let expected = if newest - packet >= REPLAY_WINDOW {
                    Err(DropReason::Late)
                } else if seen.insert(packet) {
                    Ok(())
                } else {
                    Err(DropReason::Replayed)
                };
                prop_assert_eq!(result, expected);
            }
        }
    }
}
