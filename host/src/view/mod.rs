//! What people see of a run: plain data, the same for the page, the terminal and a recording. Pure.
//!
//! ```text
//!   Scenario, plan ─▶ Scene      once a run      what there is: components, cables, items, phases
//!   steps, light   ─▶ Moment     ≤ 20 a second   how it stands: values, plugs, light, tempo
//!   links          ─▶ Health     2 a second      how the nodes do
//!                       │
//!                       └─▶ JSON: `/api/v1` (its names and units are the API, and only grow)
//!   a person ─▶ Command ─▶ the run
//! ```
//!
//! Invariants: every part says all that it is about, so that whoever comes late, or misses some, needs only the last
//! one of each; nothing here changes a result; nothing here is secret.

mod command;
mod health;
mod moment;
mod scene;

pub use command::Command;
pub use health::{Health, LinkState, NodeHealth, Throttling};
pub use moment::{CableMoment, Cell, Moment, RunState, TokenMoment};
pub use scene::{
    CableScene, Component, ComponentFlow, Icon, ItemScene, LinkScene, ModelScene, NodeScene, Scene,
    TokenScene,
};
