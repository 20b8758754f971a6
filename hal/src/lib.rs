//! The last metre of a node: small traits for what is soldered to it, and backends behind them.
//!
//! ```text
//!   pixels ─▶ dyn Strip ─▶ encode ─▶ bus                 a backend: sim, rpi
//!   level  ─▶ dyn OutputPin
//!   lines  ─▶ usb::SerialBoard                           found by usb::Discovery
//! ```
//!
//! This crate knows nothing of energy or of the protocol. A node drives a `dyn` [`Strip`] or [`OutputPin`] and
//! does not know whether it is simulated; what is simulated goes through the same [encoders](encode).

mod colour;
pub mod encode;
mod pin;
pub mod rpi;
pub mod sim;
mod strip;
pub mod usb;

pub use colour::{ColourOrder, Rgb8};
pub use pin::{OutputPin, PinError};
pub use strip::{Strip, StripError};
