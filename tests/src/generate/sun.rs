//! Where the sun stands.
//!
//! With the day angle Γ = 2π(n − 1)/365 of day n of the year (Spencer 1971, "Fourier series representation of
//! the position of the sun", Search 2(5), 172):
//!
//! ```text
//! declination       δ = 0.006918 − 0.399912 cos Γ + 0.070257 sin Γ − 0.006758 cos 2Γ
//!                     + 0.000907 sin 2Γ − 0.002697 cos 3Γ + 0.00148 sin 3Γ             `[rad]`
//! equation of time  E = 229.18 (0.0000075 + 0.001868 cos Γ − 0.032077 sin Γ
//!                     − 0.014615 cos 2Γ − 0.040849 sin 2Γ)                             `[min]`
//! solar time        t = local time − UTC offset + longitude/15 + E/60                  `[h]`
//! hour angle        ω = 15 (t − 12)                                                    `[°]`
//! elevation     sin h = sin φ sin δ + cos φ cos δ cos ω
//! azimuth           A = 180 + atan2(sin ω, cos ω sin φ − tan δ cos φ)                  `[°]`
//! ```
//!
//! at latitude φ; elevation and azimuth after Duffie and Beckman, "Solar Engineering of Thermal Processes",
//! chapter 1. Azimuth counts from north over east: 180° is south. Refraction is left out (0.5° at the
//! horizon, nothing at noon).

use super::calendar::{QuarterHour, UTC_OFFSET_H};
use std::f64::consts::TAU;

/// A place on Earth.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Latitude `[°]`, north positive.
    pub latitude_deg: f64,
    /// Longitude `[°]`, east positive.
    pub longitude_deg: f64,
}

/// Delft.
pub const DELFT: Place = Place { latitude_deg: 52.0, longitude_deg: 4.4 };

/// Declination of the sun `[rad]` on a day of the year (1 is 1 January), −0.41 to 0.41.
pub fn declination_rad(day_of_year: u16) -> f64 {
    let angle = day_angle_rad(day_of_year);
    0.006918 - 0.399912 * libm::cos(angle) + 0.070257 * libm::sin(angle) - 0.006758 * libm::cos(2.0 * angle)
        + 0.000907 * libm::sin(2.0 * angle)
        - 0.002697 * libm::cos(3.0 * angle)
        + 0.00148 * libm::sin(3.0 * angle)
}

/// Equation of time `[min]` on a day of the year: what a sundial is ahead of the mean sun, −14.3 to 16.4.
pub fn equation_of_time_min(day_of_year: u16) -> f64 {
    let angle = day_angle_rad(day_of_year);
    229.18
        * (0.0000075 + 0.001868 * libm::cos(angle)
            - 0.032077 * libm::sin(angle)
            - 0.014615 * libm::cos(2.0 * angle)
            - 0.040849 * libm::sin(2.0 * angle))
}

/// True solar time `[h]` at a longitude `[°]` and a local time of day `[h]`: the sun is highest at 12.
pub fn solar_time_h(longitude_deg: f64, day_of_year: u16, local_h: f64) -> f64 {
    local_h - UTC_OFFSET_H + longitude_deg / 15.0 + equation_of_time_min(day_of_year) / 60.0
}

/// Position of the sun in the sky.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SunPosition {
    /// Above the horizon `[°]`, −90 to 90; negative at night.
    pub elevation_deg: f64,
    /// From north over east `[°]`, 0 to 360.
    pub azimuth_deg: f64,
}

impl SunPosition {
    /// Seen from a place at an instant of the data.
    pub fn at(place: Place, quarter: QuarterHour) -> Self {
        let day = quarter.day_of_year();
        Self::at_solar_time(place.latitude_deg, day, solar_time_h(place.longitude_deg, day, quarter.hour()))
    }

