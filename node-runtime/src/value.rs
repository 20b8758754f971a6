//! Any value of a scenario: what YAML, parameters, states and the rare rich messages hold.

use crate::scalar::{Kind, Scalar};
use crate::wire::{ValueBuffer, to_value};
use illuminator_protocol::{DEPTH_MAX, Values};
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Most values inside one value, nested ones included.
pub const ITEMS_MAX: usize = 65_536;

/// A value. Scalars travel as [`Scalar`] in the step; this type is for sections, texts, lists and tables.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// YAML `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A plain float.
    Float(f64),
    /// A float that went through numpy upstream; see [`Kind::Numpy`].
    Numpy(f64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Value>),
    /// A mapping, in order of appearance.
    Map(Vec<(Value, Value)>),
}

impl Value {
    /// The scalar, unless this is a text, list or mapping.
    pub fn as_scalar(&self) -> Option<Scalar> {
        match *self {
            Self::Null => Some(Scalar::NULL),
            Self::Bool(b) => Some(Scalar::bool(b)),
            Self::Int(i) => Some(Scalar::int(i)),
            Self::Float(f) => Some(Scalar::float(f)),
            Self::Numpy(f) => Some(Scalar::numpy(f)),
            Self::Text(_) | Self::List(_) | Self::Map(_) => None,
        }
    }

    /// The value of a scalar; `Null` for one that was never set.
    pub fn from_scalar(scalar: Scalar) -> Self {
        match scalar.kind() {
            Kind::Bool => Self::Bool(scalar.value() != 0.0),
            Kind::Int => Self::Int(scalar.value() as i64),
            Kind::Float => Self::Float(scalar.value()),
            Kind::Numpy => Self::Numpy(scalar.value()),
            Kind::Null | Kind::Rich | Kind::Unset => Self::Null,
        }
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Python's truth value: null, false, zero and empty are false.
    pub fn is_truthy(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Bool(b) => *b,
            Self::Int(i) => *i != 0,
            Self::Float(f) | Self::Numpy(f) => *f != 0.0,
            Self::Text(text) => !text.is_empty(),
            Self::List(items) => !items.is_empty(),
            Self::Map(entries) => !entries.is_empty(),
        }
    }

    /// Whether it is small enough to be handed from model to model: nested at most [`DEPTH_MAX`] deep, with at
    /// most [`ITEMS_MAX`] values inside. A loop that wraps a list in a list would grow without end.
    pub fn is_bounded(&self) -> bool {
        self.depth() <= DEPTH_MAX.into() && self.items() <= ITEMS_MAX
    }

    /// Levels of lists and mappings: a list of numbers has one.
    fn depth(&self) -> usize {
        match self {
            Self::List(items) => 1 + items.iter().map(Self::depth).max().unwrap_or(0),
            Self::Map(entries) => {
                1 + entries.iter().map(|(key, value)| key.depth().max(value.depth())).max().unwrap_or(0)
            }
            _ => 0,
        }
    }

    /// Number of values inside, nested ones included.
    pub fn items(&self) -> usize {
        match self {
            Self::List(items) => items.iter().map(|item| 1 + item.items()).sum(),
            Self::Map(entries) => entries.iter().map(|(key, value)| 2 + key.items() + value.items()).sum(),
            _ => 0,
        }
    }

    /// What it is, for messages: "a text", "an integer", …
    pub fn describe(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Int(_) => "an integer",
            Self::Float(_) | Self::Numpy(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Map(_) => "a mapping",
        }
    }
}

/// As in a frame, so that reading bytes from the network is bounded in depth.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut buffer = ValueBuffer::default();
        buffer.push(self).map_err(S::Error::custom)?;
        serializer.serialize_bytes(buffer.values().as_bytes())
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = <&[u8]>::deserialize(deserializer)?;
        let mut values = Values::from_bytes(bytes).iter();
        match (values.next(), values.next()) {
            (Some(Ok(value)), None) => to_value(&value).map_err(D::Error::custom),
            _ => Err(D::Error::custom("not exactly one value")),
        }
    }
}
