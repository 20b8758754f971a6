//! Settings that models refuse, and how they say so.

use super::{build, find, replace, settings};
use crate::model::SectionKind::{self, Inputs, Parameters, States};
use crate::value::Value;
use Given::{Float, Int, Missing, Null, Text};

/// What a section has for a key.
#[derive(Clone, Copy)]
enum Given {
    /// The key is not there.
    Missing,
    Null,
    /// A word that stands for nothing.
    Text,
    Int(i64),
    Float(f64),
}

impl Given {
    fn value(self) -> Option<Value> {
        match self {
            Missing => None,
            Null => Some(Value::Null),
            Text => Some(Value::Text("none".to_owned())),
            Int(whole) => Some(Value::Int(whole)),
            Float(number) => Some(Value::Float(number)),
        }
    }
}

const REFUSED: &[(&str, SectionKind, &str, Given)] = &[
    ("Battery", Parameters, "charge_efficiency", Missing),
    ("Battery", Parameters, "max_energy", Text),
    ("Battery", Parameters, "soc_max", Null),
    ("Battery", States, "soc", Null),
    ("Battery", States, "soc", Missing),
    ("Battery", States, "flag", Text),
    ("Controller", Parameters, "h2_soc_min", Missing),
    ("Controller", Parameters, "fc_eff", Text),
    ("Controller_T1", Parameters, "max_p", Text),
    ("Controller_T1", Parameters, "battery_active", Missing),
    ("GridConnection", Parameters, "critical_limit", Null),
    ("Load", Parameters, "houses", Null),
    ("Load", Parameters, "output_type", Text),
    ("PV", Parameters, "m_tilt", Text),
    ("PV", Parameters, "P_STC", Int(0)),
    ("PV", Parameters, "formula", Text),
    ("PV", Parameters, "formula", Null),
    ("Wind", Parameters, "output_type", Text),
    ("Wind", Parameters, "cp", Missing),
    ("Wind", States, "u60", Missing),
    ("Adder", Inputs, "in1", Text),
    ("LoadEV", Parameters, "houses_case", Null),
    ("LoadEV", Parameters, "houses_data", Int(0)),
    ("LoadHeatpump", Parameters, "houses_data", Text),
    ("EV", Parameters, "fast", Int(0)),
    ("EV", Parameters, "fast", Missing),
    ("EV", Parameters, "battery_cap", Null),
    ("EV", States, "soc", Text),
    ("EV", States, "desired_soc", Missing),
    ("ControllerEV", Parameters, "max_p", Text),
    ("ControllerT3Congestion", Parameters, "gridconnect_ctrl", Null),
    ("ControllerT3Congestion", Parameters, "soc_min", Missing),
    ("ControllerT3Congestion", Parameters, "elec_assets", Missing),
    ("Controller_T4", Parameters, "soc_max", Missing),
    ("Electrolyzer", Parameters, "ramp_up_time", Int(0)),
    ("Electrolyzer", Parameters, "hold_time", Text),
    ("Electrolyzer", States, "phase_step", Float(1.5)),
    ("Electrolyzer", States, "el_status", Missing),
    ("Fuelcell", Parameters, "h2_to_AC_eff", Missing),
    ("Fuelcell", Parameters, "p_out_stack", Text),
    ("H2Storage", Parameters, "h2_capacity_tot", Int(0)),
    ("H2Storage", Parameters, "h2_discharge_eff", Int(-1)),
    ("H2Storage", States, "h2_soc", Null),
    ("Compressor", Parameters, "compressor_type", Int(2)),
    ("Compressor", Parameters, "p_in", Int(0)),
    ("Compressor", Parameters, "T_amb", Float(f64::NAN)),
    ("Compressor", Parameters, "nom_compression_energy", Text),
    ("GenerationCompanyAgent", Parameters, "company_name", Null),
    ("GenerationCompanyAgent", Parameters, "automated_bids", Missing),
    ("GenerationCompanyAgent", Parameters, "bids_manual", Text),
    ("GenerationCompanyAgent", Inputs, "portfolio", Text),
    ("GenerationCompanyAgent", Inputs, "portfolio", Missing),
    ("GenerationCompanyAgent", States, "profit", Missing),
    ("Operator_Market", Parameters, "results_dir", Null),
    ("Operator_Market", States, "demand", Text),
    ("Operator_Market", States, "demand", Missing),
    ("JusticeAgent", Parameters, "results_dir", Missing),
    ("JusticeAgent", Parameters, "social_parameters", Text),
    ("JusticeAgent", Parameters, "justice_step", Null),
];

#[test]
fn a_missing_or_wrong_parameter_is_named() {
    for &(name, section, key, given) in REFUSED {
        let mut settings = settings(find(name));
        let target = match section {
            Parameters => &mut settings.parameters,
            Inputs => &mut settings.inputs,
            SectionKind::Outputs => &mut settings.outputs,
            States => &mut settings.states,
        };
        replace(target, key, given.value());
        let error = build(find(name), &settings).err().unwrap_or_else(|| panic!("{name}: {key} is accepted"));
        assert_eq!((error.section, error.key.as_str()), (section, key), "{name}: {error}");
        assert!(error.problem.contains(key), "{name}: {error}");
    }
}
