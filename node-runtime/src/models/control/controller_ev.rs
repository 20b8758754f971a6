//! Controller of tutorial 4 with wind: a battery takes over what it can, vehicles included.

use super::battery_share::BatteryShare;
use crate::model::{
    Build, BuildError, Built, Const, Family, Io, Model, ModelType, Parameter, Port, Settings, StepError,
    Written,
};
use illuminator_protocol::Unit;

/// `ControllerEV`
pub static TYPE: ModelType = ModelType {
    name: "ControllerEV",
    family: Family::Control,
    summary: "Balances load, vehicles, wind and sun with a battery; the rest is exchanged with the grid.",
    documentation: DOCUMENTATION,
    parameters: &[
        Parameter::required("soc_min", Unit::Percent, "the battery is not discharged below", Const::Int(0)),
        Parameter::required("soc_max", Unit::Percent, "the battery is not charged above", Const::Int(100)),
        Parameter::required("max_p", Unit::Kilowatt, "power at 100 % of usable charge, ≥ 0", Const::Int(100)),
    ],
    inputs: &[
        Port::required("wind_gen", Unit::Kilowatt, "wind generation, ≥ 0", Const::Int(0)),
        Port::required("pv_gen", Unit::Kilowatt, "solar generation, ≥ 0", Const::Int(0)),
        Port::required("load_dem", Unit::Kilowatt, "demand without vehicles, ≥ 0", Const::Int(0)),
        Port::required("soc", Unit::Percent, "state of charge of the battery", Const::Int(0)),
        Port::required("load_EV", Unit::Kilowatt, "demand of the vehicles, ≥ 0", Const::Int(0)),
    ],
    outputs: &[
        Port::written("flow2b", Unit::Kilowatt, "b, positive charges", Const::Int(0), Written::Always),
        Port::written("res_load", Unit::Kilowatt, "r, demand not generated", Const::Int(0), Written::Always),
        Port::written(
            "dump",
            Unit::Kilowatt,
            "to the grid; negative: import",
            Const::Int(0),
            Written::Always,
        ),
    ],
    states: &[],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 1.15.

    r = load_dem + load_EV − wind_gen − pv_gen, b = 0
    r > 0 and soc > soc_min:  b = −min(r, (soc − soc_min)/100·max_p)
    r < 0 and soc < soc_max:  b = min(−r, ((soc_max − soc)/100)·max_p)
    flow2b = b, res_load = r, dump = −(r + b)

Kept on purpose: `max_p` is scaled by the usable part of the charge; a covered deficit gives −0.0.";

const WIND_GEN: usize = 0;
const PV_GEN: usize = 1;
const LOAD_DEM: usize = 2;
const SOC: usize = 3;
const LOAD_EV: usize = 4;

const FLOW2B: usize = 0;
const RES_LOAD: usize = 1;
const DUMP: usize = 2;

struct ControllerEv {
    share: BatteryShare,
}

fn build(settings: &Settings) -> Result<Built, BuildError> {
    let attributes = TYPE.attributes(settings)?;
    let model = ControllerEv { share: BatteryShare::from_settings(settings)? };
    Ok(Built { model: Box::new(model), attributes })
}

impl Model for ControllerEv {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        let demand = io.number(LOAD_DEM)? + io.number(LOAD_EV)?;
        let residual = demand - io.number(WIND_GEN)? - io.number(PV_GEN)?;
        let to_battery = self.share.power(residual, io.number(SOC)?);
        io.set(FLOW2B, to_battery);
        io.set(RES_LOAD, residual);
        io.set(DUMP, -(residual + to_battery));
        Ok(())
    }
}
