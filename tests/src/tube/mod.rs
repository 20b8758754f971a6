//! Host and nodes on an emulated network, in simulated time.
//!
//! ```text
//!   Coordinator ⇄ Network (loss, duplication, delay, replay) ⇄ Node, Node, …
//! ```
//!
//! Everything follows from one seed: the same seed gives the same run, datagram by datagram.

mod network;
mod table;

pub use network::{Faults, Injected, Network};
pub use table::{EmulatedTable, Ended, Limits, Shown};

use crate::generate::random::SplitMix64;
use illuminator_protocol::Entropy;

/// Entropy from a seed, so that handshakes repeat too.
pub struct SeededEntropy(pub SplitMix64);

impl Entropy for SeededEntropy {
    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let word = self.0.next_u64().to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
    }
}
