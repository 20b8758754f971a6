//! Planning: from a checked scenario and a placement to what each place executes.
//!
//! ```text
//!   Scenario ─▶ inputs (who feeds what, combined how) ─▶ order (topological) ─▶ stages per place
//!            ─▶ slots, imports, exports ─▶ one PlacePlan per place + the tasks that tie them together
//! ```
//!
//! Place 0 is the host process: it evaluates CSV models and whatever is not placed elsewhere. A value that
//! crosses places, or that a distributed run records, is a *wire*: the coordinator holds it for every step
//! in flight. Invariants: the order of models and of the terms of every sum depends on the scenario alone,
//! never on the placement, so the result bytes do not either.

mod inputs;
mod lower;
mod order;
mod placement;
mod show;
mod story;

pub(crate) use lower::local_order;
pub use lower::{PlanError, plan};
pub use placement::{HOST, NodeTarget, PlaceId, Placement, PlacementError};
pub use show::{to_dot, to_json, to_text};
pub use story::StoryPlan;
pub(crate) use story::node_name;

use illuminator_node::engine::PlacePlan;
use illuminator_node::light::{Carrier, Palette};
use illuminator_node::value::Value;

/// A whole run, planned.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TablePlan {
    /// What each place executes; the first is the host.
    pub places: Vec<PlacePlan>,
    /// The names of the nodes, in the order of the places after the host.
    pub nodes: Vec<String>,
    /// Every stage of every place, by place and then by stage.
    pub tasks: Vec<Task>,
    /// Number of wires; 0 if the host is the only place.
    pub wires: u32,
    /// For each recorder of the scenario and each of its items, where the value stands: a wire, or a slot of
    /// the host if the host is the only place.
    pub cells: Vec<Vec<u32>>,
    /// The same for the items that the caller of [`plan`] watches.
    pub watched: Vec<u32>,
    /// The same for the reports of the scenario.
    pub reports: Vec<u32>,
    /// The cables and where their values and ends are; empty if everything runs in this process.
    pub cables: Vec<CablePlan>,
    /// Where the host says, before each step, what is plugged and what follows; `None` if nothing can be plugged.
    pub story: Option<StoryPlan>,
    /// Number of co-simulation steps.
    pub steps: u64,
}

/// A cable of the table, planned.
#[derive(Clone, Debug, PartialEq)]
pub struct CablePlan {
    /// Its number.
    pub id: u16,
    /// The wire that carries its power `[kW]`, positive from the first end to the second.
    pub wire: u32,
    /// The nodes at its ends; `None` where none of the run's nodes is.
    pub places: [Option<PlaceId>; 2],
    /// Power that is drawn at full speed `[kW]`, finite and above 0.
    pub full_scale_kw: f64,
    /// What carries the energy.
    pub carrier: Carrier,
    /// What its colour says.
    pub palette: Palette,
}

impl TablePlan {
    /// Whether everything runs in the host process.
    pub fn is_local(&self) -> bool {
        self.places.len() == 1
    }
}

/// One stage of one place, as the coordinator sees it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Task {
    /// Where it runs.
    pub place: PlaceId,
    /// Its stage there.
    pub stage: usize,
    /// The values it needs, in the order of the place's imports.
    pub imports: Vec<Import>,
    /// The wires it fills, in the order of the place's exports.
    pub exports: Vec<u32>,
    /// Tasks whose values of the same step it needs.
    pub after: Vec<usize>,
    /// Tasks whose values of the step before it needs.
    pub after_previous: Vec<usize>,
}

/// A value that a task needs from another place.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    /// The wire that carries it.
    pub wire: u32,
    /// For a time-shifted connection: its value in step 0; later the wire's value of the step before.
    pub shifted: Option<Value>,
}
