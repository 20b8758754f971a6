//! Cable boards on USB: a thread that finds them, keeps their ports open and writes what the tracker says.
//!
//! ```text
//!   serve ── flows, dark, … ─▶ BoardTracker ◀── appeared, vanished, bytes ── Ports ◀─▶ /dev/ttyACM*
//!   serve ◀── BoardEvent ────────┴───────────── lines to write ────────────▶
//! ```
//!
//! Invariants:
//! - The network never waits for a board: the tracker is locked to be told and to be asked, never while a port is
//!   opened, read or written.
//! - All ports are served in turn, and none is ever waited for alone.
//! - When the thread ends, the boards are idle, as far as they answer.

mod ports;

use super::{Clock, spawn};
use crate::boards::{BoardEvent, BoardTracker};
use crate::config::BoardsEntry;
use crate::node::Request;
use illuminator_hal::usb::{Bell, Discovery};
use ports::Ports;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use tokio::sync::Notify;

/// The cable boards of this node. Dropped, it makes them idle and ends its thread, which takes a second and a half
/// at most.
pub struct Boards {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// What the thread shares with the rest of the node.
struct Shared {
    state: Mutex<State>,
    /// Wakes the thread.
    bell: Bell,
    /// Wakes whoever waits for an event.
    events: Notify,
}

struct State {
    tracker: BoardTracker,
    end: bool,
}

impl Boards {
    /// Starts to look for boards. They are idle until told otherwise. A directory that is not there is waited for.
    ///
    /// # Errors
    /// A system without room for a thread.
    pub fn start(entry: &BoardsEntry, clock: Clock) -> io::Result<Self> {
        let discovery = Discovery::new(&entry.directory, &entry.devices);
        let tracker = BoardTracker::new(entry.reversed.iter().copied());
        let state = Mutex::new(State { tracker, end: false });
        let shared = Arc::new(Shared { state, bell: Bell::new()?, events: Notify::new() });
        let ports = Ports::new(Arc::clone(&shared), discovery, clock);
        let thread = spawn("boards", move || ports.serve())?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Does what the node asks of its machine, as far as it concerns boards.
    pub fn carry_out(&self, request: &Request) {
        match request {
            Request::Show(flow) => self.update(|tracker| tracker.show(flow)),
            Request::Unplugged(cable) => self.update(|tracker| tracker.hide(*cable)),
            Request::BoardLines(lines) => self.update(|tracker| {
                tracker.clear_lines();
                lines.iter().for_each(|&(cable, line)| tracker.set_line(cable, Some(line)));
            }),
            Request::Dark => self.update(BoardTracker::dark),
            Request::HostSilent(silent) => self.update(|tracker| tracker.host_silent(*silent)),
            Request::Identify(_)
            | Request::Relay { .. }
            | Request::EmergencyStop(_)
            | Request::Command(_) => {}
        }
    }

    /// Begins or ends an emergency stop. During one, all boards are idle.
    pub fn emergency_stop(&self, on: bool) {
        self.update(|tracker| tracker.emergency_stop(on));
    }

    /// Waits for the next event. No event is lost if the waiting is given up.
    pub async fn event(&self) -> BoardEvent {
        loop {
            let event = self.shared.lock().tracker.poll_event();
            match event {
                Some(event) => return event,
                None => self.shared.events.notified().await,
            }
        }
    }

    /// Changes what the boards are to show, and wakes the thread if that makes something due earlier.
    fn update(&self, change: impl FnOnce(&mut BoardTracker)) {
        let mut state = self.shared.lock();
        let before = state.tracker.poll_timeout();
        change(&mut state.tracker);
        if state.tracker.poll_timeout() < before {
            self.shared.bell.ring();
        }
    }
}

impl Drop for Boards {
    fn drop(&mut self) {
        self.shared.lock().end = true;
        self.shared.bell.ring();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
