//! A profile that was measured for one number of houses, scaled to another.

use crate::model::{
    BuildError, Built, Const, Io, Model, ModelType, Parameter, SectionKind, Settings, StepError,
};
use crate::scalar::Scalar;
use crate::value::Value;
use illuminator_protocol::Unit;

/// The parameter `houses_case` with this class default.
pub(super) const fn houses_case(class_default: Const) -> Parameter {
    let meaning = "houses a of the scenario, ≥ 0; null together with `houses_data`: not scaled";
    Parameter::required("houses_case", Unit::One, meaning, class_default).with_example(Const::Int(20))
}

/// The parameter `houses_data`.
pub(super) const HOUSES_DATA: Parameter =
    Parameter::required("houses_data", Unit::One, "houses b that the profile is of, > 0", Const::Null)
        .with_example(Const::Int(10));

/// The profile, in the tables of both types.
const PROFILE: usize = 0;
const SCALED: usize = 0;

struct ScaledProfile {
    /// a and b; `None` if they are equal.
    houses: Option<(Scalar, f64)>,
}

/// Builds a model whose first input is the profile and whose one output is the scaled profile.
pub(super) fn build(model_type: &ModelType, settings: &Settings) -> Result<Built, BuildError> {
    let attributes = model_type.attributes(settings)?;
    Ok(Built { model: Box::new(ScaledProfile { houses: houses(settings)? }), attributes })
}

fn houses(settings: &Settings) -> Result<Option<(Scalar, f64)>, BuildError> {
    if [settings.parameter("houses_case")?, settings.parameter("houses_data")?] == [&Value::Null; 2] {
        return Ok(None);
    }
    let (case, data) = (settings.number("houses_case")?, settings.number("houses_data")?);
    if case == data {
        Ok(None)
    } else if data == 0.0 {
        let problem = "`houses_data` must not be 0: the profile is divided by it";
        Err(BuildError::new(SectionKind::Parameters, "houses_data", problem))
    } else {
        Ok(Some((case, data.value())))
    }
}

impl Model for ScaledProfile {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        let profile = io.number_or(PROFILE, Scalar::ZERO)?;
        io.set(SCALED, self.houses.map_or(profile, |(case, data)| profile * case / data));
        Ok(())
    }
}
