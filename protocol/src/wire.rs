//! Cursors over borrowed bytes: the few primitives that frames and values are made of.
//!
//! Integers of fixed size are little-endian. A varint is LEB128: seven bits a byte, least significant first,
//! the top bit set on every byte but the last. It is not canonical, so encoded bytes are never compared.

use crate::error::{DecodeError, EncodeError};

/// Most bytes that one varint takes.
pub(crate) const VARINT_MAX: usize = 10;

/// Bytes that `value` takes as a varint.
pub(crate) const fn varint_len(value: u64) -> usize {
    let bits = 64 - (value | 1).leading_zeros() as usize;
    bits.div_ceil(7)
}

/// Writes to the front of a slice. A write that does not fit changes nothing.
pub(crate) struct Writer<'b> {
    out: &'b mut [u8],
    len: usize,
}

impl<'b> Writer<'b> {
    pub(crate) fn new(out: &'b mut [u8]) -> Self {
        Self { out, len: 0 }
    }

    /// Bytes written so far.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Bytes that still fit.
    pub(crate) fn remaining(&self) -> usize {
        self.out.len() - self.len
    }

    /// What has been written.
    pub(crate) fn into_written(self) -> &'b [u8] {
        &self.out[..self.len]
    }

    /// Forgets what was written behind the first `len` bytes.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Result<(), EncodeError> {
        let end = self.len + bytes.len();
        self.out.get_mut(self.len..end).ok_or(EncodeError::Full)?.copy_from_slice(bytes);
        self.len = end;
        Ok(())
    }

    pub(crate) fn u8(&mut self, value: u8) -> Result<(), EncodeError> {
        self.bytes(&[value])
    }

    pub(crate) fn u64(&mut self, value: u64) -> Result<(), EncodeError> {
        self.bytes(&value.to_le_bytes())
    }

    pub(crate) fn varint(&mut self, mut value: u64) -> Result<(), EncodeError> {
        let len = varint_len(value);
        let end = self.len + len;
        for byte in self.out.get_mut(self.len..end).ok_or(EncodeError::Full)? {
            *byte = (value as u8 & 0x7f) | 0x80;
            value >>= 7;
        }
        self.out[end - 1] &= 0x7f;
        self.len = end;
        Ok(())
    }
}

/// Reads from the front of a slice.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn bytes(&mut self, len: usize) -> Result<&'a [u8], DecodeError> {
        let (bytes, rest) = self.rest.split_at_checked(len).ok_or(DecodeError::Truncated)?;
        self.rest = rest;
        Ok(bytes)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let (bytes, rest) = self.rest.split_first_chunk::<N>().ok_or(DecodeError::Truncated)?;
        self.rest = rest;
        Ok(*bytes)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, DecodeError> {
        self.array().map(|[byte]| byte)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, DecodeError> {
        self.array().map(u64::from_le_bytes)
    }

    pub(crate) fn varint(&mut self) -> Result<u64, DecodeError> {
        let mut value = 0;
        for index in 0..VARINT_MAX {
            let byte = self.u8()?;
            if index == VARINT_MAX - 1 && byte > 1 {
                break;
            }
            value |= u64::from(byte & 0x7f) << (7 * index);
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(DecodeError::Malformed)
    }

    /// A varint length, and as many bytes.
    pub(crate) fn counted(&mut self) -> Result<&'a [u8], DecodeError> {
        let len = usize::try_from(self.varint()?).map_err(|_| DecodeError::Truncated)?;
        self.bytes(len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varints_round_trip_at_every_length() {
        for value in (0..64).flat_map(|bit| [(1u64 << bit) - 1, 1 << bit]).chain([u64::MAX]) {
            let mut buffer = [0; VARINT_MAX];
            let mut writer = Writer::new(&mut buffer);
            writer.varint(value).unwrap();
            assert_eq!(writer.len(), varint_len(value), "{value}");
            let mut reader = Reader::new(writer.into_written());
            assert_eq!(reader.varint(), Ok(value));
            assert!(reader.is_empty());
        }
    }

    #[test]
    fn a_varint_beyond_64_bits_is_malformed() {
        let mut bytes = [0xff; VARINT_MAX];
        bytes[VARINT_MAX - 1] = 2;
        assert_eq!(Reader::new(&bytes).varint(), Err(DecodeError::Malformed));
        assert_eq!(Reader::new(&[0xff; 3]).varint(), Err(DecodeError::Truncated));
    }

    #[test]
    fn a_write_that_does_not_fit_changes_nothing() {
        let mut buffer = [0; 2];
        let mut writer = Writer::new(&mut buffer);
        writer.u8(7).unwrap();
        assert_eq!(writer.varint(1 << 40), Err(EncodeError::Full));
        assert_eq!(writer.bytes(&[1, 2]), Err(EncodeError::Full));
        assert_eq!(writer.into_written(), [7]);
    }
}
