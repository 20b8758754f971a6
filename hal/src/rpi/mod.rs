//! The backend of the Raspberry Pi, through `rppal`.
//!
//! It works wherever Linux has the devices, on another board as well; elsewhere opening is an error that says so.

mod spi;

pub use spi::{OpenError, SpiPort, SpiStrip};
