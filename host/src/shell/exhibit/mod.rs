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
//! Without a run, [`IdleNodes`] show how the nodes of a cluster do, and ask them for things.
//!
//! Invariants: the run waits for nobody here; it copies a row of numbers per step, and whoever looks does the rest.

mod hall;
mod idle;
mod layout;
mod operator;
mod record_file;
mod recorder;
mod replay;
mod run;
mod still;
mod watching;

pub use hall::{Hall, Wish};
pub use idle::IdleNodes;
pub use layout::LayoutFile;
pub use operator::Operator;
pub use record_file::{NoRecordFile, RecordFile};
pub use recorder::Recorder;
pub use replay::Replay;
pub use run::{Orders, RunExhibit};
pub use watching::Watching;

use crate::view::{Command, Health, Layout, Moment, Offer, POINTS_MAX, Refusal, Scene, Series};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Most items of one question for series.
const SERIES_MAX: usize = 16;

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

    /// What else can be started here; nothing unless overridden.
    fn offer(&self) -> Offer {
        Offer::default()
    }
}

/// Where items of these names are in a scene, if so much may be asked for at once.
fn positions(scene: &Scene, items: &[String], points: usize) -> Result<Vec<usize>, Refusal> {
    if items.len() > SERIES_MAX || points > POINTS_MAX {
        let most = format!("at most {SERIES_MAX} items with {POINTS_MAX} points");
        return Err(Refusal::new(most, "ask several times"));
    }
    let find = |name: &String| {
        let found = scene.items.iter().position(|item| item.item == *name);
        found.ok_or_else(|| Refusal::new(format!("there is no item `{name}`"), "see `items` of the scene"))
    };
    items.iter().map(find).collect()
}

/// Whether all these nodes are in a scene.
fn known(scene: &Scene, nodes: &[String]) -> Result<(), Refusal> {
    let is_there = |name: &&String| scene.nodes.iter().any(|node| node.name == **name);
    match nodes.iter().find(|name| !is_there(name)) {
        Some(node) => {
            Err(Refusal::new(format!("there is no node `{node}` here"), "see `nodes` of the scene"))
        }
        None => Ok(()),
    }
}

/// Nothing that is locked here is left half done by a panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
