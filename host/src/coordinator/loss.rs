//! What becomes of a node that is lost, and of one that comes back.
//!
//! ```text
//!   silent ─▶ away ── back with its state ─────────▶ asked again for what is outstanding
//!              │ └─── back without its state ──────▶ assigned, restored, its steps since then repeated
//!              ▼ lost_after
//!             lost ── a spare is left ─────────────▶ the spare is assigned, restored, and repeats the steps
//!                └─── none ────────────────────────▶ as OnLoss says
//! ```
//!
//! Invariant: but for [`OnLoss::Freeze`], what is recorded does not depend on who was lost when.

use super::cut::Kept;
use super::error::RunError;
use super::health::Told;
use super::schedule::Turn;
use super::{Coordinator, Phase};
use illuminator_protocol::{Duration, Instant};
use std::sync::Arc;

/// What a run does about a lost node for which there is no spare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnLoss {
    /// Waits a minute for it to come back: time for a Raspberry Pi to start.
    #[default]
    Restart,
    /// Waits until it is back.
    Wait,
    /// Goes on with the values that it had last, until it is back. The result then depends on the loss.
    Freeze,
    /// Ends.
    Abort,
}

/// How long [`OnLoss::Restart`] waits.
const RESTART_WITHIN: Duration = Duration::from_secs(60);

/// How long a node that is there may leave a question unanswered before that is said.
const SLOW_AFTER: Duration = Duration::from_secs(3);

/// Whether a node takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stand {
    /// It does.
    Live,
    /// It does not: its values stay as they were.
    Frozen,
    /// It does again from this step on.
    FrozenUntil(u64),
}

impl Coordinator {
    /// Notices nodes that are lost, and nodes that are slow.
    pub(super) fn look_after(&mut self, now: Instant) {
        for node in 0..self.seats.len() {
            if self.seats[node].is_lost(now, self.timing.lost_after) {
                self.lose(node, now);
            } else if self.seats[node].is_given_up(now, RESTART_WITHIN)
                && self.timing.on_loss == OnLoss::Restart
            {
                let error = self.seats[node].lost(now, self.schedule.base());
                self.fail(error, now);
            } else if self.schedule.outstanding(node + 1).next().is_none() {
                self.seats[node].is_prompt();
            } else if let Some(waited) = self.seats[node].found_slow(now, SLOW_AFTER) {
                let waited_s = waited.as_millis() / 1_000;
                self.say(node, &format!("is slow: it is there, and has not answered for {waited_s} s"));
            }
        }
    }

    /// A node was silent for too long.
    fn lose(&mut self, node: usize, now: Instant) {
        let step = self.schedule.base();
        let lost = self.seats[node].label().to_owned();
        if self.seats.replace(node, now) {
            // What is known is of the machine that was there.
            self.told[node] = Told::default();
            let spare = self.seats[node].label().to_owned();
            return self.say(node, &format!("{lost} is lost in step {step}: {spare} takes its place"));
        }
        match self.timing.on_loss {
            OnLoss::Abort => {
                let error = self.seats[node].lost(now, step);
                return self.fail(error, now);
            }
            OnLoss::Restart => {
                let wait_s = RESTART_WITHIN.as_millis() / 1_000;
                self.say(node, &format!("{lost} is lost in step {step}: waiting up to {wait_s} s for it"));
            }
            OnLoss::Wait => self.say(node, &format!("{lost} is lost in step {step}: waiting for it")),
            OnLoss::Freeze => {
                self.say(node, &format!("{lost} is lost: from step {step} on it keeps the values it had"));
                self.freeze(node);
            }
        }
        self.seats[node].give_up(now);
    }

    /// A node is there and does not have the run, or no longer.
    pub(super) fn returned(&mut self, node: usize, now: Instant, error: RunError) {
        if self.timing.on_loss == OnLoss::Abort && self.seats[node].had_run() {
            return self.fail(error, now);
        }
        self.revive(node, now);
    }

    /// Gives a node the run: its plan, its last state, and all that it was asked since then.
    fn revive(&mut self, node: usize, now: Instant) {
        let Kept { step, state } = self.cuts.kept(node).clone();
        self.seats[node].send_assign(self.run, now);
        if self.stands[node] != Stand::Live {
            return self.thaw(node);
        }
        match state {
            Some(state) => self.seats[node].send_restore(self.run, step, &state),
            None => self.seats[node].begins(step),
        }
        let repeated = self.schedule.next_of(node + 1).0.saturating_sub(step);
        self.say(node, &format!("restored to step {step}, repeating {repeated}"));
        self.go_on(node);
        self.greet(node);
    }

    /// From now on a node's values are the last that it gave.
    fn freeze(&mut self, node: usize) {
        self.stands[node] = Stand::Frozen;
        let turns: Vec<Turn> = self.schedule.outstanding(node + 1).collect();
        turns.into_iter().for_each(|turn| self.schedule.freeze(turn));
        // One that never gave its state stands still as it was before its first step.
        if self.cuts.kept(node).state.is_none() {
            let state = self.seats[node].first_state().map(Arc::from);
            self.cuts.keep(node, Kept { step: 0, state });
        }
        self.cuts.stand_in(node);
        self.release_history();
    }

    /// A frozen node takes part again from its next whole step on, in the state that it gave last.
    pub(super) fn thaw(&mut self, node: usize) {
        let (step, stage) = self.schedule.next_of(node + 1);
        let from = step + u64::from(stage > 0);
        if let Some(state) = self.cuts.kept(node).state.clone() {
            self.seats[node].send_restore(self.run, from, &state);
            self.cuts.keep(node, Kept { step: from, state: Some(state) });
            self.stands[node] = Stand::FrozenUntil(from);
            self.say(node, &format!("is back: it takes part from step {from} on"));
            self.greet(node);
        }
    }

    /// Whether a turn of a node is one that it does not take, being frozen.
    pub(super) fn is_frozen(&mut self, node: usize, turn: Turn) -> bool {
        match self.stands[node] {
            Stand::Live => false,
            Stand::Frozen => true,
            Stand::FrozenUntil(step) if turn.step < step => true,
            Stand::FrozenUntil(_) => {
                self.stands[node] = Stand::Live;
                false
            }
        }
    }

    /// Tells a node that comes into the run what the others know.
    pub(super) fn greet(&mut self, node: usize) {
        self.lights.repeat();
        self.repeat_stop(node..node + 1);
    }

    /// Says something of a node to the person at the table.
    fn say(&mut self, node: usize, text: &str) {
        if self.phase == Phase::Running {
            self.table.notice(&self.names[node], text);
        }
    }
}
