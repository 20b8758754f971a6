//! The last metre of a node: small traits for what is soldered to it, and backends behind them.
//!
//! This crate knows nothing of energy or of the protocol. A node drives a `dyn` [`OutputPin`] and does not
//! know whether it is simulated.

mod pin;
pub mod sim;

pub use pin::{OutputPin, PinError};
