//! All boards of a node.

use super::board::Board;
use super::line::{IDLE, Line, line_of};
use super::notices::{Kind, Notices};
use crate::light::CableView;
use illuminator_protocol::{CableFlow, Instant};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Most boards at a node.
pub const BOARDS_MAX: usize = 16;

/// What a node learns from its boards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BoardEvent {
    /// A cable is plugged in here.
    Seen(u16),
    /// A cable is no longer plugged in here.
    Gone(u16),
    /// Something that a person should read, in one line.
    Notice(String),
}

/// The boards of a node as a state machine.
///
/// Rule: after every call, and at [`poll_timeout`](Self::poll_timeout), [`poll_write`](Self::poll_write) until there
/// is nothing to write, then [`poll_event`](Self::poll_event) until there is none.
#[derive(Debug)]
pub struct BoardTracker {
    /// Cables whose board here is at the other end.
    reversed: BTreeSet<u16>,
    /// By the name of the port.
    boards: BTreeMap<Arc<str>, Board>,
    /// What the flow of a cable is shown with.
    flows: BTreeMap<u16, Line>,
    /// What a model wants a cable to be told, whatever its flow.
    lines: BTreeMap<u16, Line>,
    host_silent: bool,
    stopped: bool,
    /// The cables that were said to be here.
    told: BTreeSet<u16>,
    notices: Notices,
    /// It was said that there are too many boards.
    full: bool,
}

impl BoardTracker {
    /// No boards, and no word of a host yet. `reversed` are the cables whose board here sits at the other end: to
    /// these, flows run the other way.
    pub fn new(reversed: impl IntoIterator<Item = u16>) -> Self {
        Self {
            reversed: reversed.into_iter().collect(),
            boards: BTreeMap::new(),
            flows: BTreeMap::new(),
            lines: BTreeMap::new(),
            host_silent: true,
            stopped: false,
            told: BTreeSet::new(),
            notices: Notices::default(),
            full: false,
        }
    }

    /// Whether there is room for a board on this port. If not, that is said once.
    pub fn room_for(&mut self, port: &str, now: Instant) -> bool {
        let room = self.boards.len() < BOARDS_MAX || self.boards.contains_key(port);
        if !room && !self.full {
            let text = format!("board {port} is ignored: {BOARDS_MAX} boards are plugged in already");
            self.full = self.notices.push(port, Kind::Full, now, text);
        }
        room
    }

    /// A board has appeared on this port, and can be written to. Without [room](Self::room_for) it is ignored. One
    /// that was there already is a new one.
    pub fn appeared(&mut self, port: &str, now: Instant) {
        self.vanished(port, now);
        if self.room_for(port, now) {
            let port: Arc<str> = port.into();
            self.boards.insert(Arc::clone(&port), Board::new(port, now));
        }
    }

    /// There is nothing on this port any more.
    pub fn vanished(&mut self, port: &str, now: Instant) {
        if let Some(board) = self.boards.remove(port) {
            self.full = false;
            if let Some(cable) = board.cable() {
                let text = format!("board {port} of cable {cable} is gone");
                self.notices.push(port, Kind::Gone, now, text);
            }
        }
    }

    /// Bytes have come from this port.
    pub fn received(&mut self, port: &str, bytes: &[u8], now: Instant) {
        let Self { boards, notices, .. } = self;
        if let Some(board) = boards.get_mut(port) {
            let before = board.cable();
            board.received(bytes, now, notices);
            self.check_twins(port, before, now);
        }
    }

    /// What was to be written to this port did not reach the board, which is still there.
    pub fn write_failed(&mut self, port: &str, reason: &str, now: Instant) {
        if let Some(board) = self.boards.get_mut(port) {
            board.write_failed(reason, now, &mut self.notices);
        }
    }

    /// This port can be opened and not be read. Returns whether that is said.
    pub fn read_failed(&mut self, port: &str, reason: &str, now: Instant) -> bool {
        let text = format!("board {port} cannot be read, and is tried again: {reason}");
        self.notices.push(port, Kind::Read, now, text)
    }

    /// Passes on something that a person should read about a port, or about a directory of ports. Returns whether it
    /// is said.
    pub fn notice(&mut self, about: &str, text: String, now: Instant) -> bool {
        self.notices.push(about, Kind::Other, now, text)
    }

    /// Shows a flow on the boards of its cable, from now until told otherwise. One that cannot be drawn makes them
    /// idle.
    pub fn show(&mut self, flow: &CableFlow) {
        match CableView::from_wire(flow) {
            Some((cable, view)) => {
                self.flows.insert(cable, line_of(&view, self.reversed.contains(&cable)));
            }
            None => {
                self.flows.remove(&flow.cable);
            }
        }
    }

