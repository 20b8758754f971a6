//! The page of a run, watched from elsewhere by its API.
//!
//! ```text
//!   server ─ GET /api/v1/live ─▶ EventStream ─▶ Inbox (the last of each kind) ─▶ Watch::look ─▶ Seen
//!          ◀─ POST /api/v1/command ─ queue ◀─────────────────────────────────── Watch::ask
//! ```
//!
//! Invariants: whoever looks never waits for the network; a connection that is gone or silent is made again within
//! seconds, for ever; what is kept is bounded, whatever the server sends.

mod address;
mod http;
mod inbox;
mod live;
mod orders;

pub use address::{ServerAddress, WrongAddress};
pub(in crate::shell) use http::{Failure as RequestFailure, Server};

use crate::shell::StopFlag;
use crate::shell::terminal::Viewed;
use crate::terminal::{Desk, Seen};
use crate::view::Command;
use illuminator_node::shell::{Clock, runtime, spawn};
use inbox::Inbox;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use tokio::sync::mpsc::{Sender, channel};
use zeroize::Zeroizing;

/// Commands that wait for their turn.
const WAITING_MAX: usize = 16;

/// A run somewhere else.
pub struct Watch {
    inbox: Shared,
    /// Dropped, the thread ends once it has sent what waits.
    orders: Option<Sender<Command>>,
    thread: Option<JoinHandle<()>>,
    stop: StopFlag,
    address: String,
}

/// What the thread and whoever looks share.
#[derive(Clone)]
struct Shared {
    inbox: Arc<Mutex<Inbox>>,
    clock: Clock,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inbox> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now_us(&self) -> u64 {
        self.clock.now().as_micros()
    }
}

impl Watch {
    /// Watches the server at `address`, in a thread of its own, until `stop` is set. With a `token` it commands where
    /// others may only look.
    ///
    /// # Errors
    /// A thread that cannot be started.
    pub fn start(
        address: &ServerAddress,
        token: Option<Zeroizing<String>>,
        stop: StopFlag,
    ) -> io::Result<Self> {
        let inbox = Shared { inbox: Arc::default(), clock: Clock::start() };
        let (orders, waiting) = channel(WAITING_MAX);
        let server = Server::page(address.clone(), token);
        let runtime = runtime()?;
        let shared = inbox.clone();
        let thread = spawn("watch", move || {
            runtime.block_on(async {
                tokio::select! {
                    () = live::follow(&server, &shared) => {}
                    () = orders::carry_out(&server, waiting, &shared) => {}
                }
            });
            // A name that is being looked up is not waited for.
            runtime.shutdown_background();
        })?;
        let address = address.url();
        Ok(Self { inbox, orders: Some(orders), thread: Some(thread), stop, address })
    }
}

impl Viewed for Watch {
    fn look(&mut self, seen: &mut Seen, desk: &mut Desk) {
        let now_us = self.inbox.now_us();
        let mut inbox = self.inbox.lock();
        seen.note.clone_from(&self.address);
        inbox.hand_over(seen, now_us, &self.address);
        if let Some(answer) = inbox.answer.take() {
            desk.answer(&answer);
        }
    }

    fn ask(&mut self, command: Command) {
        let sent = self.orders.as_ref().map(|orders| orders.try_send(command));
        if !matches!(sent, Some(Ok(()))) {
            self.inbox.lock().answer = Some("the server is too slow: this was not asked for".to_owned());
        }
    }

    fn is_over(&self) -> bool {
        self.stop.is_set()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
