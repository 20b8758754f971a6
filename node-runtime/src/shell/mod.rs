//! The thin shell around the pure node: clock, randomness, socket, pins, boards.
//!
//! It takes no decision; whatever it learns it hands to [`Node`](crate::node::Node) and does what comes out.

mod animate;
mod boards;
mod clock;
mod commands;
mod key;
mod machine;
mod pins;
mod runtime;
mod serve;
mod telemetry;

pub use animate::{Animation, AnimationReport, AnimationStats, LitStrip};
pub use boards::Boards;
pub use clock::Clock;
pub use commands::Commands;
pub use key::{KeyError, read_key, read_keys, read_secret};
pub use machine::Machine;
pub use pins::{Inputs, Outputs, Relay, RelayError, Watched};
pub use runtime::{hint, runtime, spawn};
pub use serve::{Served, bind, hello, serve};

use illuminator_protocol::Entropy;

/// Room for a received datagram `[bytes]`: more than any of ours, so that one that is too long is noticed.
pub const RECEIVE_MAX: usize = 2048;

/// The randomness of the operating system.
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&mut self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system has randomness once it has started");
    }
}

/// A random 64-bit number, for boot and run ids.
pub fn random_id() -> u64 {
    let mut bytes = [0; 8];
    SystemEntropy.fill(&mut bytes);
    u64::from_le_bytes(bytes)
}
