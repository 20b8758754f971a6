//! What the recorded vectors do not reach: settings that are refused, and inputs that only other models or
//! older files send.

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
        replace(&mut settings.parameters, key, Some(Value::Int(1)));
    }
    settings
}

/// Sets or removes the value of a key that is there.
fn replace(section: &mut Section, key: &str, value: Option<Value>) {
    let entry = section.0.iter().position(|(name, _)| name == key);
    match (entry, value) {
        (Some(entry), Some(value)) => section.0[entry].1 = value,
        (Some(entry), None) => drop(section.0.remove(entry)),
        (None, _) => {}
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
fn a_missing_or_wrong_parameter_is_named() {
    use SectionKind::{Inputs, Parameters, States};
    let text = || Some(Value::Text("none".to_owned()));
    let null = || Some(Value::Null);
    let cases = [
        ("Battery", Parameters, "charge_efficiency", None),
        ("Battery", Parameters, "max_energy", text()),
        ("Battery", Parameters, "soc_max", null()),
        ("Battery", States, "soc", null()),
        ("Battery", States, "soc", None),
        ("Battery", States, "flag", text()),
        ("Controller", Parameters, "h2_soc_min", None),
        ("Controller", Parameters, "fc_eff", text()),
        ("Controller_T1", Parameters, "max_p", text()),
        ("Controller_T1", Parameters, "battery_active", None),
        ("GridConnection", Parameters, "critical_limit", null()),
        ("Load", Parameters, "houses", null()),
        ("Load", Parameters, "output_type", text()),
        ("PV", Parameters, "m_tilt", text()),
        ("PV", Parameters, "P_STC", Some(Value::Int(0))),
        ("Wind", Parameters, "output_type", text()),
        ("Wind", Parameters, "cp", None),
        ("Wind", States, "u60", None),
        ("Adder", Inputs, "in1", text()),
        ("LoadEV", Parameters, "houses_case", null()),
        ("LoadEV", Parameters, "houses_data", Some(Value::Int(0))),
        ("LoadHeatpump", Parameters, "houses_data", text()),
        ("EV", Parameters, "fast", Some(Value::Int(0))),
        ("EV", Parameters, "fast", None),
        ("EV", Parameters, "battery_cap", null()),
        ("EV", States, "soc", text()),
        ("EV", States, "desired_soc", None),
        ("ControllerEV", Parameters, "max_p", text()),
        ("ControllerT3Congestion", Parameters, "gridconnect_ctrl", null()),
        ("ControllerT3Congestion", Parameters, "soc_min", None),
        ("ControllerT3Congestion", Parameters, "elec_assets", None),
        ("Controller_T4", Parameters, "soc_max", None),
        ("Electrolyzer", Parameters, "ramp_up_time", Some(Value::Int(0))),
        ("Electrolyzer", Parameters, "hold_time", text()),
        ("Electrolyzer", States, "phase_step", Some(Value::Float(1.5))),
        ("Electrolyzer", States, "el_status", None),
        ("Fuelcell", Parameters, "h2_to_AC_eff", None),
        ("Fuelcell", Parameters, "p_out_stack", text()),
        ("H2Storage", Parameters, "h2_capacity_tot", Some(Value::Int(0))),
        ("H2Storage", Parameters, "h2_discharge_eff", Some(Value::Int(-1))),
        ("H2Storage", States, "h2_soc", null()),
        ("Compressor", Parameters, "compressor_type", Some(Value::Int(2))),
        ("Compressor", Parameters, "p_in", Some(Value::Int(0))),
        ("Compressor", Parameters, "T_amb", Some(Value::Float(f64::NAN))),
        ("Compressor", Parameters, "nom_compression_energy", text()),
    ];
    for (name, section, key, value) in cases {
        let mut settings = settings(find(name));
        let target = match section {
            Parameters => &mut settings.parameters,
            Inputs => &mut settings.inputs,
            SectionKind::Outputs => &mut settings.outputs,
            States => &mut settings.states,
        };
        replace(target, key, value);
        let error = build(find(name), &settings).err().unwrap_or_else(|| panic!("{name}: {key} is accepted"));
        assert_eq!((error.section, error.key.as_str()), (section, key), "{name}: {error}");
        assert!(error.problem.contains(key), "{name}: {error}");
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
