//! What somebody without the key can send: made of nothing, or of what he has seen on the wire; and the run that he
//! attacks.

mod wire;

pub use wire::{End, Wire};

use crate::generate::random::SplitMix64;
use illuminator_protocol::responder::ANSWERED_MAX;
use illuminator_protocol::{
    BootId, ClusterKey, Datagram, Entropy, Header, Hello, Initiator, Instant, KeyId, Kind, VERSION,
};
use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

/// Length of a handshake frame `[bytes]`.
const HANDSHAKE_LEN: usize = 128;
/// Longest garbage `[bytes]`: more than any frame.
const GARBAGE_MAX: u64 = 1400;

/// Sorts of hostile datagrams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Random bytes.
    Garbage,
    /// Frames of another cluster.
    ForeignKey,
    /// Frames of another version of the wire.
    ForeignVersion,
    /// Handshake frames with the right key that are not authentic.
    FalseHandshake,
    /// Inits that were recorded in other sessions.
    RecordedInit,
    /// Frames of this session, once more.
    Replayed,
    /// Frames that this end has sent, sent back.
    Reflected,
    /// Frames of this session without their end.
    Truncated,
    /// Frames of this session with a bit flipped.
    Flipped,
    /// What nobody has sealed, as the next frame of this session.
    Forged,
}

/// How many sorts there are.
pub const SORTS: usize = Sort::Forged as usize + 1;

/// Makes hostile datagrams for a cluster, again and again others.
pub struct Attacker {
    /// Where its chance comes from.
    pub random: SplitMix64,
    key: KeyId,
}

impl Attacker {
    /// An attacker of the cluster with this key, of which he knows what is on the wire: its id.
    pub fn new(seed: u64, key: KeyId) -> Self {
        Self { random: SplitMix64::new(seed), key }
    }

    /// Datagrams that need nothing of a session, but a recorded Init.
    pub fn of_nothing(&mut self) -> Vec<(Sort, Vec<u8>)> {
        let kinds = [Kind::Init, Kind::Accept, Kind::Refuse, Kind::Sealed];
        let kind = kinds[self.random.next_u64() as usize % kinds.len()];
        let other = Header { version: VERSION + 1, kind, key: self.key, session: 1, packet: 1 };
        let garbage =
            (0..self.random.next_u64() % GARBAGE_MAX).map(|_| self.random.next_u64() as u8).collect();
        vec![
            (Sort::Garbage, garbage),
            (Sort::ForeignKey, self.handshake_like(kind, true)),
            (Sort::ForeignVersion, self.frame(other, HANDSHAKE_LEN)),
            (Sort::FalseHandshake, self.handshake_like(Kind::Init, false)),
        ]
    }

    /// Datagrams made of a real one, for who got it; none of what the network has damaged.
    pub fn of_frame(&mut self, real: &[u8]) -> Vec<(Sort, Vec<u8>)> {
        let Ok(header) = Header::decode(real) else { return Vec::new() };
        let next = Header { kind: Kind::Sealed, packet: header.packet + 1, ..header };
        let mut flipped = real.to_vec();
        let bit = self.random.next_u64() as usize % (8 * real.len());
        flipped[bit / 8] ^= 1 << (bit % 8);
        vec![
            (Sort::Forged, self.frame(next, real.len())),
            (Sort::Truncated, real[..self.random.next_u64() as usize % real.len()].to_vec()),
            (Sort::Flipped, flipped),
            (Sort::Replayed, real.to_vec()),
        ]
    }

    /// A frame with this header before noise.
    fn frame(&mut self, header: Header, length: usize) -> Vec<u8> {
        let mut frame = header.encode().to_vec();
        frame.extend((frame.len()..length).map(|_| self.random.next_u64() as u8));
        frame
    }

    /// A handshake frame of nobody: like a real one, but for the key (`foreign`) or for what is sealed.
    pub fn handshake_like(&mut self, kind: Kind, foreign: bool) -> Vec<u8> {
        let key = if foreign { KeyId(*b"none") } else { self.key };
        let session = self.random.next_u64();
        self.frame(Header { version: VERSION, kind, key, session, packet: 0 }, HANDSHAKE_LEN)
    }
}

struct Seeded(SplitMix64);

impl Entropy for Seeded {
    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.fill_with(|| self.0.next_u64() as u8);
    }
}

/// Inits as somebody recorded them, of half as many hosts of the open cluster as a node knows again: authentic, each.
pub fn recorded_inits() -> Vec<Vec<u8>> {
    let init = |seed| {
        let hello = Hello::new(BootId(seed), "host", "0.1.0");
        let mut entropy = Seeded(SplitMix64::new(seed));
        let mut host = Box::new(Initiator::<2>::new(ClusterKey::OPEN, hello, &mut entropy));
        let mut out = Datagram::new();
        assert!(host.poll_transmit(Instant::ZERO, &mut out), "the first Init is due at once");
        out.to_vec()
    };
    (1..=ANSWERED_MAX as u64 / 2).map(init).collect()
}

/// A battery on the node, whose flow the host asks for and hears in every step: no step begins before the answer of the
/// one before, so that every lost frame costs time.
pub fn scenario(node: SocketAddr, minutes: u32) -> String {
    let (ip, port) = (node.ip(), node.port());
    let (day, hour, minute) = (20 + minutes / 1440, minutes / 60 % 24, minutes % 60);
    format!(
        "scenario:
  name: hostile
  start_time: '2024-06-20 00:00:00'
  end_time: '2024-06-{day} {hour:02}:{minute:02}:00'
  time_resolution: 60
models:
- {{name: Request, type: Dummy, parameters: {{param1: 2.5}}, inputs: {{in1: 0}}, outputs: {{out1: 0}}, states: {{state1: 0}}}}
- name: B1
  type: Battery
  connect: {{ip: {ip}, port: {port}}}
  parameters: {{max_p: 5, min_p: -5, max_energy: 50, charge_efficiency: 90, discharge_efficiency: 90, soc_min: 10, soc_max: 90}}
  inputs: {{flow2b: 2.5}}
  outputs: {{p_out: 0, p_in: 0}}
  states: {{soc: 20, flag: 0, mod: 0}}
connections:
- {{from: Request.state1, to: B1.flow2b, time_shifted: true}}
- {{from: B1.p_out, to: Request.in1}}
monitor:
  file: out.csv
  items: [B1.soc, B1.p_out]
"
    )
}

/// A socket on loopback that gives up waiting soon enough for its thread to see that the test is over.
pub fn short_waiting_socket() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    socket.set_read_timeout(Some(Duration::from_millis(20))).expect("a socket has a time limit");
    socket
}
