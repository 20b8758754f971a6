//! The two ways in which upstream rounds to three decimals. They differ near decimal ties: 36.2545 becomes
//! 36.255 in Python (its binary value lies just above the tie) and 36.254 in numpy (the product is a tie).

use super::exact::two_product;
use crate::scalar::{Kind, Scalar};

/// From here on a double has at most 10 binary places, and its product with 1000 may exceed 2^52.
const FEW_BINARY_PLACES: f64 = (1_u64 << 42) as f64;

/// Rounds to 3 decimals as numpy does: the rounded product with 1000, ties to even, over 1000.
#[inline]
pub(super) fn rint3(x: f64) -> f64 {
    (x * 1000.0).round_ties_even() / 1000.0
}

/// Rounds the exact binary value to 3 decimals, exact ties to even: Python's `round(x, 3)`.
#[inline]
pub(super) fn dec3(x: f64) -> f64 {
    if x.abs() < FEW_BINARY_PLACES { dec_scaled(x, 1000.0) } else { dec3_split(x) }
}

/// Rounds the exact binary value to 2 decimals: Python's `round(x, 2)`. For |x| < 2^42.
pub(super) fn dec2(x: f64) -> f64 {
    dec_scaled(x, 100.0)
}

/// Rounds as upstream rounds a value of this kind: integers stay, plain floats by [`dec3`], numpy floats by
/// [`rint3`].
#[inline]
pub(super) fn round3(x: Scalar) -> Scalar {
    match x.kind() {
        Kind::Float => x.with_value(dec3(x.value())),
        Kind::Numpy => x.with_value(rint3(x.value())),
        _ => x,
    }
}

/// Rounds to a multiple of 1/`scale`, for |x| < 2^42 and a scale of at most 1000. The product is below 2^52, where halves are on the grid of doubles: it either is a tie, and
/// then its rounding error decides, or it is further from the tie than that error.
#[inline]
fn dec_scaled(x: f64, scale: f64) -> f64 {
    let (scaled, error) = two_product(x, scale);
    let even = scaled.round_ties_even();
    let beyond = scaled - even;
    let nearest = if beyond == 0.5 && error > 0.0 {
        even + 1.0
    } else if beyond == -0.5 && error < 0.0 {
        even - 1.0
    } else {
        even
    };
    nearest / scale
}

/// |x| ≥ 2^42, or not finite. The fraction has so few binary places that its product with 1000 is exact, and
/// the sum is rounded once: no third decimal lies within the quotient's error of the middle of two doubles.
#[cold]
fn dec3_split(x: f64) -> f64 {
    let whole = x.trunc();
    if !x.is_finite() || whole == x {
        return x;
    }
    whole + ((x - whole) * 1000.0).round_ties_even() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Formatting is exact and rounds ties to even, parsing is correctly rounded.
    fn by_text(x: f64) -> f64 {
        format!("{x:.3}").parse().unwrap()
    }

    proptest! {
        #[test]
        fn dec3_is_formatting_with_three_decimals(x in any::<f64>()) {
            prop_assume!(x.is_finite());
            prop_assert_eq!(dec3(x).to_bits(), by_text(x).to_bits());
        }

        #[test]
        fn dec2_is_formatting_with_two_decimals(hundredths in -100_000_i64..100_000, step in -3_i64..4) {
            let tie = (hundredths as f64 + 0.5) / 100.0;
            let x = f64::from_bits(tie.to_bits().wrapping_add_signed(step));
            let wanted: f64 = format!("{x:.2}").parse().unwrap();
            prop_assert_eq!(dec2(x).to_bits(), wanted.to_bits());
        }

        #[test]
        fn dec3_holds_next_to_ties(thousandths in -1_000_000_i64..1_000_000, step in -3_i64..4) {
            let tie = (thousandths as f64 + 0.5) / 1000.0;
            let x = f64::from_bits(tie.to_bits().wrapping_add_signed(step));
            prop_assert_eq!(dec3(x).to_bits(), by_text(x).to_bits());
        }

        #[test]
        fn dec3_holds_for_exact_ties(sixteenths in -1_000_000_i64..1_000_000) {
            let x = sixteenths as f64 / 16.0;
            prop_assert_eq!(dec3(x).to_bits(), by_text(x).to_bits());
        }

        #[test]
        fn dec3_holds_where_doubles_grow_coarse(x in 1e11_f64..1e16) {
            prop_assert_eq!(dec3(x), by_text(x));
            // A tie to even at 2^42 and above: sixteenths.
            let sixteenth = (x * 16.0).trunc() / 16.0;
            prop_assert_eq!(dec3(sixteenth), by_text(sixteenth));
            prop_assert_eq!(dec3(-sixteenth), by_text(-sixteenth));
        }
    }

    #[test]
    fn the_two_roundings_differ_at_a_decimal_tie() {
        assert_eq!(dec3(36.2545), 36.255);
        assert_eq!(rint3(36.2545), 36.254);
        assert_eq!(round3(Scalar::int(7)).kind(), Kind::Int);
    }

    #[test]
    fn what_is_not_finite_stays() {
        assert_eq!(dec3(f64::INFINITY), f64::INFINITY);
        assert!(dec3(f64::NAN).is_nan());
        assert_eq!(dec3(-0.0001).to_bits(), (-0.0_f64).to_bits());
    }
}
