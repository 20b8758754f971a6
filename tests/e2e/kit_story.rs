//! The demonstrator's own scenario: LED_connections and the story, without boards, with plugs that others stand
//! in for, and with boards that answer.

use crate::{cells, read};
use illuminator::plan::{Placement, TablePlan, plan};
use illuminator::record::push_value;
use illuminator::scenario::{Scenario, load};
use illuminator::shell::DiskFiles;
use illuminator_node::engine::{Engine, InputPlan, PlacePlan};
use illuminator_node::model::{Attribute, Origin};
use illuminator_node::value::Value;
use illuminator_tests::programs::{illuminator, stderr};
use illuminator_tests::samples::{project, scenario};

const FILE: &str = "tests/scenarios/kit_story.yaml";
const PARTS: [&str; 6] = ["Load_EWI", "Load_house", "PV", "Battery", "Wind", "Grid_Ext"];
/// The connections whose values are of the step before.
const SHIFTED: &str = "to: Story.physical_connections, time_shifted: true";

#[test]
fn without_boards_nothing_is_connected() {
    let result = same_everywhere(&read(&project(FILE)));
    let rows = cells(&result);
    assert_eq!(rows.len(), 25, "{result}");
    for row in &rows[1..] {
        assert!(row[1..6].iter().all(|level| *level == "0"), "{row:?}");
        assert_eq!(row.len(), 18);
        assert!(row[6..].iter().all(|list| *list == "[]"), "{row:?}");
    }
}

#[test]
fn a_story_that_reaches_the_boards_one_step_later_is_the_same_without_them() {
    let file = read(&project(FILE));
    let shifted = file
        .replace(SHIFTED, "to: Story.physical_connections")
        .replace("_LED.speed}", "_LED.speed, time_shifted: true}")
        .replace("_LED.mapping}", "_LED.mapping, time_shifted: true}")
        .replace("mapping: []}", "mapping: null}");
    assert_eq!(shifted.matches("time_shifted").count(), 16);
    assert_eq!(same_everywhere(&shifted), same_everywhere(&file));
}

#[test]
fn plugs_tell_the_story() {
    let result = same_everywhere(&with_plugs(&[
        ("Load_EWI", "['1', '3']"),
        ("Load_house", "['2']"),
        ("PV", "['3']"),
        ("Wind", "['5']"),
        ("Grid_Ext", "['5', '1', '2']"),
    ]));
    // The lists have commas: what is before them can be split at commas, what is in them is looked for.
    let rows = cells(&result);
    for (step, row) in rows[1..].iter().enumerate() {
        let levels = match step {
            0 => ["0", "0", "0", "0", "0"],
            1..10 | 20.. => ["0.6", "0.6", "0.6", "0", "0.6"],
            _ => ["0.9", "0.6", "0.0", "0", "0.6"],
        };
        assert_eq!(row[1..6], levels, "step {step}");
    }
    let item = |from: &str, to: &str, id: u8, direction: i8| {
        format!(
            "{{'from': '{from}_LED-0.time-based_0', 'to': '{to}_LED-0.time-based_0', 'connection_id': '{id}', \
             'direction': {direction}}}"
        )
    };
    let mappings = [
        format!("\"[{}, {}]\"", item("Grid_Ext", "Load_EWI", 1, -1), item("PV", "Load_EWI", 3, -1)),
        format!("\"[{}]\"", item("Grid_Ext", "Load_house", 2, -1)),
        format!("\"[{}]\"", item("Load_EWI", "PV", 3, 1)),
        "[]".to_owned(),
        format!("\"[{}]\"", item("Grid_Ext", "Wind", 5, 1)),
        format!(
            "\"[{}, {}, {}]\"",
            item("Load_EWI", "Grid_Ext", 1, 1),
            item("Wind", "Grid_Ext", 5, -1),
            item("Load_house", "Grid_Ext", 2, 1)
        ),
    ];
    let last = result.lines().last().expect("there are rows");
    assert!(last.contains(&mappings.join(",")), "{last}");
}

#[test]
fn a_winter_plug_makes_winter() {
    let result = same_everywhere(&with_plugs(&[("Load_EWI", "['4', '0']"), ("Battery", "[4, '4']")]));
    for (step, row) in cells(&result)[1..].iter().enumerate() {
        // Of no effect without the other three: the battery alone sees winter.
        assert_eq!(row[1..6], ["0", "0", "0", if step == 0 { "0" } else { "0.0" }, "0"], "step {step}");
    }
}

#[test]
fn of_several_cables_between_two_the_smallest_is_shown() {
    for (office, grid, id) in [
        ("['10', '9']", "['9', '10']", "'9'"),
        ("['b', '10', 'a']", "['a', 'b', '10']", "'10'"),
        ("[7, '-1', 'b', 'a']", "['a', '-1', '7', 'b']", "'a'"),
        ("[8, '9']", "['9', 8]", "8"),
    ] {
        let result = same_everywhere(&with_plugs(&[("Load_EWI", office), ("Grid_Ext", grid)]));
        let last = result.lines().last().expect("there are rows");
        let ids: Vec<&str> = last
            .split("'connection_id': ")
            .skip(1)
            .map(|rest| rest.split(',').next().expect("a part"))
            .collect();
        assert_eq!(ids, [id, id], "{office} and {grid}");
    }
}

