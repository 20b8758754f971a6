//! A host's and a node's end of the wire, and somebody who holds their key and says what he likes.
//!
//! [`Forger`] follows the specification of the wire on its own, so that it also notices when the protocol departs from
//! that.

use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit, Nonce};
use hkdf::Hkdf;
use illuminator_protocol::{
    BootId, ClusterKey, Datagram, Entropy, HEADER_LEN, Header, Hello, Initiator, Instant, KeyId, Kind,
    Responder, Session, TAG_LEN, VERSION,
};
use sha2::Sha256;

/// The key of every end in the fuzzers.
const KEY: [u8; 32] = [7; 32];
const RANDOM_LEN: usize = 32;
const CLEAR_LEN: usize = HEADER_LEN + RANDOM_LEN;
/// Address of the host.
pub(super) const HOST: u8 = 0;

pub(super) fn key() -> ClusterKey {
    ClusterKey::from_bytes(KEY)
}

/// 0, 1, 2, …: frames that were recorded once are valid in every run.
#[derive(Default)]
pub(super) struct Counting(u8);

impl Entropy for Counting {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            *byte = self.0;
            self.0 = self.0.wrapping_add(1);
        }
    }
}

/// Which way a frame goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, arbitrary::Arbitrary)]
pub(super) enum Way {
    ToNode,
    ToHost,
}

/// Both ends.
pub(super) struct Pair<const W: usize> {
    pub(super) host: Box<Initiator<W>>,
    pub(super) node: Box<Responder<u8, W>>,
    pub(super) entropy: Counting,
}

impl<const W: usize> Pair<W> {
    /// Both ends before the first frame.
    pub(super) fn new() -> Self {
        let mut entropy = Counting::default();
        let host = Initiator::new(key(), Hello::new(BootId(1), "host", "0.1.0"), &mut entropy);
        let node = Responder::new(key(), Hello::new(BootId(2), "node", "0.1.0"));
        Self { host: Box::new(host), node: Box::new(node), entropy }
    }

    /// Both ends in one session, and somebody who can speak for either.
    pub(super) fn connected(now: Instant) -> (Self, Forger) {
        let mut pair = Self::new();
        let mut frame = Datagram::new();
        assert!(pair.host.poll_transmit(now, &mut frame), "a host begins by itself");
        let init = frame.clone();
        assert_eq!(pair.deliver(Way::ToNode, now, &mut frame), Ok(()));
        assert_eq!(pair.node.poll_transmit(now, &mut frame), Some(HOST), "a node answers");
        let forger = Forger::new(&init, &frame).expect("session ids are as specified");
        assert_eq!(pair.deliver(Way::ToHost, now, &mut frame), Ok(()));
        // The first sealed frame of the host makes it a session for the node.
        while pair.host.poll_transmit(now, &mut frame) {
            assert_eq!(pair.deliver(Way::ToNode, now, &mut frame), Ok(()));
        }
        assert!(pair.session(Way::ToNode).is_some() && pair.session(Way::ToHost).is_some());
        (pair, forger)
    }

    /// Hands a datagram to its end.
    pub(super) fn deliver(
        &mut self,
        way: Way,
        now: Instant,
        datagram: &mut [u8],
    ) -> Result<(), illuminator_protocol::DropReason> {
        match way {
            Way::ToNode => self.node.handle(now, HOST, datagram, &mut self.entropy),
            Way::ToHost => self.host.handle(now, datagram),
        }
    }

    /// The next datagram that goes this way, if one is due.
    pub(super) fn transmit(&mut self, way: Way, now: Instant, out: &mut Datagram) -> bool {
        match way {
            Way::ToNode => self.host.poll_transmit(now, out),
            Way::ToHost => self.node.poll_transmit(now, out).is_some(),
        }
    }

    /// The session of the end that receives what goes this way.
    pub(super) fn session(&mut self, way: Way) -> Option<&mut Session<W>> {
        match way {
            Way::ToNode => self.node.session(),
            Way::ToHost => self.host.session(),
        }
    }

    /// When the end that receives what goes this way wants to be asked again.
    pub(super) fn timeout(&self, way: Way) -> Instant {
        match way {
            Way::ToNode => self.node.poll_timeout(),
            Way::ToHost => self.host.poll_timeout(),
        }
    }

    /// Datagrams that the end dropped which receives what goes this way.
    pub(super) fn drops(&self, way: Way) -> u64 {
        match way {
            Way::ToNode => self.node.drops().total(),
            Way::ToHost => self.host.drops().total(),
        }
    }
}

/// Holds the key, has seen a handshake, and can write and read every frame of the session.
pub(super) struct Forger {
    session: u64,
    key: KeyId,
    to_node: ChaCha20Poly1305,
    to_host: ChaCha20Poly1305,
}

