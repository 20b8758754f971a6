//! How much hydrogen departs from an ideal gas.

/// Temperatures of the columns of [`TABLE`] `[K]`.
const TEMPERATURES_K: [f64; 7] = [250.0, 273.15, 298.15, 350.0, 400.0, 450.0, 500.0];

/// Pressures `[bar]`, with the compressibility factor at each temperature (spec/models.md 3.4, with its slips).
#[rustfmt::skip]
const TABLE: [(f64, [f64; 7]); 15] = [
    (  1.0, [1.00070, 1.00004, 1.00060, 1.00055, 1.00047, 1.00041, 1.00041]),
    (  5.0, [1.00337, 1.00319, 1.00304, 1.00270, 1.00241, 1.00219, 1.00196]),
    ( 10.0, [1.00672, 1.00643, 1.00605, 1.00540, 1.00484, 1.00435, 1.00395]),
    ( 50.0, [1.03387, 1.03235, 1.03037, 1.02701, 1.02411, 1.02159, 1.01957]),
    (100.0, [1.06879, 1.06520, 1.06127, 1.05369, 1.04807, 1.04314, 1.03921]),
    (150.0, [1.10404, 1.09795, 1.09189, 1.08070, 1.07200, 1.06523, 1.05936]),
    (200.0, [1.14056, 1.13177, 1.12320, 1.10814, 1.09631, 1.08625, 1.07849]),
    (250.0, [1.17789, 1.16617, 1.15499, 1.13543, 1.12034, 1.10793, 1.08764]),
    (300.0, [1.21592, 1.20101, 1.18716, 1.16300, 1.14456, 1.12957, 1.11699]),
    (350.0, [1.25461, 1.23652, 1.21936, 1.19051, 1.16877, 1.15112, 1.13648]),
    (400.0, [1.29379, 1.27220, 1.25205, 1.21842, 1.19317, 1.17267, 1.15588]),
    (450.0, [1.33332, 1.30820, 1.28487, 1.24634, 1.19439, 1.17533, 1.21739]),
    (500.0, [1.37284, 1.34392, 1.31784, 1.27398, 1.24173, 1.21583, 1.19463]),
    (600.0, [1.45188, 1.41618, 1.38797, 1.33010, 1.29040, 1.25920, 1.23373]),
    (700.0, [1.33161, 1.48880, 1.44991, 1.38593, 1.33914, 1.30236, 1.27226]),
];

/// The compressibility factor of hydrogen at the pressure and temperature of the table that are nearest to these:
/// the lower one where two are as near.
pub(super) fn compressibility(pressure_bar: f64, temperature_k: f64) -> f64 {
    let row = nearest(TABLE.iter().map(|(pressure, _)| *pressure), pressure_bar);
    let column = nearest(TEMPERATURES_K.into_iter(), temperature_k);
    TABLE[row].1[column]
}

/// The position of the value nearest to `wanted`, the first of several.
fn nearest(values: impl Iterator<Item = f64>, wanted: f64) -> usize {
    let distances = values.map(|value| (value - wanted).abs());
    distances.enumerate().min_by(|(_, a), (_, b)| a.total_cmp(b)).map_or(0, |(position, _)| position)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_entry_is_taken() {
        assert_eq!(compressibility(272.0, 293.15), 1.15499);
        assert_eq!(compressibility(0.01, 1.0), 1.00070);
        assert_eq!(compressibility(1e9, 1e9), 1.27226);
    }

    #[test]
    fn of_two_that_are_as_near_the_lower_one_is_taken() {
        assert_eq!(compressibility(7.5, 375.0), 1.00270);
    }
}
