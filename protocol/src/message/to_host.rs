//! What a node says to the host.

use serde::{Deserialize, Serialize};

use super::{CommandEnd, Control, Event, MachineReport, Telemetry};
use crate::error::{DecodeError, EncodeError};
use crate::id::RunId;
use crate::value::Values;

/// A message from a node to the host.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum ToHost<'a> {
    /// The plan was taken over; the node waits for the first step, or for `Restore`.
    Ready {
        /// The run.
        run: RunId,
    },
    /// The plan, or a message of the run, cannot be followed here: to try again is of no use.
    Rejected {
        /// The run.
        run: RunId,
        /// Why, for a person.
        reason: &'a str,
    },
    /// A stage was computed. A repeated `Step` gets the same bytes again.
    Done {
        /// The run.
        run: RunId,
        /// Step of the run, from 0.
        step: u64,
        /// Stage within the step, from 0.
        stage: u16,
        /// What other nodes and the recorder need, in the order of the plan.
        #[serde(borrow)]
        values: Values<'a>,
    },
    /// A model could not go on; the run cannot either.
    Failed {
        /// The run.
        run: RunId,
        /// Step of the run, from 0.
        step: u64,
        /// Name of the model in the scenario.
        model: &'a str,
        /// Why, for a person.
        reason: &'a str,
    },
    /// The state of all models of the node.
    Snapshot {
        /// The run.
        run: RunId,
        /// The step before which the state was taken.
        step: u64,
        /// The state, opaque to this crate.
        #[serde(serialize_with = "super::bytes")]
        state: &'a [u8],
    },
    /// The state was taken over; the node continues with `step`.
    Restored {
        /// The run.
        run: RunId,
        /// The next step to compute.
        step: u64,
    },
    /// A control was carried out, or could not be. Of one that starts a command (`Reboot`, `Shutdown`, `Action`), or the
    /// program anew (`Restart`): the node takes it on, and does it once this was acknowledged, or a second later.
    ControlDone {
        /// The control that this answers.
        control: Control,
        /// Whether it was carried out.
        ok: bool,
    },
    /// Something happened at the node.
    Event(#[serde(borrow)] Event<'a>),
    /// How the node does.
    Telemetry(Telemetry),
    /// The node works for another run, or for none: whoever goes on with this one must assign and restore it.
    Forgotten {
        /// The run that was asked for.
        run: RunId,
    },
    /// How the machine of the node does.
    Machine(MachineReport),
    /// A control is not carried out: it is not allowed here, or not now.
    Refused {
        /// The control that this answers.
        control: Control,
        /// Why, for a person.
        why: &'a str,
    },
    /// The command that a control has started is over.
    CommandEnded {
        /// The control.
        control: Control,
        /// How it ended.
        end: CommandEnd,
        /// The end of what it wrote, at most [`OUTPUT_MAX`](super::OUTPUT_MAX) bytes.
        output: &'a str,
        /// Whether it wrote more before that.
        cut: bool,
    },
}

impl<'a> ToHost<'a> {
    /// Encodes into the front of `out` and returns the length in bytes.
    ///
    /// # Errors
    /// `Full` if `out` is too small; its content is then undefined.
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, EncodeError> {
        super::encode(self, out)
    }

    /// Decodes exactly one message. `Done::values` are checked when they are read.
    ///
    /// # Errors
    /// `Truncated`, `Trailing` or `Malformed`.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        super::decode(bytes)
    }
}
