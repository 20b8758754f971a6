//! What arrives at an input that has not simply one source: sums, lists, sources that come and go.
//!
//! Before a model is stepped its gathers write their slots. Invariants: sums are added and lists made in the order
//! of the plan; numbers allocate nothing.

use super::plan::GatedSource;
use crate::model::{Origin, Slots};
use crate::scalar::{Kind, Scalar};
use crate::value::Value;
use core::ops::Range;

/// The gathers of one place, in the order of its models.
#[derive(Default)]
pub(super) struct Gathers {
    gathers: Vec<Gather>,
    sources: Vec<u32>,
    gated: Vec<GatedSource>,
}

/// How one input comes to its value.
struct Gather {
    kind: GatherKind,
    into: u32,
    origin: Origin,
}

enum GatherKind {
    /// From sources that are always connected.
    Fixed(Range<u32>),
    /// From sources that come and go, or from a slot that takes their place.
    Gated { sources: Range<u32>, set: Option<u32> },
}

impl Gathers {
    pub(super) fn len(&self) -> u32 {
        self.gathers.len() as u32
    }

    pub(super) fn add(&mut self, slots: &[u32], origin: Origin, into: u32) {
        let first = self.sources.len() as u32;
        self.sources.extend_from_slice(slots);
        let kind = GatherKind::Fixed(first..self.sources.len() as u32);
        self.gathers.push(Gather { kind, into, origin });
    }

    pub(super) fn add_gated(&mut self, sources: &[GatedSource], origin: Origin, set: Option<u32>, into: u32) {
        let first = self.gated.len() as u32;
        self.gated.extend_from_slice(sources);
        let kind = GatherKind::Gated { sources: first..self.gated.len() as u32, set };
        self.gathers.push(Gather { kind, into, origin });
    }

    /// Writes the slots of a range of gathers.
    ///
    /// # Errors
    /// What cannot be added or listed.
    #[inline]
    pub(super) fn run(&self, range: Range<u32>, slots: &mut Slots) -> Result<(), &'static str> {
        for gather in &self.gathers[range.start as usize..range.end as usize] {
            match &gather.kind {
                GatherKind::Fixed(range) => {
                    let sources = &self.sources[range.start as usize..range.end as usize];
                    combine(slots, sources, gather)?;
                }
                GatherKind::Gated { sources, set } => {
                    let sources = &self.gated[sources.start as usize..sources.end as usize];
                    combine_gated(slots, sources, *set, gather)?;
                }
            }
        }
        Ok(())
    }
}

/// Adds outputs from the integer 0 on, or lists states.
fn combine(slots: &mut Slots, sources: &[u32], gather: &Gather) -> Result<(), &'static str> {
    match gather.origin {
        Origin::Output => {
            let mut sum = Scalar::ZERO;
            for &source in sources {
                sum = sum + number(slots, source)?;
            }
            slots.set(gather.into, sum);
        }
        Origin::State => {
            let values = sources.iter().map(|&source| slots.value(source).unwrap_or(Value::Null));
            let list = list(values.collect())?;
            slots.set_value(gather.into, list);
        }
    }
    Ok(())
}

/// The same of those sources that are connected. None at all leaves the slot as if it were never written.
fn combine_gated(
    slots: &mut Slots,
    sources: &[GatedSource],
    set: Option<u32>,
    gather: &Gather,
) -> Result<(), &'static str> {
    if let Some(set) = set
        && is_given(slots.scalar(set))
    {
        slots.copy(set, gather.into);
        return Ok(());
    }
    match gather.origin {
        Origin::Output => {
            let mut sum = None;
            for source in sources {
                let term = match (is_open(slots, source), &source.otherwise) {
                    (true, _) => number(slots, source.slot)?,
                    (false, Some(value)) => value
                        .as_scalar()
                        .filter(|scalar| scalar.is_number())
                        .ok_or_else(|| value.describe())?,
                    (false, None) => continue,
                };
                sum = Some(sum.unwrap_or(Scalar::ZERO) + term);
            }
            slots.set(gather.into, sum.unwrap_or(Scalar::UNSET));
        }
        Origin::State => {
            let value = |source: &GatedSource| match (is_open(slots, source), &source.otherwise) {
                (true, _) => Some(slots.value(source.slot).unwrap_or(Value::Null)),
                (false, otherwise) => otherwise.clone(),
            };
            let mut values: Vec<Value> = sources.iter().filter_map(value).collect();
            match values.len() {
                0 => slots.set(gather.into, Scalar::UNSET),
                1 => slots.set_value(gather.into, values.remove(0)),
                _ => slots.set_value(gather.into, list(values)?),
            }
        }
    }
    Ok(())
}

fn is_open(slots: &Slots, source: &GatedSource) -> bool {
    source.gate.is_none_or(|gate| slots.scalar(gate).value() != 0.0)
}

fn is_given(scalar: Scalar) -> bool {
    !matches!(scalar.kind(), Kind::Null | Kind::Unset)
}

fn number(slots: &Slots, slot: u32) -> Result<Scalar, &'static str> {
    let scalar = slots.scalar(slot);
    if scalar.is_number() {
        return Ok(scalar);
    }
    Err(slots.value(slot).map_or("nothing yet", |value| value.describe()))
}

fn list(values: Vec<Value>) -> Result<Value, &'static str> {
    let list = Value::List(values);
    if list.is_bounded() { Ok(list) } else { Err("a list that is nested too deep or too long") }
}
