#![no_std]
//! The wire between the illuminator host and its nodes. This page is its specification.
//!
//! The crate is pure: it opens nothing, reads no clock, draws no randomness and allocates nothing. The caller
//! hands in datagrams, the time and entropy, and carries away datagrams and events:
//!
//! ```text
//!                 host                                              node
//!   ToNode::encode   ToHost::decode                 ToHost::encode   ToNode::decode
//!          |              ^                                |              ^
//!       send()        receive()                         send()        receive()
//!          v              |                                v              |
//!        Session (in Initiator)                          Session (in Responder)
//!   poll_transmit()    handle()                     poll_transmit()    handle()
//!          v              ^                                v              ^
//!          '--------------|------- UDP datagrams ----------|--------------'
//! ```
//!
//! One rule for the caller: after each datagram, and when `poll_timeout` is reached, first take messages and
//! events and hand over what there is to send, then call `poll_transmit` until it has nothing more. After that
//! `poll_timeout` lies in the future.
//!
//! # Frames
//!
//! A frame is one datagram of at most 1,200 bytes. All fixed-size integers are little-endian; a varint is
//! LEB128.
//!
//! ```text
//!   0        1      2        6          14              22          len-16   len
//!   | version| kind | key id | session  | packet number | body      | tag    |
//! ```
//!
//! | kind | frame  | direction    | session    | in clear          | sealed                | with the          |
//! |------|--------|--------------|------------|-------------------|-----------------------|-------------------|
//! | 1    | Init   | host to node | attempt    | `random_h` `[32]` | hello                 | Init key          |
//! | 2    | Accept | node to host | session id | `random_n` `[32]` | hello                 | Accept key        |
//! | 3    | Refuse | node to host | attempt    | reason u8         | nothing, no tag       | -                 |
//! | 4    | Sealed | either       | session id | -                 | see [Bodies](#bodies) | direction's key   |
//!
//! Everything in front of the sealed part, the header included, is authenticated with it (ChaCha20-Poly1305,
//! nonce: four zero bytes and the packet number). Every frame that fails a check is counted under a
//! [`DropReason`] and dropped without an answer; the one exception are refusals.
//!
//! # Handshake
//!
//! Both peers hold a [`ClusterKey`]. Every key is HKDF-SHA256 of it, with the random bytes as salt:
//!
//! | what                 | salt                   | info                         | bytes |
//! |----------------------|------------------------|------------------------------|-------|
//! | key id               | none                   | `illuminator 1 key id`       | 4     |
//! | Init key             | `random_h`             | `illuminator 1 init`         | 32    |
//! | Accept key           | `random_h`, `random_n` | `illuminator 1 accept`       | 32    |
//! | session id           | `random_h`, `random_n` | `illuminator 1 session id`   | 8     |
//! | session key          | `random_h`, `random_n` | `illuminator 1 host to node` | 32    |
//! | session key          | `random_h`, `random_n` | `illuminator 1 node to host` | 32    |
//!
//! Init and Accept carry a [`Hello`] in 58 bytes and are 128 bytes long. The attempt is the first 8 bytes of
//! `random_h`. A node takes an Init for a promise only: the session begins when the first sealed frame under
//! its keys opens. While one host is heard, another is refused; at a node that has nothing to do for the first, only
//! one that calls itself [`WATCH`] is.
//!
//! A node may hold two keys while the key of its cluster is changed; the key id in a header says which one is meant,
//! and everything of a handshake and its session is derived from that one.
//!
//! A Refuse has reason 1 (version), 2 (key) or 3 (busy), and its header carries the version and the first key id of the
//! node. It answers only an Init of at least 128 bytes, at most about ten times a second, and is a hint.
//!
//! A session takes each packet number once and remembers the last [`REPLAY_WINDOW`].
//!
//! # Bodies
//!
//! Inside a session runs an ordered, reliable stream of message parts:
//!
//! ```text
//!   flags u8 | taken varint | received u64? | probe u64? | echo 3 x u64? | part ... part
//!   part:  sequence varint | length * 2 + last varint | bytes (1 ..= 1096)
//! ```
//!
//! `taken` acknowledges all parts before it, `received` single parts from there on. A probe is the sender's
//! clock `[µs]`; its echo returns it with the times of arrival and of return, which gives the round trip and the
//! clock offset. A message is one or more parts, the final one marked `last`.
//!
//! # Messages
//!
//! [`ToNode`] and [`ToHost`], encoded by postcard; attribute values inside them as in [`Value`]. Messages may
//! be of any length: who joins the parts sets the bound ([`Join`] is a joiner of fixed size).
//!
//! # Versions
//!
//! Message enums grow only at the end. The bytes of every released version are frozen in `tests/wire_v1.rs`;
//! whatever changes them takes a new [`VERSION`].

mod error;
mod frame;
mod handshake;
mod hello;
mod id;
pub mod initiator;
mod key;
mod link;
pub mod message;
mod refuse;
mod replay;
pub mod responder;
mod seal;
mod session;
mod time;
mod unit;
mod value;
mod wire;

pub use error::{DecodeError, DropCounters, DropReason, EncodeError};
pub use frame::{DATAGRAM_MAX, Datagram, HEADER_LEN, Header, Kind, TAG_LEN, VERSION};
pub use handshake::Entropy;
pub use hello::{Hello, NAME_MAX, SOFTWARE_MAX, WATCH};
pub use id::{BootId, KeyId, RunId, SessionId};
pub use initiator::Initiator;
pub use key::{ClusterKey, ClusterKeys, KEY_LEN, KEYS_MAX, KeyError, KeysError};
pub use link::body::PART_MAX;
pub use link::join::{Join, MessageTooLong};
pub use link::receive::Part;
pub use link::{ACK_DELAY, LinkStats, PROBE_INTERVAL, WINDOW_MAX};
pub use message::{CableFlow, CommandEnd, Control, Event, MachineReport, Telemetry, ToHost, ToNode};
pub use refuse::Refusal;
pub use replay::REPLAY_WINDOW;
pub use responder::Responder;
pub use session::Session;
pub use time::{Duration, Instant};
pub use unit::Unit;
pub use value::{DEPTH_MAX, Value, Values, ValuesIter, ValuesWriter};
