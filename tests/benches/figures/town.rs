//! Generated scenarios: the nine models of tutorial 1, as often as wanted, with their data in memory.
//!
//! ```text
//!   Weather ─▶ PV ────┐
//!   Breeze ──▶ Wind ──┼─▶ Controller ─ ─(one step later)─ ─▶ Battery ─▶ soc ─▶ Controller
//!   Usage ───▶ Load ──┘
//!        └───▶ Load (watched by nobody, as in the tutorial)
//! ```
//!
//! A row is a second, so that the dates of the longest run fit one day; the data repeat a day of 24 rows, and
//! the battery is as much smaller as a second is shorter than a quarter of an hour.

use illuminator::scenario::{Files, Scenario, load};
use std::fmt::Write;
use std::sync::Arc;

/// Models per group.
pub(crate) const GROUP: usize = 9;

/// Rows after which the data repeat.
const DAY_ROWS: u64 = 24;

/// Most steps of a scenario: seconds of a day.
const STEPS_MAX: u64 = 86_399;

/// What a group computes and the monitor records.
const RECORDED: [&str; 8] = [
    "Controller{i}.flow2b",
    "Controller{i}.res_load",
    "Controller{i}.dump",
    "Battery{i}.p_out",
    "Battery{i}.soc",
    "PV{i}.pv_gen",
    "Wind{i}.wind_gen",
    "Load{i}.load_dem",
];

const GROUP_MODELS: &str = "
- {name: Weather{i}, type: CSV, parameters: {file_path: weather.csv, delimiter: ',', date_format: 'YYYY-MM-DD HH:mm:ss'},
   inputs: {unused: 0}, outputs: {unused: 0}, states: {G_Gh: 0, G_Dh: 0, G_Bn: 0, Ta: 0, hs: 0, FF: 0, Az: 0}}
- {name: Breeze{i}, type: CSV, parameters: {file_path: breeze.csv, delimiter: ',', date_format: 'YYYY-MM-DD HH:mm:ss'},
   inputs: {unused: 0}, outputs: {unused: 0}, states: {u: 0}}
- {name: Usage{i}, type: CSV, parameters: {file_path: usage.csv, delimiter: ',', date_format: 'YYYY-MM-DD HH:mm:ss'},
   inputs: {unused: 0}, outputs: {unused: 0}, states: {load: 0}}
- {name: Load{i}, type: Load, parameters: {houses: 5, input_type: power, output_type: power},
   inputs: {load: 0}, outputs: {load_dem: 0}, states: {unused: 0}}
- {name: Other{i}, type: Load, parameters: {houses: 5, input_type: power, output_type: power},
   inputs: {load: 0}, outputs: {load_dem: 0}, states: {unused: 0}}
- {name: PV{i}, type: PV, parameters: {m_area: 1.26, NOCT: 44, m_efficiency_stc: 0.198, G_NOCT: 800, P_STC: 250,
   m_tilt: 14, m_az: 180, cap: 500, output_type: power},
   inputs: {G_Gh: 0, G_Dh: 0, G_Bn: 0, Ta: 0, hs: 0, FF: 0, Az: 0}, outputs: {pv_gen: 0}, states: {unused: 0}}
- {name: Wind{i}, type: Wind, parameters: {p_rated: 0.3, u_rated: 10.3, u_cutin: 2.8, u_cutout: 25, cp: 0.4, diameter: 2,
   output_type: power}, inputs: {u: 0}, outputs: {wind_gen: 0, u: 0}, states: {u60: 0}}
- {name: Battery{i}, type: Battery, parameters: {max_p: 0.8, min_p: -0.8, max_energy: 0.0009, charge_efficiency: 90,
   discharge_efficiency: 90, soc_min: 10, soc_max: 90},
   inputs: {flow2b: 0}, outputs: {p_out: 0, p_in: 0}, states: {soc: 10, flag: 0, mod: 0}}
- {name: Controller{i}, type: Controller_T1, parameters: {soc_min: 10, soc_max: 90, max_p: 0.8, battery_active: true},
   inputs: {wind_gen: 0, pv_gen: 0, load_dem: 0, soc: 0}, outputs: {flow2b: 0, res_load: 0, dump: 0}, states: {unused: 0}}";

