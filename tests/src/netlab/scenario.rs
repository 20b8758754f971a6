//! A scenario for 49 nodes with all that makes stepping hard: chains, stars, sums and feedback that cross nodes.
//!
//! ```text
//!   four villages, each on twelve nodes:
//!     Breeze ─▶ WindA ─▶ WindB ─▶ WindC        a chain: the wind that is left for the next one
//!                 └────────┴────────┴──┐
//!     Usage ──▶ Load0 … Load6 ─────────┼─▶ Controller ─ ─(one step later)─ ─▶ Battery ─▶ soc ─▶ Controller
//!     Light ───────────────────────────┘       └─ dump ─▶ Grid, shared by all villages
//! ```
//!
//! Chains and stars run many steps ahead. Controller and battery wait for each other in every step.

use crate::generate::random::SplitMix64;
use std::fmt::Write;
use std::path::Path;

/// How many nodes the models of [`villages`] are placed on.
pub const VILLAGE_NODES: usize = VILLAGES * NODES_EACH + 1;
/// How many villages there are.
const VILLAGES: usize = 4;
/// Nodes of a village.
const NODES_EACH: usize = 3 + LOADS + 2;
const LOADS: usize = 7;
/// Most steps: minutes of the days that are left in the month.
const STEPS_MAX: usize = 10 * MINUTES;
/// Minutes of a day.
const MINUTES: usize = 1440;
/// So that each run of the test sees the same weather.
const SEED: u64 = 49;

/// Writes `scenario.yaml` and its data into a folder. Its models are on the nodes `node0` to `node48`.
pub fn villages(folder: &Path, steps: usize) -> std::io::Result<()> {
    std::fs::write(folder.join("scenario.yaml"), scenario(steps))?;
    std::fs::write(folder.join("data.csv"), data(steps))
}

fn scenario(steps: usize) -> String {
    assert!((1..=STEPS_MAX).contains(&steps), "1 to {STEPS_MAX} steps");
    let mut nodes = (0..VILLAGE_NODES).map(|number| format!("node{number}"));
    let mut next = move || nodes.next().expect("a node for every model that is placed");
    let (mut models, mut connections, mut items) = (String::new(), String::new(), String::new());
    for village in 0..VILLAGES {
        for (wind, upwind) in [("WindA", "Data.u"), ("WindB", "WindA{v}.u"), ("WindC", "WindB{v}.u")] {
            models += &placed(wind, WIND, &next());
            connections += &format!("- {{from: {upwind}, to: {wind}{{v}}.u}}\n");
            connections += &format!("- {{from: {wind}{{v}}.wind_gen, to: Controller{{v}}.wind_gen}}\n");
            items += &format!("  - {wind}{{v}}.wind_gen\n");
        }
        for load in 0..LOADS {
            models += &placed(&format!("Load{load}of"), LOAD, &next());
            connections += &format!("- {{from: Data.load, to: Load{load}of{{v}}.load}}\n");
            connections += &format!("- {{from: Load{load}of{{v}}.load_dem, to: Controller{{v}}.load_dem}}\n");
            items += &format!("  - Load{load}of{{v}}.load_dem\n");
        }
        models += &placed("Controller", CONTROLLER, &next());
        models += &placed("Battery", BATTERY, &next());
        connections += FEEDBACK;
        items += "  - Controller{v}.flow2b\n  - Battery{v}.soc\n";
        let number = village.to_string();
        for text in [&mut models, &mut connections, &mut items] {
            *text = text.replace("{v}", &number);
        }
    }
    models += &placed("Grid", GRID, &next()).replace("{v}", "");
    format!(
        "scenario:\n  name: villages\n  start_time: '{}'\n  end_time: '{}'\n  time_resolution: 60\n\
         models:\n{DATA}{models}connections:\n{connections}monitor:\n  file: out.csv\n  items:\n{items}  \
         - Grid.flag_warning\n",
        minute(0),
        minute(steps),
    )
}

/// A model on a node.
fn placed(name: &str, what: &str, node: &str) -> String {
    format!("- {{name: {name}{{v}}, connect: {{node: {node}}}, {what}}}\n")
}

const DATA: &str = "- {name: Data, type: CSV, parameters: {file_path: data.csv, delimiter: ',', \
    date_format: 'YYYY-MM-DD HH:mm:ss'}, inputs: {unused: 0}, outputs: {unused: 0}, states: {u: 0, load: 0, light: 0}}\n";
