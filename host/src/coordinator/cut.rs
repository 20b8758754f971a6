//! The states that a run can go on from: of each node the last one, and of the whole table a cut between two steps.
//!
//! ```text
//!   step N-1 │ cut │ step N
//!   every place gives its state after its last stage of step N-1: nodes by message, the host by itself;
//!   step N is not recorded until all of them are there
//! ```
//!
//! Invariants: the state of a node is one between two steps; a cut is complete or it is dropped; memory is that of two
//! states of every place.

use super::Coordinator;
use super::loss::Stand;
use super::schedule::Turn;
use crate::checkpoint::Checkpoint;
use crate::plan::HOST;
use crate::story::TableMemory;
use illuminator_node::value::Value;
use illuminator_protocol::{Duration, Instant, RunId};
use std::sync::Arc;

/// Shortest time between two cuts: what a lost node has to compute again.
const EVERY: Duration = Duration::from_millis(250);
/// States are asked for so seldom that they take no more than this of the network `[bytes/s]`.
const BYTES_PER_S: u64 = 2_000_000;

impl Coordinator {
    /// Begins a cut when one is due, and ends the one that is complete.
    pub(super) fn cut(&mut self, now: Instant) {
        if self.cuts.step().is_none() && (now >= self.cuts.due() || self.schedule.is_full_soon()) {
            self.begin_cut(now);
        }
        if self.cuts.barrier().is_none_or(|step| self.schedule.base() == step) {
            let wires = |step| self.schedule.wires_before(step);
            if let Some(checkpoint) = self.cuts.take(now, self.run, wires) {
                self.checkpoint = Some(checkpoint);
            }
        }
    }

    fn begin_cut(&mut self, now: Instant) {
        let step = self.schedule.started();
        if step >= self.schedule.limit() || !self.cuts.begin(now, step, self.wants_checkpoint) {
            return self.cuts.put_off(now);
        }
        // A host without models of its own has no stage at which it passes the cut.
        let is_there = self.schedule.next_of(HOST) == (step, 0) || self.host.stages() == 0;
        if is_there && self.cuts.lacks_host(step) {
            self.cuts.host(self.host.snapshot().to_bytes(), self.table.memory());
        }
        for node in 0..self.seats.len() {
            match self.stands[node] {
                Stand::Live if self.is_asked_to(node, step) => self.ask_for_state(node),
                // It takes part again before the cut, and gives its state there.
                Stand::FrozenUntil(from) if from < step => {}
                Stand::Live => {}
                Stand::Frozen | Stand::FrozenUntil(_) => self.cuts.stand_in(node),
            }
        }
    }

    /// Whether `turn` is the last of a node before a cut that lacks it.
    pub(super) fn ends_cut(&self, node: usize, turn: Turn) -> bool {
        self.schedule.ends_step(turn) && self.cuts.lacks(node, turn.step + 1)
    }

    pub(super) fn ask_for_state(&mut self, node: usize) {
        self.seats[node].send_snapshot_request(self.run);
    }

    /// Lets go of the values that no node can need any more.
    pub(super) fn release_history(&mut self) {
        let live = (0..self.seats.len()).filter(|&node| self.stands[node] != Stand::Frozen);
        let kept = live.map(|node| self.cuts.kept(node).step).min();
        self.schedule.keep_from(kept.unwrap_or(self.schedule.base()));
    }
}

/// A node's state before a step; none before the first one.
#[derive(Clone, Default)]
pub(super) struct Kept {
    pub(super) step: u64,
    pub(super) state: Option<Arc<[u8]>>,
}

/// A cut whose parts are being gathered.
struct Cut {
    step: u64,
    /// Whether it is to become a checkpoint, and not only give the states of the nodes.
    whole: bool,
    host: Option<(Vec<u8>, TableMemory)>,
    nodes: Vec<Option<Arc<[u8]>>>,
}

/// The cuts of a run, one after the other.
pub(super) struct Cuts {
    kept: Vec<Kept>,
    open: Option<Cut>,
    /// When the next one is due.
    due: Instant,
    /// The step of the last one.
    last: Option<u64>,
}

impl Cuts {
    /// No cut yet; the first is due at once.
    pub(super) fn new(nodes: usize) -> Self {
        Self { kept: vec![Kept::default(); nodes], open: None, due: Instant::ZERO, last: None }
    }

