//! Inputs where several flows meet: the terms of a sum, one by one.

use crate::model::{Io, StepError};
use crate::scalar::{Kind, Scalar};
use crate::value::Value;

/// The numbers at an input: none if it is open, one (a single flow, or outputs that the engine has added), or
/// each item of a list (several states).
///
/// # Errors
/// [`StepError::NotANumber`].
pub(super) fn each(io: &Io<'_>, input: usize, mut term: impl FnMut(Scalar)) -> Result<(), StepError> {
    match io.input(input).map(Scalar::kind) {
        None => return Ok(()),
        Some(Kind::Rich) => {}
        Some(_) => {
            term(io.number(input)?);
            return Ok(());
        }
    }
    let value = io.value(input);
    let Some(Value::List(items)) = &value else {
        let found = value.as_ref().map_or("nothing", Value::describe);
        return Err(StepError::NotANumber { input, found });
    };
    for item in items {
        let number = item.as_scalar().filter(|scalar| scalar.is_number());
        term(number.ok_or(StepError::NotANumber { input, found: item.describe() })?);
    }
    Ok(())
}

/// The sum of the numbers at an input, from the integer 0 on.
///
/// # Errors
/// [`StepError::NotANumber`].
pub(super) fn sum(io: &Io<'_>, input: usize) -> Result<Scalar, StepError> {
    let mut sum = Scalar::ZERO;
    each(io, input, |term| sum = sum + term)?;
    Ok(sum)
}
