//! One board: whose cable it is, what it was told last, and when it is told something again.

use super::line::{IDLE, Line};
use super::notices::{Kind, Notices};
use super::reply::{Answer, Reply};
use illuminator_protocol::{Duration, Instant};
use std::sync::Arc;

/// Least time between two writes to a board.
pub const WRITE_GAP: Duration = Duration::from_millis(50);

/// How often a board that answers is told the same again: one that lost its power has forgotten it.
///
/// Just short of four of the slowest moves of its light, which last 500 ms each, since it answered: it looks at USB
/// between two moves, and takes what came first. So a repetition waits there only for a moment, and not for up to 500 ms
/// in which anything newer would be dropped behind it.
pub const REFRESH: Duration = Duration::from_millis(1_950);

/// How long an answer is waited for before the board is told again.
const ANSWER: Duration = Duration::from_millis(400);

/// A board is silent when it left so many writes in a row without an answer…
const SILENT_WRITES: u32 = 8;

/// …and so much time has passed since the first of them. A slow animation answers once in 500 ms.
const SILENT_AFTER: Duration = Duration::from_secs(3);

/// A board on a port.
#[derive(Debug)]
pub(super) struct Board {
    /// The name of its port, for notices.
    port: Arc<str>,
    reply: Reply,
    /// The cable that it has answered for twice in a row.
    cable: Option<u16>,
    /// Another cable, answered for once.
    heard: Option<u16>,
    /// What was written last, and when.
    sent: Option<(Line, Instant)>,
    /// The writes since its last answer.
    open: Option<Open>,
    /// When it is told again, even if nothing has changed.
    again_at: Instant,
    /// It was given up, and is asked now and then whether it is back.
    silent: bool,
    /// It was said that its answers are no numbers.
    garbled: bool,
    /// It was said that it does not take its commands.
    refused: bool,
}

/// Writes without an answer.
#[derive(Clone, Copy, Debug)]
struct Open {
    first: Line,
    since: Instant,
    writes: u32,
}

impl Board {
    pub(super) fn new(port: Arc<str>, now: Instant) -> Self {
        Self {
            port,
            reply: Reply::default(),
            cable: None,
            heard: None,
            sent: None,
            open: None,
            again_at: now,
            silent: false,
            garbled: false,
            refused: false,
        }
    }

    /// The cable that it answers for.
    pub(super) const fn cable(&self) -> Option<u16> {
        self.cable
    }

    /// Takes bytes that it has sent.
    pub(super) fn received(&mut self, bytes: &[u8], now: Instant, notices: &mut Notices) {
        if let Some(answer) = self.reply.poll(now) {
            self.answered(answer, now, notices);
        }
        for &byte in bytes {
            if let Some(answer) = self.reply.push(byte, now) {
                self.answered(answer, now, notices);
            }
        }
    }

    /// Does what is due by now.
    pub(super) fn poll(&mut self, now: Instant, notices: &mut Notices) {
        if let Some(answer) = self.reply.poll(now) {
            self.answered(answer, now, notices);
        }
        if self.silent_at() <= now {
            self.give_up(now, notices);
        }
    }

    /// When it is to be told `line`, at the latest. Never before [`WRITE_GAP`] has passed.
    pub(super) fn due(&self, line: Line) -> Instant {
        match self.sent {
            Some((sent, at)) => {
                let earliest = at + WRITE_GAP;
                if sent == line { self.again_at.max(earliest) } else { earliest }
            }
            None => self.again_at,
        }
    }

    /// Whether `line` is the last that it was told, and it has nothing else before it that it has not answered.
    pub(super) fn knows(&self, line: Line) -> bool {
        self.sent.is_some_and(|(sent, _)| sent == line) && self.open.is_none_or(|open| open.first == line)
    }

    /// When [`poll`](Self::poll) has something to do.
    pub(super) fn poll_timeout(&self) -> Instant {
        self.reply.poll_timeout().min(self.silent_at())
    }

    /// It is being told `line`.
    pub(super) fn wrote(&mut self, line: Line, now: Instant) {
        let open = self.open.get_or_insert(Open { first: line, since: now, writes: 0 });
        open.writes = open.writes.saturating_add(1);
        self.sent = Some((line, now));
        self.again_at = now + if self.silent { REFRESH } else { ANSWER };
    }

    /// What it was told did not reach it. As if it had not answered: it is told again then.
    pub(super) fn write_failed(&mut self, reason: &str, now: Instant, notices: &mut Notices) {
        if !self.refused {
            let port = &self.port;
            let text = format!("board {port} does not take its command, and is tried again: {reason}");
            self.refused = notices.push(port, Kind::Write, now, text);
        }
    }

    fn answered(&mut self, answer: Answer, now: Instant, notices: &mut Notices) {
        let Answer::Cable(cable) = answer else {
            self.heard = None;
            if !self.garbled {
                let port = &self.port;
                let text = format!("board {port} answers with something that is no cable number: ignored");
                self.garbled = notices.push(port, Kind::Garbled, now, text);
            }
            return;
        };
        self.garbled = false;
        self.refused = false;
        self.silent = false;
        self.again_at = now + REFRESH;
        // Of several commands it takes the first: it does not know the last one yet.
        if self.open.take().is_some_and(|open| self.sent.is_some_and(|(sent, _)| sent != open.first)) {
            self.again_at = now;
        }
        if self.cable == Some(cable) {
            self.heard = None;
        } else if self.heard.replace(cable) != Some(cable) {
            self.again_at = now; // once more, to be sure
        } else {
            self.heard = None;
            let port = &self.port;
            let (kind, text) = match self.cable.replace(cable) {
                Some(before) => {
                    (Kind::Changed, format!("board {port} was cable {before} and is cable {cable} now"))
                }
                None => (Kind::Known, format!("board {port} is cable {cable}")),
            };
            notices.push(port, kind, now, text);
        }
    }

    /// When it counts as silent unless it answers.
    fn silent_at(&self) -> Instant {
        match self.open {
            Some(open) if !self.silent && open.writes >= SILENT_WRITES => open.since + SILENT_AFTER,
            _ => Instant::MAX,
        }
    }

    fn give_up(&mut self, now: Instant, notices: &mut Notices) {
        self.silent = true;
        self.heard = None;
        let port = &self.port;
        let text = match self.cable.take() {
            Some(cable) => format!("board {port} of cable {cable} no longer answers"),
            None if self.garbled => return,
            None => format!("board {port} does not answer: is it a cable board?"),
        };
        notices.push(port, Kind::Silent, now, text);
    }

    /// What it is told as long as its cable is not known.
    pub(super) const PROBE: Line = IDLE;
}
