//! The simulated backend: remembers what would have reached the hardware, and fails when told to.

mod input;
mod pin;
mod strip;

pub use input::SimInput;
pub use pin::SimPin;
pub use strip::SimStrip;
