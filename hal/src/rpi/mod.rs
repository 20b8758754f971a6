//! The backend of the Raspberry Pi, through `rppal`.
//!
//! Strips work wherever Linux has the device of the bus. Pins need a board that `rppal` knows; on another one opening
//! a pin is an error that says what to do.

pub(crate) mod gpio;
pub(crate) mod spi;
