//! Target `board_reply`: what comes from the ports of cable boards, and when.

use arbitrary::{Arbitrary, Unstructured};
use illuminator_node::boards::{BOARDS_MAX, BoardEvent, BoardTracker, Line, WRITE_GAP};
use illuminator_protocol::{CableFlow, Duration, Instant};
use std::collections::{BTreeMap, BTreeSet};

/// Operations of one run.
const OPS_MAX: usize = 400;
/// Longest time through which the tracker is asked whenever it wants to be: longer than anything that it waits for.
const WAIT_MS_MAX: u64 = 5_000;
/// Events that may come of one operation: notices are bounded, and each cable is told of once.
const EVENTS_MAX: usize = 64 + 2 * BOARDS_MAX;

/// What happens next. Ports are chosen from a few more than may be there.
#[derive(Debug, Arbitrary)]
enum Op<'a> {
    Appears(u8),
    Vanishes(u8),
    Sends(u8, &'a [u8]),
    /// An answer as a board gives it.
    Answers(u8, u16),
    WriteFails(u8),
    Shows {
        cable: u8,
        at_sink: bool,
        power_kw: f64,
        full_scale_kw: f64,
        carrier: u8,
        colour: u8,
    },
    Hides(u8),
    Line(u8, Option<[u8; 4]>),
    ClearLines,
    Dark,
    HostSilent(bool),
    Stop(bool),
    /// Time passes `[ms]`, and the tracker is asked only then.
    Sleeps(u16),
    /// Time passes `[ms]`, and the tracker is asked whenever it wants to be.
    Waits(u16),
}

/// Carries out operations on a tracker of boards.
///
/// Promise: no panic; a port that is not there is never written to, and no port twice within the gap; cables are seen
/// and gone in turn; events are bounded; a tracker that was asked waits for the future.
pub fn board_reply(data: &[u8]) {
    let mut bench = Bench::default();
    let mut input = Unstructured::new(data);
    for _ in 0..OPS_MAX {
        if input.is_empty() {
            break;
        }
        let Ok(op) = input.arbitrary() else { break };
        bench.carry_out(&op);
        bench.settle();
    }
    for port in 0..u8::MAX {
        bench.carry_out(&Op::Vanishes(port));
    }
    bench.settle();
    assert!(bench.seen.is_empty(), "a cable without a board");
}

struct Bench {
    tracker: BoardTracker,
    now: Instant,
    /// The ports that are there, and when each was written to.
    ports: BTreeMap<String, Option<Instant>>,
    seen: BTreeSet<u16>,
}

impl Default for Bench {
    fn default() -> Self {
        let (ports, seen) = (BTreeMap::new(), BTreeSet::new());
        Self { tracker: BoardTracker::new([3]), now: Instant::from_micros(1_000), ports, seen }
    }
}

impl Bench {
    fn carry_out(&mut self, op: &Op<'_>) {
        let (tracker, now) = (&mut self.tracker, self.now);
        match *op {
            Op::Appears(port) => {
                let port = name(port);
                if tracker.room_for(&port, now) {
                    tracker.appeared(&port, now);
                    self.ports.insert(port, None);
                }
            }
            Op::Vanishes(port) => {
                tracker.vanished(&name(port), now);
                self.ports.remove(&name(port));
            }
            Op::Sends(port, bytes) => tracker.received(&name(port), bytes, now),
            Op::Answers(port, cable) => tracker.received(&name(port), format!("{cable}\r\n").as_bytes(), now),
            Op::WriteFails(port) => tracker.write_failed(&name(port), "reason", now),
            Op::Shows { cable, at_sink, power_kw, full_scale_kw, carrier, colour } => {
                let (cable, anchor_position, anchor_us) = (cable.into(), 0, 0);
                tracker.show(&CableFlow {
                    cable,
                    at_sink,
                    power_kw,
                    full_scale_kw,
                    carrier,
                    colour,
                    anchor_position,
                    anchor_us,
                });
            }
            Op::Hides(cable) => tracker.hide(cable.into()),
            Op::Line(cable, line) => tracker.set_line(cable.into(), line),
            Op::ClearLines => tracker.clear_lines(),
            Op::Dark => tracker.dark(),
            Op::HostSilent(silent) => tracker.host_silent(silent),
            Op::Stop(on) => tracker.emergency_stop(on),
            Op::Sleeps(span_ms) => self.now = now + Duration::from_millis(span_ms.into()),
            Op::Waits(span_ms) => self.wait(now + Duration::from_millis(u64::from(span_ms) % WAIT_MS_MAX)),
        }
    }

    fn wait(&mut self, end: Instant) {
        loop {
            self.settle();
            let due = self.tracker.poll_timeout();
            if due >= end {
                self.now = end;
                return;
            }
            self.now = due;
        }
    }

    /// Takes all that the tracker has to give.
    fn settle(&mut self) {
        while let Some((port, line)) = self.tracker.poll_write(self.now) {
            self.write(&port, line);
        }
        for events in 0.. {
            assert!(events <= EVENTS_MAX, "events without end");
            match self.tracker.poll_event() {
                Some(BoardEvent::Seen(cable)) => assert!(self.seen.insert(cable), "{cable} is seen twice"),
                Some(BoardEvent::Gone(cable)) => assert!(self.seen.remove(&cable), "{cable} is gone twice"),
                Some(BoardEvent::Notice(text)) => assert!(!text.contains('\n'), "{text}"),
                None => break,
            }
        }
        assert!(!self.tracker.has_event() && self.seen.len() <= BOARDS_MAX);
        assert!(self.tracker.poll_timeout() > self.now, "a tracker that was asked waits for the future");
    }

    fn write(&mut self, port: &str, line: Line) {
        let written = self.ports.get_mut(port).unwrap_or_else(|| panic!("{port} is not there"));
        let since = written.map(|at| self.now.saturating_since(at));
        assert!(since.is_none_or(|since| since >= WRITE_GAP), "{port} after {since:?}");
        *written = Some(self.now);
        assert!(line.len() == 4);
    }
}

fn name(port: u8) -> String {
    format!("tty{}", usize::from(port) % (BOARDS_MAX + 4))
}
