//! Everything that a run needs to go on after its host has ended, as plain data.
//!
//! A checkpoint is a cut between two steps: every place as it was before `step`, the values that passed between places
//! in the step before, and the table. Invariant: a run that goes on from a checkpoint gives, from `step` on, the bytes
//! that it would have given without the break.

use crate::story::TableMemory;
use illuminator_node::value::Value;
use illuminator_protocol::RunId;
use serde::{Deserialize, Serialize};

/// A run between two steps.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The run; nodes that have it need no plan.
    pub run: RunId,
    /// The step that comes next.
    pub step: u64,
    /// The state of every place, the host's first, as [`Snapshot`](illuminator_node::engine::Snapshot) bytes.
    pub places: Vec<Vec<u8>>,
    /// The values that passed between places in the step before, by wire; none of a local run.
    pub wires: Vec<Option<Value>>,
    /// What is plugged, the story, and what was recorded of both.
    pub table: TableMemory,
}

/// A checkpoint that belongs to another scenario or placement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the checkpoint belongs to another scenario, or to another placement of its models")]
pub struct OtherRun;
