//! What the recorded vectors do not reach: settings that are refused, and inputs that only other models or
//! older files send.

mod refused;

use crate::model::{
    Attribute, Build, BuildError, Built, Input, Io, ModelType, Section, SectionKind, Settings, Slots,
    StepError, registry,
};
use crate::scalar::{Kind, Scalar};
use crate::value::Value;

/// Class defaults, with a value for every parameter whose class default nobody can run with.
fn settings(model_type: &ModelType) -> Settings {
    let mut settings = Settings {
        parameters: model_type.class_section(SectionKind::Parameters),
        inputs: model_type.class_section(SectionKind::Inputs),
        outputs: model_type.class_section(SectionKind::Outputs),
        states: model_type.class_section(SectionKind::States),
        step_size: 1,
        resolution_s: 900,
        ..Settings::default()
    };
    let without_default =
        ["P_STC", "connection_capacity", "tolerance_limit", "critical_limit", "houses_case", "houses_data"];
    for key in without_default {
        if settings.parameters.contains(key) {
            replace(&mut settings.parameters, key, Some(Value::Int(1)));
        }
    }
    settings
}

/// Sets or removes the value of a key.
fn replace(section: &mut Section, key: &str, value: Option<Value>) {
    let entry = section.0.iter().position(|(name, _)| name == key);
    match (entry, value) {
        (Some(entry), Some(value)) => section.0[entry].1 = value,
        (Some(entry), None) => drop(section.0.remove(entry)),
        (None, Some(value)) => section.0.push((key.to_owned(), value)),
        (None, None) => {}
    }
}

fn build(model_type: &ModelType, settings: &Settings) -> Result<Built, BuildError> {
    match model_type.build {
        Build::Anywhere(build) => build(settings),
        Build::OnHost(_) | Build::Recorder => panic!("{} needs a host", model_type.name),
    }
}

fn find(name: &str) -> &'static ModelType {
    registry::find(name).unwrap()
}

/// One step with these inputs, in the order of the type; the values written, in order of the attributes.
fn step(
    model_type: &ModelType,
    settings: &Settings,
    inputs: &[(&str, Value)],
) -> Result<Vec<(String, Value)>, StepError> {
    let Built { mut model, attributes } = build(model_type, settings).unwrap();
    let first_slot = model_type.inputs.len() as u32;
    let mut slots = Slots::new(model_type.inputs.len() + attributes.len());
    let mut wires = vec![Input::NONE; model_type.inputs.len()];
    for (name, value) in inputs {
        let input = model_type.inputs.iter().position(|port| port.name == *name).unwrap();
        slots.set_value(input as u32, value.clone());
        wires[input] = Input::state(input as u32);
    }
    model.step(&mut Io::new(&mut slots, &wires, first_slot, 0))?;
    let values = attributes.into_iter().zip(first_slot..);
    Ok(values.map(|(Attribute { name, .. }, slot)| (name, slots.value(slot).unwrap())).collect())
}

#[test]
fn class_defaults_can_be_built() {
    for model_type in registry::MODEL_TYPES {
        if let Build::Anywhere(build) = model_type.build {
            assert!(build(&settings(model_type)).is_ok(), "{}", model_type.name);
        }
    }
}

#[test]
fn parameters_of_an_inactive_battery_may_be_anything() {
    let mut settings = settings(find("Controller_T1"));
    replace(&mut settings.parameters, "battery_active", Some(Value::Bool(false)));
    replace(&mut settings.parameters, "max_p", Some(Value::Text("None".to_owned())));
    let names = build(find("Controller_T1"), &settings).unwrap().attributes;
    assert_eq!(names, [Attribute::output("res_load"), Attribute::output("dump")]);
}

#[test]
fn plants_and_weights_that_cannot_be_computed_with_are_refused() {
    let map = |entries: &[(&str, Value)]| {
        Value::Map(
            entries.iter().map(|(key, value)| (Value::Text((*key).to_owned()), value.clone())).collect(),
        )
    };
    let plant = [
        ("Technology", Value::Text("Oil".to_owned())),
        ("Capacity (MW)", Value::Int(300)),
        ("Cost (€/MWh)", Value::Int(104)),
        ("Availability", Value::Int(1)),
    ];
    let company = find("GenerationCompanyAgent");
    for left_out in 0..plant.len() {
        let mut rest = plant.to_vec();
        let (name, _) = rest.remove(left_out);
        let mut settings = settings(company);
        replace(&mut settings.inputs, "portfolio", Some(Value::List(vec![map(&rest)])));
        let error =
            build(company, &settings).err().unwrap_or_else(|| panic!("without {name} it is accepted"));
        assert!(error.problem.contains(name), "{error}");
    }
    let mut by_hand = settings(company);
    replace(&mut by_hand.parameters, "automated_bids", Some(Value::Bool(false)));
    replace(&mut by_hand.inputs, "portfolio", Some(Value::List(vec![map(&plant)])));
    assert!(build(company, &by_hand).is_err_and(|error| error.key == "bids_manual"));

    let justice = find("JusticeAgent");
    for weights in [Value::Int(1), map(&[("a", Value::Null)]), map(&[("a", Value::Text("1".to_owned()))])] {
        let mut settings = settings(justice);
        replace(&mut settings.parameters, "social_parameters", Some(map(&[("A", weights.clone())])));
        assert!(build(justice, &settings).is_err_and(|error| error.problem.contains('A')), "{weights:?}");
    }
}

