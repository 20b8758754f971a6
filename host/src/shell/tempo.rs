//! The pace of a run in the hands of somebody else: a page, a keyboard.
//!
//! ```text
//!   any thread ─▶ Conductor ─ the tempo wanted ─▶ driver ─▶ Coordinator::{set_pace, hold}
//! ```
//!
//! A tempo is a state, not an event: whoever begins to listen late hears the latest one, and none is lost.

use illuminator_protocol::Duration;
use tokio::sync::watch;

/// How a run is to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tempo {
    /// Time from one co-simulation step to the next; zero: as fast as possible.
    pub pace: Duration,
    /// Whether no step is to start.
    pub held: bool,
}

/// Says how fast runs go, one run or one after the other. Clones say the same.
#[derive(Clone)]
pub struct Conductor(watch::Sender<Tempo>);

impl Conductor {
    /// Runs go at `pace`, until told otherwise.
    pub fn new(pace: Duration) -> Self {
        Self(watch::Sender::new(Tempo { pace, held: false }))
    }

    /// What is wanted now.
    pub fn tempo(&self) -> Tempo {
        *self.0.borrow()
    }

    /// Wants another tempo from now on. The run follows at once.
    pub fn set(&self, tempo: Tempo) {
        self.0.send_replace(tempo);
    }

    /// Hears of every change from now on, beginning with the present tempo.
    pub(super) fn listen(&self) -> watch::Receiver<Tempo> {
        let mut tempo = self.0.subscribe();
        tempo.mark_changed();
        tempo
    }
}

/// The next change. Never ready where there is no conductor, or none any more.
pub(super) async fn next(tempo: Option<&mut watch::Receiver<Tempo>>) -> Tempo {
    if let Some(tempo) = tempo
        && tempo.changed().await.is_ok()
    {
        return *tempo.borrow_and_update();
    }
    std::future::pending().await
}
