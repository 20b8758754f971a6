//! The wire between a host and its node, with somebody on it who sees every frame.
//!
//! ```text
//!   host ◀────▶ facing_host  Wire  facing_node ◀────▶ node
//!                     the last frames of either way
//! ```
//!
//! Each end takes the wire for the other end: what is sent from its sockets has the real sender's address, which is
//! what a spoofed source address is.

use std::collections::VecDeque;
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock};

/// Frames that are remembered of each way.
const REMEMBERED: usize = 32;

/// One of the two ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The node.
    Node,
    /// The host.
    Host,
}

/// The sockets between them. [`carry`](Self::carry) has to run for either end.
pub struct Wire {
    node: SocketAddr,
    /// Learnt from its first datagram.
    host: OnceLock<SocketAddr>,
    facing_host: UdpSocket,
    facing_node: UdpSocket,
    /// The last frames to the node, and to the host.
    seen: [Mutex<VecDeque<Vec<u8>>>; 2],
    stop: AtomicBool,
}

impl Wire {
    /// A wire to this node, whose host is not known yet.
    pub fn to(node: SocketAddr) -> Self {
        Self {
            node,
            host: OnceLock::new(),
            facing_host: super::short_waiting_socket(),
            facing_node: super::short_waiting_socket(),
            seen: Default::default(),
            stop: AtomicBool::new(false),
        }
    }

    /// Where the host finds what it takes for the node.
    pub fn address(&self) -> SocketAddr {
        self.facing_host.local_addr().expect("it is bound")
    }

    /// Where an end listens; of the host nothing is known before it has sent something.
    pub fn address_of(&self, end: End) -> Option<SocketAddr> {
        match end {
            End::Node => Some(self.node),
            End::Host => self.host.get().copied(),
        }
    }

    /// The socket that an end takes for the other one.
    pub fn facing(&self, end: End) -> &UdpSocket {
        match end {
            End::Node => &self.facing_node,
            End::Host => &self.facing_host,
        }
    }

    /// The last frames that went to an end, oldest first.
    pub fn seen(&self, end: End) -> Vec<Vec<u8>> {
        self.seen[end as usize].lock().expect("no thread panicked").iter().cloned().collect()
    }

    /// Tells [`carry`](Self::carry) and whoever asks that it is over.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Whether it is over.
    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Carries what goes to one end, until it is stopped.
    pub fn carry(&self, to: End) {
        let from = if to == End::Node { End::Host } else { End::Node };
        let mut buffer = [0; 2048];
        while !self.stopped() {
            let Ok((length, sender)) = self.facing(from).recv_from(&mut buffer) else { continue };
            if from == End::Host {
                self.host.get_or_init(|| sender);
            }
            let Some(address) = self.address_of(to) else { continue };
            // A full buffer looks like loss, which the link repairs.
            let _ = self.facing(to).send_to(&buffer[..length], address);
            let mut seen = self.seen[to as usize].lock().expect("no thread panicked");
            if seen.len() == REMEMBERED {
                seen.pop_front();
            }
            seen.push_back(buffer[..length].to_vec());
        }
    }
}