    /// Nothing flows through a cable: its boards are idle.
    pub fn hide(&mut self, cable: u16) {
        self.flows.remove(&cable);
    }

    /// What the boards of a cable are told whatever its flow; `None` ends that.
    pub fn set_line(&mut self, cable: u16, line: Option<Line>) {
        match line {
            Some(line) => self.lines.insert(cable, line),
            None => self.lines.remove(&cable),
        };
    }

    /// Forgets all [lines](Self::set_line): flows are shown again.
    pub fn clear_lines(&mut self) {
        self.lines.clear();
    }

    /// The run is over: forgets all flows and lines.
    pub fn dark(&mut self) {
        self.flows.clear();
        self.lines.clear();
    }

    /// Says whether the host is silent. While it is, all boards are idle.
    pub fn host_silent(&mut self, silent: bool) {
        self.host_silent = silent;
    }

    /// Begins or ends an emergency stop. During one, all boards are idle.
    pub fn emergency_stop(&mut self, on: bool) {
        self.stopped = on;
    }

    /// The next line to write, and to which port, in one write.
    pub fn poll_write(&mut self, now: Instant) -> Option<(Arc<str>, Line)> {
        self.poll_boards(now);
        let due = |(_, board): &(&Arc<str>, &Board)| board.due(self.wanted(board)) <= now;
        let (port, board) = self.boards.iter().find(due)?;
        let (port, line) = (Arc::clone(port), self.wanted(board));
        self.boards.get_mut(&port)?.wrote(line, now);
        Some((port, line))
    }

    /// When [`poll_write`](Self::poll_write) has something to do at the latest.
    pub fn poll_timeout(&self) -> Instant {
        let due = |board: &Board| board.poll_timeout().min(board.due(self.wanted(board)));
        self.boards.values().map(due).fold(self.notices.poll_timeout(), Instant::min)
    }

    /// The next event. Notices come first, then the cables that are gone, then those that are new. What came and
    /// went between two polls is not told.
    pub fn poll_event(&mut self) -> Option<BoardEvent> {
        if let Some(text) = self.notices.pop() {
            return Some(BoardEvent::Notice(text));
        }
        let here = self.cables();
        if let Some(&cable) = self.told.difference(&here).next() {
            self.told.remove(&cable);
            return Some(BoardEvent::Gone(cable));
        }
        let &cable = here.difference(&self.told).next()?;
        self.told.insert(cable);
        Some(BoardEvent::Seen(cable))
    }

    /// Whether [`poll_event`](Self::poll_event) has something.
    pub fn has_event(&self) -> bool {
        !self.notices.is_empty() || self.cables() != self.told
    }

    /// Whether every board whose cable is known shows the idle chase, as far as it has answered.
    pub fn is_idle(&self) -> bool {
        self.boards.values().all(|board| board.cable().is_none() || board.knows(IDLE))
    }

    /// The cables that boards here answer for.
    fn cables(&self) -> BTreeSet<u16> {
        self.boards.values().filter_map(Board::cable).collect()
    }

    /// What a board is to be told.
    fn wanted(&self, board: &Board) -> Line {
        let Some(cable) = board.cable() else { return Board::PROBE };
        if self.host_silent || self.stopped {
            return IDLE;
        }
        *self.lines.get(&cable).or_else(|| self.flows.get(&cable)).unwrap_or(&IDLE)
    }

    /// Ends answers that are whole, and gives up boards that are silent.
    fn poll_boards(&mut self, now: Instant) {
        self.notices.poll(now);
        let due = |(_, board): &(&Arc<str>, &Board)| board.poll_timeout() <= now;
        while let Some(port) = self.boards.iter().find(due).map(|(port, _)| Arc::clone(port)) {
            let Self { boards, notices, .. } = self;
            let Some(board) = boards.get_mut(&port) else { return };
            let before = board.cable();
            board.poll(now, notices);
            self.check_twins(&port, before, now);
        }
    }

    /// Says so if the board of this port has turned out to be the second one of a cable.
    fn check_twins(&mut self, port: &str, before: Option<u16>, now: Instant) {
        let Some(cable) = self.boards.get(port).and_then(Board::cable).filter(|now| before != Some(*now))
        else {
            return;
        };
        let twin =
            self.boards.iter().find(|(other, board)| &***other != port && board.cable() == Some(cable));
        if let Some((other, _)) = twin {
            let text = format!("boards {other} and {port} are both cable {cable}: both are driven");
            self.notices.push(port, Kind::Twin, now, text);
        }
    }
}
