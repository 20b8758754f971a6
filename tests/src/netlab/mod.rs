//! The table in network namespaces: real processes, real UDP, and a switch in between that loses and reorders.
//!
//! ```text
//!   namespace of a host                    namespace of the switch
//!   program ── UDP ── kernel ── eth0 (tap) ═══ file ── lossy-switch ── file ═══ … every other host
//!                                                          ▲ orders, a line of JSON each, on stdin
//!   test ── Lab ───────────────────────────────────────────┘ counts, a line of JSON each, on stdout
//! ```
//!
//! A kernel without netem can delay and reorder nothing, so frames take their way through a program of ours.
//! [`Switch`] decides what becomes of each frame, and is pure; the binary `lossy-switch` gives it frames and the
//! time. [`Lab`] puts hosts around it.
//!
//! Invariants:
//! - Nothing of a lab is in the machine's own namespace, and nothing is left when it ends: the switch ends with its
//!   stdin, and namespaces of a test that was killed are removed by the next lab.
//! - Every fault is counted, so that a test can show that it happened.

mod lab;
mod orders;
mod scenario;
mod switch;

pub use lab::Lab;
pub use orders::{Counts, Order, PortCounts};
pub use scenario::{VILLAGE_NODES, villages};
pub use switch::{IN_FLIGHT_MAX, MACS_MAX, Switch};
