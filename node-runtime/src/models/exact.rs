//! Products with their rounding error, and the cube they give: no fused multiply-add and no `pow`, which
//! differ between machines in speed or in the last bit.

/// 2^27 + 1: splits a double into two halves of at most 26 bits (Veltkamp).
const SPLITTER: f64 = 134_217_729.0;

/// Within this range neither the halves nor the error term of [`two_product`] over- or underflow for a cube.
const CUBE_RANGE: core::ops::Range<f64> = 1e-90..1e90;

/// `a·b` as an unevaluated sum (rounded product, rounding error), exact as long as neither over- nor
/// underflows (Dekker).
pub(super) fn two_product(a: f64, b: f64) -> (f64, f64) {
    let product = a * b;
    let ((a_high, a_low), (b_high, b_low)) = (split(a), split(b));
    let error = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low;
    (product, error)
}

/// x³, correctly rounded where 1e-90 ≤ |x| < 1e90 (a tie that the 2^-106 of the double product cannot tell
/// aside), else by two products.
pub(super) fn cube(x: f64) -> f64 {
    if !CUBE_RANGE.contains(&x.abs()) {
        return x * x * x;
    }
    let (square, square_error) = two_product(x, x);
    let (product, product_error) = two_product(square, x);
    product + (product_error + square_error * x)
}

fn split(x: f64) -> (f64, f64) {
    let scaled = SPLITTER * x;
    let high = scaled - (scaled - x);
    (high, x - high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A normal double as an integer times a power of two.
    fn decode(x: f64) -> (i128, i32) {
        let bits = x.to_bits();
        let exponent = ((bits >> 52) & 0x7ff) as i32;
        let mantissa = ((bits & ((1 << 52) - 1)) | (1 << 52)) as i128;
        (if x < 0.0 { -mantissa } else { mantissa }, exponent - 1075)
    }

    proptest! {
        #[test]
        fn a_product_and_its_error_are_exact(a in -1e6_f64..1e6, b in -1e6_f64..1e6) {
            prop_assume!(a.abs() > 1e-6 && b.abs() > 1e-6);
            let (product, error) = two_product(a, b);
            let ((ma, ea), (mb, eb)) = (decode(a), decode(b));
            let (mp, ep) = decode(product);
            // product = mp·2^ep with ep ≥ ea + eb, so the difference is an integer in units of 2^(ea+eb).
            let difference = ma * mb - (mp << (ep - ea - eb));
            prop_assert_eq!(error, difference as f64 * libm::ldexp(1.0, ea + eb));
        }

        /// The cube of an integer of 42 bits fits an `i128`, which converts correctly rounded.
        #[test]
        fn a_cube_is_correctly_rounded(x in -(1_i64 << 42)..1 << 42, scale in -30_i32..30) {
            let exact = i128::from(x).pow(3) as f64;
            prop_assert_eq!(cube(libm::ldexp(x as f64, scale)), libm::ldexp(exact, 3 * scale));
        }
    }

    #[test]
    fn a_cube_outside_the_range_is_not_spoilt_by_the_error_terms() {
        assert_eq!(cube(f64::INFINITY), f64::INFINITY);
        assert_eq!(cube(1e200), f64::INFINITY);
        assert_eq!(cube(-1e-200), -0.0);
        assert!(cube(f64::NAN).is_nan());
        assert_eq!(cube(0.0), 0.0);
    }
}
