//! The pins of a node at work.
//!
//! ```text
//!   dyn InputPin ─▶ a thread each ─▶ Reader ─▶ Inputs::next ─▶ serve
//!   serve ─▶ Outputs ─▶ dyn OutputPin: status LED, relays
//! ```

mod inputs;
mod outputs;

pub use inputs::{Inputs, Watched};
pub use outputs::{Outputs, Relay, RelayError};
