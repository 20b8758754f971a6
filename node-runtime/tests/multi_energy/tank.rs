//! The hot-water tank: recordings, limits, and what must hold for any tank.

use crate::bench::{Bench, assert_equal, load, value};
use crate::results;
use illuminator_node::value::Value;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

#[test]
fn results_equal_the_vectors() {
    results::keep("tank", &run_all(false));
}

#[test]
fn a_model_restored_before_each_step_gives_the_same_results() {
    assert_eq!(run_all(true), run_all(false));
}

/// Runs all cases; all that they computed, exactly.
fn run_all(restored: bool) -> String {
    let cases = load("legacy_Hotwaterstorage");
    assert_eq!(cases.len(), 8);
    cases.iter().map(|case| run(case, restored)).collect()
}

fn names<'c>(case: &'c Json, key: &str) -> Vec<&'c str> {
    case["parameters"][key].as_object().unwrap().keys().map(String::as_str).collect()
}

/// A step of this length, which each case keeps: the bench's resolution is 900 s, and 60 s are one case.
fn bench(case: &Json) -> Bench {
    let mut parameters: Vec<(String, Value)> = crate::bench::entries(&case["parameters"]);
    parameters.push(("T_init".to_owned(), value(&case["init_vals"]["layers"]["T"])));
    let rods = names(case, "heating_rods").len();
    let mut declared = vec!["T_mean".to_owned(), "T_layers".to_owned(), "T_sensors".to_owned()];
    declared.extend((1..=names(case, "connections").len()).map(|number| format!("T{number}")));
    declared.extend((1..=rods).flat_map(|number| [format!("P_th{number}"), format!("P_el{number}")]));
    let step_s = case["steps"][0]["step_size"].as_u64().unwrap();
    Bench::declared("Hotwaterstorage", parameters, &declared, step_s as u32).unwrap()
}

/// `gcb_in.F` is the flow of the connection of that name, `hr_1.P_th_set` the request to that rod.
fn input(case: &Json, key: &str) -> &'static str {
    let (of, what) = key.split_once('.').unwrap();
    let number = |key| names(case, key).iter().position(|name| *name == of);
    match what {
        "F" => ["F1", "F2", "F3", "F4"][number("connections").unwrap()],
        "T" => ["T1", "T2", "T3", "T4"][number("connections").unwrap()],
        "P_th_set" => ["P_th_set1"][number("heating_rods").unwrap()],
        _ => panic!("{key}"),
    }
}

fn run(case: &Json, restored: bool) -> String {
    let name = case["name"].as_str().unwrap();
    let mut written = format!("{name}\n");
    let mut bench = bench(case);
    for (number, step) in case["steps"].as_array().unwrap().iter().enumerate() {
        let context = format!("{name} step {number}");
        if restored {
            bench.restore();
        }
        let set = step["set"].as_object().unwrap();
        let inputs: Vec<_> = set.iter().map(|(key, item)| (input(case, key), value(item))).collect();
        let result = bench.step(&inputs);
        if step.get("error").is_some() {
            return written + &result.expect_err(&context).to_string();
        }
        result.unwrap_or_else(|error| panic!("{context}: {error}"));
        for key in ["T_mean", "T_layers", "T_sensors"] {
            assert_equal(&bench.get(key), &step[key], &format!("{context} {key}"));
        }
        for (number, name) in (1..).zip(names(case, "connections")) {
            let Value::Float(found) = bench.get(&format!("T{number}")) else { panic!("{context}: {name}") };
            assert_equal(&Value::Float(found), &json!(step["connections"][name]["T"].as_f64()), &context);
        }
        for (number, name) in (1..).zip(names(case, "heating_rods")) {
            for key in ["P_th", "P_el"] {
                assert_equal(&bench.get(&format!("{key}{number}")), &step["rods"][name][key], &context);
            }
        }
        written += &bench.written();
    }
    written
}