#[test]
fn boards_are_commanded_once_both_ends_of_their_cable_are_known() {
    let table = scenario(FILE);
    let mut boards = Boards::new(&table, &["Load_EWI_LED", "Grid_Ext_LED"]);
    let here = Value::List(vec![Value::Text("1".to_owned())]);
    let gone = Value::List(vec![Value::Null]);
    let idle = |id: &str| format!("[[{id}, '0g0\\n']]");
    // Nothing is known, then each knows its cable and not what to show, then the story has linked the two.
    assert_eq!(boards.step([&gone, &gone]), ["[]", "[]"]);
    assert_eq!(boards.step([&here, &here]), [idle("None"), idle("None")]);
    assert_eq!(boards.step([&here, &here]), ["[['1', '4r-1\\n']]", "[['1', '4r1\\n']]"]);
    // A board that is silent keeps its cable, and its light.
    let silent = Value::List(vec![Value::Text("-1".to_owned())]);
    assert_eq!(boards.step([&silent, &here]), ["[['1', '4r-1\\n']]", "[['1', '4r1\\n']]"]);
    // A board that is unplugged is forgotten at once, and the other end shows nothing one step later.
    assert_eq!(boards.step([&gone, &here]), ["[]", "[['1', '4r1\\n']]"]);
    assert_eq!(boards.step([&gone, &here]), ["[]".to_owned(), idle("'1'")]);
}

/// Runs a scenario in one process and on seven nodes; its result.
fn same_everywhere(text: &str) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("s.yaml"), text).expect("it can be written");
    let run = |placed: &str, output: &str| {
        let done = illuminator(folder.path(), &["scenario", "run", "s.yaml", placed, "-o", output]);
        assert!(done.status.success(), "{placed}: {}", stderr(&done));
        read(&folder.path().join(output))
    };
    let local = run("--local", "local.csv");
    assert_eq!(run("--nodes=sim:7", "nodes.csv"), local, "other bytes on nodes");
    local
}

/// The scenario with a Dummy in the place of each LED_connection, which sends these plugs.
fn with_plugs(plugs: &[(&str, &str)]) -> String {
    let mut text = read(&project(FILE));
    for part in PARTS {
        let sent = plugs.iter().find(|(at, _)| *at == part).map_or("[]", |(_, sent)| sent);
        let model = format!("- name: {part}_LED\n  type: LED_connection\n  parameters: {{min_speed: 0,");
        assert!(text.contains(&model), "{part}");
        text = text
            .replace(&model, &format!("- name: {part}_LED\n  type: Dummy\n  parameters: {{param1: {sent},"))
            .replace(&format!("{part}_LED.connections"), &format!("{part}_LED.state1"));
    }
    text.replace("states: {connections: []}", "states: {state1: []}")
        .replace("inputs: {speed: 0, mapping: []}", "inputs: {speed: 0, mapping: [], in1: 0}")
}

/// A table in one process whose boards are played by a test.
struct Boards {
    engine: Engine,
    step: u64,
    /// Of each LED_connection that has boards, the slots of the boards and of the lines for them.
    slots: Vec<(u32, u32)>,
}

impl Boards {
    fn new(scenario: &Scenario, names: &[&str]) -> Self {
        let TablePlan { mut places, .. } =
            plan(scenario, &Placement::local(scenario), &[]).expect("one place has one stage");
        let place = &mut places[0];
        let slots = names.iter().map(|name| connect(scenario, place, name)).collect();
        Self { engine: Engine::new(place).expect("the models can be built"), step: 0, slots }
    }

    /// Runs a step in which the boards give these answers; the lines for them.
    fn step(&mut self, answers: [&Value; 2]) -> Vec<String> {
        self.engine.import(0, |slots, imports| {
            for ((slot, _), answer) in self.slots.iter().zip(answers) {
                assert!(imports.contains(slot));
                slots.set_value(*slot, answer.clone());
            }
        });
        self.engine.run(self.step).expect("the models can be stepped");
        self.step += 1;
        let lines = self.slots.iter().map(|(_, lines)| {
            let mut text = Vec::new();
            push_value(&self.engine.slots().value(*lines).expect("they are written"), false, &mut text);
            String::from_utf8(text).expect("it is text")
        });
        lines.collect()
    }
}

/// Gives the LED_connection `name` boards: a slot that is filled from outside.
fn connect(scenario: &Scenario, place: &mut PlacePlan, name: &str) -> (u32, u32) {
    let entry = scenario.models.iter().find(|model| model.name == name).expect("it is in the scenario");
    let input = entry.model_type.inputs.iter().position(|port| port.of_table).expect("it takes boards");
    let lines = Attribute::position(&entry.attributes, "board_lines").expect("it writes lines");
    let boards = place.slots;
    place.slots += 1;
    place.stages[0].imports.push(boards);
    let model = place.models.iter_mut().find(|model| model.name == name).expect("it is planned");
    model.inputs[input] = InputPlan::One { slot: boards, origin: Origin::State };
    (boards, model.first_slot + lines as u32)
}

#[test]
fn files_know_nothing_of_the_boards() {
    let file = read(&project(FILE));
    let refused = |text: &str| {
        let findings = load(text, "s.yaml", &mut DiskFiles::beside(&project(FILE)));
        findings.map(|_| ()).expect_err("it is refused").to_string()
    };
    let recorded = refused(&file.replace("- PV_LED.connections\n", "- PV_LED.board_lines\n"));
    assert!(recorded.contains("`PV_LED` has no attribute `board_lines`"), "{recorded}");
    let fed = refused(&file.replace("to: PV_LED.mapping}", "to: PV_LED.boards}"));
    assert!(fed.contains("`PV_LED` has no input `boards`"), "{fed}");
}
