//! Values at the edges: the same bytes, or the same failure in the same step, in one process and on nodes.

use crate::read;
use illuminator_tests::programs::{illuminator, stderr};

#[test]
fn integers_beyond_what_a_float_holds_become_floats_everywhere() {
    let models = [
        dummy("Big", "9000000000000000000"),
        dummy("Big2", "9000000000000000000"),
        adder("Sum"),
        dummy("Half", "0.5"),
        adder("Total"),
    ];
    let connections = [
        "Big.state1 -> Sum.in1",
        "Big2.state1 -> Sum.in2",
        "Sum.out1 -> Total.in1",
        "Half.state1 -> Total.in2",
    ];
    let result = same_everywhere(&models, &connections, "Sum.out1, Total.out1");
    assert!(result.contains(",1.8e+19,1.8e+19\n"), "{result}");
}

#[test]
fn a_whole_zero_has_no_sign_anywhere() {
    let load = |name: &str, houses: &str| {
        format!(
            "- {{name: {name}, type: Load, parameters: {{houses: {houses}, input_type: power, output_type: power}}, \
             inputs: {{load: 0}}, outputs: {{load_dem: 0}}, states: {{load_dem_state: 0}}}}\n"
        )
    };
    let models = [dummy("Minus", "-5"), load("L1", "0"), load("L2", "3")];
    let connections = ["Minus.state1 -> L1.load", "L1.load_dem_state -> L2.load"];
    let result = same_everywhere(&models, &connections, "L1.load_dem, L2.load_dem");
    assert!(result.contains(",0,0\n") && !result.contains(",-"), "{result}");
}

#[test]
fn an_attribute_that_replaces_another_of_its_model_decides_how_sources_combine() {
    let models = [
        "- {name: B1, type: Battery, parameters: {max_p: 5, min_p: -5, max_energy: 50, charge_efficiency: 90, \
         discharge_efficiency: 90, soc_min: 10, soc_max: 90}, inputs: {flow2b: 0}, outputs: {p_out: 0, p_in: 0}, \
         states: {soc: 21.35, flag: 0, mod: 0}}\n"
            .to_owned(),
        dummy("X", "3"),
        dummy("Zero", "0"),
        dummy("D", "0"),
    ];
    let connections =
        ["Zero.state1 -> B1.flow2b", "B1.p_out -> D.in1", "B1.soc -> D.in1", "X.state1 -> D.in1"];
    let result = same_everywhere(&models, &connections, "D.state1");
    assert!(result.contains("\"[21.35, 3]\""), "listed, not added: {result}");
}

#[test]
fn texts_nulls_lists_and_numbers_that_are_none_cross_nodes_unchanged() {
    let models = [
        dummy("Text", "'a \"word\", ü'"),
        dummy("Nothing", "null"),
        dummy("List", "[1, 2.5, 'x', [true, null]]"),
        dummy("NotANumber", ".nan"),
        dummy("Infinite", "-.inf"),
        dummy("A", "0"),
        dummy("B", "0"),
    ];
    let connections =
        ["Text.state1 -> A.in1", "Nothing.state1 -> A.in1", "List.state1 -> B.in1", "A.state1 -> B.in1"];
    let result = same_everywhere(
        &models,
        &connections,
        "A.state1, B.state1, NotANumber.state1, Infinite.state1, Text.state1",
    );
    assert!(result.contains("-inf") && result.contains("None"), "{result}");
}

/// A list that wraps itself grows by a level in every step: it ends at the same level everywhere.
#[test]
fn a_list_that_grows_without_end_ends_the_run_in_the_same_step() {
    let models = [dummy("D1", "1"), dummy("D2", "2")];
    let connections = ["D1.state1 -> D1.in1 shifted", "D2.state1 -> D1.in1"];
    let (local, nodes) = both(&models, &connections, "D1.state1");
    for (status, message, _) in [&local, &nodes] {
        assert_eq!(*status, Some(1), "{message}");
        assert!(
            message.contains("step 8") && message.contains("`D1`") && message.contains("nested too deep"),
            "{message}"
        );
    }
    assert_eq!(local.2, nodes.2, "the rows before that");
    assert_eq!(local.2.lines().count(), 9);
}

