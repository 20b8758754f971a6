//! The whole table and all that can go wrong with it, in simulated time.
//!
//! ```text
//!   seed ─▶ Plan ─▶ World: Host (coordinator, disk) ⇄ Network ⇄ Machines (clock, Node)     checks, from outside:
//!                             another host ─────────────┘                                   rows, turns, light, end
//!                    └─ fails? ─▶ shrink ─▶ the smallest plan that still fails
//! ```
//!
//! Host and nodes are the state machines that are shipped; machines, clocks, disk and network are emulated. Everything
//! follows from the plan. What is checked, all the time and from outside:
//!
//! - rows come in order and each once, over crashes of the host too, and the file is that of a run in one process;
//! - a node computes each turn of a run once in a life, in order, and is never asked for what it cannot know;
//! - no flow is shown two seconds after a host's last word;
//! - the run ends.

mod clock;
mod host;
mod machine;
mod plan;
mod report;
mod rival;
mod sample;
pub mod shrink;
mod strike;
mod table;

pub use clock::Clock;
pub use plan::{Fault, Plan, Size, What};
pub use report::Report;
pub use sample::Sample;
pub use table::World;
