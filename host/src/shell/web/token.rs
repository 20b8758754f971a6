//! The token with which people may command from elsewhere: 32 hexadecimal digits in a file of its owner's. It is half as
//! long as a cluster's key, so that neither is taken for the other.

use illuminator_node::shell::{KeyError, read_secret};
use illuminator_protocol::Entropy;
use sha2::{Digest, Sha256};
use std::path::Path;
use zeroize::Zeroizing;

/// Digits of a token.
const DIGITS: usize = 32;

/// A token. Only its digest is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct WebToken([u8; 32]);

impl WebToken {
    /// Reads a token from a file that only its owner can read.
    ///
    /// # Errors
    /// A file that others can read, or that holds none.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let token = read_secret(path, |text| Self::parse(text.trim()))?;
        token.ok_or_else(|| KeyError::NoToken { path: path.to_owned() })
    }

    /// The token of these digits.
    pub fn parse(text: &str) -> Option<Self> {
        let is_token = text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_token.then(|| Self(Sha256::digest(text.to_ascii_lowercase()).into()))
    }

    /// The digits of a new token.
    pub fn draw(entropy: &mut dyn Entropy) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new([0; DIGITS / 2]);
        entropy.fill(&mut bytes[..]);
        Zeroizing::new(bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(digit).collect())
    }

    /// Whether this text is the token. How long that takes tells nothing: digests are compared.
    pub(super) fn is(&self, text: &str) -> bool {
        Self::parse(text.trim()).is_some_and(|other| other == *self)
    }
}

fn digit(value: u8) -> char {
    char::from_digit(value.into(), 16).expect("four bits are a digit")
}

#[cfg(test)]
mod tests {
    use super::*;
    use illuminator_node::shell::SystemEntropy;

    #[test]
    fn a_token_is_read_back_and_no_key_is_one() {
        let text = WebToken::draw(&mut SystemEntropy);
        let token = WebToken::parse(&text).unwrap();
        assert!(token.is(&text) && token.is(&format!(" {}\n", text.to_uppercase())));
        assert!(!token.is(&WebToken::draw(&mut SystemEntropy)) && !token.is(""));
        for wrong in ["", &text[1..], &text.repeat(2), &"x".repeat(DIGITS)] {
            assert!(WebToken::parse(wrong).is_none(), "{wrong}");
        }
    }
}
