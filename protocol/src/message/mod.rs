//! Messages: what the host and its nodes say to each other inside a session.
//!
//! They are encoded by postcard: enum variants by their number, integers as varints, texts and byte strings
//! with their length in front. Variants are only ever added at the end and never changed, so that a number
//! keeps its meaning; a change that cannot be made so takes a new [`VERSION`](crate::VERSION).
//!
//! Invariants: decoding borrows from the input, and a message with bytes left over is rejected, since a
//! message of a later version could otherwise pass for a shorter one of this.

mod command;
mod event;
mod light;
mod to_host;
mod to_node;

pub use command::{ACTION_NAME_MAX, ACTIONS_MAX, CommandEnd, OUTPUT_MAX};
pub use event::{Event, MachineReport, Telemetry};
pub use light::CableFlow;
pub use to_host::ToHost;
pub use to_node::{Control, ToNode};

use serde::{Deserialize, Serialize, Serializer};

use crate::error::{DecodeError, EncodeError};

fn encode<T: Serialize>(message: &T, out: &mut [u8]) -> Result<usize, EncodeError> {
    // A slice that is full is the only way in which these types fail to encode.
    postcard::to_slice(message, out).map(|written| written.len()).map_err(|_| EncodeError::Full)
}

fn decode<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, DecodeError> {
    match postcard::take_from_bytes(bytes) {
        Ok((message, [])) => Ok(message),
        Ok(_) => Err(DecodeError::Trailing),
        Err(postcard::Error::DeserializeUnexpectedEnd) => Err(DecodeError::Truncated),
        Err(_) => Err(DecodeError::Malformed),
    }
}

/// Writes a byte string in one piece; serde would go through it byte by byte.
fn bytes<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bytes(bytes)
}
