//! Sunlight under a clear sky.
//!
//! With sun elevation h, zenith angle z = 90° − h and relative air mass m:
//!
//! ```text
//! global horizontal   G = 1098 sin h exp(−0.059 / sin h)                    `[W/m²]`
//! relative air mass   m = 1 / (sin h + 0.50572 (h + 6.07995)^−1.6364)       (h in °)
//! direct normal       B = 1353 · 0.7^(m^0.678)                              `[W/m²]`
//! diffuse horizontal  D = G − B sin h                                       `[W/m²]`
//! ```
//!
//! Sources: G after Haurwitz (1945), "Insolation in relation to cloudiness and cloud density", J. Meteorology
//! 2, 154-166; m after Kasten and Young (1989), Applied Optics 28, 4735-4738; B after Meinel and Meinel
//! (1976), "Applied Solar Energy". D is what remains, so the three always agree.

/// Irradiance on and through a horizontal surface `[W/m²]`, none of it negative.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Irradiance {
    /// All light on a horizontal surface `[W/m²]`.
    pub global_horizontal_w_m2: f64,
    /// The part of it that comes from the sky and not from the sun's disc `[W/m²]`.
    pub diffuse_horizontal_w_m2: f64,
    /// Light from the sun's disc on a surface that faces it `[W/m²]`.
    pub direct_normal_w_m2: f64,
}

impl Irradiance {
    /// No light.
    pub const NIGHT: Self =
        Self { global_horizontal_w_m2: 0.0, diffuse_horizontal_w_m2: 0.0, direct_normal_w_m2: 0.0 };

    /// Under a clear sky with the sun at an elevation `[°]`; [`NIGHT`](Self::NIGHT) if it is not above the horizon.
    pub fn clear_sky(elevation_deg: f64) -> Self {
        if elevation_deg <= 0.0 {
            return Self::NIGHT;
        }
        let sin_elevation = libm::sin(elevation_deg.to_radians());
        let global = 1098.0 * sin_elevation * libm::exp(-0.059 / sin_elevation);
        let meinel = 1353.0 * libm::pow(0.7, libm::pow(air_mass(elevation_deg), 0.678));
        // Close to the horizon Haurwitz leaves less light than Meinel's beam alone: then all of it is beam.
        let direct = meinel.min(global / sin_elevation);
        Self {
            global_horizontal_w_m2: global,
            diffuse_horizontal_w_m2: (global - direct * sin_elevation).max(0.0),
            direct_normal_w_m2: direct,
        }
    }
}

/// Air that the light crosses, relative to a sun in the zenith, at an elevation `[°]` above 0: 1 to 38.
fn air_mass(elevation_deg: f64) -> f64 {
    1.0 / (libm::sin(elevation_deg.to_radians()) + 0.50572 * libm::pow(elevation_deg + 6.07995, -1.6364))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::calendar::QuarterHour;
    use crate::generate::sun::{DELFT, SunPosition};

    fn tenths_of_a_degree() -> impl Iterator<Item = f64> {
        (1..=900).map(|tenth| f64::from(tenth) / 10.0)
    }

    #[test]
    fn global_is_diffuse_plus_the_beam_on_the_horizontal() {
        for elevation_deg in tenths_of_a_degree() {
            let sky = Irradiance::clear_sky(elevation_deg);
            let sum =
                sky.diffuse_horizontal_w_m2 + sky.direct_normal_w_m2 * libm::sin(elevation_deg.to_radians());
            assert!((sky.global_horizontal_w_m2 - sum).abs() < 1e-9, "{elevation_deg}");
            assert!(sky.diffuse_horizontal_w_m2 >= 0.0 && sky.direct_normal_w_m2 >= 0.0, "{elevation_deg}");
        }
    }

    #[test]
    fn light_grows_with_elevation() {
        let global: Vec<f64> =
            tenths_of_a_degree().map(|deg| Irradiance::clear_sky(deg).global_horizontal_w_m2).collect();
        assert!(global.is_sorted());
    }

    #[test]
    fn nothing_shines_at_night() {
        assert_eq!(Irradiance::clear_sky(0.0), Irradiance::NIGHT);
        assert_eq!(Irradiance::clear_sky(-30.0), Irradiance::NIGHT);
    }

    #[test]
    fn air_mass_is_one_in_the_zenith_two_at_30_degrees_and_38_at_the_horizon() {
        for (elevation_deg, expected, tolerance) in
            [(90.0, 1.0, 0.001), (30.0, 1.994, 0.001), (0.0, 37.9, 0.1)]
        {
            let mass = air_mass(elevation_deg);
            assert!((mass - expected).abs() < tolerance, "{elevation_deg}°: {mass}");
        }
    }

    /// The sunniest June days measured in the Netherlands reach about 8.3 kWh/m² (30 MJ/m²).
    #[test]
    fn a_clear_midsummer_day_brings_about_8_kwh_per_square_metre() {
        let day_wh_m2: f64 = QuarterHour::all()
            .take(QuarterHour::PER_DAY)
            .map(|quarter| SunPosition::at(DELFT, quarter).elevation_deg)
            .map(|elevation_deg| Irradiance::clear_sky(elevation_deg).global_horizontal_w_m2 / 4.0)
            .sum();
        assert!((7_700.0..8_700.0).contains(&day_wh_m2), "{day_wh_m2} Wh/m²");
    }
}
