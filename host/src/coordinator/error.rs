//! Why a distributed run ended early.

use illuminator_node::engine::EngineError;
use illuminator_protocol::KeyId;

/// Why a run ended early: who, where, what was tried, what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// A node did not answer before the run started.
    #[error(
        "node {node} does not answer: tried for {waited_s} s over UDP, several times a second\n  \
         help: is `illuminator-node` running there and listening on that address? \
         Without nodes: `--local` or `--nodes sim:N`"
    )]
    NoAnswer {
        /// Its name and address.
        node: String,
        /// For how long.
        waited_s: Tenths,
    },
    /// A node answers and does not take its plan.
    #[error("node {node} answered, but did not take its plan of {bytes} bytes in time")]
    PlanNotTaken {
        /// Its name and address.
        node: String,
        /// Size of the plan.
        bytes: usize,
    },
    /// Several nodes are not ready.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\nerror: "))]
    Several(Vec<RunError>),
    /// A node answers, with another cluster key.
    #[error(
        "node {node} has another cluster key ({theirs}; this host has {ours})\n  \
         help: give the node and this host the same key file; while the key is changed, a node takes both \
         (`--key` twice)"
    )]
    OtherKey {
        /// Its name and address.
        node: String,
        /// The fingerprint of the node's key.
        theirs: KeyId,
        /// The fingerprint of the host's key.
        ours: KeyId,
    },
    /// A node answers, in another version of the protocol.
    #[error(
        "node {node} speaks version {theirs} of the protocol, this host version {ours}\n  \
         help: install the same release on both"
    )]
    OtherVersion {
        /// Its name and address.
        node: String,
        /// The node's version.
        theirs: u8,
        /// The host's version.
        ours: u8,
    },
    /// A node works for another host.
    #[error("node {node} works for another host\n  help: end the other run, or use another node")]
    Busy {
        /// Its name and address.
        node: String,
    },
    /// A node refuses its part of the scenario.
    #[error("node {node} refuses its part of the scenario: {reason}")]
    Rejected {
        /// Its name and address.
        node: String,
        /// Why.
        reason: String,
    },
    /// A node fell silent during the run.
    #[error(
        "node {node} was lost in step {step}: silent for {silent_s} s; the rows before that step are kept"
    )]
    Lost {
        /// Its name and address.
        node: String,
        /// The step that could not be completed.
        step: u64,
        /// Since when.
        silent_s: Tenths,
    },
    /// A node restarted during the run and has forgotten its models' states.
    #[error("node {node} restarted during the run and lost its state; the rows before that are kept")]
    Restarted {
        /// Its name and address.
        node: String,
    },
    /// A node no longer has this run.
    #[error(
        "node {node} no longer has this run: it works for another one, or for none; the rows before that are kept"
    )]
    Forgotten {
        /// Its name and address.
        node: String,
    },
    /// A node and the host do not understand each other.
    #[error("node {node} sent what cannot be read: {what}\n  help: install the same release on both")]
    Unreadable {
        /// Its name and address.
        node: String,
        /// What is wrong with them.
        what: String,
    },
    /// A model could not be stepped.
    #[error("step {step}, on {place}: {error}; the rows before that step are kept")]
    Model {
        /// Where it runs.
        place: String,
        /// In which step.
        step: u64,
        /// Which model, and what happened.
        error: EngineError,
    },
}

impl RunError {
    /// Whether a node is at fault (exit status 3).
    pub fn is_node(&self) -> bool {
        !matches!(self, Self::Model { .. } | Self::Rejected { .. })
    }
}

/// A time in tenths of a second, printed as seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tenths(pub u64);

impl std::fmt::Display for Tenths {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.0 / 10, self.0 % 10)
    }
}
