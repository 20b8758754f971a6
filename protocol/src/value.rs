//! Values as they travel: what one model hands to another.
//!
//! ```text
//!   tag    0 null   1 false   2 true   3 int     4 float   5 numpy   6 text          7 list   8 map
//!   then   -        -         -        zigzag    8 bytes   8 bytes   length, UTF-8   length, encoded items
//! ```
//!
//! Int, float and numpy are three kinds of number, because the result file prints and rounds them differently
//! (models specification, section 0.5). NaN and infinities are legal: a model may produce them, and a result
//! must not depend on whether a wire lies between two models. Whoever cannot work with them rejects them where
//! it takes the value.
//!
//! Invariants: nothing is allocated; nesting is bounded by [`DEPTH_MAX`]; decoding is lazy and every item is
//! checked when it is reached.

use crate::error::{DecodeError, EncodeError};
use crate::wire::{Reader, Writer, varint_len};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How deep lists and maps may be nested: a list of numbers has depth 1.
pub const DEPTH_MAX: u8 = 8;

const NULL: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
const INT: u8 = 3;
const FLOAT: u8 = 4;
const NUMPY: u8 = 5;
const TEXT: u8 = 6;
const LIST: u8 = 7;
const MAP: u8 = 8;

/// One value, borrowed from the bytes it came from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// Nothing: an empty cell, an attribute never set.
    Null,
    /// Truth value.
    Bool(bool),
    /// Whole number; printed without a decimal point.
    Int(i64),
    /// Python float; any bit pattern.
    Float(f64),
    /// numpy float64; any bit pattern. Rounds by another rule than [`Value::Float`].
    Numpy(f64),
    /// UTF-8 text.
    Text(&'a str),
    /// Items in order.
    List(Values<'a>),
    /// Key, value, key, value, …, in the order of the sender.
    Map(Values<'a>),
}

/// A sequence of encoded values, borrowed. Two sequences are equal if their bytes are.
#[derive(Clone, Copy, Debug)]
pub struct Values<'a> {
    bytes: &'a [u8],
    /// Lists and maps around this sequence.
    depth: u8,
}

impl<'a> Values<'a> {
    /// No values.
    pub const EMPTY: Self = Self::from_bytes(&[]);

    /// Takes `bytes` for an encoded sequence. They are checked when they are read.
    pub const fn from_bytes(bytes: &'a [u8]) -> Self {
        Self { bytes, depth: 0 }
    }

    /// The encoded bytes.
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The values in order. The first error ends the iteration.
    pub fn iter(&self) -> ValuesIter<'a> {
        ValuesIter { reader: Reader::new(self.bytes), depth: self.depth }
    }

    /// Number of values before the end or the first error, those inside lists and maps not counted.
    pub fn count(&self) -> usize {
        self.iter().take_while(Result::is_ok).count()
    }

    /// Walks through everything, nested values included, and returns the first error.
    ///
    /// # Errors
    /// Any [`DecodeError`] but `Trailing`.
    pub fn check(&self) -> Result<(), DecodeError> {
        for value in self.iter() {
            match value? {
                Value::List(items) => items.check()?,
                Value::Map(items) => {
                    items.check()?;
                    if items.count() % 2 != 0 {
                        return Err(DecodeError::Malformed);
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl PartialEq for Values<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl<'a> IntoIterator for Values<'a> {
    type Item = Result<Value<'a>, DecodeError>;
    type IntoIter = ValuesIter<'a>;

    fn into_iter(self) -> ValuesIter<'a> {
        self.iter()
    }
}

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.bytes)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Values<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&[u8]>::deserialize(deserializer).map(Self::from_bytes)
    }
}

/// Iterator over [`Values`].
#[derive(Clone)]
pub struct ValuesIter<'a> {
    reader: Reader<'a>,
    depth: u8,
}

impl<'a> ValuesIter<'a> {
    fn value(&mut self) -> Result<Value<'a>, DecodeError> {
        Ok(match self.reader.u8()? {
            NULL => Value::Null,
            FALSE => Value::Bool(false),
            TRUE => Value::Bool(true),
            INT => Value::Int(unzigzag(self.reader.varint()?)),
            FLOAT => Value::Float(f64::from_bits(self.reader.u64()?)),
            NUMPY => Value::Numpy(f64::from_bits(self.reader.u64()?)),
            TEXT => Value::Text(str::from_utf8(self.reader.counted()?).map_err(|_| DecodeError::Malformed)?),
            LIST => Value::List(self.nested()?),
            MAP => Value::Map(self.nested()?),
            _ => return Err(DecodeError::Malformed),
        })
    }

    fn nested(&mut self) -> Result<Values<'a>, DecodeError> {
        if self.depth >= DEPTH_MAX {
            return Err(DecodeError::TooDeep);
        }
        Ok(Values { bytes: self.reader.counted()?, depth: self.depth + 1 })
    }
}

