//! What a model sees of the world during a step: its connected inputs and the slots it writes.

use crate::scalar::{Kind, Scalar};
use crate::value::Value;
use std::collections::BTreeMap;

/// Where an input's value comes from. Sums and lists of several sources are written to a slot of their own
/// before the model is stepped, so an input is always one slot or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Input(u32);

impl Input {
    /// Nothing is connected.
    pub const NONE: Self = Self(u32::MAX);
    const SUMMED: u32 = 1 << 31;

    /// Reads `slot` as it is (a *state* message).
    pub const fn state(slot: u32) -> Self {
        Self(slot)
    }

    /// Reads `slot` as a sum of one (an *output* message): 0 + value, so that −0.0 arrives as 0.0.
    pub const fn output(slot: u32) -> Self {
        Self(slot | Self::SUMMED)
    }

    /// The slot, if connected.
    pub const fn slot(self) -> Option<u32> {
        if self.0 == u32::MAX { None } else { Some(self.0 & !Self::SUMMED) }
    }
}

/// The values of all attributes of one place: scalars in one array, the rare rich values beside it.
#[derive(Clone, Debug, Default)]
pub struct Slots {
    scalars: Vec<Scalar>,
    rich: BTreeMap<u32, Value>,
}

impl Slots {
    /// `count` slots, none of them written.
    pub fn new(count: usize) -> Self {
        Self { scalars: vec![Scalar::UNSET; count], rich: BTreeMap::new() }
    }

    /// How many slots there are.
    pub fn len(&self) -> usize {
        self.scalars.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.scalars.is_empty()
    }

    /// The scalar in a slot ([`Scalar::RICH`] where a rich value stands beside it).
    #[inline]
    pub fn scalar(&self, slot: u32) -> Scalar {
        self.scalars[slot as usize]
    }

    /// Writes a scalar.
    #[inline]
    pub fn set(&mut self, slot: u32, scalar: Scalar) {
        self.scalars[slot as usize] = scalar;
    }

    /// The value in a slot, whatever it is; `None` if it was never written.
    pub fn value(&self, slot: u32) -> Option<Value> {
        match self.scalar(slot).kind() {
            Kind::Unset => None,
            Kind::Rich => self.rich.get(&slot).cloned(),
            _ => Some(Value::from_scalar(self.scalar(slot))),
        }
    }

    /// What stands beside a slot that holds no scalar.
    pub fn rich(&self, slot: u32) -> Option<&Value> {
        if self.scalar(slot).kind() == Kind::Rich { self.rich.get(&slot) } else { None }
    }

    /// Writes any value.
    pub fn set_value(&mut self, slot: u32, value: Value) {
        match value.as_scalar() {
            Some(scalar) => self.set(slot, scalar),
            None => {
                self.set(slot, Scalar::RICH);
                self.rich.insert(slot, value);
            }
        }
    }

    /// Lets go of what is no scalar: the slots that hold such are as if they were never written.
    pub fn drop_rich(&mut self) {
        for slot in core::mem::take(&mut self.rich).into_keys() {
            if self.scalar(slot).kind() == Kind::Rich {
                self.set(slot, Scalar::UNSET);
            }
        }
    }

    /// Copies a slot of another set.
    #[inline]
    pub fn copy_from(&mut self, other: &Self, from: u32, to: u32) {
        let scalar = other.scalar(from);
        self.set(to, scalar);
        if scalar.kind() == Kind::Rich
            && let Some(value) = other.rich.get(&from)
        {
            self.rich.insert(to, value.clone());
        }
    }

    /// Copies one slot to another.
    #[inline]
    pub fn copy(&mut self, from: u32, to: u32) {
        let scalar = self.scalar(from);
        self.set(to, scalar);
        if scalar.kind() == Kind::Rich
            && let Some(value) = self.rich.get(&from).cloned()
        {
            self.rich.insert(to, value);
        }
    }
}

/// A model's window on the slots during one step. Inputs are numbered as in the model type's `inputs`,
/// attributes as in the list of attributes it was built with.
pub struct Io<'a> {
    slots: &'a mut Slots,
    inputs: &'a [Input],
    first_slot: u32,
    step: u64,
}

