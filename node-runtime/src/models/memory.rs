//! What models keep between steps, as values and back.

use crate::scalar::Scalar;
use crate::value::Value;

/// The numbers in a saved state; `None` unless it holds exactly `N` numbers.
pub(super) fn numbers<const N: usize>(kept: &[Value]) -> Option<[Scalar; N]> {
    let kept: &[Value; N] = kept.try_into().ok()?;
    let mut numbers = [Scalar::ZERO; N];
    for (number, value) in numbers.iter_mut().zip(kept) {
        *number = value.as_scalar().filter(|scalar| scalar.is_number())?;
    }
    Some(numbers)
}
