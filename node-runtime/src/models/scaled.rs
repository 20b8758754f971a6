//! A profile for one building, scaled to many: what several demand and production models are.

use crate::model::{BuildError, Built, Io, Model, ModelType, Settings, StepError};
use crate::scalar::Scalar;

/// Writes its first attribute: the first input times a factor.
struct Scaled {
    factor: Scalar,
}

/// Builds a model of `model_type` whose factor is the parameter `key`.
///
/// # Errors
/// That parameter is missing or no number, or the output is not declared.
pub(super) fn build(
    model_type: &ModelType,
    key: &'static str,
    settings: &Settings,
) -> Result<Built, BuildError> {
    let attributes = model_type.attributes(settings)?;
    let factor = settings.number(key)?;
    Ok(Built { model: Box::new(Scaled { factor }), attributes })
}

impl Model for Scaled {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        let scaled = self.factor * io.number(0)?;
        io.set(0, scaled);
        Ok(())
    }
}