impl<'a> Iterator for ValuesIter<'a> {
    type Item = Result<Value<'a>, DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.reader.is_empty() {
            return None;
        }
        let value = self.value();
        if value.is_err() {
            self.reader = Reader::new(&[]);
        }
        Some(value)
    }
}

/// Encodes values into a buffer of the caller.
///
/// A nested list is written into a buffer of its own first and then pushed as a [`Value::List`].
pub struct ValuesWriter<'b> {
    writer: Writer<'b>,
}

impl<'b> ValuesWriter<'b> {
    /// Starts with no values at the front of `buffer`.
    pub fn new(buffer: &'b mut [u8]) -> Self {
        Self { writer: Writer::new(buffer) }
    }

    /// Bytes used so far.
    pub fn len(&self) -> usize {
        self.writer.len()
    }

    /// Whether nothing was pushed.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds one value behind the others. On an error the sequence is as before.
    ///
    /// # Errors
    /// `Full` if it does not fit, `Nested` if a list or map inside is malformed or too deep.
    pub fn push(&mut self, value: &Value<'_>) -> Result<(), EncodeError> {
        let before = self.writer.len();
        let result = self.write(value);
        if result.is_err() {
            self.writer.truncate(before);
        }
        result
    }

    /// The encoded sequence.
    pub fn finish(self) -> Values<'b> {
        Values::from_bytes(self.writer.into_written())
    }

    fn write(&mut self, value: &Value<'_>) -> Result<(), EncodeError> {
        let writer = &mut self.writer;
        match *value {
            Value::Null => writer.u8(NULL),
            Value::Bool(false) => writer.u8(FALSE),
            Value::Bool(true) => writer.u8(TRUE),
            Value::Int(int) => {
                writer.u8(INT)?;
                writer.varint(zigzag(int))
            }
            Value::Float(float) => {
                writer.u8(FLOAT)?;
                writer.u64(float.to_bits())
            }
            Value::Numpy(float) => {
                writer.u8(NUMPY)?;
                writer.u64(float.to_bits())
            }
            Value::Text(text) => self.counted(TEXT, text.as_bytes()),
            Value::List(items) => self.nested(LIST, items),
            Value::Map(items) if items.count() % 2 == 0 => self.nested(MAP, items),
            Value::Map(_) => Err(EncodeError::Nested),
        }
    }

    fn nested(&mut self, tag: u8, items: Values<'_>) -> Result<(), EncodeError> {
        // Counted from here, whatever the sequence was nested in where it was read.
        Values { bytes: items.bytes, depth: 1 }.check().map_err(|_| EncodeError::Nested)?;
        self.counted(tag, items.bytes)
    }

    fn counted(&mut self, tag: u8, bytes: &[u8]) -> Result<(), EncodeError> {
        let len = bytes.len() as u64;
        if self.writer.remaining() < 1 + varint_len(len) + bytes.len() {
            return Err(EncodeError::Full);
        }
        self.writer.u8(tag)?;
        self.writer.varint(len)?;
        self.writer.bytes(bytes)
    }
}

/// Maps small magnitudes of either sign to small numbers: 0, -1, 1, -2, … to 0, 1, 2, 3, …
const fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

const fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}
