//! Datagrams that are not for us change nothing.
//!
//! ```text
//!   host ◀────▶ relay ◀────▶ node
//!     ▲ hostile   │   hostile ▲
//!     '---------- foreign ----'
//! ```
//!
//! The relay hands every datagram on. It knows what somebody on the path knows: all frames, the fingerprint of
//! the key, the session, the packet numbers; and each side takes it for the other one. With every frame it
//! sends hostile ones to the same end, from its own address and from a foreign one.

use crate::read;
use illuminator_protocol::{ClusterKey, Header, KeyId, Kind};
use illuminator_tests::generate::random::SplitMix64;
use illuminator_tests::hostile::{scenario, short_waiting_socket};
use illuminator_tests::programs::{NodeProcess, illuminator, stderr};
use std::collections::BTreeSet;
use std::net::{SocketAddr, UdpSocket};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// Hostile datagrams for each real one, from each of the two addresses.
const HOSTILE_PER_FRAME: usize = 16;
/// Hostile datagrams of each sort that either end must get for the test to mean something.
const SORT_MIN: u32 = 200;
/// One, and another one should this machine stand still for a second and a half.
const HANDSHAKES_MAX: usize = 2;

#[test]
fn nothing_that_somebody_on_the_path_can_send_disturbs_a_run() {
    let node = NodeProcess::start(&[]);
    let relay = Relay::to(node.address);
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("s.yaml"), scenario(relay.address(), 200)).expect("it can be written");
    let arguments = ["scenario", "run", "s.yaml", "-o", "hostile.csv", "--pace", "0.01"];
    let (done, at_node, at_host) = std::thread::scope(|scope| {
        let to_node = scope.spawn(|| relay.host_to_node());
        let to_host = scope.spawn(|| relay.node_to_host());
        let done = illuminator(folder.path(), &arguments);
        relay.stop.store(true, Ordering::Relaxed);
        (done, to_node.join().expect("no panic"), to_host.join().expect("no panic"))
    });
    assert!(done.status.success(), "{}", stderr(&done));
    for (end, Attacker { sent, .. }) in [("node", &at_node), ("host", &at_host)] {
        assert!(sent.iter().all(|&sent| sent >= SORT_MIN), "{end}: {sent:?} of each sort");
    }
    let handshakes = at_node.handshakes();
    assert!(handshakes <= HANDSHAKES_MAX, "the session was lost: the host shook hands {handshakes} times");
    let local = illuminator(folder.path(), &["scenario", "run", "s.yaml", "-o", "local.csv", "--local"]);
    assert!(local.status.success(), "{}", stderr(&local));
    assert_eq!(read(&folder.path().join("hostile.csv")), read(&folder.path().join("local.csv")));
}

/// Sorts of hostile datagrams.
#[derive(Clone, Copy)]
enum Sort {
    /// Random bytes.
    Noise,
    /// A well-formed header of any kind, version and key before random bytes.
    Foreign,
    /// A real frame once more.
    Replayed,
    /// A real frame without its end.
    Truncated,
    /// A real frame with one bit changed.
    Flipped,
    /// A sealed frame of this key and session with a packet number near the real ones.
    Forged,
    /// A frame of the handshake with this key and session.
    ForgedHandshake,
}

/// Half of them know key and session, or are made of real frames.
const SORTS: [Sort; 10] = [
    Sort::Noise,
    Sort::Noise,
    Sort::Foreign,
    Sort::Foreign,
    Sort::Foreign,
    Sort::Replayed,
    Sort::Truncated,
    Sort::Flipped,
    Sort::Forged,
    Sort::ForgedHandshake,
];

struct Relay {
    node: SocketAddr,
    /// Learnt from its first datagram.
    host: OnceLock<SocketAddr>,
    /// What the host takes for the node.
    facing_host: UdpSocket,
    /// What the node takes for the host.
    facing_node: UdpSocket,
    foreign: UdpSocket,
    stop: AtomicBool,
}

impl Relay {
    fn to(node: SocketAddr) -> Self {
        Self {
            node,
            host: OnceLock::new(),
            facing_host: short_waiting_socket(),
            facing_node: short_waiting_socket(),
            foreign: short_waiting_socket(),
            stop: AtomicBool::new(false),
        }
    }

    /// Where the host finds what it takes for the node.
    fn address(&self) -> SocketAddr {
        self.facing_host.local_addr().expect("it is bound")
    }

    fn host_to_node(&self) -> Attacker {
        self.relay(&self.facing_host, &self.facing_node, 1, |sender| {
            self.host.get_or_init(|| sender);
            Some(self.node)
        })
    }

