//! How a run stands.

use serde::{Deserialize, Serialize};

/// A run between two steps.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// The run that this is of.
    pub run: String,
    /// Counts moments.
    pub seq: u64,
    /// What the run does.
    pub state: RunState,
    /// Steps that are done.
    pub done: u64,
    /// Simulated time of the last step, `YYYY-MM-DDThh:mm:ss`; empty before the first.
    pub time: String,
    /// Real time from one step to the next `[s]`; 0: as fast as possible.
    pub pace_s: f64,
    /// Steps per second of real time, over the last second.
    pub steps_per_s: f64,
    /// The phase of the story; empty if there is none.
    pub phase: String,
    /// Whether a person chose that phase.
    pub phase_forced: bool,
    /// The values of the last step, in the order of [`Scene::items`](super::Scene::items).
    pub values: Vec<Cell>,
    /// The cables, in the order of [`Scene::cables`](super::Scene::cables).
    pub cables: Vec<CableMoment>,
    /// The tokens, in the order of [`Scene::tokens`](super::Scene::tokens).
    pub tokens: Vec<TokenMoment>,
    /// What there was to tell lately, the last one last: at most 20.
    pub notices: Vec<String>,
}

/// What a run does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunState {
    /// Nodes are being reached.
    #[default]
    Starting,
    /// Steps run.
    Running,
    /// Nothing starts, because somebody wants it so.
    Paused,
    /// Nothing starts: an emergency stop is pressed.
    Stopped,
    /// All steps are done.
    Ended,
    /// It ended early; the last notice says why.
    Failed,
    /// There is none: something can be started.
    Idle,
}

/// A value, as the result file has it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Cell {
    /// There is none, or it is no finite number.
    #[default]
    None,
    /// A number, in the item's unit.
    Number(f64),
    /// A text, or a list as text.
    Text(String),
}

/// A cable at a moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CableMoment {
    /// Whether it is plugged in, at each of its ends.
    pub plugged: [bool; 2],
    /// Power from the first end to the second `[kW]`; 0 while it is unplugged.
    pub power_kw: f64,
    /// The LEDs of the strip at each end, from that end on: six hexadecimal digits (RGB) each; empty where there is
    /// no strip.
    pub light: [String; 2],
}

/// A token at a moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TokenMoment {
    /// Where it is plugged in: positions in [`Scene::components`](super::Scene::components).
    pub at: Vec<usize>,
    /// Whether it counts as plugged in.
    pub plugged: bool,
}
