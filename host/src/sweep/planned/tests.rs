//! Scenarios that share a plan are those of the file.

use super::*;
use crate::scenario::template::Template;
use proptest::prelude::*;
use std::sync::Arc;

/// Two files with different columns.
struct Data;

impl Files for Data {
    fn read(&mut self, path: &str) -> Result<Arc<str>, String> {
        let columns = if path == "y.csv" { "extra,v" } else { "v" };
        let row = |hour: usize| {
            format!(
                "2024-01-01 0{hour}:00:00{}\n",
                format!(",{hour}").repeat(columns.matches(',').count() + 1)
            )
        };
        Ok(format!("v\ntime,{columns}\n{}", (0..3).map(row).collect::<String>()).into())
    }

    fn directory_exists(&mut self, _path: &str) -> bool {
        true
    }
}

const BATTERY: &str = "parameters: {max_p: 1, min_p: -1, max_energy: 1, charge_efficiency: 90, \
     discharge_efficiency: 90, soc_min: 10, soc_max: 90}";

/// A sweep with data, a load, a controller with or without a battery, a battery that inherits its parameters, and a
/// Collector; `axes` are by model.
fn sweep(axes: [&str; 6], more: &str) -> Sweep {
    let [data, load, control, battery, collector, second] = axes;
    let text = format!(
        "scenario: {{name: s, start_time: '2024-01-01 00:00:00', end_time: '2024-01-01 02:00:00', \
         time_resolution: 3600, align_parameters: false}}
models:
- {{name: C1, type: CSV, {data} parameters: {{file_path: x.csv, delimiter: ',', \
         date_format: 'YYYY-MM-DD HH:mm:ss'}}, states: {{v: 0}}}}
- {{name: L1, type: Load, {load} parameters: {{houses: 1, input_type: power, output_type: power}}, \
         inputs: {{load: 0}}, outputs: {{load_dem: 0, consumption: 0}}, states: {{unread: 0}}}}
- {{name: T1, type: Controller_T1, {control} parameters: {{soc_min: 10, soc_max: 90, max_p: 1, \
         battery_active: true}}, inputs: {{wind_gen: 0, pv_gen: 0, load_dem: 0, soc: 0}}, \
         outputs: {{flow2b: 0, res_load: 0, dump: 0}}}}
- {{name: B1, type: Battery, {battery} {BATTERY}, inputs: {{flow2b: 0}}, outputs: {{p_out: 0, p_in: 0}}, \
         states: {{mod: 0, soc: 50, flag: 0}}}}
- {{name: B2, type: Battery, {second} inputs: {{flow2b: 0}}, outputs: {{p_out: 0, p_in: 0}}, \
         states: {{mod: 0, soc: 50, flag: 0}}}}
- {{name: Extra, type: Collector, {collector} parameters: {{file_path: extra.csv}}}}
connections:
- {{from: C1.v, to: L1.load}}
- {{from: C1.v, to: T1.wind_gen}}
- {{from: C1.v, to: T1.pv_gen}}
- {{from: C1.v, to: B1.flow2b}}
- {{from: C1.v, to: B2.flow2b}}
- {{from: L1.load_dem, to: T1.load_dem}}
- {{from: B1.soc, to: T1.soc, time_shifted: true}}
- {{from: B2.soc, to: Extra.soc}}
monitor: {{file: out/res.csv, items: [T1.res_load, B1.soc]}}
{more}"
    );
    Sweep::new(Template::read(&text, "s.yaml").unwrap_or_else(|error| panic!("{error}")))
}

fn fresh(sweep: &Sweep, id: u64) -> Result<Planned, Unplanned> {
    Planned::new(sweep, id, &mut Data, &mut ParsedTables::default())
}

fn settings(planned: &Planned) -> Vec<&Settings> {
    planned.scenario.models.iter().map(|model| &model.settings).collect()
}

/// Goes through these scenarios one after the other as a worker does. Returns how many were made of the file.
fn made(sweep: &Sweep, ids: impl Iterator<Item = u64>) -> usize {
    let (mut planned, mut plans) = (None::<Planned>, 0);
    for id in ids {
        let shared = planned.as_mut().is_some_and(|planned| planned.turn_into(sweep, id));
        let expected = fresh(sweep, id);
        if !shared {
            plans += 1;
            planned = fresh(sweep, id).ok().or(planned);
        }
        let (Ok(expected), Some(planned)) = (expected, &planned) else {
            assert!(!shared, "scenario {id} is wrong, and shares a plan");
            continue;
        };
        assert_eq!(planned.id, id);
        assert_eq!(planned.plan, expected.plan, "scenario {id}");
        assert_eq!(settings(planned), settings(&expected), "scenario {id}");
        assert_eq!(planned.scenario.recorders, expected.scenario.recorders, "scenario {id}");
        assert_eq!(planned.scenario.reports, expected.scenario.reports, "scenario {id}");
        assert_eq!(planned.scenario.connections, expected.scenario.connections, "scenario {id}");
    }
    plans
}

