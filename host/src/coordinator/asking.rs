//! What a node is asked for, and how far ahead of its answers.
//!
//! ```text
//!   answered ─▶ heard_to │ asked, not answered │ asked_to │ given, not asked │ next of the schedule
//!                        └─── at most as many steps as a node keeps replies of ───┘
//! ```
//!
//! A node that comes back is asked from what was heard of it, one that comes anew from the state that it is given.
//! Invariant: whatever a node has computed and was not heard of, it can still say when it is asked again.

use super::Coordinator;
use super::schedule::WINDOW;

impl Coordinator {
    /// Everything a node was asked before its session broke may be lost: asks for all that it has not answered.
    pub(super) fn ask_again(&mut self, node: usize) {
        self.seats[node].ask_from_heard();
        self.go_on(node);
    }

    /// Goes on asking a node that has come, back or anew: for its state, if a cut waits for it, and for its turns.
    pub(super) fn go_on(&mut self, node: usize) {
        if self.cuts.step().is_some_and(|step| self.cuts.lacks(node, step) && self.is_asked_to(node, step)) {
            self.ask_for_state(node);
        }
        self.ask(node);
    }

    /// Whether a node was asked for all its turns before `step`.
    pub(super) fn is_asked_to(&self, node: usize, step: u64) -> bool {
        self.schedule.is_past(node + 1, self.seats[node].asked_to(), step)
    }

    /// Asks a node for the turns that it was given, as far ahead of its answers as it keeps them.
    pub(super) fn ask(&mut self, node: usize) {
        while let Some(turn) = self.schedule.given_at(node + 1, self.seats[node].asked_to())
            && turn.step <= self.seats[node].heard_to().0 + WINDOW as u64
        {
            if let Err(error) = self.seats[node].send_step(self.run, turn, &self.schedule) {
                self.fail_in(turn.step, error);
            }
            if self.ends_cut(node, turn) {
                self.seats[node].send_snapshot_request(self.run);
            }
        }
    }
}
