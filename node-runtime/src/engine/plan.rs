//! What one place executes: flat and complete, made by the host's planner, sent to a node as bytes.

use crate::model::{Origin, Settings};
use crate::value::Value;
use serde::{Deserialize, Serialize};

/// The models of one place in execution order, and the slots through which they meet.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PlacePlan {
    /// Number of slots: written attributes, gathered inputs, imports and shadows.
    pub slots: u32,
    /// The models, stage by stage and in topological order within a stage.
    pub models: Vec<ModelPlan>,
    /// The stages of one co-simulation step; at least one if there are models.
    pub stages: Vec<StagePlan>,
    /// Values of the step before, for time-shifted connections within this place.
    pub shadows: Vec<Shadow>,
}

impl PlacePlan {
    /// The plan as bytes, for a node.
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_allocvec(self).expect("a plan serialises into a growing buffer")
    }

    /// Reads [`to_bytes`](Self::to_bytes); `None` if these are no such bytes, or if there are fewer of them than slots.
    ///
    /// Whatever has a slot is named in the plan: so a short message never asks for much memory.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        match postcard::take_from_bytes::<Self>(bytes) {
            Ok((plan, [])) if plan.slots as usize <= bytes.len() => Some(plan),
            _ => None,
        }
    }
}

/// One model of a place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelPlan {
    /// Its name in the scenario, for messages.
    pub name: String,
    /// Its type in the registry.
    pub model_type: String,
    /// What it is built from.
    pub settings: Settings,
    /// The slot of its first written attribute; the others follow.
    pub first_slot: u32,
    /// Where each input of its type comes from.
    pub inputs: Vec<InputPlan>,
    /// Its parameters that may change during the run.
    pub knobs: Vec<Knob>,
}

/// A parameter that may change during the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Knob {
    /// The parameter's key.
    pub parameter: String,
    /// The slot with its value; while that is null or was never written, the value of the settings holds.
    pub slot: u32,
}

/// Where an input's value comes from (spec/scenario-format.md 6.4).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum InputPlan {
    /// Nothing is connected.
    Open,
    /// One source.
    One {
        /// The source's slot.
        slot: u32,
        /// An output arrives as a sum of one, a state as it is.
        origin: Origin,
    },
    /// Several sources, gathered into a slot of this place before the model is stepped: outputs are added,
    /// states form a list, both in the order given.
    Several {
        /// The sources' slots, in order.
        slots: Vec<u32>,
        /// Outputs are added, states listed.
        origin: Origin,
        /// The slot that receives the sum or list.
        into: u32,
    },
    /// Sources that come and go, or a value that may take their place. What is there is gathered like the
    /// sources of [`One`](Self::One) and [`Several`](Self::Several); if nothing is, the input counts as not
    /// connected.
    Gated {
        /// The sources, in order.
        sources: Vec<GatedSource>,
        /// Outputs are added, states listed.
        origin: Origin,
        /// A slot whose value, unless it is null or was never written, is read instead of all sources.
        set: Option<u32>,
        /// The slot that receives the value.
        into: u32,
    },
}

/// A source that may come and go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GatedSource {
    /// Its slot.
    pub slot: u32,
    /// The slot that says by `true`, or a number other than 0, that the source is connected; without one it
    /// always is.
    pub gate: Option<u32>,
    /// What arrives while it is not; without it the source counts as not connected.
    pub otherwise: Option<Value>,
}

/// As many models as can run here without news from another place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StagePlan {
    /// How many of the plan's models belong to it (they follow those of the stage before).
    pub models: u32,
    /// Slots filled from outside before it runs, in the order of the values in the frame.
    pub imports: Vec<u32>,
    /// Slots sent out after it ran, in the order of the values in the frame.
    pub exports: Vec<u32>,
}

/// A slot that shows another slot as it was after the step before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shadow {
    /// The slot that is shown.
    pub of: u32,
    /// The slot that shows it.
    pub slot: u32,
    /// What it shows in step 0.
    pub initial: Value,
}
