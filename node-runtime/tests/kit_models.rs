//! The demonstrator's models where the recorded vectors do not reach: odd settings, odd inputs, odd boards.

#![expect(clippy::unwrap_used, reason = "a model that cannot be built is a failed test")]

use illuminator_hal::encode::attiny::board_command;
use illuminator_node::model::{
    Build, BuildError, Built, Input, Io, ModelType, SectionKind, Settings, Slots, StepError, registry,
};
use illuminator_node::value::Value;
use proptest::prelude::*;

/// An LED_connection or a story with its slots: a slot for each input, then those that it writes.
struct Stand {
    model_type: &'static ModelType,
    built: Built,
    slots: Slots,
    step: u64,
}

impl Stand {
    fn new(name: &str, settings: &Settings) -> Self {
        let model_type = registry::find(name).unwrap();
        let built = build(model_type, settings).unwrap();
        let slots = Slots::new(model_type.inputs.len() + built.attributes.len());
        Self { model_type, built, slots, step: 0 }
    }

    /// Runs a step with these inputs connected.
    fn step(&mut self, inputs: &[(&str, Value)]) -> Result<(), StepError> {
        let ports = self.model_type.inputs.iter().zip(0..);
        let wires: Vec<Input> = ports
            .map(|(port, slot)| match inputs.iter().find(|(name, _)| *name == port.name) {
                Some((_, value)) => {
                    self.slots.set_value(slot, value.clone());
                    Input::state(slot)
                }
                None => Input::NONE,
            })
            .collect();
        let mut io = Io::new(&mut self.slots, &wires, wires.len() as u32, self.step);
        self.step += 1;
        self.built.model.step(&mut io)
    }

    /// An attribute that a step wrote.
    fn value(&self, name: &str) -> Value {
        let position = self.built.attributes.iter().position(|attribute| attribute.name == name).unwrap();
        self.slots.value((self.model_type.inputs.len() + position) as u32).unwrap()
    }

    /// The texts of the lines for the boards.
    fn lines(&self) -> Vec<String> {
        let Value::List(lines) = self.value("board_lines") else { panic!("no list") };
        let text = |line: &Value| match line {
            Value::List(pair) => pair[1].as_text().unwrap().to_owned(),
            other => panic!("{other:?} is no pair"),
        };
        lines.iter().map(text).collect()
    }
}

fn build(model_type: &ModelType, settings: &Settings) -> Result<Built, BuildError> {
    match model_type.build {
        Build::Anywhere(build) => build(settings),
        Build::OnHost(_) | Build::Recorder => panic!("{} needs a host", model_type.name),
    }
}

/// The class defaults of an LED_connection whose speed comes from `sources`.
fn led(sources: &[&str]) -> Settings {
    let model_type = registry::find("LED_connection").unwrap();
    let mut settings = Settings {
        parameters: model_type.class_section(SectionKind::Parameters),
        states: model_type.class_section(SectionKind::States),
        step_size: 1,
        resolution_s: 900,
        ..Settings::default()
    };
    let ids = sources.iter().map(|source| format!("{source}-0.time-based_0")).collect();
    settings.sources.insert("speed".to_owned(), ids);
    settings
}

