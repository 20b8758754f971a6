//! Air temperature: one sinusoid a day.
//!
//! ```text
//! T = T_mean + ΔT cos(2π (t − 15) / 24)        `[°C]`, t: local time of day `[h]`
//! ```
//!
//! The simplest daily course in use (Campbell and Norman, "An Introduction to Environmental Biophysics",
//! chapter 2, first harmonic): warmest about three hours after clock noon, coldest twelve hours before that.
//! Mean and swing are those of a fair June day on the Dutch coast.

use std::f64::consts::TAU;

/// Mean of the day `[°C]`.
pub const MEAN_C: f64 = 17.5;
/// Half the difference between the warmest and the coldest moment `[K]`.
pub const AMPLITUDE_K: f64 = 5.0;
/// Local time of the warmest moment `[h]`.
pub const WARMEST_H: f64 = 15.0;

/// Air temperature `[°C]` at a local time of day `[h]`, 0 to 24.
pub fn ambient_c(local_h: f64) -> f64 {
    MEAN_C + AMPLITUDE_K * libm::cos(TAU * (local_h - WARMEST_H) / 24.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_warmest_in_the_afternoon_and_coldest_before_dawn() {
        assert_eq!(ambient_c(WARMEST_H), MEAN_C + AMPLITUDE_K);
        assert!((ambient_c(3.0) - (MEAN_C - AMPLITUDE_K)).abs() < 1e-9);
    }

    #[test]
    fn days_join_without_a_step() {
        assert!((ambient_c(0.0) - ambient_c(24.0)).abs() < 1e-9);
    }
}
