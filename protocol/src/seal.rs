//! Sealing: ChaCha20-Poly1305 over the body, with everything in front of it as associated data.
//!
//! Every key seals for one direction of one session, and the nonce is the packet number, which never repeats
//! there: so no nonce is ever used twice with one key.

use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit, Nonce};
use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::error::DropReason;
use crate::frame::TAG_LEN;
use crate::key::ClusterKey;

/// The key of one direction. Erased when dropped.
#[derive(ZeroizeOnDrop)]
pub(crate) struct Seal(ChaCha20Poly1305);

impl Seal {
    /// Derives a key for one purpose from the cluster key and the random bytes of the handshake.
    pub(crate) fn derive(key: &ClusterKey, salt: &[u8], purpose: &[u8]) -> Self {
        let mut secret = Zeroizing::new([0; 32]);
        key.derive(salt, purpose, &mut secret[..]);
        Self(ChaCha20Poly1305::new((&*secret).into()))
    }

    /// Encrypts the bytes between `clear_len` and the last 16 in place and fills those with the tag.
    ///
    /// `frame` must have room for both, which is the caller's layout and not anybody's input.
    pub(crate) fn seal(&self, packet: u64, frame: &mut [u8], clear_len: usize) {
        let (clear, rest) = frame.split_at_mut(clear_len);
        let (body, tag_out) = rest.split_at_mut(rest.len() - TAG_LEN);
        let tag = self
            .0
            .encrypt_inout_detached(&nonce(packet), clear, body.into())
            .expect("a datagram is far shorter than the cipher's limit");
        tag_out.copy_from_slice(&tag);
    }

    /// Authenticates `frame` and decrypts its body in place. A frame that is not authentic is left as it was.
    pub(crate) fn open<'f>(
        &self,
        packet: u64,
        frame: &'f mut [u8],
        clear_len: usize,
    ) -> Result<&'f [u8], DropReason> {
        let (clear, rest) = frame.split_at_mut_checked(clear_len).ok_or(DropReason::Malformed)?;
        let (body, tag) = rest.split_last_chunk_mut::<TAG_LEN>().ok_or(DropReason::Malformed)?;
        self.0
            .decrypt_inout_detached(&nonce(packet), clear, (&mut *body).into(), (&*tag).into())
            .map_err(|_| DropReason::Forged)?;
        Ok(body)
    }
}

fn nonce(packet: u64) -> Nonce {
    let mut nonce = [0; 12];
    nonce[4..].copy_from_slice(&packet.to_le_bytes());
    nonce.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed() -> [u8; 46] {
        let mut frame = [7; 46];
        Seal::derive(&ClusterKey::OPEN, b"salt", b"test").seal(5, &mut frame, 10);
        frame
    }

    #[test]
    fn what_was_sealed_opens() {
        let seal = Seal::derive(&ClusterKey::OPEN, b"salt", b"test");
        let mut frame = sealed();
        assert_ne!(frame[10..30], [7; 20]);
        assert_eq!(seal.open(5, &mut frame, 10), Ok(&[7; 20][..]));
    }

    #[test]
    fn every_changed_bit_is_noticed_and_leaves_the_frame_alone() {
        let seal = Seal::derive(&ClusterKey::OPEN, b"salt", b"test");
        for bit in 0..46 * 8 {
            let mut frame = sealed();
            frame[bit / 8] ^= 1 << (bit % 8);
            let before = frame;
            assert_eq!(seal.open(5, &mut frame, 10), Err(DropReason::Forged), "bit {bit}");
            assert_eq!(frame, before);
        }
        assert_eq!(seal.open(6, &mut sealed(), 10), Err(DropReason::Forged));
        assert_eq!(seal.open(5, &mut sealed()[..25], 10), Err(DropReason::Malformed));
        assert_eq!(seal.open(5, &mut sealed()[..9], 10), Err(DropReason::Malformed));
    }

    #[test]
    fn another_purpose_or_salt_is_another_key() {
        for (salt, purpose) in [("salt", "tset"), ("tlas", "test")] {
            let seal = Seal::derive(&ClusterKey::OPEN, salt.as_bytes(), purpose.as_bytes());
            assert_eq!(seal.open(5, &mut sealed(), 10), Err(DropReason::Forged));
        }
    }
}