    /// Seen from a latitude `[°]` on a day of the year at a true solar time `[h]`.
    pub fn at_solar_time(latitude_deg: f64, day_of_year: u16, solar_h: f64) -> Self {
        let latitude = latitude_deg.to_radians();
        let declination = declination_rad(day_of_year);
        let hour_angle = (15.0 * (solar_h - 12.0)).to_radians();
        let sin_elevation = libm::sin(latitude) * libm::sin(declination)
            + libm::cos(latitude) * libm::cos(declination) * libm::cos(hour_angle);
        let from_south = libm::atan2(
            libm::sin(hour_angle),
            libm::cos(hour_angle) * libm::sin(latitude) - libm::tan(declination) * libm::cos(latitude),
        );
        Self {
            // Rounding may leave the sine a hair above 1.
            elevation_deg: libm::asin(sin_elevation.clamp(-1.0, 1.0)).to_degrees(),
            azimuth_deg: 180.0 + from_south.to_degrees(),
        }
    }
}

fn day_angle_rad(day_of_year: u16) -> f64 {
    TAU * (f64::from(day_of_year) - 1.0) / 365.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ops::Range;

    /// 21 June of a common year.
    const SOLSTICE: u16 = 172;

    /// First minute [h, local] within whole hours of the solstice at which the sun is up, or is not.
    fn first_minute_h(hours: Range<u16>, up: bool) -> f64 {
        let is_up = |local_h: f64| {
            let solar_h = solar_time_h(DELFT.longitude_deg, SOLSTICE, local_h);
            SunPosition::at_solar_time(DELFT.latitude_deg, SOLSTICE, solar_h).elevation_deg > 0.0
        };
        (hours.start * 60..hours.end * 60)
            .map(|minute| f64::from(minute) / 60.0)
            .find(|&h| is_up(h) == up)
            .unwrap()
    }

    #[test]
    fn noon_elevation_is_90_minus_latitude_plus_declination() {
        let noon = SunPosition::at_solar_time(52.0, SOLSTICE, 12.0);
        assert!((noon.elevation_deg - 61.4).abs() < 0.5, "{noon:?}");
        let winter = SunPosition::at_solar_time(52.0, 355, 12.0);
        assert!((winter.elevation_deg - 14.6).abs() < 0.5, "{winter:?}");
    }

    #[test]
    fn declination_is_zero_at_the_equinoxes_and_tilted_at_the_solstices() {
        for (day, expected_deg) in [(80, 0.0), (SOLSTICE, 23.45), (266, 0.0), (355, -23.45)] {
            let declination_deg = declination_rad(day).to_degrees();
            assert!((declination_deg - expected_deg).abs() < 0.6, "day {day}: {declination_deg}");
        }
    }

    #[test]
    fn equation_of_time_has_its_known_extremes() {
        // 11 February −14.2 min, 14 May +3.7, 26 July −6.5, 3 November +16.4.
        for (day, expected_min) in [(42, -14.2), (134, 3.7), (207, -6.5), (307, 16.4)] {
            let equation_min = equation_of_time_min(day);
            assert!((equation_min - expected_min).abs() < 0.3, "day {day}: {equation_min}");
        }
    }

    #[test]
    fn the_sun_rises_in_the_north_east_stands_south_at_noon_and_sets_in_the_north_west() {
        let azimuth = |solar_h| SunPosition::at_solar_time(52.0, SOLSTICE, solar_h).azimuth_deg;
        assert!((azimuth(12.0) - 180.0).abs() < 1e-9);
        assert!((azimuth(4.0) - 53.0).abs() < 3.0, "{}", azimuth(4.0));
        assert!((azimuth(4.0) + azimuth(20.0) - 360.0).abs() < 1e-9);
    }

    /// Almanacs give 05:21 and 22:05 for Delft; they count the upper edge of the sun and refraction, which
    /// lengthens the day by some minutes at each end.
    #[test]
    fn sunrise_and_sunset_in_delft_are_those_of_midsummer() {
        let sunrise_h = first_minute_h(0..12, true);
        let sunset_h = first_minute_h(14..24, false);
        assert!((sunrise_h - 5.4).abs() < 0.25, "sunrise {sunrise_h} h");
        assert!((sunset_h - 22.0).abs() < 0.25, "sunset {sunset_h} h");
    }
}