impl<'a> Io<'a> {
    /// A window for a model whose attributes start at `first_slot`, at co-simulation step `step`.
    #[inline]
    pub fn new(slots: &'a mut Slots, inputs: &'a [Input], first_slot: u32, step: u64) -> Self {
        Self { slots, inputs, first_slot, step }
    }

    /// The co-simulation step (spec: t), counted from 0 in units of the scenario's time resolution.
    #[inline]
    pub fn step(&self) -> u64 {
        self.step
    }

    /// The scalar at an input; `None` if nothing is connected.
    #[inline]
    pub fn input(&self, input: usize) -> Option<Scalar> {
        // A slot that was never written is that of an input whose sources are all unplugged.
        self.connected(input).filter(|scalar| scalar.kind() != Kind::Unset)
    }

    /// The scalar in the slot of an input, be it written or not.
    #[inline]
    fn connected(&self, input: usize) -> Option<Scalar> {
        let Input(code) = self.inputs[input];
        if code == u32::MAX {
            return None;
        }
        let scalar = self.slots.scalar(code & !Input::SUMMED);
        // 0 + (−0.0) is 0.0; for every other value, and for every kind, this changes nothing.
        Some(
            if code & Input::SUMMED != 0
                && scalar.value() == 0.0
                && scalar.kind() != Kind::Bool
                && scalar.is_number()
            {
                scalar + Scalar::ZERO
            } else {
                scalar
            },
        )
    }

    /// The number at an input that must be connected.
    ///
    /// # Errors
    /// [`StepError::MissingInput`], [`StepError::NotANumber`].
    #[inline]
    pub fn number(&self, input: usize) -> Result<Scalar, StepError> {
        match self.connected(input) {
            Some(scalar) if scalar.is_number() => Ok(scalar),
            Some(scalar) if scalar.kind() != Kind::Unset => Err(self.not_a_number(input)),
            _ => Err(StepError::MissingInput { input }),
        }
    }

    /// The number at an input, or `default` if nothing is connected.
    ///
    /// # Errors
    /// [`StepError::NotANumber`].
    #[inline]
    pub fn number_or(&self, input: usize, default: Scalar) -> Result<Scalar, StepError> {
        match self.connected(input) {
            Some(scalar) if scalar.is_number() => Ok(scalar),
            Some(scalar) if scalar.kind() != Kind::Unset => Err(self.not_a_number(input)),
            _ => Ok(default),
        }
    }

    /// Whatever arrives at an input; `None` if nothing is connected. Allocates for rich values.
    pub fn value(&self, input: usize) -> Option<Value> {
        let scalar = self.input(input)?;
        match (scalar.kind(), self.inputs[input].slot()) {
            (Kind::Rich, Some(slot)) => self.slots.value(slot),
            _ => Some(Value::from_scalar(scalar)),
        }
    }

    /// Writes a scalar to the model's attribute number `attribute`.
    #[inline]
    pub fn set(&mut self, attribute: usize, scalar: Scalar) {
        self.slots.set(self.first_slot + attribute as u32, scalar);
    }

    /// Writes any value to the model's attribute number `attribute`.
    pub fn set_value(&mut self, attribute: usize, value: Value) {
        self.slots.set_value(self.first_slot + attribute as u32, value);
    }

    #[cold]
    fn not_a_number(&self, input: usize) -> StepError {
        let found = self.value(input).map_or("nothing yet", |value| value.describe());
        StepError::NotANumber { input, found }
    }
}

/// Why a model could not be stepped. Inputs are positions in the model type's `inputs`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StepError {
    /// A required input has no connection.
    #[error("input {input} is not connected")]
    MissingInput {
        /// Which one.
        input: usize,
    },
    /// A value that is not a number arrived where the model computes with it.
    #[error("input {input} needs a number and got {found}")]
    NotANumber {
        /// Which one.
        input: usize,
        /// What arrived instead.
        found: &'static str,
    },
    /// A division by zero of plain numbers.
    #[error("division by zero: {0}")]
    DivisionByZero(&'static str),
    /// Anything else, in words for the person who runs the scenario.
    #[error("{0}")]
    Other(String),
}
