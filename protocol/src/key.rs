//! The cluster key: the one secret that a host and its nodes share.

use core::fmt;

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::ZeroizeOnDrop;

use crate::id::KeyId;

/// Length of a cluster key `[bytes]`.
pub const KEY_LEN: usize = 32;

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
    Hkdf::<Sha256>::new(Some(salt), secret)
        .expand(purpose, out)
        .expect("every derived secret is far shorter than the limit of HKDF");
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
    }

    #[test]
    fn a_key_is_never_printed() {
        assert_eq!(format!("{:?}", ClusterKey::OPEN), "ClusterKey(..)");
    }
}
