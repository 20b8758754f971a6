//! The last metre of a node: small traits for what is soldered to it, and backends behind them.
//!
//! ```text
//!                          Backend: sim, rpi (rppal), linux (spidev, gpiocdev)
//!   pixels ─▶ dyn Strip ─▶ encode ─▶ bus
//!   level  ─▶ dyn OutputPin ────────▶ line
//!   level  ◀─ Debounce ◀─ dyn InputPin ◀─ line
//!   lines  ─▶ usb::SerialBoard                           found by usb::Discovery
//! ```
//!
//! This crate knows nothing of energy or of the protocol. A node drives a `dyn` [`Strip`], [`OutputPin`] or
//! [`InputPin`] and does not know whether it is simulated; what is simulated goes through the same
//! [encoders](encode).

mod board;
mod colour;
mod debounce;
pub mod encode;
mod linux;
mod pin;
mod rpi;
pub mod sim;
mod spi;
mod strip;
pub mod usb;

pub use board::Backend;
pub use colour::{ColourOrder, Rgb8};
pub use debounce::Debounce;
pub use pin::{GpioLine, InputPin, OutputPin, PinError, Polarity, Pull};
pub use spi::{OpenError, SpiPort, SpiStrip, UnknownPort};
pub use strip::{Strip, StripError};
