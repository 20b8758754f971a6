//! What each side says about itself in the handshake.

use crate::error::DecodeError;
use crate::id::BootId;
use crate::wire::Reader;

/// Longest name of a peer [bytes of UTF-8].
pub const NAME_MAX: usize = 32;

/// Longest name of a software version [bytes of UTF-8].
pub const SOFTWARE_MAX: usize = 16;

/// The name of a host that only watches nodes, for as long as nobody else wants them: see [`Hello::is_watch`]. No host may
/// let people choose its name.
pub const WATCH: &str = "watch";

/// Length on the wire `[bytes]`. It is fixed, so that all handshake frames have one length.
pub(crate) const HELLO_LEN: usize = 8 + (1 + NAME_MAX) + (1 + SOFTWARE_MAX);

/// A peer's introduction of itself; authenticated and encrypted on the wire.
///
/// ```text
///   0        8   9           41  42            58
///   | boot   |len| name      |len| software    |      texts padded with zeros
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hello {
    /// Drawn at random when the process started.
    pub boot: BootId,
    /// What people call the peer: a host name, usually.
    pub name: heapless::String<NAME_MAX>,
    /// Version of its software.
    pub software: heapless::String<SOFTWARE_MAX>,
}

impl Hello {
    /// An introduction; texts that are too long are cut at a character boundary.
    pub fn new(boot: BootId, name: &str, software: &str) -> Self {
        Self { boot, name: cut(name), software: cut(software) }
    }

    /// Whether this is a host that takes a node from no other host that is heard: its name is [`WATCH`].
    pub fn is_watch(&self) -> bool {
        self.name == WATCH
    }

    pub(crate) fn encode(&self) -> [u8; HELLO_LEN] {
        let mut bytes = [0; HELLO_LEN];
        let (boot, texts) = bytes.split_at_mut(8);
        let (name, software) = texts.split_at_mut(1 + NAME_MAX);
        boot.copy_from_slice(&self.boot.0.to_le_bytes());
        for (field, text) in [(name, self.name.as_bytes()), (software, self.software.as_bytes())] {
            field[0] = text.len() as u8;
            field[1..=text.len()].copy_from_slice(text);
        }
        bytes
    }

    /// Reads what [`encode`](Self::encode) wrote.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let boot = BootId(reader.u64()?);
        let name = text(reader.u8()?, reader.bytes(NAME_MAX)?)?;
        let software = text(reader.u8()?, reader.bytes(SOFTWARE_MAX)?)?;
        if reader.is_empty() { Ok(Self { boot, name, software }) } else { Err(DecodeError::Trailing) }
    }
}

fn cut<const N: usize>(text: &str) -> heapless::String<N> {
    let end = text.floor_char_boundary(N);
    heapless::String::try_from(&text[..end]).expect("the text was cut to the capacity")
}

fn text<const N: usize>(len: u8, padded: &[u8]) -> Result<heapless::String<N>, DecodeError> {
    let bytes = padded.get(..usize::from(len)).ok_or(DecodeError::Malformed)?;
    let text = str::from_utf8(bytes).map_err(|_| DecodeError::Malformed)?;
    heapless::String::try_from(text).map_err(|_| DecodeError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_characters() {
        let hello = Hello::new(BootId(1), "aéééééééééééééééééééé", "");
        assert_eq!(hello.name.len(), 31);
        assert_eq!(Hello::decode(&hello.encode()), Ok(hello));
    }

    #[test]
    fn broken_introductions_are_rejected() {
        let good = Hello::new(BootId(1), "node", "0.1.0").encode();
        let broken = |index: usize, value: u8| {
            let mut bytes = good;
            bytes[index] = value;
            Hello::decode(&bytes)
        };
        assert_eq!(broken(8, 33), Err(DecodeError::Malformed));
        assert_eq!(broken(41, 17), Err(DecodeError::Malformed));
        assert_eq!(broken(9, 0xff), Err(DecodeError::Malformed));
        assert_eq!(Hello::decode(&good[..57]), Err(DecodeError::Truncated));
    }
}
