//! What a person may ask of a run.

use serde::{Deserialize, Serialize};

/// A command, as `POST /api/v1/command` takes it: `{"do": "pace", "seconds": 0.5}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Command {
    /// Start no step, or go on.
    Hold {
        /// Whether none is to start.
        held: bool,
    },
    /// Do one step and hold.
    Step,
    /// Another pace.
    Pace {
        /// Real time from one step to the next `[s]`, 0 to 86,400; 0: as fast as possible.
        seconds: f64,
    },
    /// Plug a cable or token in or out. For simulated hardware only.
    Plug {
        /// Its number.
        id: u16,
        /// The component where; at all ends unless given.
        #[serde(default)]
        at: Option<String>,
        /// In or out.
        plugged: bool,
    },
    /// Force a phase of the story, or let the story go on by itself.
    Phase {
        /// Its name, or nothing.
        name: Option<String>,
    },
    /// Nodes are to say "it is me", or to end that.
    Identify {
        /// Their names.
        nodes: Vec<String>,
        /// Begin or end.
        on: bool,
    },
    /// Press the emergency stop, or release it. For simulated hardware; at real tables it is a button.
    EmergencyStop {
        /// Press or release.
        pressed: bool,
    },
    /// Start the programs of nodes anew; their machines are left alone.
    Restart {
        /// Their names.
        nodes: Vec<String>,
    },
    /// Restart the machines of nodes.
    Reboot {
        /// Their names.
        nodes: Vec<String>,
    },
    /// Halt the machines of nodes.
    Shutdown {
        /// Their names.
        nodes: Vec<String>,
    },
    /// Start an own action of nodes, as their `node.toml` allows it.
    Action {
        /// Their names.
        nodes: Vec<String>,
        /// The name of the action.
        action: String,
    },
    /// Move a recording to another step.
    Seek {
        /// The step, from 0.
        step: u64,
    },
    /// End the run. Its result so far is kept.
    End,
    /// Start a scenario of the folder that is served, or turn to a run of a recording. For those only.
    Start {
        /// Its name: see [`Offer`](super::Offer).
        scenario: String,
    },
}

impl Command {
    /// The nodes that it is for; `None` if it is for a run.
    pub fn nodes(&self) -> Option<&[String]> {
        match self {
            Self::Identify { nodes, .. }
            | Self::Restart { nodes }
            | Self::Reboot { nodes }
            | Self::Shutdown { nodes }
            | Self::Action { nodes, .. } => Some(nodes),
            _ => None,
        }
    }
}
