//! The two ways in which upstream rounds to decimals. They differ near decimal ties: to three decimals, 36.2545
//! becomes 36.255 in Python (its binary value lies just above the tie) and 36.254 in numpy (the product is a tie).

use super::exact::two_product;
use crate::scalar::{Kind, Scalar};

/// Powers of ten by their exponent.
const POWERS: [f64; 7] = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6];

/// By decimals: the power of two from which on a product with the power of ten may exceed 2^52. From there on a
/// double has at most as many binary places as the power of ten has bits.
const FEW_BINARY_PLACES: [f64; 7] = {
    let mut limits = [0.0; 7];
    let mut decimals = 0;
    while decimals < limits.len() {
        let bits = u64::BITS - (POWERS[decimals] as u64 - 1).leading_zeros();
        limits[decimals] = (1_u64 << (52 - bits)) as f64;
        decimals += 1;
    }
    limits
};

/// Rounds to at most 6 decimals as numpy does: the rounded product with a power of ten, ties to even, over it.
#[inline]
pub(super) fn rint<const DECIMALS: usize>(x: f64) -> f64 {
    (x * POWERS[DECIMALS]).round_ties_even() / POWERS[DECIMALS]
}

/// Rounds the exact binary value to at most 6 decimals, exact ties to even: Python's `round(x, DECIMALS)`.
#[inline]
pub(super) fn dec<const DECIMALS: usize>(x: f64) -> f64 {
    if x.abs() < FEW_BINARY_PLACES[DECIMALS] { dec_scaled::<DECIMALS>(x) } else { dec_split::<DECIMALS>(x) }
}

/// Rounds to at most 6 decimals as upstream rounds a value of this kind: integers stay, plain floats by [`dec`],
/// numpy floats by [`rint`].
#[inline]
pub(super) fn round<const DECIMALS: usize>(x: Scalar) -> Scalar {
    match x.kind() {
        Kind::Float => x.with_value(dec::<DECIMALS>(x.value())),
        Kind::Numpy => x.with_value(rint::<DECIMALS>(x.value())),
        _ => x,
    }
}

/// [`round`] to three decimals, what most models do.
#[inline]
pub(super) fn round3(x: Scalar) -> Scalar {
    round::<3>(x)
}

/// The product is below 2^52, where halves are on the grid of doubles: it either is a tie, and then its rounding
/// error decides, or it is further from the tie than that error.
#[inline]
fn dec_scaled<const DECIMALS: usize>(x: f64) -> f64 {
    let (product, error) = two_product(x, POWERS[DECIMALS]);
    let even = product.round_ties_even();
    let beyond = product - even;
    let nearest = if beyond == 0.5 && error > 0.0 {
        even + 1.0
    } else if beyond == -0.5 && error < 0.0 {
        even - 1.0
    } else {
        even
    };
    nearest / POWERS[DECIMALS]
}

/// Beyond [`FEW_BINARY_PLACES`], or not finite. The fraction has so few binary places that its product with the
/// power of ten is exact, and the sum is rounded once: no decimal lies within the quotient's error of the middle
/// of two doubles.
#[cold]
fn dec_split<const DECIMALS: usize>(x: f64) -> f64 {
    let whole = x.trunc();
    if !x.is_finite() || whole == x {
        return x;
    }
    whole + ((x - whole) * POWERS[DECIMALS]).round_ties_even() / POWERS[DECIMALS]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Formatting is exact and rounds ties to even, parsing is correctly rounded.
    fn by_text<const DECIMALS: usize>(x: f64) -> f64 {
        format!("{x:.DECIMALS$}").parse().unwrap()
    }

    fn is_by_text<const DECIMALS: usize>(x: f64) -> Result<(), TestCaseError> {
        prop_assert_eq!(dec::<DECIMALS>(x).to_bits(), by_text::<DECIMALS>(x).to_bits());
        Ok(())
    }

    /// For every number of decimals.
    fn is_always_by_text(x: f64) -> Result<(), TestCaseError> {
        is_by_text::<0>(x)?;
        is_by_text::<1>(x)?;
        is_by_text::<2>(x)?;
        is_by_text::<3>(x)?;
        is_by_text::<4>(x)?;
        is_by_text::<5>(x)?;
        is_by_text::<6>(x)
    }

    proptest! {
        #[test]
        fn dec_is_formatting_with_decimals(x in any::<f64>()) {
            prop_assume!(x.is_finite());
            is_always_by_text(x)?;
        }

        #[test]
        fn dec_holds_next_to_ties(count in -1_000_000_i64..1_000_000, decimals in 0_usize..7, step in -3_i64..4) {
            let tie = (count as f64 + 0.5) / POWERS[decimals];
            is_always_by_text(f64::from_bits(tie.to_bits().wrapping_add_signed(step)))?;
        }

        #[test]
        fn dec_holds_for_exact_ties(count in -1_000_000_i64..1_000_000, places in 1_i32..8) {
            is_always_by_text(libm::ldexp(count as f64, -places))?;
        }

        #[test]
        fn dec_holds_where_doubles_grow_coarse(exponent in 28_i32..54, significand in 1.0_f64..2.0, places in 0..8) {
            let x = libm::ldexp(significand, exponent);
            is_always_by_text(x)?;
            let tie = libm::ldexp(libm::ldexp(x, places).trunc(), -places);
            is_always_by_text(tie)?;
            is_always_by_text(-tie)?;
        }
    }

    #[test]
    fn the_two_roundings_differ_at_a_decimal_tie() {
        assert_eq!(dec::<3>(36.2545), 36.255);
        assert_eq!(rint::<3>(36.2545), 36.254);
        assert_eq!(round::<3>(Scalar::int(7)).kind(), Kind::Int);
    }

    #[test]
    fn what_is_not_finite_stays() {
        assert_eq!(dec::<3>(f64::INFINITY), f64::INFINITY);
        assert!(dec::<6>(f64::NAN).is_nan());
        assert_eq!(dec::<3>(-0.0001).to_bits(), (-0.0_f64).to_bits());
    }
}