const CAPACITY: &str = "multi_parameters: {max_energy: [1, 2, 3]},";
const HOUSES: &str = "multi_parameters: {houses: [1, 2.5]},";

#[test]
fn parameters_share_one_plan() {
    let sweep = sweep(["", HOUSES, "", CAPACITY, "", ""], "");
    assert_eq!((sweep.count(), made(&sweep, 1..=6)), (6, 1));
    // Who inherits the parameters of another model has its values as well.
    let mut planned = fresh(&sweep, 1).unwrap_or_else(|error| panic!("{error}"));
    assert!(planned.turn_into(&sweep, 3));
    let energy = |name: &str| {
        let model = planned.scenario.models.iter().find(|model| model.name == name);
        model.and_then(|model| model.settings.parameters.get("max_energy")).cloned()
    };
    assert_eq!((energy("B1"), energy("B2")), (Some(Value::Int(3)), Some(Value::Int(3))));
    let files: Vec<&str> = planned.scenario.recorders.iter().map(|recorder| recorder.file.as_str()).collect();
    assert_eq!(files, ["out/res_3.csv", "extra_3.csv"]);
}

#[test]
fn what_moves_the_values_of_a_model_is_planned_anew() {
    // Without a battery the controller writes no power for it, and all slots behind that move.
    let sweep = sweep(["", HOUSES, "multi_parameters: {battery_active: [true, false]},", "", "", ""], "");
    let with = fresh(&sweep, 1).unwrap_or_else(|error| panic!("{error}"));
    let without = fresh(&sweep, 2).unwrap_or_else(|error| panic!("{error}"));
    assert_ne!(with.plan.places[HOST].slots, without.plan.places[HOST].slots);
    assert!(!with.clone().turn_into(&sweep, 2));
    // In this order every second scenario has a battery; sorted by it, two plans are enough.
    assert_eq!((made(&sweep, 1..=4), made(&sweep, [1, 3, 2, 4].into_iter())), (4, 2));
}

#[test]
fn other_files_and_other_ways_to_read_or_write_them_are_planned_anew() {
    let data = "multi_parameters: {file_path: [x.csv, y.csv]},";
    assert_eq!(made(&sweep([data, HOUSES, "", "", "", ""], ""), 1..=4), 2);
    let zones = "multi_parameters: {tzinfo: [UTC, Europe/Amsterdam]},";
    assert_eq!(made(&sweep(["", HOUSES, "", "", zones, ""], ""), 1..=4), 4);
    let paths = "multi_parameters: {file_path: [a.csv, b.csv]},";
    assert_eq!(made(&sweep(["", "", "", "", paths, ""], ""), 1..=2), 2);
}

#[test]
fn a_scenario_with_a_mistake_shares_nothing() {
    let houses = "multi_parameters: {houses: [1, many, 3]},";
    assert_eq!(made(&sweep(["", houses, "", "", "", ""], ""), 1..=3), 2);
}

#[test]
fn what_a_story_sets_is_tried_with_every_parameter() {
    let story = "story: {rules: [{when: {hours: ['00:00', '12:00']}, set: {B1.max_p: 2}}]}\n";
    assert_eq!(made(&sweep(["", "", "", CAPACITY, "", ""], story), 1..=3), 3);
    assert_eq!(made(&sweep(["", HOUSES, "", "", "", ""], story), 1..=2), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn in_any_order_every_scenario_is_that_of_the_file(ids in prop::collection::vec(1_u64..=24, 1..12)) {
        let sweep = sweep(
            [
                "multi_parameters: {file_path: [x.csv, y.csv]},",
                "multi_parameters: {houses: [1, many]},",
                "multi_parameters: {battery_active: [true, false]},",
                CAPACITY,
                "",
                "",
            ],
            "",
        );
        prop_assert_eq!(sweep.count(), 24);
        prop_assert!(fresh(&sweep, 1).is_ok(), "without the mistake they can run");
        made(&sweep, ids.into_iter());
    }
}