#[test]
fn null_is_not_a_number_in_a_step() {
    for (name, input) in
        [("Battery", "flow2b"), ("Wind", "u"), ("Load", "load"), ("GridConnection", "power_flow")]
    {
        let result = step(find(name), &settings(find(name)), &[(input, Value::Null)]);
        assert!(matches!(result, Err(StepError::NotANumber { found: "null", .. })), "{name}: {result:?}");
    }
}

#[test]
fn dump_goes_before_power_flow() {
    let mut settings = settings(find("GridConnection"));
    settings.outputs.0.push(("residual".to_owned(), Value::Null));
    let both = [("dump", Value::Int(1)), ("power_flow", Value::Int(2))];
    let written = step(find("GridConnection"), &settings, &both).unwrap();
    assert_eq!(written[0], ("residual".to_owned(), Value::Int(1)));
    let written = step(find("GridConnection"), &settings, &both[1..]).unwrap();
    assert_eq!(written[0], ("residual".to_owned(), Value::Int(2)));
}

#[test]
fn an_adder_adds_what_is_connected_to_what_is_not() {
    let adder = find("Adder");
    let sum = |value| vec![("out1".to_owned(), value)];
    assert_eq!(step(adder, &settings(adder), &[]).unwrap(), sum(Value::Int(30)));
    assert_eq!(
        step(adder, &settings(adder), &[("in1", Value::Float(0.5))]).unwrap(),
        sum(Value::Float(20.5))
    );

    let mut open = settings(adder);
    replace(&mut open.inputs, "in2", Some(Value::Null));
    assert_eq!(step(adder, &open, &[]).unwrap_err(), StepError::MissingInput { input: 1 });
}

#[test]
fn a_dummy_passes_a_text_and_keeps_it() {
    let dummy = find("Dummy");
    let text = Value::Text("abc".to_owned());
    let written = step(dummy, &settings(dummy), &[("in1", text.clone())]).unwrap();
    assert_eq!(written, [("state1".to_owned(), text)]);
}

#[test]
fn a_wind_that_cancels_the_cooling_term_divides_by_zero() {
    let pv = find("PV");
    let mut inputs: Vec<_> = pv.inputs.iter().map(|port| (port.name, Value::Int(1))).collect();
    let still = -5.7 / (3.8 * 0.61);
    inputs[5].1 = Value::Float(still);
    let expect_error = 5.7 + 3.8 * 0.61 * still == 0.0;
    assert!(expect_error, "the terms no longer cancel: choose another wind speed");
    assert!(matches!(step(pv, &settings(pv), &inputs), Err(StepError::DivisionByZero(_))));
    inputs[5].1 = Value::Numpy(still);
    assert!(step(pv, &settings(pv), &inputs).is_ok());
}

#[test]
fn divisions_by_zero_are_errors_unless_numpy() {
    let battery = find("Battery");
    let mut settings = settings(battery);
    replace(&mut settings.parameters, "min_p", Some(Value::Int(-250)));
    replace(&mut settings.parameters, "discharge_efficiency", Some(Value::Int(0)));
    replace(&mut settings.states, "soc", Some(Value::Int(50)));
    let request = |value| step(battery, &settings, &[("flow2b", value)]);
    assert!(matches!(request(Value::Float(-1.0)), Err(StepError::DivisionByZero(_))));
    assert!(request(Value::Numpy(-1.0)).is_ok());
}

#[test]
fn dividing_by_a_number_gives_a_float() {
    assert_eq!((Scalar::int(1) / 100.0).kind(), Kind::Float);
    assert_eq!((Scalar::numpy(1.0) / 100.0).kind(), Kind::Numpy);
    assert_eq!(Scalar::int(7).with_value(2.0).kind(), Kind::Int);
}

#[test]
fn a_phase_that_a_scenario_begins_with_begins_in_the_first_step() {
    let electrolyzer = find("Electrolyzer");
    let mut settings = settings(electrolyzer);
    replace(&mut settings.states, "phase_step", Some(Value::Int(4)));
    let stop = [("run_electrolyser", Value::Int(0)), ("production_rate", Value::Int(0))];
    let written = step(electrolyzer, &settings, &stop).unwrap();
    assert_eq!(written[0], ("flow2e".to_owned(), Value::Float(-1.47)));
    assert_eq!(written[4], ("phase_step".to_owned(), Value::Int(4)));
}

#[test]
fn a_list_of_presences_is_nobody_at_home() {
    let ev = find("EV");
    let mut settings = settings(ev);
    replace(&mut settings.parameters, "battery_cap", Some(Value::Int(60)));
    replace(&mut settings.parameters, "max_power", Some(Value::Int(11)));
    replace(&mut settings.states, "desired_soc", Some(Value::Int(100)));
    let demand = |presence| step(ev, &settings, &[("presence", presence)]).unwrap()[0].1.clone();
    assert_eq!(demand(Value::Bool(true)), Value::Int(11));
    assert_eq!(demand(Value::List(vec![Value::Int(1)])), Value::Int(0));
    assert_eq!(demand(Value::Null), Value::Int(0));
}