    fn node_to_host(&self) -> Attacker {
        self.relay(&self.facing_node, &self.facing_host, 2, |_| self.host.get().copied())
    }

    /// Hands on what comes from one end to the other, which `victim` finds, with hostile datagrams before and
    /// after: none may be taken for the real one, nor keep it from being taken.
    fn relay(
        &self,
        from: &UdpSocket,
        to: &UdpSocket,
        seed: u64,
        victim: impl Fn(SocketAddr) -> Option<SocketAddr>,
    ) -> Attacker {
        let mut attacker = Attacker { random: SplitMix64::new(seed), real: Vec::new(), sent: [0; 7] };
        let mut buffer = [0; 2048];
        while !self.stop.load(Ordering::Relaxed) {
            let Ok((length, sender)) = from.recv_from(&mut buffer) else { continue };
            let Some(victim) = victim(sender) else { continue };
            let frame = &buffer[..length];
            let header = Header::decode(frame).expect("host and node send frames");
            assert_eq!(header.key, ClusterKey::OPEN.id(), "the key is known");
            attacker.send(to, victim, Sort::Forged, &header);
            attacker.real.push(frame.to_vec());
            attacker.send(to, victim, Sort::Flipped, &header);
            to.send_to(frame, victim).expect("loopback takes it");
            for socket in [to, &self.foreign] {
                for _ in 0..HOSTILE_PER_FRAME {
                    let sort = SORTS[attacker.random.next_u64() as usize % SORTS.len()];
                    attacker.send(socket, victim, sort, &header);
                }
            }
        }
        attacker
    }
}

/// What goes to one end.
struct Attacker {
    random: SplitMix64,
    /// The real frames so far.
    real: Vec<Vec<u8>>,
    /// How many datagrams of each [`Sort`] were sent.
    sent: [u32; 7],
}

impl Attacker {
    fn send(&mut self, socket: &UdpSocket, victim: SocketAddr, sort: Sort, now: &Header) {
        let datagram = self.make(sort, now);
        // A full buffer is the victim's loss, which the link repairs.
        self.sent[sort as usize] += u32::from(socket.send_to(&datagram, victim).is_ok());
    }

    fn make(&mut self, sort: Sort, now: &Header) -> Vec<u8> {
        match sort {
            Sort::Noise => self.noise(1500),
            Sort::Foreign => {
                let key = KeyId((self.random.next_u64() as u32).to_le_bytes());
                let session = self.random.next_u64();
                let (version, packet) = (1 + self.below(2) as u8, self.random.next_u64() % 100);
                let kind = [Kind::Init, Kind::Accept, Kind::Refuse, Kind::Sealed][self.below(4)];
                self.frame(Header { version, kind, key, session, packet })
            }
            Sort::Replayed => self.earlier(),
            Sort::Truncated => {
                let mut frame = self.earlier();
                frame.truncate(self.below(frame.len()));
                frame
            }
            Sort::Flipped => {
                let mut frame = self.earlier();
                let bit = self.below(frame.len() * 8);
                frame[bit / 8] ^= 1 << (bit % 8);
                frame
            }
            Sort::Forged => {
                let packet = (now.packet + self.below(100) as u64).saturating_sub(20);
                self.frame(Header { kind: Kind::Sealed, packet, ..*now })
            }
            Sort::ForgedHandshake => {
                let kind = [Kind::Init, Kind::Accept, Kind::Refuse][self.below(3)];
                self.frame(Header { kind, packet: 0, ..*now })
            }
        }
    }

    /// How many handshakes the victim was asked for: the copies of an Init are one.
    fn handshakes(&self) -> usize {
        let headers = self.real.iter().filter_map(|frame| Header::decode(frame).ok());
        let attempts = headers.filter(|header| header.kind == Kind::Init).map(|header| header.session);
        attempts.collect::<BTreeSet<u64>>().len()
    }

    /// One of the real frames, half of the time the latest.
    fn earlier(&mut self) -> Vec<u8> {
        let latest = self.real.len() - 1;
        let chosen = if self.below(2) == 0 { latest } else { self.below(latest + 1) };
        self.real[chosen].clone()
    }

    /// A header before noise, in the length of a handshake or any other one.
    fn frame(&mut self, header: Header) -> Vec<u8> {
        let noise = if self.below(2) == 0 { self.noise(1178) } else { vec![self.below(256) as u8; 106] };
        [&header.encode()[..], &noise].concat()
    }

    fn noise(&mut self, length_max: usize) -> Vec<u8> {
        (0..self.below(length_max + 1)).map(|_| self.random.next_u64() as u8).collect()
    }

    fn below(&mut self, bound: usize) -> usize {
        self.random.next_u64() as usize % bound
    }
}
