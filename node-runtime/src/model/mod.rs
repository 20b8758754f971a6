//! What a model is: the trait it implements, the type that describes it, the settings it is built from.
//!
//! ```text
//!   ModelType (registry) ── build(Settings) ──▶ Built { dyn Model, attributes it writes }
//!   each step:  Io { inputs ▶ slots ▶ outputs } ── Model::step
//! ```
//!
//! A model is one file with a `static TYPE: ModelType` and a struct that implements [`Model`], and one line
//! in [`registry`]. Invariants: a step neither allocates nor looks up a name (inputs and attributes are
//! positions in the type's tables); a model keeps no state but what [`Model::save`] returns and what it
//! wrote; nothing is read from outside.

mod attributes;
mod banks;
mod io;
pub mod registry;
mod settings;
mod types;

pub use banks::{Banks, Stand, Store};
pub use io::{Input, Io, Slots, StepError};
pub use settings::{BuildError, Section, SectionKind, Settings};
pub use types::{
    Attribute, Build, Built, Cells, Const, Example, Family, KeyDefault, ModelType, Origin, Parameter, Port,
    RESULTS_DIR, Row, Table, Tables, Takes, Written,
};

use crate::value::Value;

/// One component of the energy system, stepped by the engine.
pub trait Model: Store + Send {
    /// Computes one step: reads inputs from `io`, writes attributes to it.
    ///
    /// # Errors
    /// What a step cannot do without: a missing input, a value that is not a number, a division by zero.
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError>;

    /// What the model remembers between steps besides the attributes it wrote, in a fixed order.
    fn save(&self) -> Vec<Value> {
        Vec::new()
    }

    /// Takes back what [`save`](Self::save) gave. Returns false if it does not fit this model.
    fn restore(&mut self, kept: &[Value]) -> bool {
        kept.is_empty()
    }
}
