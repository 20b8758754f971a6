//! A tracker and simulated boards on its ports, in simulated time.

use illuminator_hal::sim::SimBoard;
use illuminator_node::boards::{BoardEvent, BoardTracker, Line, WRITE_GAP};
use illuminator_protocol::{CableFlow, Instant};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const MS: u64 = 1_000;
pub(crate) const S: u64 = 1_000_000;

/// Checks at every write that its port is there and that the gap is kept, and at every event that a cable is seen
/// and gone in turn.
pub(crate) struct Bench {
    pub(crate) tracker: BoardTracker,
    pub(crate) boards: BTreeMap<&'static str, SimBoard>,
    pub(crate) now_us: u64,
    /// Cables that are seen and not gone.
    pub(crate) seen: BTreeSet<u16>,
    /// Every notice so far.
    pub(crate) notices: Vec<String>,
    /// Every write so far: when `[µs]`, where, what.
    pub(crate) writes: Vec<(u64, &'static str, Line)>,
    last_write_us: BTreeMap<&'static str, u64>,
}

/// A flow on a cable whose full scale is 10 kW, from the end that is its source.
pub(crate) fn flow(cable: u16, power_kw: f64) -> CableFlow {
    let (at_sink, full_scale_kw) = (false, 10.0);
    let (carrier, colour, anchor_position, anchor_us) = (0, 0, 0, 0);
    CableFlow { cable, at_sink, power_kw, full_scale_kw, carrier, colour, anchor_position, anchor_us }
}

impl Bench {
    /// No boards, and a host that speaks.
    pub(crate) fn new() -> Self {
        let mut tracker = BoardTracker::new([]);
        tracker.host_silent(false);
        Self {
            tracker,
            boards: BTreeMap::new(),
            now_us: S,
            seen: BTreeSet::new(),
            notices: Vec::new(),
            writes: Vec::new(),
            last_write_us: BTreeMap::new(),
        }
    }

    /// A board of this cable is plugged into this port.
    pub(crate) fn plug(&mut self, port: &'static str, cable: u16) {
        self.boards.insert(port, SimBoard::new(cable, self.now_us));
        self.last_write_us.remove(port);
        self.tracker.appeared(port, self.now());
        self.settle();
    }

    pub(crate) fn unplug(&mut self, port: &'static str) {
        self.boards.remove(port);
        self.tracker.vanished(port, self.now());
        self.settle();
    }

    pub(crate) fn show(&mut self, cable: u16, power_kw: f64) {
        self.tracker.show(&flow(cable, power_kw));
        self.settle();
    }

    /// What the board of a port animates now.
    pub(crate) fn shown(&self, port: &str) -> String {
        String::from_utf8_lossy(&self.boards[port].shows()).into_owned()
    }

    /// The board of a port, at the present time.
    pub(crate) fn board(&mut self, port: &str) -> &mut SimBoard {
        self.boards.get_mut(port).expect("it is plugged in")
    }

    /// Lets a span of time pass `[µs]`.
    pub(crate) fn run(&mut self, span_us: u64) {
        let end_us = self.now_us + span_us;
        while self.now_us < end_us {
            self.settle();
            let boards_us = self.boards.values().map(SimBoard::next_us).min().unwrap_or(end_us);
            let tracker_us = self.tracker.poll_timeout().as_micros();
            assert!(tracker_us > self.now_us, "a deadline that has passed makes a busy loop");
            self.now_us = end_us.min(tracker_us).min(boards_us).max(self.now_us);
            self.answers();
        }
        self.settle();
    }

    /// How long it takes until something holds `[µs]`; `None` if longer than `limit_us`.
    pub(crate) fn time_until(&mut self, limit_us: u64, holds: impl Fn(&Self) -> bool) -> Option<u64> {
        let start_us = self.now_us;
        while !holds(self) {
            if self.now_us - start_us >= limit_us {
                return None;
            }
            self.run(MS);
        }
        Some(self.now_us - start_us)
    }

    pub(crate) fn now(&self) -> Instant {
        Instant::from_micros(self.now_us)
    }

    /// Brings the answers that have left the boards to the tracker.
    fn answers(&mut self) {
        let now = self.now();
        for (port, board) in &mut self.boards {
            board.advance(self.now_us);
            while let Some(bytes) = board.answer(self.now_us) {
                self.tracker.received(port, &bytes, now);
            }
        }
    }

    /// Takes all that the tracker has to give.
    pub(crate) fn settle(&mut self) {
        while let Some((port, line)) = self.tracker.poll_write(Instant::from_micros(self.now_us)) {
            let found = self.boards.get_key_value(&*port).map(|(port, _)| *port);
            let port = found.unwrap_or_else(|| panic!("{port} was written to and is not there"));
            let gap_us = self.last_write_us.get(port).map(|last_us| self.now_us - last_us);
            assert!(
                gap_us.is_none_or(|gap_us| gap_us >= WRITE_GAP.as_micros()),
                "{port} after {gap_us:?} µs"
            );
            self.last_write_us.insert(port, self.now_us);
            self.writes.push((self.now_us, port, line));
            let now_us = self.now_us;
            self.board(port).receive(&line, now_us);
        }
        while let Some(event) = self.tracker.poll_event() {
            match event {
                BoardEvent::Seen(cable) => assert!(self.seen.insert(cable), "{cable} seen twice"),
                BoardEvent::Gone(cable) => assert!(self.seen.remove(&cable), "{cable} gone twice"),
                BoardEvent::Notice(text) => self.notices.push(text),
            }
        }
        assert!(!self.tracker.has_event());
    }
}
