//! What a node tells of its own accord.

use serde::{Deserialize, Serialize};

/// Something that happened at a node. Not answered.
///
/// A host hears [`Detects`](Self::Detects) first in every session, and then a [`Cable`](Self::Cable) for each cable
/// of which the node can tell whether it is plugged in here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event<'a> {
    /// What this node said of cables before holds no longer, once it has said what follows.
    Detects {
        /// Whether it reads the boards of cables: then a cable of which it says nothing is not plugged in here.
        boards: bool,
        /// How many [`Cable`](Self::Cable) follow that belong to it.
        cables: u16,
    },
    /// A cable was plugged in here, or is gone.
    Cable {
        /// Number of the cable.
        cable: u16,
        /// Whether it is plugged in.
        plugged: bool,
    },
    /// The button of the node was pressed, or released.
    Button {
        /// Whether it is down.
        pressed: bool,
    },
    /// The emergency stop of the node was pressed, or released.
    EmergencyStop {
        /// Whether it is pressed.
        on: bool,
    },
    /// Something that the person at the table should know.
    Notice {
        /// What happened and what to do, in a sentence.
        text: &'a str,
    },
    /// The node says "it is me", or no longer: asked by the host, or by its button. In a new session it is told behind
    /// the cables, if it does.
    Identifying {
        /// Whether it does.
        on: bool,
    },
    /// What this node lets its host do with its machine. Told in every session behind the cables, also if that is nothing.
    Offers {
        /// Whether the machine may be restarted.
        reboot: bool,
        /// Whether it may be halted.
        shutdown: bool,
        /// The names of its own actions in the order of their numbers, each followed by a line feed: at most
        /// [`ACTIONS_MAX`](super::ACTIONS_MAX) of [`ACTION_NAME_MAX`](super::ACTION_NAME_MAX) bytes.
        actions: &'a str,
    },
    /// A host may have this node start its program anew. Told in every session before [`Offers`](Self::Offers), if that is
    /// so.
    OffersRestart,
}

/// How a node does. Sent a second after the beginning of a session and then every five; not answered.
///
/// What the machine does not tell is 0, and so is what is said of an animation where there is no strip.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Telemetry {
    /// Frames of the animation since its start.
    pub frames: u64,
    /// Frames that were over before they could be drawn.
    pub frames_skipped: u64,
    /// Pictures that did not reach a strip.
    pub strip_errors: u64,
    /// Median of how late frames began, since the last report `[µs]`.
    pub late_us_p50: u32,
    /// The same, of the latest 1 % of frames the earliest `[µs]`.
    pub late_us_p99: u32,
    /// The most that a frame was late since the start `[µs]`.
    pub late_us_max: u32,
    /// Processor time of the animation since the last report `[‰ of one core]`.
    pub animation_cpu_permille: u16,
    /// Processor time of the whole process since the last report `[‰ of one core]`.
    pub cpu_permille: u16,
    /// Memory of the process that is in RAM `[KiB]`.
    pub memory_kib: u32,
}

/// How the machine of a node does. Sent with [`Telemetry`]; not answered. What the machine does not tell is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MachineReport {
    /// Temperature of its processor `[m°C]`.
    pub temperature_mc: Option<i32>,
    /// Load of its processor since the last report, over all cores `[‰]`, 0 to 1000.
    pub cpu_permille: Option<u16>,
    /// Memory in use `[‰]`, 0 to 1000.
    pub memory_permille: Option<u16>,
    /// Why its processor is slowed down, as a Raspberry Pi's firmware gives it (`get_throttled`): bit 0 supply voltage
    /// too low, 1 frequency capped, 2 throttled, 3 near the limit of temperature, now; 16 to 19 the same, since the start.
    pub throttled: Option<u32>,
    /// Time since it started `[s]`.
    pub uptime_s: Option<u64>,
    /// Hardware address of the network interface by which it reaches the host.
    pub mac: Option<[u8; 6]>,
}
