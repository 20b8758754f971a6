//! Fuel cell: on at full power, or off.

use super::HEATING_VALUE_KWH_PER_KG;
use crate::model::{
    Build, BuildError, Built, Const, Family, Io, Model, ModelType, Parameter, Port, Settings, StepError,
    Written,
};
use crate::models::rounding::round3;
use crate::scalar::Scalar;
use crate::value::Value;
use illuminator_protocol::Unit;

/// `Fuelcell`
pub static TYPE: ModelType = ModelType {
    name: "Fuelcell",
    family: Family::Hydrogen,
    summary: "Fuel cell that is on at full power or off: power from hydrogen.",
    documentation: DOCUMENTATION,
    parameters: &[
        Parameter::required("h2_to_DC_eff", Unit::Percent, "of the stack, 0 to 100", Const::Float(58.0)),
        Parameter::required("h2_to_AC_eff", Unit::Percent, "behind the stack, 0 to 100", Const::Float(68.6)),
        Parameter::required("p_out_stack", Unit::Kilowatt, "power of the stack, ≥ 0", Const::Float(2.37)),
        Parameter::required(
            "specific_h2_consumption",
            Unit::One,
            "hydrogen for a power [NL/min per kW], ≥ 0",
            Const::Float(11.35),
        ),
    ],
    inputs: &[
        Port::required("run_fuelcell", Unit::One, "1: on, 0: off", Const::Int(0)).with_example(Const::Int(1))
    ],
    outputs: &[
        Port::written("p_out_fuelcell", Unit::Kilowatt, "p, power, ≥ 0", Const::Int(0), Written::Always),
        Port::written("p_out_fuelcell_grid", Unit::Kilowatt, "p once more", Const::Int(0), Written::Always),
    ],
    states: &[
        Port::written("h2_flow", Unit::KilogramPerHour, "hydrogen used, ≥ 0", Const::Int(0), Written::Always),
        Port::written("fc_status", Unit::Text, "`on` or `off`", Const::Text("off"), Written::Always),
        Port::written("output_power_fc", Unit::Kilowatt, "Pmax, on or off", Const::Int(0), Written::Always),
    ],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 3.2. ρ = 0.08988/1000 kg/NL is the density of hydrogen, H = 33.33 kWh/kg its lower heating
value; h2_flow and fc_status start from the `states` section:

    Q = p_out_stack·specific_h2_consumption                      [NL/min]
    Pmax = Q·60·ρ·H·(h2_to_DC_eff/100)·(h2_to_AC_eff/100)        [kW]
    run_fuelcell = 1:  p = Pmax, h2_flow = Q·60·ρ, fc_status = on
    run_fuelcell = 0:  p = 0, h2_flow = 0, fc_status = off
    else:              p = 0
    p_out_fuelcell = p rounded to 3 decimals

Kept on purpose: a signal that is neither 0 nor 1 stops the power alone.";

/// Density of hydrogen at 0 °C and 1013 mbar `[kg/L]`.
const DENSITY_KG_PER_L: f64 = 0.08988 / 1000.0;
const MINUTES_PER_HOUR: f64 = 60.0;

const RUN_FUELCELL: usize = 0;

const P_OUT_FUELCELL: usize = 0;
const P_OUT_FUELCELL_GRID: usize = 1;
const H2_FLOW: usize = 2;
const FC_STATUS: usize = 3;
const OUTPUT_POWER_FC: usize = 4;

struct Fuelcell {
    greatest_power_kw: Scalar,
    greatest_flow_kg_per_h: f64,
    flow: Value,
    status: Value,
}

fn build(settings: &Settings) -> Result<Built, BuildError> {
    let attributes = TYPE.attributes(settings)?;
    let number = |key| settings.number(key).map(Scalar::value);
    let flow_l_per_min = number("p_out_stack")? * number("specific_h2_consumption")?;
    let greatest_flow_kg_per_h = flow_l_per_min * MINUTES_PER_HOUR * DENSITY_KG_PER_L;
    let (to_dc, to_ac) = (number("h2_to_DC_eff")? / 100.0, number("h2_to_AC_eff")? / 100.0);
    let greatest_power_kw = greatest_flow_kg_per_h * HEATING_VALUE_KWH_PER_KG * to_dc * to_ac;
    let state = |name| settings.states.get(name).cloned().unwrap_or(Value::Null);
    let model = Fuelcell {
        greatest_power_kw: Scalar::float(greatest_power_kw),
        greatest_flow_kg_per_h,
        flow: state("h2_flow"),
        status: state("fc_status"),
    };
    Ok(Built { model: Box::new(model), attributes })
}

impl Model for Fuelcell {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        let run = io.number(RUN_FUELCELL)?;
        let mut power = Scalar::ZERO;
        if run == 1.0 {
            power = self.greatest_power_kw;
            self.flow = Value::Float(self.greatest_flow_kg_per_h);
            self.status = Value::Text("on".to_owned());
        } else if run == 0.0 {
            self.flow = Value::Int(0);
            self.status = Value::Text("off".to_owned());
        }
        let power = round3(power);
        io.set(P_OUT_FUELCELL, power);
        io.set(P_OUT_FUELCELL_GRID, power);
        io.set_value(H2_FLOW, self.flow.clone());
        io.set_value(FC_STATUS, self.status.clone());
        io.set(OUTPUT_POWER_FC, self.greatest_power_kw);
        Ok(())
    }

    fn save(&self) -> Vec<Value> {
        vec![self.flow.clone(), self.status.clone()]
    }

    fn restore(&mut self, kept: &[Value]) -> bool {
        let [flow, status] = kept else { return false };
        (self.flow, self.status) = (flow.clone(), status.clone());
        true
    }
}
