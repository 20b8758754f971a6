//! The distribution network against pandapower 2.13.1, as far as its own stopping rule allows: voltages to 1e-8 per
//! unit, angles to 1e-6 degrees, loadings to 1e-5 %.

use crate::bench::{Bench, load};
use crate::results;
use illuminator_node::value::Value;
use serde_json::Value as Json;

const LINES: [&str; 17] = [
    "R1-R2", "R2-R3", "R3-R4", "R4-R5", "R5-R6", "R6-R7", "R7-R8", "R8-R9", "R9-R10", "R3-R11", "R4-R12",
    "R12-R13", "R13-R14", "R14-R15", "R6-R16", "R9-R17", "R10-R18",
];

#[test]
fn results_equal_the_vectors() {
    let cases = load("legacy_EleDisNetworkSim");
    let solved: Vec<String> = cases.iter().filter_map(run).collect();
    assert_eq!((cases.len(), solved.len()), (8, 7));
    results::keep("power_flow", &solved.concat());
}

fn loads(case: &Json) -> Vec<(String, Value)> {
    let kilo = |mega: &Json| Value::Float(mega.as_f64().unwrap() * 1000.0);
    let load = |load: &Json| Value::List(vec![kilo(&load[1]), kilo(&load[2])]);
    let loads = case["loads"].as_array().unwrap().iter().map(load).collect();
    vec![("loads".to_owned(), Value::List(loads))]
}

/// Compares a case; what was computed, exactly, if it has a solution.
fn run(case: &Json) -> Option<String> {
    let name = case["name"].as_str().unwrap();
    let mut bench = Bench::new("EleDisNetworkSim", loads(case)).unwrap();
    bench.restore();
    let generators: Vec<(String, Value)> = (case["sgens"].as_array().into_iter().flatten())
        .map(|item| {
            let bus = item[0].as_str().unwrap().strip_prefix("Bus ").unwrap();
            (format!("gen_{bus}"), Value::Float(item[1].as_f64().unwrap() * 1000.0))
        })
        .collect();
    let inputs: Vec<(&str, Value)> =
        generators.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    let result = bench.step(&inputs);
    if case.get("error").is_some() {
        assert!(result.unwrap_err().to_string().contains("cannot carry its loads"), "{name}");
        return None;
    }
    result.unwrap();
    let near = |what: &str, found: f64, wanted: &Json, tolerance: f64| {
        let wanted = wanted.as_f64().unwrap();
        assert!((found - wanted).abs() <= tolerance, "{name} {what}: {found}, not {wanted}");
    };
    for bus in 0..19 {
        let wanted = &case["bus"][format!("Bus R{bus}")];
        near("voltage", item(&bench, "vm_pu", bus), &wanted["vm_pu"], 1e-8);
        near("angle", item(&bench, "va_degree", bus), &wanted["va_degree"], 1e-6);
        if bus > 0 {
            near("power", item(&bench, "p_kw", bus) / 1000.0, &wanted["p_mw"], 1e-8);
            near("reactive power", item(&bench, "q_kvar", bus) / 1000.0, &wanted["q_mvar"], 1e-8);
        }
    }
    for (number, line) in LINES.into_iter().enumerate() {
        let wanted = &case["line"][format!("Line {line}")];
        near("current", item(&bench, "i_ka", number), &wanted["i_ka"], 1e-7);
        near("loading", item(&bench, "loading", number), &wanted["loading_percent"], 1e-5);
    }
    let trafo = &case["trafo"]["Trafo R0-R1"];
    near("transformer", number(&bench.get("loading_trafo")), &trafo["loading_percent"], 1e-5);
    // The 20 kV bus and the transformer's are one here; what the slack draws stands at the former.
    near("grid power", -item(&bench, "p_kw", 0) / 1000.0, &case["ext_grid"]["p_mw"], 1e-8);
    near("grid power", number(&bench.get("p_grid")) / 1000.0, &case["ext_grid"]["p_mw"], 1e-8);
    near("grid reactive power", number(&bench.get("q_grid")) / 1000.0, &case["ext_grid"]["q_mvar"], 1e-8);
    Some(format!("{name}\n{}", bench.written()))
}

fn item(bench: &Bench, name: &str, position: usize) -> f64 {
    let Value::List(items) = bench.get(name) else { panic!("`{name}` is no list") };
    number(&items[position])
}

fn number(value: &Value) -> f64 {
    value.as_scalar().unwrap().value()
}
