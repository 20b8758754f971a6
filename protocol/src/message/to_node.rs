//! What the host says to a node.

use serde::{Deserialize, Serialize};

use super::CableFlow;
use crate::error::{DecodeError, EncodeError};
use crate::id::RunId;
use crate::value::Values;

/// A message from the host to a node.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum ToNode<'a> {
    /// Take over a part of a scenario. Answered by `Ready` or `Rejected`.
    Assign {
        /// The run that the plan belongs to; it replaces any other.
        run: RunId,
        /// The node's plan, opaque to this crate.
        #[serde(serialize_with = "super::bytes")]
        plan: &'a [u8],
    },
    /// Every node is ready: the run begins, and steps will follow.
    Start {
        /// The run.
        run: RunId,
    },
    /// Compute one stage of one step. Answered by `Done` or `Failed`.
    Step {
        /// The run.
        run: RunId,
        /// Step of the run, from 0.
        step: u64,
        /// Stage within the step, from 0.
        stage: u16,
        /// What the stage needs from other nodes, in the order of the plan.
        #[serde(borrow)]
        values: Values<'a>,
    },
    /// Hand over the state of all models. Answered by `Snapshot`.
    SnapshotRequest {
        /// The run.
        run: RunId,
    },
    /// Continue from a state that this or another node handed over. Answered by `Restored`.
    Restore {
        /// The run.
        run: RunId,
        /// The step before which the state was taken.
        step: u64,
        /// The state, opaque to this crate.
        #[serde(serialize_with = "super::bytes")]
        state: &'a [u8],
    },
    /// Do something outside a run. Answered by `ControlDone` or `Refused`.
    Control(Control),
    /// The run is over: forget it and go idle.
    Release {
        /// The run.
        run: RunId,
    },
    /// Show the flow through a cable, from now until told otherwise. Not answered.
    Flow(CableFlow),
    /// A cable is not plugged in at both ends: nothing flows through it. Not answered.
    Unplugged {
        /// Number of the cable.
        cable: u16,
    },
}

impl<'a> ToNode<'a> {
    /// Encodes into the front of `out` and returns the length in bytes.
    ///
    /// # Errors
    /// `Full` if `out` is too small; its content is then undefined.
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, EncodeError> {
        super::encode(self, out)
    }

    /// Decodes exactly one message. `Step::values` are checked when they are read.
    ///
    /// # Errors
    /// `Truncated`, `Trailing` or `Malformed`.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        super::decode(bytes)
    }
}

/// Something that a person asks of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Control {
    /// Blink so that the node can be found on the table.
    Identify {
        /// Begin or end.
        on: bool,
    },
    /// Restart the machine, if the node's configuration allows it.
    Reboot,
    /// Halt the machine, if the node's configuration allows it.
    Shutdown,
    /// Switch a relay.
    Relay {
        /// Number of the relay in the node's configuration.
        relay: u8,
        /// Closed or open.
        on: bool,
    },
    /// Trigger a configured action.
    Action {
        /// Number of the action in the node's configuration.
        action: u8,
    },
    /// Show that the table was stopped, and switch the relays to their safe state, or go on.
    EmergencyStop {
        /// Begin or end.
        on: bool,
    },
    /// Leave in good order and start the node's program anew, the machine untouched. Only for a node that has told
    /// [`OffersRestart`](super::Event::OffersRestart): an earlier one cannot read this, and gives up its run.
    Restart,
}

impl Control {
    /// Whether it is taken on first, and done once the host knows that: `ControlDone` does not end it.
    pub const fn is_command(self) -> bool {
        matches!(self, Self::Restart | Self::Reboot | Self::Shutdown | Self::Action { .. })
    }
}