const GROUP_CONNECTIONS: &str = "
- {from: Usage{i}.load, to: Load{i}.load}
- {from: Usage{i}.load, to: Other{i}.load}
- {from: Weather{i}.G_Gh, to: PV{i}.G_Gh}
- {from: Weather{i}.G_Dh, to: PV{i}.G_Dh}
- {from: Weather{i}.G_Bn, to: PV{i}.G_Bn}
- {from: Weather{i}.Ta, to: PV{i}.Ta}
- {from: Weather{i}.hs, to: PV{i}.hs}
- {from: Weather{i}.FF, to: PV{i}.FF}
- {from: Weather{i}.Az, to: PV{i}.Az}
- {from: Breeze{i}.u, to: Wind{i}.u}
- {from: Wind{i}.wind_gen, to: Controller{i}.wind_gen}
- {from: PV{i}.pv_gen, to: Controller{i}.pv_gen}
- {from: Load{i}.load_dem, to: Controller{i}.load_dem}
- {from: Battery{i}.soc, to: Controller{i}.soc}
- {from: Controller{i}.flow2b, to: Battery{i}.flow2b, time_shifted: true}";

/// The YAML of `groups` groups for `steps` steps; only the first group is recorded.
pub(crate) fn town(groups: usize, steps: u64) -> String {
    let mut text = scenario_header(steps);
    for group in 0..groups {
        text += &GROUP_MODELS.replace("{i}", &group.to_string());
    }
    text += "\nconnections:";
    for group in 0..groups {
        text += &GROUP_CONNECTIONS.replace("{i}", &group.to_string());
    }
    text += "\nmonitor:\n  file: out.csv\n  items:";
    for item in RECORDED {
        text += "\n  - ";
        text += &item.replace("{i}", "0");
    }
    text.push('\n');
    text
}

/// The head of a scenario with one step per second.
pub(crate) fn scenario_header(steps: u64) -> String {
    assert!(steps <= STEPS_MAX, "a row is a second of one day");
    let end = time_of_day(steps);
    format!(
        "scenario:\n  name: figures\n  start_time: '2024-06-20 00:00:00'\n  end_time: '2024-06-20 {end}'\n  \
         time_resolution: 1\nmodels:"
    )
}

/// Checks a generated scenario, which must be right.
pub(crate) fn checked(text: &str, steps: u64) -> Result<Scenario, Box<dyn std::error::Error>> {
    let mut files = Data { rows: steps };
    Ok(load(text, "generated.yaml", &mut files).map_err(|mistakes| mistakes.to_string())?)
}

fn time_of_day(second: u64) -> String {
    format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)
}

/// The data files, of as many rows as there are steps.
struct Data {
    rows: u64,
}

impl Files for Data {
    fn read(&mut self, path: &str) -> Result<Arc<str>, String> {
        let (columns, row): (&str, fn(f64) -> String) = match path {
            "weather.csv" => ("G_Gh,G_Dh,G_Bn,Ta,hs,FF,Az", weather),
            "breeze.csv" => ("u", |day| format!("{:.2}", 8.0 + 7.0 * libm::sin(3.0 * day))),
            "usage.csv" => ("load", |day| format!("{:.4}", 0.06 - 0.04 * libm::cos(day))),
            _ => return Err("there is no such file".to_owned()),
        };
        let mut text = format!("generated\nTime,{columns}\n");
        for index in 0..self.rows {
            let day = (index % DAY_ROWS) as f64 / DAY_ROWS as f64 * core::f64::consts::TAU;
            let _ = writeln!(text, "2024-06-20 {},{}", time_of_day(index), row(day));
        }
        Ok(text.into())
    }

    fn directory_exists(&mut self, _path: &str) -> bool {
        true
    }
}

/// Sunlight, air and the sun's place at an angle of the day: 0 is midnight, π is noon.
fn weather(day: f64) -> String {
    let height = -libm::cos(day);
    let light = height.max(0.0);
    format!(
        "{:.1},{:.1},{:.1},{:.1},{:.2},{:.1},{:.2}",
        light * 800.0,
        light * 120.0,
        light * 780.0,
        15.0 + 6.0 * height,
        height * 60.0,
        4.0 + height,
        day.to_degrees()
    )
}
