//! The handshake: how two holders of the cluster key agree on fresh keys for one session.
//!
//! ```text
//!   host                                                   node
//!     Init    header | random_h [32] | hello sealed  ------->   key from random_h
//!     <-------  header | random_n [32] | hello sealed  Accept   key from random_h and random_n
//!     Sealed  first frame of the session  ------------------>   the node now knows that the host is alive
//! ```
//!
//! All keys are HKDF-SHA256 of the cluster key, with the random bytes as salt and the purpose as info. Each is
//! used with fresh random bytes of the side that seals with it, so packet number 0 is a safe nonce. The Accept
//! is bound to its Init by `random_h`. Both frames have the same 128 bytes, so that an answer is never larger
//! than its question.
//!
//! There is no forward secrecy: who learns the cluster key can read what he recorded. The wire protects a table
//! from its neighbours, and an exchange of public keys would double the code for that.

use zeroize::ZeroizeOnDrop;

use crate::error::DropReason;
use crate::frame::{Datagram, HEADER_LEN, Header, Kind, TAG_LEN, VERSION};
use crate::hello::{HELLO_LEN, Hello};
use crate::id::{KeyId, SessionId};
use crate::key::ClusterKey;
use crate::seal::Seal;

/// Length of the random part of a handshake frame `[bytes]`.
pub(crate) const RANDOM_LEN: usize = 32;

/// Length of an Init and of an Accept `[bytes]`.
pub(crate) const HANDSHAKE_LEN: usize = CLEAR_LEN + HELLO_LEN + TAG_LEN;

const CLEAR_LEN: usize = HEADER_LEN + RANDOM_LEN;

const _: () = assert!(HANDSHAKE_LEN == 128, "the wire of version 1");
const _: () = assert!(crate::refuse::REFUSE_LEN < HANDSHAKE_LEN, "no answer is larger than its question");

/// A source of random bytes that nobody can predict: the operating system's, outside tests.
pub trait Entropy {
    /// Fills `bytes`.
    fn fill(&mut self, bytes: &mut [u8]);
}

/// Random bytes of one side, drawn for one handshake.
pub(crate) type Random = [u8; RANDOM_LEN];

/// The first 8 random bytes of an Init, by which a refusal shows what it answers.
pub(crate) fn attempt(random: &Random) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = *random;
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
}

/// The random bytes of both sides: all that makes one handshake differ from another.
#[derive(Clone, Copy)]
pub(crate) struct Randoms {
    pub(crate) host: Random,
    pub(crate) node: Random,
}

/// Which side of the session we are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Host,
    Node,
}

/// What a session needs of its handshake. Erased when dropped, as a handshake that waits is.
#[derive(ZeroizeOnDrop)]
pub(crate) struct SessionKeys {
    #[zeroize(skip)]
    pub(crate) session: SessionId,
    /// Which cluster key they were derived from.
    #[zeroize(skip)]
    pub(crate) key: KeyId,
    pub(crate) transmit: Seal,
    pub(crate) receive: Seal,
}

impl Randoms {
    fn salt(&self) -> [u8; 2 * RANDOM_LEN] {
        let mut salt = [0; 2 * RANDOM_LEN];
        salt[..RANDOM_LEN].copy_from_slice(&self.host);
        salt[RANDOM_LEN..].copy_from_slice(&self.node);
        salt
    }

    fn session(&self, key: &ClusterKey) -> SessionId {
        let mut id = [0; 8];
        key.derive(&self.salt(), b"illuminator 1 session id", &mut id);
        SessionId(u64::from_le_bytes(id))
    }

    /// The keys of the session, as seen from `side`.
    pub(crate) fn keys(&self, key: &ClusterKey, side: Side) -> SessionKeys {
        let salt = self.salt();
        let from_host = Seal::derive(key, &salt, b"illuminator 1 host to node");
        let from_node = Seal::derive(key, &salt, b"illuminator 1 node to host");
        let (transmit, receive) = match side {
            Side::Host => (from_host, from_node),
            Side::Node => (from_node, from_host),
        };
        SessionKeys { session: self.session(key), key: key.id(), transmit, receive }
    }
}

fn init_seal(key: &ClusterKey, random: &Random) -> Seal {
    Seal::derive(key, random, b"illuminator 1 init")
}

fn accept_seal(key: &ClusterKey, randoms: &Randoms) -> Seal {
    Seal::derive(key, &randoms.salt(), b"illuminator 1 accept")
}

/// Writes the Init of a host.
pub(crate) fn write_init(key: &ClusterKey, random: &Random, hello: &Hello, out: &mut Datagram) {
    write(Kind::Init, attempt(random), key.id(), random, hello, &init_seal(key, random), out);
}

/// Reads an Init whose header was checked.
pub(crate) fn open_init(key: &ClusterKey, datagram: &mut [u8]) -> Result<(Random, Hello), DropReason> {
    let random = random_of(datagram)?;
    let hello = open(&init_seal(key, &random), datagram)?;
    Ok((random, hello))
}

/// Writes the Accept of a node.
pub(crate) fn write_accept(key: &ClusterKey, randoms: &Randoms, hello: &Hello, out: &mut Datagram) {
    let SessionId(session) = randoms.session(key);
    write(Kind::Accept, session, key.id(), &randoms.node, hello, &accept_seal(key, randoms), out);
}

/// Reads an Accept whose header was checked, as the answer to the Init that carried `host`.
pub(crate) fn open_accept(
    key: &ClusterKey,
    host: &Random,
    datagram: &mut [u8],
) -> Result<(Randoms, Hello), DropReason> {
    let randoms = Randoms { host: *host, node: random_of(datagram)? };
    let hello = open(&accept_seal(key, &randoms), datagram)?;
    Ok((randoms, hello))
}

fn write(
    kind: Kind,
    session: u64,
    key: KeyId,
    random: &Random,
    hello: &Hello,
    seal: &Seal,
    out: &mut Datagram,
) {
    let header = Header { version: VERSION, kind, key, session, packet: 0 };
    let mut frame = [0; HANDSHAKE_LEN];
    frame[..HEADER_LEN].copy_from_slice(&header.encode());
    frame[HEADER_LEN..CLEAR_LEN].copy_from_slice(random);
    frame[CLEAR_LEN..CLEAR_LEN + HELLO_LEN].copy_from_slice(&hello.encode());
    seal.seal(0, &mut frame, CLEAR_LEN);
    out.clear();
    out.extend_from_slice(&frame).expect("a handshake frame is shorter than a datagram");
}

fn random_of(datagram: &[u8]) -> Result<Random, DropReason> {
    if datagram.len() != HANDSHAKE_LEN {
        return Err(DropReason::Malformed);
    }
    datagram[HEADER_LEN..].first_chunk().copied().ok_or(DropReason::Malformed)
}

fn open(seal: &Seal, datagram: &mut [u8]) -> Result<Hello, DropReason> {
    let hello = seal.open(0, datagram, CLEAR_LEN)?;
    Hello::decode(hello).map_err(|_| DropReason::Malformed)
}
