//! What people see and may ask for, whatever is behind it: a run, or the recording of one.
//!
//! ```text
//!   run ─ steps, notices ─▶ RunExhibit ─ scene, moment, health, series ─▶ page, terminal, recording
//!                               ▲ │
//!                  SimulatedTable │ commands ◀────────────────────────── a person
//!                                 ▼
//!                             Operator ─▶ Conductor, SimulatedTable, StopFlag
//! ```
//!
//! Invariants: the run waits for nobody here; it copies a row of numbers per step, and whoever looks does the rest.

mod layout;
mod operator;
mod run;
mod watching;

pub use layout::LayoutFile;
pub use operator::Operator;
pub use run::{Orders, RunExhibit};
pub use watching::Watching;

use crate::view::{Command, Health, Layout, Moment, Refusal, Scene, Series};
use std::sync::Arc;

/// Something to look at. All methods may be called from any thread, and none waits for the run.
pub trait Exhibit: Send + Sync {
    /// What there is to see. Another one is another `Arc`.
    fn scene(&self) -> Arc<Scene>;

    /// How it stands now; `seq` is left 0.
    fn moment(&self) -> Moment;

    /// How the nodes do now.
    fn health(&self) -> Health;

    /// The values of items, by name, over the steps `[from, to)` in at most so many parts.
    ///
    /// # Errors
    /// An item that is not there.
    fn series(&self, items: &[String], from: u64, to: u64, points: usize) -> Result<Series, Refusal>;

    /// Does what a person asks for.
    ///
    /// # Errors
    /// Why that is not possible here.
    fn command(&self, command: &Command) -> Result<(), Refusal>;

    /// Where people have put the components.
    fn layout(&self) -> Layout;

    /// Keeps where people put the components.
    ///
    /// # Errors
    /// Why it cannot be kept.
    fn arrange(&self, layout: Layout) -> Result<(), Refusal>;
}