/// The eleven states of the table's story, fed by LED_connections called so.
fn story(sources: &[&str]) -> Settings {
    let states = registry::find("Controller_StoryMode").unwrap().states.iter().map(|port| port.name);
    let mut settings = Settings { step_size: 1, resolution_s: 900, ..Settings::default() };
    settings.states.0 =
        states.filter(|name| *name != "file_index_Load").map(|name| (name.to_owned(), Value::Null)).collect();
    let ids = sources.iter().map(|source| format!("{source}_LED-0.time-based_0")).collect();
    settings.sources.insert("physical_connections".to_owned(), ids);
    settings
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn list(texts: &[&str]) -> Value {
    Value::List(texts.iter().map(|item| text(item)).collect())
}

fn item(from: &str, to: &str, id: Value, direction: Value) -> Value {
    let entries = [("from", text(from)), ("to", text(to)), ("connection_id", id), ("direction", direction)];
    Value::Map(entries.into_iter().map(|(key, value)| (text(key), value)).collect())
}

#[test]
fn the_sum_of_outputs_is_the_speed_of_the_first_source() {
    let mapping = Value::List(vec![
        item("A_LED", "X_LED", text("1"), Value::Int(1)),
        item("B_LED", "X_LED", text("2"), Value::Int(1)),
    ]);
    let inputs = [("speed", Value::Float(0.6)), ("mapping", mapping), ("boards", list(&["1", "2"]))];
    let mut stand = Stand::new("LED_connection", &led(&["A", "B"]));
    stand.step(&inputs).unwrap();
    stand.step(&inputs).unwrap();
    assert_eq!(stand.lines(), ["3g1\n", "0g1\n"]);
}

#[test]
fn directions_are_read_as_python_reads_integers() {
    for (direction, line) in [
        (Value::Bool(true), "4r1\n"),
        (Value::Float(-1.9), "4r-1\n"),
        (text(" 1 "), "4r1\n"),
        (Value::Null, "4r0\n"),
        (text("up"), "4r0\n"),
        (Value::Float(f64::NAN), "4r0\n"),
    ] {
        let mapping = Value::List(vec![item(" A_LED ", "B_LED", Value::Int(7), direction.clone())]);
        let inputs = [("speed", text("1.0")), ("mapping", mapping), ("boards", list(&[" 7 "]))];
        let mut stand = Stand::new("LED_connection", &led(&["A"]));
        stand.step(&inputs).unwrap();
        stand.step(&inputs).unwrap();
        assert_eq!(stand.lines(), [line], "{direction:?}");
    }
}

#[test]
fn a_port_without_a_board_is_forgotten_at_once() {
    let nothing = |boards| [("mapping", Value::Null), ("boards", boards)];
    let mut stand = Stand::new("LED_connection", &led(&[]));
    stand.step(&nothing(list(&["5"]))).unwrap();
    for _ in 0..7 {
        stand.step(&nothing(list(&["-1"]))).unwrap();
        assert_eq!(stand.value("connections"), list(&["5"]));
    }
    stand.step(&nothing(Value::List(vec![Value::Null]))).unwrap();
    assert_eq!((stand.value("connections"), stand.lines()), (list(&[]), vec![]));
    stand.step(&nothing(list(&["5"]))).unwrap();
    stand.step(&nothing(list(&["-1"]))).unwrap();
    assert_eq!(stand.value("connections"), list(&["5"]), "one miss, not nine");
}

#[test]
fn four_boards_are_looked_after() {
    let mut stand = Stand::new("LED_connection", &led(&[]));
    stand.step(&[("mapping", Value::Null), ("boards", list(&["1", "2", "3", "4", "5"]))]).unwrap();
    assert_eq!((stand.value("connections"), stand.lines().len()), (list(&["1", "2", "3", "4"]), 4));
}

#[test]
fn a_mapping_of_another_shape_is_an_error() {
    for mapping in [Value::Int(1), Value::List(vec![Value::List(Vec::new())])] {
        let mut stand = Stand::new("LED_connection", &led(&[]));
        let error = stand.step(&[("mapping", mapping)]).unwrap_err().to_string();
        assert!(error.contains("`mapping` needs"), "{error}");
    }
}

#[test]
fn the_states_tell_which_story_is_meant() {
    let model_type = registry::find("Controller_StoryMode").unwrap();
    let refusal = |change: &dyn Fn(&mut Settings)| {
        let mut settings = story(&[]);
        change(&mut settings);
        build(model_type, &settings).map(|built| built.attributes).expect_err("it is refused")
    };
    let both = refusal(&|settings| settings.states.0.push(("file_index_Load".to_owned(), Value::Null)));
    assert!(both.problem.contains("two different models"), "{both}");
    let neither = refusal(&|settings| settings.states.0.clear());
    assert!(neither.problem.contains("`file_index_Load`"), "{neither}");
    let one_less = refusal(&|settings| settings.states.0.retain(|(name, _)| name != "Wind_LED_mapping"));
    assert_eq!((one_less.section, one_less.key.as_str()), (SectionKind::States, "Wind_LED_mapping"));
}

#[test]
fn a_single_led_connection_is_linked_with_nobody() {
    // Upstream would take the two texts for the ids of two models, character by character.
    let mut stand = Stand::new("Controller_StoryMode", &story(&["Load_EWI"]));
    stand.step(&[("physical_connections", list(&["12", "21"]))]).unwrap();
    assert_eq!(stand.value("file_index_Load_EWI"), Value::Int(0));
    assert_eq!(stand.value("Load_EWI_LED_mapping"), list(&[]));
}

#[test]
fn null_means_no_plugs_and_a_number_is_an_error() {
    let mut stand = Stand::new("Controller_StoryMode", &story(&["Load_EWI", "Grid_Ext"]));
    let seen = |first| [("physical_connections", Value::List(vec![first, list(&["1"])]))];
    stand.step(&seen(Value::Null)).unwrap();
    assert_eq!(stand.value("file_index_Load_EWI"), Value::Int(0));
    stand.step(&seen(list(&["1"]))).unwrap();
    assert_eq!(stand.value("file_index_Load_EWI"), Value::Float(0.9));
    let error = stand.step(&seen(Value::Int(1))).unwrap_err().to_string();
    assert!(error.contains("a list of plugs") && error.contains("an integer"), "{error}");
}

/// Any value, with the names and ids that mean something among the others.
fn any_value() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "",
        "-1",
        "0",
        "1",
        " 1",
        "A_LED",
        "B",
        "from",
        "to",
        "connection_id",
        "direction",
    ]);
    let single = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        prop_oneof![-2..3_i64, any::<i64>()].prop_map(Value::Int),
        any::<f64>().prop_map(Value::Float),
        word.clone().prop_map(text),
    ];
    single.prop_recursive(3, 24, 4, move |inner| {
        let entry = (word.clone().prop_map(text), inner.clone());
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(Value::List),
            prop::collection::vec(entry, 0..5).prop_map(Value::Map),
        ]
    })
}

