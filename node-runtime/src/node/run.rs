//! One run on a node: its engine, the next step, and the replies that may be asked for again.

use super::board_lines::{BoardLine, board_lines};
use super::{NodeCounters, Progress, encode};
use crate::engine::{Engine, Snapshot};
use crate::wire::{ValueBuffer, read_into};
use illuminator_protocol::{BootId, Control, RunId, ToHost, Values};
use std::collections::VecDeque;

/// Most co-simulation steps that a host has in flight: a node keeps the replies of as many, and one more.
pub const STEPS_IN_FLIGHT: usize = 64;

/// What a node answers; encoded by the node, except for replies that are cached as bytes.
pub(super) enum Reply {
    Ready {
        run: RunId,
    },
    Rejected {
        run: RunId,
        reason: String,
    },
    Forgotten {
        run: RunId,
    },
    ControlDone {
        control: Control,
        ok: bool,
    },
    Refused {
        control: Control,
        why: String,
    },
    /// A position in [`Run::reply`].
    Cached(usize),
    Snapshot {
        step: u64,
        state: Vec<u8>,
    },
    Restored {
        step: u64,
    },
}

/// A run on this node.
pub(super) struct Run {
    pub(super) id: RunId,
    /// Who gave it.
    pub(super) host: Option<BootId>,
    engine: Engine,
    /// The (step, stage) that comes next.
    next: (u64, usize),
    /// Replies to the latest turns, oldest first; as bytes, so that a repeat is the same.
    replies: VecDeque<CachedReply>,
    values: ValueBuffer,
    failed: bool,
    /// What the boards were told last, and whether the machine has yet to hear of it.
    board_lines: (Vec<BoardLine>, bool),
    /// A snapshot was asked for in the middle of a step.
    snapshot_due: bool,
}

struct CachedReply {
    turn: (u64, usize),
    bytes: Vec<u8>,
}

impl Run {
    pub(super) fn new(id: RunId, host: Option<BootId>, engine: Engine) -> Self {
        let (replies, values) = (VecDeque::new(), ValueBuffer::default());
        let board_lines = (Vec::new(), false);
        Self {
            id,
            host,
            engine,
            next: (0, 0),
            replies,
            values,
            failed: false,
            board_lines,
            snapshot_due: false,
        }
    }

    /// Computes a turn, or finds the reply of one that was computed. A turn out of order is ignored: the host
    /// asks in order, so it can only be old.
    pub(super) fn step(
        &mut self,
        step: u64,
        stage: usize,
        values: Values<'_>,
        counters: &mut NodeCounters,
    ) -> Option<Reply> {
        let turn = (step, stage);
        // A plan without models may have no stages, and then it has no turns.
        if turn != self.next || self.failed || stage >= self.engine.stages() {
            let cached = self.replies.iter().rposition(|reply| reply.turn == turn);
            match cached {
                Some(_) => counters.repeated += 1,
                None => counters.stale += 1,
            }
            return cached.map(Reply::Cached);
        }
        counters.computed += 1;
        let mut bytes = self.recycle();
        match self.compute(step, stage, values) {
            Ok(()) => {
                let values = self.values.values();
                encode(&ToHost::Done { run: self.id, step, stage: stage as u16, values }, &mut bytes);
                let last = stage + 1 == self.engine.stages();
                self.next = if last { (step.saturating_add(1), 0) } else { (step, stage + 1) };
            }
            Err((model, reason)) => {
                let failure = ToHost::Failed { run: self.id, step, model: &model, reason: &reason };
                encode(&failure, &mut bytes);
                self.failed = true;
            }
        }
        self.replies.push_back(CachedReply { turn, bytes });
        Some(Reply::Cached(self.replies.len() - 1))
    }

    /// How far it is.
    pub(super) fn progress(&self) -> Progress {
        let (step, stage) = self.next;
        Progress { run: self.id, step, stage, stages: self.engine.stages() }
    }

    /// The bytes of a cached reply.
    pub(super) fn reply(&self, index: usize) -> Option<&[u8]> {
        self.replies.get(index).map(|reply| reply.bytes.as_slice())
    }

    /// What models tell the boards, if that has changed.
    pub(super) fn take_board_lines(&mut self) -> Option<Vec<BoardLine>> {
        let (lines, news) = &mut self.board_lines;
        std::mem::take(news).then(|| lines.clone())
    }

    /// The machine is to hear once more what models tell the boards.
    pub(super) fn repeat_board_lines(&mut self) {
        self.board_lines.1 = !self.board_lines.0.is_empty();
    }

    /// Asks for the state. It is given between two steps, where it means the same on any node.
    pub(super) fn want_snapshot(&mut self) {
        self.snapshot_due = true;
    }

    /// The state that was asked for, if this is the time for it.
    pub(super) fn take_snapshot(&mut self) -> Option<Reply> {
        let due = self.next.1 == 0 && !self.failed && std::mem::take(&mut self.snapshot_due);
        due.then(|| Reply::Snapshot { step: self.next.0, state: self.engine.snapshot().to_bytes() })
    }

    /// Goes on before `step` with a state that this or another node handed over.
    pub(super) fn restore(&mut self, step: u64, state: &[u8]) -> Reply {
        let restored = Snapshot::from_bytes(state).and_then(|snapshot| self.engine.restore(snapshot));
        match restored {
            Ok(()) => {
                self.next = (step, 0);
                self.replies.clear();
                self.failed = false;
                self.snapshot_due = false;
                // The first step says anew what the boards are told.
                self.board_lines = (Vec::new(), false);
                Reply::Restored { step }
            }
            Err(error) => {
                self.failed = true;
                Reply::Rejected { run: self.id, reason: error.to_string() }
            }
        }
    }

    fn compute(&mut self, step: u64, stage: usize, values: Values<'_>) -> Result<(), (String, String)> {
        self.engine
            .import(stage, |slots, imports| read_into(values, slots, imports))
            .map_err(|error| (String::new(), format!("the values of the step cannot be read: {error}")))?;
        self.engine.run_stage(step, stage).map_err(|error| (error.model, error.reason))?;
        let slots_of = self.engine.board_lines();
        if !slots_of.is_empty() {
            let lines = board_lines(self.engine.slots(), slots_of);
            self.board_lines.1 |= lines != self.board_lines.0;
            self.board_lines.0 = lines;
        }
        self.values.clear();
        for &slot in self.engine.exports(stage) {
            self.values
                .push_slot(self.engine.slots(), slot)
                .map_err(|error| (String::new(), error.to_string()))?;
        }
        Ok(())
    }

    /// The buffer of the oldest reply once as many are kept as can be asked for, else a new one.
    fn recycle(&mut self) -> Vec<u8> {
        if self.replies.len() < (STEPS_IN_FLIGHT + 1) * self.engine.stages().max(1) {
            return Vec::new();
        }
        self.replies.pop_front().map_or_else(Vec::new, |reply| reply.bytes)
    }
}
