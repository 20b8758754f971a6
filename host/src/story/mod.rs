//! What visitors do and what follows: which cables are plugged, which phase they force, and what the story makes of it.
//!
//! ```text
//!   reports of nodes ─┐
//!   events file ──────┼─▶ Topology ─ what is plugged ─▶ StoryPlay ─▶ Standing: phase, plugs, values to set
//!   the page ─────────┘                 values of the step before ──▲
//! ```
//!
//! All of it is pure. Invariant: a standing depends on the scenario, the step, the values of the step before, what was
//! plugged in this and earlier steps, and the phase that is forced, on nothing else; so a recorded run can be played
//! again.

mod events;
mod live;
mod notice;
mod play;
#[cfg(test)]
mod tests;
mod topology;

pub use events::{Event, EventError, EventLog, Happening};
pub use live::{LiveTable, TableMemory};
pub use notice::Notice;
pub use play::{Standing, StoryMemory, StoryPlay};
pub use topology::Topology;
