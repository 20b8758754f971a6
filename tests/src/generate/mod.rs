//! The data of the ready scenarios, computed from published formulas.
//!
//! ```text
//!   calendar ──▶ sun ──▶ irradiance ─┐
//!      │                             ├──▶ csv ──▶ scenarios/data/*.csv
//!      ├──▶ temperature, wind ───────┤
//!      └──▶ demand ──────────────────┘
//! ```
//!
//! The project ships no measured data, so that every number in its scenarios can be explained and published.
//! Two summer days in Delft: clear sky, a breeze, people at home and at work. Each module states its equation,
//! units and source.
//!
//! Everything here is pure: the same bytes on every machine (transcendental functions come from `libm`, the
//! wind's randomness from a generator with a fixed seed). `generate-scenario-data` writes the files; a test
//! holds the files on disk against [`files`], so they cannot drift apart.

pub mod calendar;
pub mod csv;
pub mod demand;
pub mod irradiance;
pub mod random;
pub mod sun;
pub mod temperature;
pub mod wind;

use calendar::QuarterHour;
use csv::{Column, render};
use irradiance::Irradiance;
use sun::SunPosition;

/// Where the data files are, relative to the root of the workspace.
pub const DIRECTORY: &str = "scenarios/data";

/// Seed of the wind, chosen so that the first day has a breeze by day, a calm evening and no storm.
const WIND_SEED: u64 = 28;

/// One file under [`DIRECTORY`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataFile {
    /// The file's name.
    pub name: &'static str,
    /// Its whole text.
    pub text: String,
}

/// Weather columns, in the order in which the Illuminator's PV files have them.
const WEATHER: [Column; 7] = [
    Column::new("G_Gh", 1),
    Column::new("G_Dh", 1),
    Column::new("G_Bn", 1),
    Column::new("Ta", 1),
    Column::new("hs", 2),
    Column::new("FF", 1),
    Column::new("Az", 2),
];

/// All data files of the ready scenarios, in a fixed order.
pub fn files() -> Vec<DataFile> {
    let wind_100m_m_s = wind::series(WIND_SEED, QuarterHour::COUNT);
    let weather = |quarter: QuarterHour| weather_row(quarter, wind_100m_m_s[quarter.index()]);
    vec![
        DataFile {
            name: "pv.csv",
            text: render(
                "Weather for solar panels: Delft on a clear summer day (computed)",
                WEATHER,
                weather,
            ),
        },
        DataFile {
            name: "wind.csv",
            text: render(
                "Wind speed 100 m above ground in m/s (computed)",
                [Column::new("u", 2)],
                |quarter| [wind_100m_m_s[quarter.index()]],
            ),
        },
        DataFile {
            name: "house.csv",
            text: render(
                "Power drawn by one household in kW (computed)",
                [Column::new("load", 3)],
                |quarter| [demand::household_kw(quarter.hour())],
            ),
        },
        DataFile {
            name: "office.csv",
            text: render(
                "Power drawn by one office building in kW (computed)",
                [Column::new("load", 2)],
                |quarter| [demand::office_kw(quarter.hour())],
            ),
        },
        DataFile { name: "solar_house.csv", text: solar_house(weather) },
    ]
}

/// Weather and household in one file. The column of zeros stands for the turbine that the house lacks: the
/// controller refuses to work without a wind input.
fn solar_house(weather: impl Fn(QuarterHour) -> [f64; 7]) -> String {
    let [gh, dh, bn, ta, hs, ff, az] = WEATHER;
    let columns = [gh, dh, bn, ta, hs, ff, az, Column::new("load", 3), Column::new("no_wind", 0)];
    render(
        "A clear summer day in Delft and the power one household draws in kW (computed)",
        columns,
        |quarter| {
            let [gh, dh, bn, ta, hs, ff, az] = weather(quarter);
            [gh, dh, bn, ta, hs, ff, az, demand::household_kw(quarter.hour()), 0.0]
        },
    )
}

/// One row of [`WEATHER`]: irradiance `[W/m²]`, air temperature `[°C]`, sun elevation `[°]`, wind speed 10 m above
/// ground `[m/s]` and sun azimuth `[°]`.
fn weather_row(quarter: QuarterHour, wind_100m_m_s: f64) -> [f64; 7] {
    let sun = SunPosition::at(sun::DELFT, quarter);
    let sky = Irradiance::clear_sky(sun.elevation_deg);
    [
        sky.global_horizontal_w_m2,
        sky.diffuse_horizontal_w_m2,
        sky.direct_normal_w_m2,
        temperature::ambient_c(quarter.hour()),
        sun.elevation_deg,
        wind::at_height_m_s(wind_100m_m_s, 10.0),
        sun.azimuth_deg,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    fn directory() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(DIRECTORY)
    }

    #[test]
    fn files_on_disk_are_the_generated_ones() {
        for file in files() {
            let on_disk = fs::read_to_string(directory().join(file.name)).unwrap();
            assert!(on_disk == file.text, "{} differs: run `generate-scenario-data`", file.name);
        }
    }

    #[test]
    fn no_file_on_disk_is_of_unknown_origin() {
        let on_disk: BTreeSet<String> = fs::read_dir(directory())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let generated: BTreeSet<String> = files().into_iter().map(|file| file.name.to_owned()).collect();
        assert_eq!(on_disk, generated);
    }

    #[test]
    fn every_weather_value_is_physically_possible() {
        let wind = wind::series(WIND_SEED, QuarterHour::COUNT);
        for quarter in QuarterHour::all() {
            let [gh, dh, bn, ta, hs, ff, az] = weather_row(quarter, wind[quarter.index()]);
            assert!(
                (0.0..1000.0).contains(&gh) && (0.0..=gh).contains(&dh) && (0.0..1000.0).contains(&bn),
                "{quarter}"
            );
            assert!((10.0..30.0).contains(&ta) && (-15.0..62.0).contains(&hs), "{quarter}");
            assert!((0.0..15.0).contains(&ff) && (0.0..360.0).contains(&az), "{quarter}");
        }
    }

    /// What the seed is chosen for: a visitor sees the turbine turn by day and slow down in the evening.
    #[test]
    fn the_wind_of_the_first_day_is_worth_showing() {
        let wind = wind::series(WIND_SEED, QuarterHour::PER_DAY);
        let mean = |hours: std::ops::Range<usize>| {
            let quarters = &wind[hours.start * 4..hours.end * 4];
            quarters.iter().sum::<f64>() / quarters.len() as f64
        };
        assert!((6.0..9.0).contains(&mean(10..18)), "by day {} m/s", mean(10..18));
        assert!(mean(18..24) < 4.5, "in the evening {} m/s", mean(18..24));
        assert!(wind.iter().all(|speed| (1.0..12.0).contains(speed)), "a calm or a storm");
    }
}