/// A tank with two pipes, at the bottom and at the top.
fn two_pipes(layers: i64, initial: Vec<Value>) -> Bench {
    let parameters = json!({
        "height": 2000, "diameter": 1000, "T_env": 20, "htc_walls": 0, "htc_layers": 0, "n_layers": layers,
        "connections": {"cold": {"pos": 0}, "hot": {"pos": 1999}},
    });
    let mut parameters = crate::bench::entries(&parameters);
    parameters.push(("T_init".to_owned(), Value::List(initial)));
    let declared = ["T_mean", "T_layers", "T_sensors"].map(str::to_owned);
    Bench::declared("Hotwaterstorage", parameters, &declared, 900).unwrap()
}

fn temperatures(bench: &Bench) -> Vec<f64> {
    let Value::List(layers) = bench.get("T_layers") else { panic!("not a list") };
    layers.iter().map(|layer| layer.as_scalar().unwrap().value()).collect()
}

proptest! {
    /// Without losses, and while no step is divided, water only moves: it stays between the coldest and the warmest there was, warm above cold.
    #[test]
    fn water_stays_between_its_extremes_and_warm_water_on_top(
        initial in prop::collection::vec(5.0_f64..95.0, 2..8),
        flow in 0.0_f64..0.2,
        inlet in 5.0_f64..95.0,
    ) {
        let low = initial.iter().copied().fold(inlet, f64::min);
        let high = initial.iter().copied().fold(inlet, f64::max);
        let mut bench = two_pipes(initial.len() as i64, initial.iter().copied().map(Value::Float).collect());
        let inputs = [("F1", Value::Float(flow)), ("T1", Value::Float(inlet)), ("F2", Value::Float(-flow))];
        for _ in 0..3 {
            bench.step(&inputs).unwrap();
            let layers = temperatures(&bench);
            prop_assert!(layers.is_sorted(), "{layers:?}");
            prop_assert!(layers[0] >= low - 1e-9 && layers[layers.len() - 1] <= high + 1e-9, "{layers:?}");
        }
    }
}

#[test]
fn a_flow_far_beyond_the_tank_is_an_error_and_no_endless_loop() {
    for flow in [1e9, f64::MAX, f64::INFINITY] {
        let mut bench = two_pipes(2, vec![Value::Int(20), Value::Int(60)]);
        let inputs = [("F1", Value::Float(flow)), ("T1", Value::Int(10)), ("F2", Value::Float(-flow))];
        let error = bench.step(&inputs).unwrap_err().to_string();
        assert!(error.contains("far greater than the tank"), "{error}");
    }
}

#[test]
fn what_does_not_fit_the_tank_is_refused_by_name() {
    let good = json!({
        "height": 2000, "diameter": 1000, "T_env": 20, "htc_walls": 1, "htc_layers": 1, "n_layers": 2,
        "T_init": 50,
    });
    let declared = ["T_mean", "T_layers", "T_sensors"].map(str::to_owned);
    let build = |key: &str, bad: Json| {
        let mut parameters = good.clone();
        parameters[key] = bad;
        Bench::declared("Hotwaterstorage", crate::bench::entries(&parameters), &declared, 900).map(drop)
    };
    assert!(build("height", json!(2000)).is_ok());
    let rod = json!({"rod": {"pos": 5, "T_max": 80, "eta": 0, "P_th_stages": [0]}});
    for (key, bad) in [
        ("height", json!(0)),
        ("volume", json!("big")),
        ("n_layers", json!(0)),
        ("n_layers", json!(1_000_000)),
        ("layers", json!([{"bottom": 0, "top": 10}, {"bottom": 20, "top": 30}])),
        ("layers", json!([])),
        ("T_init", json!([1, 2, 3])),
        ("n_sensors", json!(1)),
        ("sensors", json!([2000])),
        ("connections", json!({"out": {"pos": 2000}})),
        ("connections", json!([1])),
        ("heating_rods", rod),
    ] {
        let error = build(key, bad.clone()).unwrap_err();
        assert_eq!(error.key, key, "{bad}: {error}");
    }
}
