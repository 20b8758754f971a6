//! Where the models do something else than the recording, on purpose; and the words in which they fail where the
//! recording fails.

/// What the models do in a case.
#[derive(Debug)]
pub(crate) enum Ours {
    /// They are not built, with this error.
    Refused(&'static str),
    /// They fail in the first step, with this error.
    Fails(&'static str),
    /// They run these steps: inputs, outputs and states as in a vector file.
    Computes(&'static str),
}
use Ours::{Computes, Fails, Refused};

const EARLY: &str = "found before the run, not in a step";
const EXTRA_STATES: &str =
    "an extra state of older files is written where it is declared; leaving it out is no error";
const NOT_LISTED: &str = "the class lists no extra states";
const OVERLAP: &str = "the class lists no state of the name of an output, so the model can be built";

/// File, case, what the models do, and why: every deliberate difference.
pub(crate) const DIFFERENCES: &[(&str, &str, Ours, &str)] = &[
    ("Adder", "strings_concatenate", Refused("`in1` must be a number, not a text"), "texts are refused"),
    (
        "Adder",
        "connected_input_fails",
        Computes(r#"[{"time": 0, "inputs": {"in1": 5.0}, "outputs": {"out1": 25.0}}]"#),
        "a connected input is added",
    ),
    (
        "Adder",
        "two_sources_fail",
        Computes(
            r#"[{"time": 0, "inputs": {"in1": {"sources": ["A-0.time-based_0", "B-0.time-based_0"],
            "values": [1, 2], "origin": "output"}}, "outputs": {"out1": 23}}]"#,
        ),
        "several sources of one input are added, as for every other model",
    ),
    ("Adder", "class_defaults", Computes(r#"[{"time": 0, "inputs": {}, "outputs": {"out1": 30}}]"#), OVERLAP),
    ("Compressor", "bad_type", Refused("`compressor_type` must be 1 or 0, not 2"), EARLY),
    (
        "Controller",
        "no_flow_state",
        Refused("a Controller model writes `flow`: add it under `states:`"),
        EARLY,
    ),
    (
        "Controller_StoryMode",
        "missing_state",
        Refused(
            "a Controller_StoryMode lists `file_index_Load` under `states:` to switch a data file, or \
             `file_index_Load_EWI` and the ten other names of the story: `illuminator models show \
             Controller_StoryMode`",
        ),
        EARLY,
    ),
    ("EV", "fast_true_fails", Refused("`fast` must be false: there is no fast charging"), EARLY),
    ("EV", "fast_zero_fails", Refused("`fast` must be false: there is no fast charging"), EARLY),
    ("EV", "fast_missing_fails", Refused("`fast` is missing in `parameters`"), EARLY),
    (
        "EV",
        "fast_true_away_ok",
        Refused("`fast` must be false: there is no fast charging"),
        "fast charging, which is not there, is refused before the run",
    ),
    ("Electrolyzer", "zero_ramp_time_fails", Refused("`ramp_up_time` must be above 0, not 0"), EARLY),
    (
        "GridConnection",
        "no_parameters_values",
        Refused("`connection_capacity` must be a number, not null"),
        EARLY,
    ),
    ("GridConnection", "class_defaults", Refused("`connection_capacity` must be a number, not null"), EARLY),
    ("LoadEV", "zero_data", Refused("`houses_data` must not be 0: the profile is divided by it"), EARLY),
    (
        "LoadHeatpump",
        "zero_data",
        Refused("`houses_data` must not be 0: the profile is divided by it"),
        EARLY,
    ),
    ("LoadHeatpump", "class_defaults", Refused("`houses_data` must be a number, not null"), EARLY),
    ("PV", "zero_p_stc", Refused("`cap`/`P_STC` must give a number of modules; it is 500/0"), EARLY),
    (
        "PV",
        "class_default_states_conflict",
        Computes(
            r#"[{"time": 0, "inputs": {"G_Gh": 850.0, "G_Dh": 150.0, "G_Bn": 820.0, "Ta": 23.5, "hs": 60.4,
            "FF": 5.0, "Az": 178.3}, "outputs": {"pv_gen": 0.418}}]"#,
        ),
        OVERLAP,
    ),
    (
        "Wind",
        "bad_output_type_rated",
        Refused("`output_type` must be `power` or `energy`, not `heat`"),
        EARLY,
    ),
    (
        "Wind",
        "bad_output_type_standstill",
        Refused("`output_type` must be `power` or `energy`, not `heat`"),
        EARLY,
    ),
    (
        "Wind",
        "bad_output_type_cubic",
        Refused("`output_type` must be `power` or `energy`, not `heat`"),
        EARLY,
    ),
    ("Wind", "missing_u60_state", Refused("a Wind model writes `u60`: add it under `states:`"), EARLY),
    ("Wind", "missing_u_output", Refused("a Wind model writes `u`: add it under `outputs:`"), EARLY),
    (
        "cluster_Battery",
        "missing_power_states",
        Computes(
            r#"[{"time": 0, "inputs": {"flow2b": 0.1}, "outputs": {"p_out": 0.1, "p_in": 0.1},
            "states": {"mod": 1, "soc": 12.812, "flag": 0}}]"#,
        ),
        EXTRA_STATES,
    ),
    (
        "cluster_Battery",
        "class_defaults",
        Computes(
            r#"[{"time": 0, "inputs": {"flow2b": 10.0}, "outputs": {"p_out": 10.0, "p_in": 10.0},
            "states": {"mod": 1, "soc": 4.5, "flag": 0}},
            {"time": 1, "inputs": {"flow2b": -20.0}, "outputs": {"p_out": 10.0, "p_in": 250},
            "states": {"mod": -1, "soc": 4.5, "flag": 0}},
            {"time": 2, "inputs": {"flow2b": 0}, "outputs": {"p_out": 0, "p_in": 0},
            "states": {"mod": 0, "soc": 4.5, "flag": 0}}]"#,
        ),
        NOT_LISTED,
    ),
    (
        "cluster_Controller_StoryMode",
        "missing_state",
        Refused(
            "a Controller_StoryMode model writes `file_index_Load_house`, `file_index_PV`, `file_index_Battery`, \
             `file_index_Wind`, `Load_EWI_LED_mapping`, `Grid_Ext_LED_mapping`, `Load_house_LED_mapping`, \
             `PV_LED_mapping`, `Battery_LED_mapping`, `Wind_LED_mapping`: add them under `states:`",
        ),
        EARLY,
    ),
    (
        "cluster_Controller_T1",
        "battery_inactive_fails",
        Computes(
            r#"[{"time": 0, "inputs": {"wind_gen": 0.1, "pv_gen": 0.2, "load_dem": 0.9},
            "outputs": {"res_load": 0.6000000000000001, "dump": 0}}]"#,
        ),
        "a controller without a battery runs, as on `dev`",
    ),
    (
        "cluster_Controller_T1",
        "missing_state",
        Computes(
            r#"[{"time": 0, "inputs": {"wind_gen": 0.1, "pv_gen": 0.2, "load_dem": 0.9, "soc": 50},
            "outputs": {"flow2b": -0.32000000000000006, "res_load": 0.6000000000000001, "dump": -0.28}}]"#,
        ),
        EXTRA_STATES,
    ),
    (
        "cluster_Controller_T1",
        "wind_optional",
        Fails("input 0 is not connected"),
        "`wind_gen` has to be connected, as on `dev`",
    ),
    (
        "cluster_Dummy",
        "text_passes",
        Computes(r#"[{"time": 0, "inputs": {"in1": "abc"}, "states": {"state1": "abc"}}]"#),
        "outputs are numbers, so a text can only come from a state, and passes",
    ),
    (
        "cluster_GridConnection",
        "missing_output",
        Computes(
            r#"[{"time": 0, "inputs": {"power_flow": 1.0}, "states": {"flag_critical": 0, "flag_warning": 0}}]"#,
        ),
        EXTRA_STATES,
    ),
    (
        "cluster_GridConnection",
        "dump_name_is_ignored",
        Computes(
            r#"[{"time": 0, "inputs": {"dump": -100.0}, "outputs": {"residual": -100.0},
            "states": {"flag_critical": 1, "flag_warning": 1}}]"#,
        ),
        "`dump` is read, as on `dev`; `power_flow` if it is open",
    ),
    (
        "cluster_Load",
        "missing_state",
        Computes(r#"[{"time": 0, "inputs": {"load": 0}, "outputs": {"load_dem": 0.0}}]"#),
        EXTRA_STATES,
    ),
    (
        "cluster_Load",
        "class_defaults",
        Computes(r#"[{"time": 0, "inputs": {"load": 0.4}, "outputs": {"load_dem": 1.6}}]"#),
        NOT_LISTED,
    ),
    (
        "cluster_PV",
        "missing_state",
        Computes(
            r#"[{"time": 0, "inputs": {"G_Gh": 0.0, "G_Dh": 0.0, "G_Bn": 0.0, "Ta": 12.1, "hs": -20.5, "FF": 3.2,
            "Az": 20.0}, "outputs": {"pv_gen": 0.0}}]"#,
        ),
        EXTRA_STATES,
    ),
    ("cluster_Wind", "bad_type_rated", Refused("`output_type` must be `power` or `energy`, not `x`"), EARLY),
    ("cluster_Wind", "bad_type_cubic", Refused("`output_type` must be `power` or `energy`, not `x`"), EARLY),
    (
        "cluster_Wind",
        "missing_wind_genState",
        Computes(
            r#"[{"time": 0, "inputs": {"u": 5.0}, "outputs": {"wind_gen": 0.04085993627274985,
            "u": 3.7583213344543513}, "states": {"u60": 4.654908829821619}}]"#,
        ),
        EXTRA_STATES,
    ),
    (
        "cluster_Wind",
        "class_defaults",
        Computes(
            r#"[{"time": 0, "inputs": {"u": 5.0}, "outputs": {"wind_gen": 9.193485661368715,
            "u": 3.7583213344543513}, "states": {"u60": 4.654908829821619}},
            {"time": 1, "inputs": {"u": 150.0}, "outputs": {"wind_gen": 500, "u": 112.74964003363056},
            "states": {"u60": 139.6472648946486}}]"#,
        ),
        NOT_LISTED,
    ),
];