/// Ids of cables, so few that two models often see the same.
fn id() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![text("0"), text("1"), text("2"), text("-1"), Value::Int(1), Value::Null])
}

/// The ids at one model, rarely anything else.
fn ids() -> impl Strategy<Value = Value> {
    prop_oneof![9 => prop::collection::vec(id(), 0..4).prop_map(Value::List), 1 => any_value()]
}

/// The cables to light, rarely anything else.
fn mapping() -> impl Strategy<Value = Value> {
    let end = || prop::sample::select(vec!["A_LED", "B_LED", "C_LED"]);
    let items = (end(), end(), id(), any_value()).prop_map(|(from, to, id, odd)| item(from, to, id, odd));
    prop_oneof![9 => prop::collection::vec(items, 0..4).prop_map(Value::List), 1 => any_value()]
}

proptest! {
    /// Whatever arrives, at most four boards get lines, each with an effect on a board, and the model can be
    /// saved and restored in between.
    #[test]
    fn no_input_is_too_odd_for_an_led_connection(
        steps in prop::collection::vec((any_value(), mapping(), ids()), 1..12),
    ) {
        let mut stand = Stand::new("LED_connection", &led(&["A", "B"]));
        for (speed, mapping, boards) in steps {
            if stand.step(&[("speed", speed), ("mapping", mapping), ("boards", boards)]).is_err() {
                continue;
            }
            prop_assert!(stand.lines().len() <= 4);
            for line in stand.lines() {
                let [speed, colour, direction, end] = board_command(&line);
                prop_assert!((b'0'..=b'4').contains(&speed) && b"rg".contains(&colour), "{line:?}");
                prop_assert!(b"01".contains(&direction) && end == b'\n' && line.ends_with('\n'), "{line:?}");
            }
            let saved = stand.built.model.save();
            prop_assert!(stand.built.model.restore(&saved));
            prop_assert_eq!(stand.built.model.save(), saved);
        }
    }

    /// Whatever the LED_connections send, both ends of a cable are lit or neither, in opposite directions.
    #[test]
    fn both_ends_of_a_cable_belong_together(seen in prop::collection::vec(ids(), 6), steps in 1..12_u64) {
        let parts = ["Load_EWI", "Grid_Ext", "Load_house", "PV", "Battery", "Wind"];
        let mut stand = Stand::new("Controller_StoryMode", &story(&parts));
        for _ in 0..steps {
            if stand.step(&[("physical_connections", Value::List(seen.clone()))]).is_err() {
                continue;
            }
            let mut ends = Vec::new();
            for part in parts {
                let Value::List(items) = stand.value(&format!("{part}_LED_mapping")) else { panic!("a list") };
                for entry in items {
                    let Value::Map(entries) = entry else { panic!("a mapping") };
                    let [from, to, id, direction] = [0, 1, 2, 3].map(|entry: usize| entries[entry].1.clone());
                    prop_assert_eq!(&to, &text(&format!("{part}_LED-0.time-based_0")));
                    let Value::Int(direction) = direction else { panic!("an integer") };
                    ends.push((from, to, id, direction));
                }
            }
            for (from, to, id, direction) in &ends {
                let other = (to.clone(), from.clone(), id.clone(), -direction);
                prop_assert!(ends.contains(&other), "{ends:?}");
            }
        }
    }
}
