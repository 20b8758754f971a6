//! What happens at the pins of a node, as far as it is no matter of electricity. Pure.
//!
//! ```text
//!   level ─▶ Reader: debounce, button ─▶ PinEvent ─▶ Local ─▶ identify, stop ─▶ strips, relays
//!                                           │          └────▶ NodeLight ─▶ level of the status LED
//!                                           └─▶ the host
//! ```

mod button;
mod light;
mod local;
mod reader;

pub use button::{Button, ButtonEvent, HELD_US};
pub use light::{NodeLight, next_change_us, status_level};
pub use local::{IDENTIFY_US, Local};
pub use reader::Reader;

use std::fmt;

/// What an input is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The button at which the node says "it is me".
    Button,
    /// The switch that stops everything.
    EmergencyStop,
    /// The place where a cable is plugged in.
    Plug {
        /// Number of the cable.
        cable: u16,
    },
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Button => f.write_str("button"),
            Self::EmergencyStop => f.write_str("emergency stop"),
            Self::Plug { cable } => write!(f, "plug of cable {cable}"),
        }
    }
}

/// What happened at an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinEvent {
    /// At the button.
    Button(ButtonEvent),
    /// The emergency stop was pressed (`true`), or released.
    EmergencyStop(bool),
    /// An input can no longer be read (`false`), or can be again.
    Readable {
        /// What the input is for.
        role: Role,
        /// Whether it can be read now.
        readable: bool,
    },
    /// A cable was plugged in or out.
    Plug {
        /// Number of the cable.
        cable: u16,
        /// Whether it is plugged in now.
        plugged: bool,
    },
}
