//! A run in the hands of somebody else: a page, a keyboard.
//!
//! ```text
//!   any thread ─▶ Conductor ─▶ Listener of the run ─┬▶ run on nodes ─▶ Coordinator::{set_pace, hold, step}
//!                                                   └▶ run in this process ─▶ Pacer
//! ```
//!
//! Invariants: a tempo is a state, not an event: whoever begins to listen late hears the latest one, and none is lost.
//! A step is asked of the run that goes on: what was asked before a run is nothing to it.

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
pub struct Conductor(watch::Sender<Wanted>);

/// What is wanted of runs.
#[derive(Debug)]
struct Wanted {
    tempo: Tempo,
    /// How many single steps were asked for, ever.
    steps: u64,
}

impl Conductor {
    /// Runs go at `pace`, until told otherwise.
    pub fn new(pace: Duration) -> Self {
        Self(watch::Sender::new(Wanted { tempo: Tempo { pace, held: false }, steps: 0 }))
    }

    /// What is wanted now.
    pub fn tempo(&self) -> Tempo {
        self.0.borrow().tempo
    }

    /// Wants another tempo from now on. The run follows at once.
    pub fn set(&self, tempo: Tempo) {
        self.0.send_modify(|wanted| wanted.tempo = tempo);
    }

    /// Wants one more step, and that the run is held then. Several add up, to 64 that wait.
    pub fn step(&self) {
        self.0.send_modify(|wanted| {
            wanted.tempo.held = true;
            wanted.steps += 1;
        });
    }

    /// Hears of every change from now on, beginning with the present tempo.
    pub(super) fn listen(&self) -> Listener {
        let mut wanted = self.0.subscribe();
        wanted.mark_changed();
        let steps = wanted.borrow().steps;
        Listener { wanted, steps }
    }
}

/// What a run hears of its conductor.
pub(super) struct Listener {
    wanted: watch::Receiver<Wanted>,
    /// Steps that were asked for and heard of.
    steps: u64,
}

/// What a run is to do from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Orders {
    pub(super) tempo: Tempo,
    /// So many steps more, though it is held.
    pub(super) steps: u64,
}

impl Listener {
    /// What is new, if anything is.
    pub(super) fn poll(&mut self) -> Option<Orders> {
        // Where the conductor is gone, the last tempo stays.
        self.wanted.has_changed().is_ok_and(|changed| changed).then(|| self.take())
    }

    /// Waits for something new; for ever if there is no conductor any more.
    async fn next(&mut self) -> Orders {
        if self.wanted.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
        self.take()
    }

    fn take(&mut self) -> Orders {
        let wanted = self.wanted.borrow_and_update();
        let steps = wanted.steps - std::mem::replace(&mut self.steps, wanted.steps);
        Orders { tempo: wanted.tempo, steps }
    }
}

/// The next orders. Never ready where there is no conductor, or none any more.
pub(super) async fn next(listener: Option<&mut Listener>) -> Orders {
    match listener {
        Some(listener) => listener.next().await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::{Conductor, Orders, Tempo};
    use illuminator_protocol::Duration;

    #[test]
    fn a_tempo_is_heard_late_and_a_step_only_by_the_run_that_goes_on() {
        let pace = Duration::from_millis(10);
        let conductor = Conductor::new(pace);
        conductor.step();
        let mut listener = conductor.listen();
        let held = Tempo { pace, held: true };
        assert_eq!(listener.poll(), Some(Orders { tempo: held, steps: 0 }), "the step was before the run");
        assert_eq!(listener.poll(), None);
        conductor.step();
        conductor.clone().step();
        assert_eq!(listener.poll(), Some(Orders { tempo: held, steps: 2 }), "both at once");
        let tempo = Tempo { pace, held: false };
        conductor.set(tempo);
        assert_eq!(listener.poll(), Some(Orders { tempo, steps: 0 }));
        conductor.step();
        assert_eq!(conductor.tempo(), held, "a step holds the run");
        drop(conductor);
        assert_eq!(listener.poll(), None, "nobody conducts");
    }
}
