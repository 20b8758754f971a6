//! Between slots and the encoded values of a frame.

use crate::model::Slots;
use crate::scalar::{Kind, Scalar};
use crate::value::Value;
use illuminator_protocol::{DecodeError, EncodeError, Value as WireValue, Values, ValuesWriter};

/// A value that cannot travel: nested deeper than the wire allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a value is nested deeper than the wire allows")]
pub struct TooDeep;

/// Encoded values in a buffer that is used again and again.
#[derive(Clone, Debug, Default)]
pub struct ValueBuffer {
    bytes: Vec<u8>,
    used: usize,
}

impl ValueBuffer {
    /// Drops the values; keeps the memory.
    pub fn clear(&mut self) {
        self.used = 0;
    }

    /// The values added since [`clear`](Self::clear).
    pub fn values(&self) -> Values<'_> {
        Values::from_bytes(&self.bytes[..self.used])
    }

    /// Adds the value in a slot; `null` if it was never written.
    ///
    /// # Errors
    /// [`TooDeep`].
    pub fn push_slot(&mut self, slots: &Slots, slot: u32) -> Result<(), TooDeep> {
        let scalar = slots.scalar(slot);
        let wire = match scalar.kind() {
            Kind::Bool => WireValue::Bool(scalar.value() != 0.0),
            Kind::Int => WireValue::Int(scalar.value() as i64),
            Kind::Float => WireValue::Float(scalar.value()),
            Kind::Numpy => WireValue::Numpy(scalar.value()),
            Kind::Null | Kind::Unset => WireValue::Null,
            Kind::Rich => return self.push(&slots.value(slot).unwrap_or(Value::Null)),
        };
        self.push_wire(&wire)
    }

    /// Adds any value.
    ///
    /// # Errors
    /// [`TooDeep`].
    pub fn push(&mut self, value: &Value) -> Result<(), TooDeep> {
        match value {
            Value::Null => self.push_wire(&WireValue::Null),
            Value::Bool(b) => self.push_wire(&WireValue::Bool(*b)),
            Value::Int(i) => self.push_wire(&WireValue::Int(*i)),
            Value::Float(f) => self.push_wire(&WireValue::Float(*f)),
            Value::Numpy(f) => self.push_wire(&WireValue::Numpy(*f)),
            Value::Text(text) => self.push_wire(&WireValue::Text(text)),
            Value::List(items) => {
                let mut inner = Self::default();
                items.iter().try_for_each(|item| inner.push(item))?;
                self.push_wire(&WireValue::List(inner.values()))
            }
            Value::Map(entries) => {
                let mut inner = Self::default();
                for (key, value) in entries {
                    inner.push(key)?;
                    inner.push(value)?;
                }
                self.push_wire(&WireValue::Map(inner.values()))
            }
        }
    }

    fn push_wire(&mut self, value: &WireValue<'_>) -> Result<(), TooDeep> {
        loop {
            let mut writer = ValuesWriter::new(&mut self.bytes[self.used..]);
            match writer.push(value) {
                Ok(()) => {
                    self.used += writer.len();
                    return Ok(());
                }
                Err(EncodeError::Full) => {
                    let grown = (self.bytes.len() * 2).max(256);
                    self.bytes.resize(grown, 0);
                }
                Err(_) => return Err(TooDeep),
            }
        }
    }
}

/// Fills slots from values in the same order. The counts must agree.
///
/// # Errors
/// Values that cannot be read, or more or fewer of them than slots.
pub fn read_into(values: Values<'_>, slots: &mut Slots, targets: &[u32]) -> Result<(), DecodeError> {
    let mut values = values.iter();
    for &slot in targets {
        let value = values.next().ok_or(DecodeError::Truncated)??;
        match scalar(&value) {
            Some(scalar) => slots.set(slot, scalar),
            None => slots.set_value(slot, to_value(&value)?),
        }
    }
    if values.next().is_some() { Err(DecodeError::Trailing) } else { Ok(()) }
}

fn scalar(value: &WireValue<'_>) -> Option<Scalar> {
    match *value {
        WireValue::Null => Some(Scalar::NULL),
        WireValue::Bool(b) => Some(Scalar::bool(b)),
        WireValue::Int(i) => Some(Scalar::int(i)),
        WireValue::Float(f) => Some(Scalar::float(f)),
        WireValue::Numpy(f) => Some(Scalar::numpy(f)),
        WireValue::Text(_) | WireValue::List(_) | WireValue::Map(_) => None,
    }
}

/// The value of a frame.
pub(crate) fn to_value(value: &WireValue<'_>) -> Result<Value, DecodeError> {
    Ok(match *value {
        WireValue::Text(text) => Value::Text(text.to_owned()),
        WireValue::List(items) => {
            Value::List(items.iter().map(|item| to_value(&item?)).collect::<Result<_, _>>()?)
        }
        WireValue::Map(items) => {
            let mut items = items.iter();
            let mut entries = Vec::new();
            while let Some(key) = items.next() {
                let value = items.next().ok_or(DecodeError::Malformed)?;
                entries.push((to_value(&key?)?, to_value(&value?)?));
            }
            Value::Map(entries)
        }
        _ => scalar(value).map_or(Value::Null, Value::from_scalar),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_value_crosses_the_wire_unchanged() {
        let rich = Value::Map(vec![
            (Value::Text("a".into()), Value::List(vec![Value::Int(-3), Value::Text("ü".into())])),
            (Value::Int(0), Value::Null),
        ]);
        let sent =
            [Value::Null, Value::Bool(true), Value::Int(7), Value::Float(-0.0), Value::Numpy(2.5), rich];
        let mut from = Slots::new(sent.len());
        let mut buffer = ValueBuffer::default();
        for (slot, value) in sent.iter().enumerate() {
            from.set_value(slot as u32, value.clone());
            buffer.push_slot(&from, slot as u32).unwrap();
        }
        let mut to = Slots::new(sent.len());
        let targets: Vec<u32> = (0..sent.len() as u32).collect();
        read_into(buffer.values(), &mut to, &targets).unwrap();
        for (slot, value) in sent.iter().enumerate() {
            assert_eq!(to.value(slot as u32).as_ref(), Some(value));
        }
        assert!(to.scalar(3).value().is_sign_negative(), "-0.0 keeps its sign");
    }

    #[test]
    fn counts_must_agree() {
        let mut buffer = ValueBuffer::default();
        buffer.push(&Value::Int(1)).unwrap();
        let mut slots = Slots::new(2);
        assert_eq!(read_into(buffer.values(), &mut slots, &[0, 1]), Err(DecodeError::Truncated));
        assert_eq!(read_into(buffer.values(), &mut slots, &[]), Err(DecodeError::Trailing));
    }

    #[test]
    fn what_is_nested_too_deep_is_refused() {
        let mut value = Value::Int(1);
        for _ in 0..9 {
            value = Value::List(vec![value]);
        }
        assert_eq!(ValueBuffer::default().push(&value), Err(TooDeep));
    }
}
