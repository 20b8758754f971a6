//! The cluster key: the one secret that a host and its nodes share, and the two that a node takes while it is
//! changed.
//!
//! Invariant: whatever here holds a secret erases it when it is dropped.

use core::fmt;

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::error::DropReason;
use crate::frame::{Header, VERSION};
use crate::handshake::Entropy;
use crate::id::KeyId;

/// Length of a cluster key `[bytes]`.
pub const KEY_LEN: usize = 32;

/// Most keys that a node takes: the present one, and the next one while the key of a cluster is changed.
pub const KEYS_MAX: usize = 2;

/// The key that a host and its nodes share. Erased from memory when dropped, never printed.
#[derive(Clone, ZeroizeOnDrop)]
pub struct ClusterKey([u8; KEY_LEN]);

impl ClusterKey {
    /// The well-known key of demonstrations on one machine that have no key file.
    ///
    /// It is published here and therefore protects nothing: whoever can send to a socket that uses it can
    /// command it.
    pub const OPEN: Self = Self(*b"illuminator open key: no secrecy");

    /// Takes 32 random bytes for a key.
    pub const fn from_bytes(bytes: [u8; KEY_LEN]) -> Self {
        Self(bytes)
    }

    /// Reads a key of 64 hexadecimal digits; white space around them is ignored.
    ///
    /// # Errors
    /// [`KeyError`] if `text` is anything else.
    pub fn from_hex(text: &str) -> Result<Self, KeyError> {
        let digits = text.trim_ascii().as_bytes();
        if digits.len() != 2 * KEY_LEN {
            return Err(KeyError::Length);
        }
        // Filled in place, so that no other copy of the secret is left behind.
        let mut key = Self([0; KEY_LEN]);
        for (byte, pair) in key.0.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = (hex_digit(pair[0])? << 4) | hex_digit(pair[1])?;
        }
        Ok(key)
    }

    /// Whether a text begins as a key in hexadecimal digits does. Such a text stands where it does not belong, and
    /// must not be shown in a message.
    pub fn looks_like(text: &[u8]) -> bool {
        text.trim_ascii_start()
            .get(..2 * KEY_LEN)
            .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    }

    /// Draws a new key.
    pub fn draw(entropy: &mut dyn Entropy) -> Self {
        // Filled in place, as above.
        let mut key = Self([0; KEY_LEN]);
        entropy.fill(&mut key.0);
        key
    }

    /// The key as 64 hexadecimal digits, which are erased as well.
    pub fn to_hex(&self) -> Zeroizing<[u8; 2 * KEY_LEN]> {
        let mut digits = Zeroizing::new([0; 2 * KEY_LEN]);
        for (pair, byte) in digits.chunks_exact_mut(2).zip(self.0) {
            pair[0] = b"0123456789abcdef"[usize::from(byte >> 4)];
            pair[1] = b"0123456789abcdef"[usize::from(byte & 15)];
        }
        digits
    }

    /// The fingerprint that frames carry in clear. It does not reveal the key.
    pub fn id(&self) -> KeyId {
        let mut id = [0; 4];
        self.derive(&[], b"illuminator 1 key id", &mut id);
        KeyId(id)
    }

    /// Derives `out` from the key, for one purpose.
    pub(crate) fn derive(&self, salt: &[u8], purpose: &[u8], out: &mut [u8]) {
        derive(&self.0, salt, purpose, out);
    }
}

/// HKDF-SHA256 of `secret`. `out` has at most 8,160 bytes, the limit of HKDF.
pub(crate) fn derive(secret: &[u8; KEY_LEN], salt: &[u8], purpose: &[u8], out: &mut [u8]) {
    let (mut extracted, hkdf) = Hkdf::<Sha256>::extract(Some(salt), secret);
    extracted.as_mut_slice().zeroize();
    hkdf.expand(purpose, out).expect("every derived secret is far shorter than the limit of HKDF");
}

/// The keys that a node takes: one, or two while the key of its cluster is changed. A host has one.
///
/// Which one holds is told by the fingerprint in a frame's header, and all that is derived belongs to that one.
#[derive(Clone, Debug)]
pub struct ClusterKeys {
    first: (KeyId, ClusterKey),
    next: Option<(KeyId, ClusterKey)>,
}

// Nothing but keys, which erase themselves, and their fingerprints, which are no secret.
impl ZeroizeOnDrop for ClusterKeys {}

impl From<ClusterKey> for ClusterKeys {
    fn from(key: ClusterKey) -> Self {
        Self { first: (key.id(), key), next: None }
    }
}

impl ClusterKeys {
    /// Takes a second key as well.
    ///
    /// # Errors
    /// [`KeysError`]: there are two already, or the fingerprints do not tell them apart.
    pub fn and(mut self, key: ClusterKey) -> Result<Self, KeysError> {
        let id = key.id();
        if self.next.is_some() {
            return Err(KeysError::Many);
        }
        if id == self.first.0 {
            return Err(KeysError::Same);
        }
        self.next = Some((id, key));
        Ok(self)
    }

