//! The simulated backend: remembers what would have reached the hardware, and fails when told to.

mod pin;
mod strip;

pub use pin::SimPin;
pub use strip::SimStrip;