    /// The last state of a node.
    pub(super) fn kept(&self, node: usize) -> &Kept {
        &self.kept[node]
    }

    /// A node goes on from this state.
    pub(super) fn keep(&mut self, node: usize, kept: Kept) {
        self.kept[node] = kept;
    }

    /// When the next cut is due; `Instant::MAX` while one is open.
    pub(super) fn due(&self) -> Instant {
        if self.open.is_some() { Instant::MAX } else { self.due }
    }

    /// The next cut is not due for a while.
    pub(super) fn put_off(&mut self, now: Instant) {
        self.due = now + EVERY;
    }

    /// Begins a cut before `step`, of the nodes or of the `whole` run; false if the last one was there.
    pub(super) fn begin(&mut self, now: Instant, step: u64, whole: bool) -> bool {
        if self.last == Some(step) {
            self.put_off(now);
            return false;
        }
        self.open = Some(Cut { step, whole, host: None, nodes: vec![None; self.kept.len()] });
        true
    }

    /// The step that must wait to be recorded, since a checkpoint before it is being gathered.
    pub(super) fn barrier(&self) -> Option<u64> {
        self.open.as_ref().filter(|cut| cut.whole).map(|cut| cut.step)
    }

    /// The step of the cut that is being gathered.
    pub(super) fn step(&self) -> Option<u64> {
        self.open.as_ref().map(|cut| cut.step)
    }

    /// Whether the cut is before `step` and lacks the host.
    pub(super) fn lacks_host(&self, step: u64) -> bool {
        self.open.as_ref().is_some_and(|cut| cut.step == step && cut.whole && cut.host.is_none())
    }

    /// Whether the cut is before `step` and lacks a node.
    pub(super) fn lacks(&self, node: usize, step: u64) -> bool {
        self.open.as_ref().is_some_and(|cut| cut.step == step && cut.nodes[node].is_none())
    }

    /// Takes the host's state before the cut's step.
    pub(super) fn host(&mut self, state: Vec<u8>, table: TableMemory) {
        if let Some(cut) = &mut self.open {
            cut.host = Some((state, table));
        }
    }

    /// Takes a node's state before `step`. One that is past the cut cannot be part of it any more. `is_heard`: all that
    /// led to it was heard; else it is not kept, since a node that went on from it would never say the rest.
    pub(super) fn node(&mut self, node: usize, step: u64, state: &[u8], is_heard: bool) {
        let state: Arc<[u8]> = state.into();
        if is_heard && (step > self.kept[node].step || self.kept[node].state.is_none()) {
            self.kept[node] = Kept { step, state: Some(Arc::clone(&state)) };
        }
        match &mut self.open {
            Some(cut) if step == cut.step => cut.nodes[node] = Some(state),
            Some(cut) if step > cut.step && cut.nodes[node].is_none() => self.open = None,
            _ => {}
        }
    }

    /// A node that is not there stands in the cut with the last state that it gave.
    pub(super) fn stand_in(&mut self, node: usize) {
        if let Some(cut) = &mut self.open {
            cut.nodes[node].clone_from(&self.kept[node].state);
        }
    }

    /// Ends the cut once it is complete; a whole one is a checkpoint. `wires` gives what passed between places in the step before a step.
    pub(super) fn take(
        &mut self,
        now: Instant,
        run: RunId,
        wires: impl FnOnce(u64) -> Vec<Option<Value>>,
    ) -> Option<Checkpoint> {
        let is_complete =
            |cut: &mut Cut| cut.whole == cut.host.is_some() && cut.nodes.iter().all(Option::is_some);
        let Cut { step, host, nodes, .. } = self.open.take_if(is_complete)?;
        let bytes: usize = nodes.iter().flatten().map(|state| state.len()).sum();
        let apart = Duration::from_micros(bytes as u64 * 1_000_000 / BYTES_PER_S);
        self.due = now + apart.max(EVERY);
        self.last = Some(step);
        let (host, table) = host?;
        let nodes = nodes.into_iter().flatten().map(|state| state.to_vec());
        let places = [host].into_iter().chain(nodes).collect();
        Some(Checkpoint { run, step, places, wires: wires(step), table })
    }
}
