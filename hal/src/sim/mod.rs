//! The simulated backend: remembers what would have reached the hardware, and fails when told to.

mod board;
mod input;
mod pin;
mod strip;

pub use board::{BoardFault, BoardRead, BoardStats, SimBoard};
pub use input::SimInput;
pub use pin::SimPin;
pub use strip::SimStrip;
