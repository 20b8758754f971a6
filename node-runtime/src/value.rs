//! Any value of a scenario: what YAML, parameters, states and the rare rich messages hold.

use crate::scalar::{Kind, Scalar};
use serde::{Deserialize, Serialize};

/// A value. Scalars travel as [`Scalar`] in the step; this type is for sections, texts, lists and tables.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