const WIND: &str = "type: Wind, parameters: {p_rated: 0.3, u_rated: 10.3, u_cutin: 2.8, u_cutout: 25, cp: 0.4, \
    diameter: 2, output_type: power}, inputs: {u: 0}, outputs: {wind_gen: 0, u: 0}, states: {u60: 0}";
const LOAD: &str = "type: Load, parameters: {houses: 2, input_type: power, output_type: power}, inputs: {load: 0}, \
    outputs: {load_dem: 0}, states: {unused: 0}";
const CONTROLLER: &str = "type: Controller_T1, parameters: {soc_min: 10, soc_max: 90, max_p: 0.8, battery_active: true}, \
    inputs: {wind_gen: 0, pv_gen: 0, load_dem: 0, soc: 0}, outputs: {flow2b: 0, res_load: 0, dump: 0}, states: {unused: 0}";
const BATTERY: &str = "type: Battery, parameters: {max_p: 0.8, min_p: -0.8, max_energy: 0.1, charge_efficiency: 90, \
    discharge_efficiency: 90, soc_min: 10, soc_max: 90}, inputs: {flow2b: 0}, outputs: {p_out: 0, p_in: 0}, \
    states: {soc: 50, flag: 0, mod: 0}";
const GRID: &str = "type: GridConnection, parameters: {connection_capacity: 4, tolerance_limit: 0.35, critical_limit: 0.9}, \
    inputs: {dump: 0}, outputs: {unused: 0}, states: {flag_warning: 0, flag_critical: 0}";
const FEEDBACK: &str = "- {from: Data.light, to: Controller{v}.pv_gen}
- {from: Battery{v}.soc, to: Controller{v}.soc}
- {from: Controller{v}.flow2b, to: Battery{v}.flow2b, time_shifted: true}
- {from: Controller{v}.dump, to: Grid.dump}
";

/// A row a minute: wind that wanders, usage that jumps, light by day.
fn data(steps: usize) -> String {
    let mut random = SplitMix64::new(SEED);
    let mut wind_m_s = 8.0_f64;
    let mut text = String::from("generated\nTime,u,load,light\n");
    for step in 0..steps {
        wind_m_s = (wind_m_s + 0.5 * random.next_normal()).clamp(0.0, 25.0);
        let usage_kw = 0.02 + 0.04 * random.next_unit();
        let day = (step % MINUTES) as f64 / MINUTES as f64;
        let light_kw = (-libm::cos(core::f64::consts::TAU * day)).max(0.0);
        let _ = writeln!(text, "{},{wind_m_s:.3},{usage_kw:.4},{light_kw:.4}", minute(step));
    }
    text
}

/// The time of a step, a minute each.
fn minute(step: usize) -> String {
    let (day, minute) = (step / MINUTES, step % MINUTES);
    format!("2024-06-{:02} {:02}:{:02}:00", 20 + day, minute / 60, minute % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::local_result;
    use illuminator::plan::{Placement, plan};
    use illuminator::scenario::load;
    use illuminator::shell::DiskFiles;

    #[test]
    fn the_villages_are_a_scenario_with_feedback_between_as_many_nodes() {
        let folder = tempfile::tempdir().unwrap();
        villages(folder.path(), 2000).unwrap();
        let path = folder.path().join("scenario.yaml");
        let text = std::fs::read_to_string(&path).unwrap();
        let scenario =
            load(&text, "scenario.yaml", &mut DiskFiles::beside(&path)).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(scenario.steps, 2000);
        let placement = Placement::from_connect(&scenario).unwrap();
        assert_eq!(placement.nodes.len(), VILLAGE_NODES);
        let plan = plan(&scenario, &placement, &[]).unwrap();
        assert_eq!(plan.places.len(), 1 + VILLAGE_NODES);
        // A value that stays the same would come out right even if a step were lost.
        let result = String::from_utf8(local_result(&scenario)).unwrap();
        let rows: Vec<Vec<&str>> = result.lines().map(|line| line.split(',').collect()).collect();
        for column in 1..rows[0].len() {
            let changes = rows[1..].windows(2).filter(|pair| pair[0][column] != pair[1][column]).count();
            assert!(changes > 20, "{} changes {changes} times", rows[0][column]);
        }
    }
}