/// File, case and our words for every recorded error that comes here in the same place.
pub(crate) const ERRORS: &[(&str, &str, &str)] = &[
    ("Battery", "missing_input", "input 0 is not connected"),
    ("Battery", "none_input", "input 0 needs a number and got null"),
    ("Controller", "missing_required", "input 1 is not connected"),
    ("ControllerEV", "missing_wind", "input 0 is not connected"),
    ("ControllerEV", "missing_ev", "input 4 is not connected"),
    ("ControllerEV", "missing_soc", "input 3 is not connected"),
    ("ControllerT3Congestion", "elec_assets_missing_soc", "input 3 is not connected"),
    ("ControllerT3Congestion", "gridconnect_null", "`gridconnect_ctrl` must be a number, not null"),
    ("Controller_T1", "missing_soc", "input 3 is not connected"),
    ("Controller_T1", "missing_wind", "input 0 is not connected"),
    ("Controller_T4", "missing_ev", "input 4 is not connected"),
    ("Controller_T4", "missing_soc", "input 3 is not connected"),
    (
        "Electrolyzer",
        "restart_in_ramp_down_fails",
        "the electrolyser cannot start before its ramp-down and hold are over: keep `run_electrolyser` 0 while \
         `phase_step` is 3 or 4",
    ),
    ("Electrolyzer", "signal_other_than_0_1_fails", "`run_electrolyser` must be 0 or 1, not 2"),
    ("Fuelcell", "missing_input", "input 0 is not connected"),
    (
        "GenerationCompanyAgent",
        "row_bad_availability",
        "input `portfolio`: `gas_availability` must be a whole number",
    ),
    (
        "GenerationCompanyAgent",
        "row_missing_value",
        "input `portfolio`: `gas` lacks capacity, cost or availability",
    ),
    (
        "GenerationCompanyAgent",
        "row_time_key_is_case_sensitive",
        "input `portfolio`: `Time` is not of the form <technology>_<attribute>",
    ),
    (
        "GenerationCompanyAgent",
        "row_unknown_attribute",
        "input `portfolio`: `gas_colour`: the attributes are capacity, cost and availability",
    ),
    ("GenerationCompanyAgent", "empty_portfolio", "the company has no plants"),
    ("GridConnection", "none_input", "input 0 needs a number and got null"),
    ("H2Storage", "missing_inputs", "input 2 is not connected"),
    (
        "JusticeAgent",
        "company_missing_in_results",
        "input `market_results`: it has no row for the company CompanyC",
    ),
    ("Load", "bad_input_type", "`input_type` must be `power` or `energy`, not `heat`"),
    ("Load", "none_input", "input 0 needs a number and got null"),
    ("Operator_Market", "no_demand", "there is no demand: connect `demand`, or give it under `states`"),
    ("Operator_Market", "demand_zero", "there is no demand: connect `demand`, or give it under `states`"),
    ("Operator_Market", "missing_bids", "input 0 is not connected"),
    ("PV", "missing_input", "input 2 is not connected"),
    ("Wind", "missing_u", "input 0 is not connected"),
    ("cluster_Controller_StoryMode", "missing_input", "input 0 is not connected"),
    ("cluster_Controller_T1", "missing_soc", "input 3 is not connected"),
    ("cluster_LED_connection", "missing_mapping_input", "input 1 is not connected"),
];

/// The difference that is written down for a case.
pub(crate) fn difference(file: &str, case: &str) -> Option<&'static Ours> {
    let mut differences = DIFFERENCES.iter().filter(|(of, name, ..)| *of == file && *name == case);
    let found = differences.next().map(|(_, _, ours, _)| ours);
    assert!(differences.next().is_none(), "{file}/{case} is listed twice");
    found
}

/// Our words for the recorded error of a case.
pub(crate) fn error(file: &str, case: &str) -> Option<&'static str> {
    ERRORS.iter().find(|(of, name, _)| *of == file && *name == case).map(|(_, _, words)| *words)
}
