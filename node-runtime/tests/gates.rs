//! Inputs whose sources come and go, and parameters that change, during a run.

use illuminator_node::engine::{Engine, GatedSource, InputPlan, Knob, ModelPlan, PlacePlan, StagePlan};
use illuminator_node::model::{Origin, Section, Settings};
use illuminator_node::scalar::Scalar;
use illuminator_node::value::Value;

const OUT: u32 = 0;
const SOURCES: [u32; 2] = [1, 2];
const GATES: [u32; 2] = [3, 4];
const SET: u32 = 5;
const INTO: u32 = 6;
const HOUSES: u32 = 7;

/// A model with one gated input of two sources; the second has a value while it is unplugged.
fn engine(model_type: &str, states: &[&str], origin: Origin, otherwise: Option<Value>) -> Engine {
    let section = |names: &[&str], value: Value| {
        Section(names.iter().map(|name| ((*name).to_owned(), value.clone())).collect())
    };
    let is_load = model_type == "Load";
    let parameters = [("houses", Value::Int(2)), ("output_type", Value::Text("power".to_owned()))];
    let settings = Settings {
        parameters: Section(if is_load {
            parameters.map(|(name, value)| (name.to_owned(), value)).to_vec()
        } else {
            vec![("param1".to_owned(), Value::Int(-1))]
        }),
        inputs: section(if is_load { &["load"] } else { &["in1", "in2"] }, Value::Int(0)),
        outputs: section(if is_load { &["load_dem"] } else { &[] }, Value::Int(0)),
        states: section(states, Value::Int(0)),
        step_size: 1,
        resolution_s: 900,
        ..Settings::default()
    };
    let sources = vec![
        GatedSource { slot: SOURCES[0], gate: Some(GATES[0]), otherwise: None },
        GatedSource { slot: SOURCES[1], gate: Some(GATES[1]), otherwise },
    ];
    let mut inputs = vec![InputPlan::Gated { sources, origin, set: Some(SET), into: INTO }];
    inputs.resize(if is_load { 1 } else { 2 }, InputPlan::Open);
    Engine::new(&PlacePlan {
        slots: 8,
        models: vec![ModelPlan {
            name: "M".to_owned(),
            model_type: model_type.to_owned(),
            settings,
            first_slot: OUT,
            inputs,
            knobs: if is_load {
                vec![Knob { parameter: "houses".to_owned(), slot: HOUSES }]
            } else {
                Vec::new()
            },
        }],
        stages: vec![StagePlan { models: 1, ..StagePlan::default() }],
        shadows: Vec::new(),
    })
    .expect("the plan is sound")
}

fn load(otherwise: Option<Value>) -> Engine {
    engine("Load", &[], Origin::Output, otherwise)
}

fn set(engine: &mut Engine, slots: &[(u32, Scalar)]) {
    for &(slot, scalar) in slots {
        engine.slots_mut().set(slot, scalar);
    }
}

fn result(engine: &mut Engine) -> Option<Value> {
    engine.run(0).expect("it runs");
    engine.slots().value(OUT)
}

const PLUGGED: Scalar = Scalar::bool(true);
const UNPLUGGED: Scalar = Scalar::bool(false);

#[test]
fn outputs_of_plugged_cables_are_added() {
    let mut engine = load(None);
    set(&mut engine, &[(SOURCES[0], Scalar::float(3.0)), (SOURCES[1], Scalar::int(4))]);
    for (gates, demand) in [
        ([PLUGGED, PLUGGED], Value::Float(14.0)),
        ([PLUGGED, UNPLUGGED], Value::Float(6.0)),
        ([UNPLUGGED, PLUGGED], Value::Int(8)),
        // As if nothing were connected: a Load takes 0.
        ([UNPLUGGED, UNPLUGGED], Value::Int(0)),
    ] {
        set(&mut engine, &[(GATES[0], gates[0]), (GATES[1], gates[1])]);
        assert_eq!(result(&mut engine), Some(demand), "{gates:?}");
    }
}

#[test]
fn a_stated_value_arrives_while_the_cable_is_out() {
    let mut engine = load(Some(Value::Float(0.5)));
    set(&mut engine, &[(SOURCES[0], Scalar::float(3.0)), (SOURCES[1], Scalar::int(4))]);
    set(&mut engine, &[(GATES[0], PLUGGED), (GATES[1], UNPLUGGED)]);
    assert_eq!(result(&mut engine), Some(Value::Float(7.0)));
    set(&mut engine, &[(GATES[0], UNPLUGGED)]);
    assert_eq!(result(&mut engine), Some(Value::Float(1.0)));
}

