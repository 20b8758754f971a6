//! What people see of a run: plain data, the same for the page, the terminal and a recording. Pure.
//!
//! ```text
//!   Scenario, placement ─▶ Scene      once a run      what there is: components, cables, items, phases
//!   steps, light        ─▶ Moment     ≤ 20 a second   how it stands: values, plugs, light, tempo
//!   links               ─▶ Health     2 a second      how the nodes do
//!   steps ─▶ History    ─▶ Series     when asked      values over time
//!                       │
//!                       ├─▶ Prometheus: `/metrics`
//!                       └─▶ JSON: `/api/v1` (its names and units are the API, and only grow)
//!   a person ─▶ Command ─▶ the run
//! ```
//!
//! Invariants: every part says all that it is about, so that whoever comes late, or misses some, needs only the last
//! one of each; nothing here changes a result; nothing here is secret.

mod cell;
mod command;
mod components;
mod compose;
pub(crate) mod flow;
mod health;
mod history;
mod icon;
mod items;
mod layout;
mod metrics;
mod moment;
mod offer;
mod rack;
mod refusal;
mod row;
mod scene;
mod series;
mod speed;
mod status;
mod strips;

pub use command::Command;
pub use compose::Places;
pub use health::{Asked, AskedState, Health, LinkState, NodeHealth, Offers, Throttling};
pub use history::{History, POINTS_MAX, VALUES_MAX};
pub use items::{ITEMS_MAX, watched};
pub use layout::Layout;
pub use metrics::{METRICS_TYPE, metrics};
pub use moment::{CableMoment, Cell, Moment, RunState, TokenMoment};
pub use offer::{Offer, Offered};
pub use rack::{GRID_MAX, PLACES_MAX, Rack, Stack};
pub use refusal::Refusal;
pub use row::Row;
pub use scene::{
    CableScene, Component, ComponentFlow, Icon, ItemScene, LinkScene, ModelScene, NodeScene, Scene,
    TokenScene,
};
pub use series::{ItemSeries, Series};
pub use speed::Speed;
pub use status::status;
pub use strips::{LEDS, Mirror, pixels};
