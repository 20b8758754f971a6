//! A profile for one building, scaled to many: what several demand and production models are.

use crate::model::{
    BuildError, Built, Const, Io, Model, ModelType, Parameter, Port, Settings, StepError, Written,
};
use crate::scalar::Scalar;
use illuminator_protocol::Unit;

/// The parameter with the number of houses.
pub(super) const HOUSES: Parameter =
    Parameter::required("houses", Unit::One, "number of houses n, ≥ 0", Const::Int(1));
/// The parameter with the number of utilities.
pub(super) const UTILITIES: Parameter =
    Parameter::required("utilities", Unit::One, "number of utilities n, ≥ 0", Const::Int(1));

/// The input: the profile for one.
pub(super) const fn of_one(name: &'static str, unit: Unit, meaning: &'static str) -> Port {
    Port::required(name, unit, meaning, Const::Int(0)).with_example(Const::Float(2.5))
}

/// The output: the same for all.
pub(super) const fn of_all(name: &'static str, unit: Unit, meaning: &'static str) -> Port {
    Port::written(name, unit, meaning, Const::Int(0), Written::Always)
}

/// Writes its first attribute: the first input times a factor.
struct Scaled {
    factor: Scalar,
}

/// Builds a model of a type whose one parameter is `factor`.
///
/// # Errors
/// That parameter is missing or no number, or the output is not declared.
pub(super) fn build(
    model_type: &ModelType,
    factor: &Parameter,
    settings: &Settings,
) -> Result<Built, BuildError> {
    let attributes = model_type.attributes(settings)?;
    let factor = settings.number(factor.name)?;
    Ok(Built { model: Box::new(Scaled { factor }), attributes })
}

impl Model for Scaled {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        let scaled = self.factor * io.number(0)?;
        io.set(0, scaled);
        Ok(())
    }
}