/// Each of two models lists both: the number of values doubles in every step.
#[test]
fn a_list_that_doubles_ends_before_it_fills_the_memory() {
    let models = [dummy("D1", "1"), dummy("D2", "2")];
    let mut connections = vec!["D1.state1 -> D1.in1 shifted", "D2.state1 -> D1.in1 shifted"];
    connections.extend(["D1.state1 -> D2.in1 shifted", "D2.state1 -> D2.in1 shifted"]);
    let (local, nodes) = both(&models, &connections, "D1.state1");
    assert_eq!((local.0, nodes.0), (Some(1), Some(1)), "{} {}", local.1, nodes.1);
    assert_eq!(local.2, nodes.2);
}

#[test]
fn a_parameter_that_is_nested_too_deep_is_refused() {
    let (local, _) = both(&[dummy("D1", "[[[[[[[[[[1]]]]]]]]]]")], &[], "D1.state1");
    assert_eq!(local.0, Some(2), "{}", local.1);
    assert!(local.1.contains("s.yaml:7") && local.1.contains("param1"), "{}", local.1);
}

fn dummy(name: &str, value: &str) -> String {
    format!(
        "- {{name: {name}, type: Dummy, parameters: {{param1: {value}}}, inputs: {{in1: 0}}, \
         outputs: {{out1: 0}}, states: {{state1: 0}}}}\n"
    )
}

fn adder(name: &str) -> String {
    format!(
        "- {{name: {name}, type: Adder, parameters: {{param1: ''}}, inputs: {{in1: 0, in2: 0}}, \
         outputs: {{out1: 0}}, states: {{unused: 0}}}}\n"
    )
}

/// Exit status, messages and result of a run.
type Ended = (Option<i32>, String, String);

/// Runs twelve steps in one process and on three nodes.
fn both(models: &[String], connections: &[&str], items: &str) -> (Ended, Ended) {
    let connections: String = (connections.iter())
        .map(|connection| {
            let (connection, shifted) = match connection.strip_suffix(" shifted") {
                Some(connection) => (connection, ", time_shifted: true"),
                None => (*connection, ""),
            };
            let (from, to) = connection.split_once(" -> ").expect("from -> to");
            format!("- {{from: {from}, to: {to}{shifted}}}\n")
        })
        .collect();
    let connections = if connections.is_empty() { " []\n".to_owned() } else { format!("\n{connections}") };
    let text = format!(
        "scenario:\n  name: odd\n  start_time: '2024-06-20 00:00:00'\n  end_time: '2024-06-20 03:00:00'\n  \
         time_resolution: 900\nmodels:\n{}connections:{connections}monitor:\n  file: out.csv\n  items: [{items}]\n",
        models.concat()
    );
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("s.yaml"), text).expect("it can be written");
    let run = |placed: &str, output: &str| {
        let done = illuminator(folder.path(), &["scenario", "run", "s.yaml", placed, "-o", output]);
        let path = folder.path().join(output);
        let result = if path.exists() { read(&path) } else { String::new() };
        (done.status.code(), stderr(&done), result)
    };
    (run("--local", "local.csv"), run("--nodes=sim:3", "nodes.csv"))
}

fn same_everywhere(models: &[String], connections: &[&str], items: &str) -> String {
    let (local, nodes) = both(models, connections, items);
    assert_eq!(local.0, Some(0), "{}", local.1);
    assert_eq!(nodes.0, Some(0), "{}", nodes.1);
    assert_eq!(local.2, nodes.2, "other bytes on nodes");
    assert_eq!(local.2.lines().count(), 13, "{}", local.2);
    local.2
}
