//! The whole state of a place between two steps, as bytes.

use super::Engine;
use crate::scalar::Scalar;
use crate::value::Value;
use serde::{Deserialize, Serialize};

/// What a place must remember to go on elsewhere: its slots and what its models keep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    slots: Vec<Option<Value>>,
    models: Vec<Vec<Value>>,
}

/// Why a snapshot could not be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// The bytes are no snapshot.
    #[error("the snapshot cannot be read")]
    Unreadable,
    /// It belongs to another plan.
    #[error("the snapshot belongs to another plan")]
    OtherPlan,
}

impl Snapshot {
    /// The snapshot as bytes (postcard).
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_allocvec(self).expect("values serialise without error into a growing buffer")
    }

    /// Reads [`to_bytes`](Self::to_bytes).
    ///
    /// # Errors
    /// [`RestoreError::Unreadable`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RestoreError> {
        match postcard::take_from_bytes(bytes) {
            Ok((snapshot, [])) => Ok(snapshot),
            _ => Err(RestoreError::Unreadable),
        }
    }
}

impl Engine {
    /// The state after the last step that was run.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            slots: (0..self.slots.len() as u32).map(|slot| self.slots.value(slot)).collect(),
            models: self.models().map(crate::model::Model::save).collect(),
        }
    }

    /// Takes back a state of the same plan.
    ///
    /// # Errors
    /// [`RestoreError::OtherPlan`]; the engine is then not fit to go on.
    pub fn restore(&mut self, snapshot: Snapshot) -> Result<(), RestoreError> {
        if snapshot.slots.len() != self.slots.len() || snapshot.models.len() != self.models().count() {
            return Err(RestoreError::OtherPlan);
        }
        for (slot, value) in snapshot.slots.into_iter().enumerate() {
            match value {
                Some(value) => self.slots.set_value(slot as u32, value),
                None => self.slots.set(slot as u32, Scalar::UNSET),
            }
        }
        self.forget_knobs();
        let mut kept = snapshot.models.iter();
        let fits = self.change_models(|model| kept.next().is_some_and(|kept| model.restore(kept)));
        if fits { Ok(()) } else { Err(RestoreError::OtherPlan) }
    }
}
