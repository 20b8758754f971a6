//! Parameters that a formula divides by, or that a loop is bounded by: checked before the run.

use crate::model::{BuildError, SectionKind, Settings};
use crate::scalar::Scalar;
use crate::value::Value;

/// A parameter that must be a number above 0.
///
/// # Errors
/// It is missing, no number, or not above 0.
pub(super) fn positive(settings: &Settings, key: &'static str) -> Result<Scalar, BuildError> {
    let number = settings.number(key)?;
    if number > 0.0 {
        return Ok(number);
    }
    Err(refused(key, &format!("must be above 0, not {}", number.value())))
}

/// Minutes per model step: the parameter `resolution`, or what the scenario says if that is null or not there.
///
/// # Errors
/// It is no number, or not above 0.
pub(super) fn step_minutes(settings: &Settings) -> Result<Scalar, BuildError> {
    match settings.parameters.get("resolution") {
        None | Some(Value::Null) => {
            let seconds = i64::from(settings.resolution_s) * i64::from(settings.step_size);
            let whole = seconds % 60 == 0;
            Ok(if whole { Scalar::int(seconds / 60) } else { Scalar::float(seconds as f64 / 60.0) })
        }
        Some(_) => positive(settings, "resolution"),
    }
}

/// What is wrong with a parameter: `problem` is put behind its name.
pub(super) fn refused(key: &str, problem: &str) -> BuildError {
    BuildError::new(SectionKind::Parameters, key, format!("`{key}` {problem}"))
}
