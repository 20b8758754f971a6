//! Wind that comes and goes: a first-order autoregression with the Weibull distribution of real wind.
//!
//! ```text
//! z_0 = ε_0,  z_i = φ z_(i−1) + √(1 − φ²) ε_i      ε: standard normal, so z is too
//! φ   = exp(−Δt / T)                               Δt = 0.25 h, T = 8 h
//! u   = c (−ln(1 − Φ(z)))^(1/k)                    `[m/s]`, Φ: standard normal distribution
//! ```
//!
//! The last line maps the normal z to a Weibull distribution with scale c and shape k and keeps the memory of
//! the series (Brown, Katz and Murphy 1984, "Time series models to simulate and forecast wind speed and wind
//! power", J. Climate and Applied Meteorology 23, 1184-1195, in spirit; the distribution of wind after
//! Justus et al. 1978, "Methods for estimating wind speed
//! frequency distributions", J. Applied Meteorology 17, 350-353). Scale and shape are those of a Dutch summer
//! at 100 m. To other heights:
//!
//! ```text
//! u(H) = u(100 m) · (H / 100 m)^0.14               power law, the exponent of the Illuminator's Wind model
//! ```

use super::random::SplitMix64;
use std::f64::consts::SQRT_2;

/// Scale c of the Weibull distribution `[m/s]`.
pub const SCALE_M_S: f64 = 7.0;
/// Shape k of the Weibull distribution.
pub const SHAPE: f64 = 2.0;
/// Time T after which the wind has forgotten all but 1/e of what it was `[h]`.
pub const MEMORY_H: f64 = 8.0;
/// Time between two values of a series `[h]`.
pub const STEP_H: f64 = 0.25;

/// Wind speeds 100 m above ground `[m/s]`, one per quarter of an hour; a longer series starts with a shorter one.
pub fn series(seed: u64, count: usize) -> Vec<f64> {
    let kept = libm::exp(-STEP_H / MEMORY_H);
    let fresh = (1.0 - kept * kept).sqrt();
    let mut random = SplitMix64::new(seed);
    let first = random.next_normal();
    std::iter::successors(Some(first), |z| Some(kept * z + fresh * random.next_normal()))
        .take(count)
        .map(weibull_m_s)
        .collect()
}

/// Wind speed `[m/s]` at a height `[m]`, above 0, where it is `speed_100m_m_s` at 100 m.
pub fn at_height_m_s(speed_100m_m_s: f64, height_m: f64) -> f64 {
    speed_100m_m_s * libm::pow(height_m / 100.0, 0.14)
}

/// The wind speed that is exceeded as often as a standard normal number exceeds `z`.
fn weibull_m_s(z: f64) -> f64 {
    // 1 − Φ(z) by the complementary error function, which is exact where Φ(z) is close to 1.
    let exceedance = 0.5 * libm::erfc(z / SQRT_2);
    SCALE_M_S * libm::pow(-libm::log(exceedance), 1.0 / SHAPE)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Eleven years. Values closer than twice the memory, 64 steps, are no news: some 6,000 independent ones.
    fn long_series() -> Vec<f64> {
        series(3, 400_000)
    }

    #[test]
    fn long_run_mean_is_that_of_the_weibull_distribution() {
        let speeds = long_series();
        let mean = speeds.iter().sum::<f64>() / speeds.len() as f64;
        let expected = SCALE_M_S * libm::tgamma(1.0 + 1.0 / SHAPE);
        assert!((mean / expected - 1.0).abs() < 0.02, "{mean} m/s instead of {expected} m/s");
    }

    #[test]
    fn the_scale_is_exceeded_one_time_in_e() {
        let speeds = long_series();
        let share = speeds.iter().filter(|&&speed| speed > SCALE_M_S).count() as f64 / speeds.len() as f64;
        assert!((share - libm::exp(-1.0)).abs() < 0.015, "{share}");
    }

    #[test]
    fn the_wind_forgets_all_but_one_in_e_over_its_memory_and_everything_in_two_days() {
        let speeds = long_series();
        let mean = speeds.iter().sum::<f64>() / speeds.len() as f64;
        let covariance = |lag: usize| -> f64 {
            speeds.iter().zip(&speeds[lag..]).map(|(a, b)| (a - mean) * (b - mean)).sum()
        };
        let correlation = |lag_h: f64| covariance((lag_h / STEP_H) as usize) / covariance(0);
        assert!((correlation(MEMORY_H) - libm::exp(-1.0)).abs() < 0.06, "{}", correlation(MEMORY_H));
        assert!(correlation(48.0).abs() < 0.05, "{}", correlation(48.0));
    }

    #[test]
    fn wind_is_weaker_near_the_ground() {
        assert!((at_height_m_s(10.0, 10.0) - 7.24).abs() < 0.01);
        assert_eq!(at_height_m_s(10.0, 100.0), 10.0);
    }
}