impl Forger {
    /// From the two frames of a handshake; `None` if they do not belong together.
    pub(super) fn new(init: &[u8], accept: &[u8]) -> Option<Self> {
        let header = Header::decode(accept).ok().filter(|header| header.kind == Kind::Accept)?;
        let salt = [init.get(HEADER_LEN..CLEAR_LEN)?, accept.get(HEADER_LEN..CLEAR_LEN)?].concat();
        let mut session = [0; 8];
        expand(&salt, "session id", &mut session);
        if header.session != u64::from_le_bytes(session) {
            return None;
        }
        let (to_node, to_host) = (cipher(&salt, "host to node"), cipher(&salt, "node to host"));
        Some(Self { session: header.session, key: header.key, to_node, to_host })
    }

    /// A frame of the session with this body.
    pub(super) fn seal(&self, way: Way, packet: u64, body: &[u8]) -> Vec<u8> {
        let (kind, key, session) = (Kind::Sealed, self.key, self.session);
        let header = Header { version: VERSION, kind, key, session, packet };
        seal(self.cipher(way), &header, &[], body)
    }

    /// The packet number and body of a frame of the session; `None` if it is none.
    pub(super) fn open(&self, way: Way, frame: &[u8]) -> Option<(u64, Vec<u8>)> {
        let header = Header::decode(frame).ok().filter(|header| header.kind == Kind::Sealed)?;
        let (clear, sealed) = frame.split_at_checked(HEADER_LEN)?;
        let (body, tag) = sealed.split_last_chunk::<TAG_LEN>()?;
        let mut body = body.to_vec();
        let opened = self.cipher(way).decrypt_inout_detached(
            &nonce(header.packet),
            clear,
            (&mut body[..]).into(),
            tag.into(),
        );
        opened.is_ok().then_some((header.packet, body))
    }

    /// An Init in which the host introduces itself by these bytes.
    pub(super) fn init(random: &[u8; RANDOM_LEN], hello: &[u8]) -> Vec<u8> {
        let mut attempt = [0; 8];
        attempt.copy_from_slice(&random[..8]);
        let session = u64::from_le_bytes(attempt);
        let header = Header { version: VERSION, kind: Kind::Init, key: key().id(), session, packet: 0 };
        seal(&cipher(random, "init"), &header, random, hello)
    }

    fn cipher(&self, way: Way) -> &ChaCha20Poly1305 {
        match way {
            Way::ToNode => &self.to_node,
            Way::ToHost => &self.to_host,
        }
    }
}

fn seal(cipher: &ChaCha20Poly1305, header: &Header, random: &[u8], body: &[u8]) -> Vec<u8> {
    let clear = [&header.encode()[..], random].concat();
    let mut frame = [&clear[..], body].concat();
    let tag = cipher
        .encrypt_inout_detached(&nonce(header.packet), &clear, (&mut frame[clear.len()..]).into())
        .expect("a frame is shorter than the cipher's limit");
    frame.extend_from_slice(&tag);
    frame
}

fn cipher(salt: &[u8], purpose: &str) -> ChaCha20Poly1305 {
    let mut secret = [0; 32];
    expand(salt, purpose, &mut secret);
    ChaCha20Poly1305::new((&secret).into())
}

fn expand(salt: &[u8], purpose: &str, out: &mut [u8]) {
    let info = format!("illuminator 1 {purpose}");
    Hkdf::<Sha256>::new(Some(salt), &KEY).expand(info.as_bytes(), out).expect("HKDF gives as few bytes");
}

fn nonce(packet: u64) -> Nonce {
    let mut nonce = [0; 12];
    nonce[4..].copy_from_slice(&packet.to_le_bytes());
    nonce.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forger_reads_what_the_ends_say_and_is_taken_for_either() {
        let now = Instant::from_micros(1_000);
        let (mut pair, forger) = Pair::<4>::connected(now);
        let mut frame = Datagram::new();
        for (way, other) in [(Way::ToNode, Way::ToHost), (Way::ToHost, Way::ToNode)] {
            let sender = pair.session(other).unwrap();
            assert_eq!(sender.send(b"hello", 0), 5);
            assert!(pair.transmit(way, now, &mut frame));
            let (packet, body) = forger.open(way, &frame).unwrap();
            assert!(body.ends_with(b"hello"));
            let mut forged = forger.seal(way, packet + 1, &body);
            assert_eq!(pair.deliver(way, now, &mut forged), Ok(()));
            assert_eq!(pair.session(way).unwrap().receive().unwrap().bytes, b"hello");
        }
    }

    #[test]
    fn the_forger_can_introduce_himself() {
        let hello = [&[9; 8][..], b"\x04", &[b'x'; 32], b"\x01", &[b'y'; 16]].concat();
        let mut pair = Pair::<4>::new();
        let now = Instant::from_micros(1_000);
        assert_eq!(pair.deliver(Way::ToNode, now, &mut Forger::init(&[3; 32], &hello)), Ok(()));
        assert!(pair.transmit(Way::ToHost, now, &mut Datagram::new()));
    }
}
