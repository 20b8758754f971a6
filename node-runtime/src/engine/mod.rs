//! The engine: steps the models of one place.
//!
//! ```text
//!   PlacePlan ─▶ Engine ── per step ──▶ shadows ─▶ stage 0 ─▶ stage 1 ─▶ …
//!                          per stage ─▶ imports ─▶ knobs ─▶ (gather, step) of each model in order ─▶ exports
//! ```
//!
//! A *place* is the host process or one node. A whole scenario in one process is one place with one stage;
//! a node executes its partition with the same code. Invariants: names are resolved before the first step;
//! a step of scalar models neither allocates nor looks anything up by name; sums are added in plan order.

mod gather;
mod knob;
mod plan;
mod run;
mod snapshot;

pub use plan::{GatedSource, InputPlan, Knob, ModelPlan, PlacePlan, Shadow, StagePlan};
pub use run::{Engine, EngineError, STAGES_MAX};
pub use snapshot::{RestoreError, Snapshot};