#[test]
fn a_value_that_is_set_takes_the_place_of_all_sources() {
    let mut engine = load(None);
    set(&mut engine, &[(SOURCES[0], Scalar::float(3.0)), (GATES[0], PLUGGED), (SET, Scalar::float(9.0))]);
    assert_eq!(result(&mut engine), Some(Value::Float(18.0)));
    set(&mut engine, &[(SET, Scalar::NULL)]);
    assert_eq!(result(&mut engine), Some(Value::Float(6.0)), "null is no value");
}

#[test]
fn states_of_plugged_cables_are_listed() {
    let mut engine = engine("Dummy", &["state1"], Origin::State, None);
    set(&mut engine, &[(SOURCES[0], Scalar::int(3)), (SOURCES[1], Scalar::int(4))]);
    assert_eq!(result(&mut engine), Some(Value::Int(-1)), "no input yet: the parameter");
    for (gates, passed) in [
        ([PLUGGED, PLUGGED], Value::List(vec![Value::Int(3), Value::Int(4)])),
        ([PLUGGED, UNPLUGGED], Value::Int(3)),
        ([UNPLUGGED, PLUGGED], Value::Int(4)),
        ([UNPLUGGED, UNPLUGGED], Value::Int(4)),
    ] {
        set(&mut engine, &[(GATES[0], gates[0]), (GATES[1], gates[1])]);
        assert_eq!(result(&mut engine), Some(passed), "{gates:?}");
    }
}

#[test]
fn a_knob_changes_the_parameter_and_lets_it_go() {
    let mut engine = load(None);
    set(&mut engine, &[(SOURCES[0], Scalar::float(3.0)), (GATES[0], PLUGGED)]);
    assert_eq!(result(&mut engine), Some(Value::Float(6.0)));
    set(&mut engine, &[(HOUSES, Scalar::int(10))]);
    assert_eq!(result(&mut engine), Some(Value::Float(30.0)));

    let snapshot = engine.snapshot();
    let mut other = load(None);
    other.restore(snapshot.clone()).expect("the same plan");
    assert_eq!(result(&mut other), Some(Value::Float(30.0)), "a spare goes on with the changed parameter");

    set(&mut engine, &[(HOUSES, Scalar::NULL)]);
    assert_eq!(result(&mut engine), Some(Value::Float(6.0)));
    engine.restore(snapshot).expect("the same plan");
    assert_eq!(result(&mut engine), Some(Value::Float(30.0)));
}

/// A value that never equals itself is no endless news.
#[test]
fn a_parameter_that_is_not_a_number_does_not_hold_the_step() {
    let mut engine = load(None);
    set(&mut engine, &[(SOURCES[0], Scalar::float(3.0)), (GATES[0], PLUGGED)]);
    for step in 0..3 {
        set(&mut engine, &[(HOUSES, Scalar::float(f64::NAN))]);
        let Some(Value::Float(power)) = result(&mut engine) else { panic!("step {step} gives a number") };
        assert!(power.is_nan());
    }
    set(&mut engine, &[(HOUSES, Scalar::int(10))]);
    assert_eq!(result(&mut engine), Some(Value::Float(30.0)));
}

#[test]
fn a_parameter_that_the_model_refuses_ends_the_run_with_its_name() {
    let mut engine = load(None);
    engine.slots_mut().set_value(HOUSES, Value::Text("many".to_owned()));
    let error = engine.run(0).expect_err("houses are counted").to_string();
    assert!(error.contains("model `M`") && error.contains("houses"), "{error}");
}

#[test]
fn gates_outside_the_plan_are_refused() {
    let source = GatedSource { slot: 0, gate: Some(99), otherwise: None };
    let input = InputPlan::Gated { sources: vec![source], origin: Origin::Output, set: None, into: 0 };
    let model = ModelPlan {
        name: "M".to_owned(),
        model_type: "Load".to_owned(),
        settings: Settings { step_size: 1, resolution_s: 900, ..Settings::default() },
        first_slot: 0,
        inputs: vec![input],
        knobs: Vec::new(),
    };
    let stages = vec![StagePlan { models: 1, ..StagePlan::default() }];
    let plan = PlacePlan { slots: 1, models: vec![model], stages, shadows: Vec::new() };
    assert!(Engine::new(&plan).is_err());
}
