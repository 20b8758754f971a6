//! What people draw from the grid: a household and an office on a working day in summer.
//!
//! Household, in the shape of the standard load profile H0 (VDEW 1999, "Repräsentative VDEW-Lastprofile"): a
//! base with a bump in the morning, a low one at noon and a high one in the evening,
//!
//! ```text
//! P = 0.16 + Σ a_i exp(−½ ((t − t_i) / w_i)²)      `[kW]`, t: local time of day `[h]`, differences modulo 24 h
//! ```
//!
//! scaled to the 7 to 8 kWh that a Dutch household uses on a summer day. It is an average over many houses; a
//! single one has spikes. Office: a standby level and a plateau between two logistic edges at the hours when
//! people come and leave,
//!
//! ```text
//! P = 4 + 24 (L((t − 8) / 0.5) − L((t − 17.5) / 0.5))      `[kW]`, L(x) = 1 / (1 + exp(−x))
//! ```
//!
//! which gives 28 kW at noon, some 1,500 m² of office space.

/// A rise and fall of a household's power around a time of day.
struct Bump {
    peak_h: f64,
    width_h: f64,
    height_kw: f64,
}

const HOUSEHOLD_BASE_KW: f64 = 0.16;
const HOUSEHOLD_BUMPS: [Bump; 3] = [
    Bump { peak_h: 7.75, width_h: 1.0, height_kw: 0.25 },
    Bump { peak_h: 12.75, width_h: 1.8, height_kw: 0.10 },
    Bump { peak_h: 19.5, width_h: 2.2, height_kw: 0.45 },
];

const OFFICE_STANDBY_KW: f64 = 4.0;
const OFFICE_WORK_KW: f64 = 24.0;
const OFFICE_OPENS_H: f64 = 8.0;
const OFFICE_CLOSES_H: f64 = 17.5;
const OFFICE_EDGE_H: f64 = 0.5;

/// Power `[kW]` of one average household at a local time of day `[h]`, 0 to 24.
pub fn household_kw(local_h: f64) -> f64 {
    let bumps_kw: f64 = HOUSEHOLD_BUMPS
        .iter()
        .map(|bump| {
            let distance = hours_apart(local_h, bump.peak_h) / bump.width_h;
            bump.height_kw * libm::exp(-0.5 * distance * distance)
        })
        .sum();
    HOUSEHOLD_BASE_KW + bumps_kw
}

/// Power `[kW]` of the office building at a local time of day `[h]`, 0 to 24.
pub fn office_kw(local_h: f64) -> f64 {
    let arrived = logistic((local_h - OFFICE_OPENS_H) / OFFICE_EDGE_H);
    let left = logistic((local_h - OFFICE_CLOSES_H) / OFFICE_EDGE_H);
    OFFICE_STANDBY_KW + OFFICE_WORK_KW * (arrived - left)
}

/// Distance of two times of day on the clock's face `[h]`, 0 to 12.
fn hours_apart(a_h: f64, b_h: f64) -> f64 {
    let apart = (a_h - b_h).abs();
    apart.min(24.0 - apart)
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::calendar::QuarterHour;

    fn day_kwh(power_kw: fn(f64) -> f64) -> f64 {
        QuarterHour::all().take(QuarterHour::PER_DAY).map(|quarter| power_kw(quarter.hour()) / 4.0).sum()
    }

    #[test]
    fn a_household_uses_7_to_8_kwh_a_day() {
        let energy_kwh = day_kwh(household_kw);
        assert!((7.0..8.0).contains(&energy_kwh), "{energy_kwh} kWh");
    }

    #[test]
    fn a_household_peaks_in_the_morning_and_higher_in_the_evening() {
        assert!(household_kw(7.75) > 2.0 * household_kw(3.0));
        assert!(household_kw(7.75) > household_kw(10.0));
        assert!(household_kw(19.5) > 1.3 * household_kw(7.75));
    }

    #[test]
    fn midnight_joins_two_days() {
        assert!((household_kw(0.0) - household_kw(24.0)).abs() < 1e-12);
        assert!((office_kw(0.0) - office_kw(24.0)).abs() < 0.001);
    }

    #[test]
    fn an_office_works_by_day_and_stands_by_at_night() {
        assert!((office_kw(12.5) - 28.0).abs() < 0.1);
        assert!((office_kw(2.0) - 4.0).abs() < 0.1);
        let energy_kwh = day_kwh(office_kw);
        assert!((energy_kwh - (4.0 * 24.0 + 24.0 * 9.5)).abs() < 1.0, "{energy_kwh} kWh");
    }
}
