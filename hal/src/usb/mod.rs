//! Cable boards on USB: serial devices that come and go.
//!
//! ```text
//!   directory of devices ─▶ Discovery ─▶ appeared, vanished ─▶ SerialBoard: open, write, read
//!                               └──────────── wait ◀──────────────┴── Bell, rung by another thread
//! ```
//!
//! Invariants: nothing here blocks but [`wait()`]; a device that has gone is said to be gone, never read or written
//! again and again.

mod discover;
mod port;
mod wait;

pub use discover::{Change, DEVICES_MAX, Discovery};
pub use port::{PortError, SerialBoard};
pub use wait::{Bell, wait};