    /// The fingerprints, the first one first.
    pub fn ids(&self) -> impl Iterator<Item = KeyId> + '_ {
        self.iter().map(|(id, _)| *id)
    }

    /// The fingerprint that a refusal names.
    pub(crate) fn first_id(&self) -> KeyId {
        self.first.0
    }

    /// The key with which the frame of this header is sealed; rejects one of another version or cluster key.
    pub(crate) fn of(&self, header: &Header) -> Result<&ClusterKey, DropReason> {
        if header.version != VERSION {
            return Err(DropReason::Version);
        }
        self.get(header.key).ok_or(DropReason::Key)
    }

    /// The key with this fingerprint.
    pub(crate) fn get(&self, id: KeyId) -> Option<&ClusterKey> {
        self.iter().find(|(known, _)| *known == id).map(|(_, key)| key)
    }

    fn iter(&self) -> impl Iterator<Item = &(KeyId, ClusterKey)> {
        core::iter::once(&self.first).chain(&self.next)
    }
}

impl fmt::Debug for ClusterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClusterKey(..)")
    }
}

fn hex_digit(digit: u8) -> Result<u8, KeyError> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        b'A'..=b'F' => Ok(digit - b'A' + 10),
        _ => Err(KeyError::Digit),
    }
}

/// Why a text is not a cluster key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyError {
    /// It does not have 64 characters.
    Length,
    /// A character is not a hexadecimal digit.
    Digit,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Length => "a cluster key has 64 hexadecimal digits",
            Self::Digit => "a cluster key has only the digits 0 to 9 and a to f",
        })
    }
}

impl core::error::Error for KeyError {}

/// Why a key cannot be one of a node's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeysError {
    /// There are [`KEYS_MAX`] already.
    Many,
    /// Its fingerprint is that of the other one: it is the same key, but for one case in four thousand million.
    Same,
}

impl fmt::Display for KeysError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Many => "a node takes two keys at most: the present one and the next one",
            Self::Same => "both keys are the same",
        })
    }
}

impl core::error::Error for KeysError {}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::format;

    use super::*;

    #[test]
    fn hex_and_bytes_give_the_same_key() {
        let text = "000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F\n";
        let key = ClusterKey::from_hex(text).unwrap();
        assert_eq!(key.id(), ClusterKey::from_bytes(core::array::from_fn(|i| i as u8)).id());
        assert_ne!(key.id(), ClusterKey::OPEN.id());
    }

    #[test]
    fn anything_else_is_no_key() {
        assert_eq!(ClusterKey::from_hex("00").unwrap_err(), KeyError::Length);
        assert_eq!(ClusterKey::from_hex(&"0g".repeat(32)).unwrap_err(), KeyError::Digit);
        assert_eq!(ClusterKey::from_hex(&"é".repeat(32)).unwrap_err(), KeyError::Digit);
        assert!(ClusterKey::looks_like(format!("\n {}0", "aB".repeat(32)).as_bytes()));
        assert!(!ClusterKey::looks_like("aB".repeat(31).as_bytes()));
        assert!(!ClusterKey::looks_like("0g".repeat(32).as_bytes()));
    }

    #[test]
    fn a_key_is_never_printed() {
        assert_eq!(format!("{:?}", ClusterKey::OPEN), "ClusterKey(..)");
        let keys = format!("{:?}", ClusterKeys::from(ClusterKey::OPEN));
        assert!(keys.contains("ClusterKey(..)") && !keys.contains("105") && !keys.contains("69"), "{keys}");
    }

    #[test]
    fn digits_are_read_back() {
        let key = ClusterKey::from_bytes(core::array::from_fn(|i| (i * 37) as u8));
        let digits = key.to_hex();
        let read = ClusterKey::from_hex(core::str::from_utf8(&*digits).unwrap()).unwrap();
        assert_eq!(read.0, key.0);
    }

    #[test]
    fn two_keys_are_told_apart_and_three_are_too_many() {
        let key = |byte| ClusterKey::from_bytes([byte; KEY_LEN]);
        let one = || ClusterKeys::from(key(1));
        assert_eq!(one().and(key(1)).unwrap_err(), KeysError::Same);
        let two = one().and(key(2)).unwrap();
        assert!(two.ids().eq([key(1).id(), key(2).id()]));
        assert_eq!(two.get(key(2).id()).unwrap().0, [2; KEY_LEN]);
        assert!(two.get(key(3).id()).is_none());
        assert_eq!(two.and(key(3)).unwrap_err(), KeysError::Many);
    }

    /// Compiles only while every type that holds a secret erases it when it is dropped.
    #[test]
    fn whatever_holds_a_secret_erases_it() {
        fn erased<T: ZeroizeOnDrop>() {}
        erased::<ClusterKey>();
        erased::<ClusterKeys>();
        erased::<Zeroizing<[u8; KEY_LEN]>>();
        erased::<sha2::Sha256>();
        erased::<crate::seal::Seal>();
        erased::<crate::handshake::SessionKeys>();
    }
}
