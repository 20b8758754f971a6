//! What a person at the table should read, in the order in which it happened.
//!
//! Invariants: of a port nothing of one kind is said twice within [`NOTICE_GAP`]; how a board is in the end is said, if
//! need be later.

use illuminator_protocol::{Duration, Instant};
use std::collections::{BTreeMap, VecDeque};

/// Most notices that wait to be read; older ones are forgotten.
const NOTICES_MAX: usize = 64;

/// Least time between two notices of one kind about one port: a loose contact must not bury everything else.
pub const NOTICE_GAP: Duration = Duration::from_secs(10);

/// Most notices of the last [`NOTICE_GAP`] that are remembered; what comes on top is not said.
const SAID_MAX: usize = 1024;

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A board has become known.
    Known,
    /// A board is that of another cable now.
    Changed,
    /// A board is gone.
    Gone,
    /// A board does not answer.
    Silent,
    /// A board answers with something that is no number.
    Garbled,
    /// A board does not take its commands.
    Write,
    /// A port cannot be read.
    Read,
    /// A board is the second one of its cable.
    Twin,
    /// There is no room for a board.
    Full,
    /// Anything else.
    Other,
}

impl Kind {
    /// Whether it says how a board is from then on, until the next such notice.
    const fn is_state(self) -> bool {
        matches!(self, Self::Known | Self::Changed | Self::Gone | Self::Silent)
    }
}

/// How a board is, too soon after that was said last.
#[derive(Debug)]
struct Later {
    kind: Kind,
    text: String,
    /// When it is said, unless it no longer holds.
    due: Instant,
}

/// Notices that wait to be read.
#[derive(Debug, Default)]
pub(super) struct Notices {
    waiting: VecDeque<String>,
    /// When something was said last, by port.
    said: BTreeMap<(String, Kind), Instant>,
    /// By port.
    later: BTreeMap<String, Later>,
}

impl Notices {
    /// Says something about a port, unless something of this kind was said of it within [`NOTICE_GAP`]; how a board is
    /// is said later, then, if it still holds. Returns whether it is said now.
    pub(super) fn push(&mut self, port: &str, kind: Kind, now: Instant, text: String) -> bool {
        self.said.retain(|_, said_at| now < *said_at + NOTICE_GAP);
        let about = (port.to_owned(), kind);
        if kind.is_state() {
            self.later.remove(port);
        }
        if let Some(&said_at) = self.said.get(&about) {
            if kind.is_state() {
                self.later.insert(about.0, Later { kind, text, due: said_at + NOTICE_GAP });
            }
            return false;
        }
        if self.said.len() == SAID_MAX {
            return false;
        }
        self.said.insert(about, now);
        if self.waiting.len() == NOTICES_MAX {
            self.waiting.pop_front();
        }
        self.waiting.push_back(text);
        true
    }

    /// Says what is due by now.
    pub(super) fn poll(&mut self, now: Instant) {
        let due = |(_, later): &(&String, &Later)| later.due <= now;
        while let Some(port) = self.later.iter().find(due).map(|(port, _)| port.clone()) {
            if let Some(Later { kind, text, .. }) = self.later.remove(&port) {
                self.push(&port, kind, now, text);
            }
        }
    }

    /// When [`poll`](Self::poll) has something to do.
    pub(super) fn poll_timeout(&self) -> Instant {
        self.later.values().map(|later| later.due).min().unwrap_or(Instant::MAX)
    }

    pub(super) fn pop(&mut self) -> Option<String> {
        self.waiting.pop_front()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, NOTICE_GAP, NOTICES_MAX, Notices, SAID_MAX};
    use illuminator_protocol::Instant;

    #[test]
    fn the_same_is_said_of_a_port_now_and_then_only() {
        let mut notices = Notices::default();
        let mut push = |port, kind, now| notices.push(port, kind, now, String::new());
        let start = Instant::ZERO;
        assert!(push("a", Kind::Gone, start));
        assert!(!push("a", Kind::Gone, Instant::from_micros(9_999_999)));
        assert!(push("b", Kind::Gone, start) && push("a", Kind::Known, start), "that is something else");
        assert!(push("a", Kind::Gone, start + NOTICE_GAP));
    }

    #[test]
    fn how_a_board_is_in_the_end_is_said_later() {
        let mut notices = Notices::default();
        let mut said = Vec::new();
        for (second, kind) in
            [(0, Kind::Known), (1, Kind::Gone), (2, Kind::Known), (3, Kind::Gone), (4, Kind::Known)]
        {
            notices.push("a", kind, Instant::from_micros(second * 1_000_000), format!("{kind:?} {second}"));
        }
        while notices.poll_timeout() < Instant::MAX {
            said.extend(std::iter::from_fn(|| notices.pop()));
            assert_eq!(notices.poll_timeout(), Instant::ZERO + NOTICE_GAP);
            notices.poll(Instant::ZERO + NOTICE_GAP);
        }
        said.extend(std::iter::from_fn(|| notices.pop()));
        assert_eq!(said, ["Known 0", "Gone 1", "Known 4"], "it came, it went, and in the end it is here");
    }

    #[test]
    fn memory_is_bounded() {
        let mut notices = Notices::default();
        let said = (0..2 * SAID_MAX)
            .filter(|port| notices.push(&port.to_string(), Kind::Gone, Instant::ZERO, String::new()))
            .count();
        assert_eq!((said, notices.waiting.len()), (SAID_MAX, NOTICES_MAX));
        assert!(
            notices.push("0", Kind::Gone, Instant::ZERO + NOTICE_GAP, String::new()),
            "there is room again"
        );
        assert_eq!(notices.said.len(), 1);
    }
}
