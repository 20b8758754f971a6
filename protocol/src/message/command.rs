//! Commands: what a node lets its host start on its machine, and how that ended.

use serde::{Deserialize, Serialize};

/// Most own actions of a node.
pub const ACTIONS_MAX: usize = 16;

/// Longest name of an action `[bytes]`.
pub const ACTION_NAME_MAX: usize = 32;

/// Longest output of a command that is told `[bytes]`: its end.
pub const OUTPUT_MAX: usize = 4096;

/// How a command ended that a node has started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CommandEnd {
    /// By itself.
    Exited {
        /// Its exit status; 0 is success.
        status: i32,
    },
    /// By a signal that the node did not send.
    Killed {
        /// The number of the signal.
        signal: i32,
    },
    /// The node has ended it, because it took longer than it may.
    TimedOut {
        /// How long it may take `[s]`.
        limit_s: u32,
    },
    /// It could not be started; its output says why.
    NotStarted,
}

impl CommandEnd {
    /// Whether it did what it was to do.
    pub const fn is_success(self) -> bool {
        matches!(self, Self::Exited { status: 0 })
    }
}

impl core::fmt::Display for CommandEnd {
    /// In a few words, for a person.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Exited { status: 0 } => f.write_str("done"),
            Self::Exited { status } => write!(f, "failed with status {status}"),
            Self::Killed { signal } => write!(f, "ended by signal {signal}"),
            Self::TimedOut { limit_s } => write!(f, "ended after {limit_s} s, its time limit"),
            Self::NotStarted => f.write_str("could not be started"),
        }
    }
}
