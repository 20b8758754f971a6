//! One number as it travels between models: its value and its kind.
//!
//! The kind exists because the Python Illuminator's results depend on it: an integer prints as `0`, a float
//! as `0.0`, and a battery rounds a numpy float differently from a plain one (spec/models.md 0.5). The kind
//! of a result follows from the kinds of its operands alone, so it costs one byte and one `max`.

use core::cmp::Ordering;
use core::ops::{Add, Div, Mul, Neg, Sub};

/// Greatest magnitude up to which every integer has a float of its own: 2^53.
const INT_MAX: u64 = 1 << 53;

/// What a [`Scalar`] is. Ordered: the kind of a sum or product is the greater of its operands' kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// `True` or `False`, stored as 1.0 or 0.0; an integer in arithmetic.
    Bool,
    /// A whole number.
    Int,
    /// A plain floating-point number.
    Float,
    /// A floating-point number that went through numpy upstream (PV power, wind speed).
    Numpy,
    /// No value: YAML `null`. Not a number.
    Null,
    /// A text, list or mapping, kept beside the scalars. Not a number.
    Rich,
    /// Never written yet. Not a number.
    Unset,
}

/// A number with its kind; for [`Kind::Null`], [`Kind::Rich`] and [`Kind::Unset`] the value is 0.
#[derive(Clone, Copy, Debug)]
pub struct Scalar {
    value: f64,
    kind: Kind,
}

impl Scalar {
    /// Never written yet.
    pub const UNSET: Self = Self { value: 0.0, kind: Kind::Unset };
    /// YAML `null`.
    pub const NULL: Self = Self { value: 0.0, kind: Kind::Null };
    /// The integer 0, which models assign where nothing flows.
    pub const ZERO: Self = Self::int(0);
    /// Marks a slot whose value is a text, list or mapping.
    pub const RICH: Self = Self { value: 0.0, kind: Kind::Rich };

    /// An integer; beyond ±2^53, where not every integer has a float, a float.
    pub const fn int(value: i64) -> Self {
        let kind = if value.unsigned_abs() <= INT_MAX { Kind::Int } else { Kind::Float };
        Self { value: value as f64, kind }
    }

    /// A plain float.
    pub const fn float(value: f64) -> Self {
        Self { value, kind: Kind::Float }
    }

    /// A numpy float.
    pub const fn numpy(value: f64) -> Self {
        Self { value, kind: Kind::Numpy }
    }

    /// A truth value.
    pub const fn bool(value: bool) -> Self {
        Self { value: if value { 1.0 } else { 0.0 }, kind: Kind::Bool }
    }

    /// The number; 0 where there is none.
    #[inline]
    pub const fn value(self) -> f64 {
        self.value
    }

    /// What it is.
    #[inline]
    pub const fn kind(self) -> Kind {
        self.kind
    }

    /// Whether it takes part in arithmetic (a truth value does).
    #[inline]
    pub fn is_number(self) -> bool {
        self.kind <= Kind::Numpy
    }

    /// Another number of the same kind.
    #[inline]
    pub const fn with_value(self, value: f64) -> Self {
        Self { value, kind: self.kind }
    }

    /// `self / other` as Python divides: at least a float; dividing by zero is an error unless one operand
    /// is a numpy float, which gives an infinity or NaN.
    #[inline]
    pub fn checked_div(self, other: Self) -> Option<Self> {
        let kind = self.kind.max(other.kind).max(Kind::Float);
        (other.value != 0.0 || kind == Kind::Numpy).then(|| Self { value: self.value / other.value, kind })
    }

    /// The smaller operand, unchanged; the first one when equal (Python `min`).
    #[inline]
    pub fn min(self, other: Self) -> Self {
        if other.value < self.value { other } else { self }
    }

    /// The greater operand, unchanged; the first one when equal (Python `max`).
    #[inline]
    pub fn max(self, other: Self) -> Self {
        if other.value > self.value { other } else { self }
    }

    #[inline]
    fn combine(self, other: Self, value: f64) -> Self {
        let kind = self.kind.max(other.kind).max(Kind::Int);
        if kind == Kind::Int { Self::whole(value) } else { Self { value, kind } }
    }

    /// The result of integer arithmetic: without a sign at zero, and a float where integers are not exact.
    #[inline]
    fn whole(value: f64) -> Self {
        let kind = if value.abs() <= INT_MAX as f64 { Kind::Int } else { Kind::Float };
        Self { value: value + 0.0, kind }
    }
}

impl Add for Scalar {
    type Output = Self;
    #[inline]
    fn add(self, other: Self) -> Self {
        self.combine(other, self.value + other.value)
    }
}

impl Sub for Scalar {
    type Output = Self;
    #[inline]
    fn sub(self, other: Self) -> Self {
        self.combine(other, self.value - other.value)
    }
}

impl Mul for Scalar {
    type Output = Self;
    #[inline]
    fn mul(self, other: Self) -> Self {
        self.combine(other, self.value * other.value)
    }
}

/// Divides by a plain float that is known not to be zero; the result is at least a float.
impl Div<f64> for Scalar {
    type Output = Self;
    #[inline]
    fn div(self, divisor: f64) -> Self {
        self.combine(Self::float(divisor), self.value / divisor)
    }
}

impl Neg for Scalar {
    type Output = Self;
    #[inline]
    fn neg(self) -> Self {
        if self.kind <= Kind::Int { Self::whole(-self.value) } else { Self { value: -self.value, ..self } }
    }
}

/// Compares values whatever their kinds, as Python does.
impl PartialEq for Scalar {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl PartialOrd for Scalar {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

/// Compares with a literal.
impl PartialEq<f64> for Scalar {
    #[inline]
    fn eq(&self, other: &f64) -> bool {
        self.value == *other
    }
}

impl PartialOrd<f64> for Scalar {
    #[inline]
    fn partial_cmp(&self, other: &f64) -> Option<Ordering> {
        self.value.partial_cmp(other)
    }
}
