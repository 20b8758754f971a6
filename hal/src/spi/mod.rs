//! Strips on an SPI bus, whatever drives the bus.
//!
//! ```text
//!   SpiStrip ─▶ encode::ws2812 ─▶ Device: rpi (rppal) or linux (spidev) ─▶ /dev/spidevB.S ─▶ MOSI
//! ```

mod port;
mod strip;

pub use port::{SpiPort, UnknownPort};
pub(crate) use strip::Device;
pub use strip::{OpenError, SpiStrip};
