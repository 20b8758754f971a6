//! Controller of tutorial 4: a battery for the house, the grid for the vehicles.

use super::battery_share::{BatteryShare, MAX_P, SOC_MAX, SOC_MIN};
use super::ports::{
    CHARGE, DEMAND, DUMP, FLOW2B, LOAD_DEM, LOAD_EV, PV_GEN, RES_LOAD, SOC, SUN, VEHICLES, outputs,
};
use crate::model::{
    Build, BuildError, Built, Const, Family, Io, Model, ModelType, Port, Settings, StepError,
};
use illuminator_protocol::Unit;

/// `Controller_T4`
pub static TYPE: ModelType = ModelType {
    name: "Controller_T4",
    family: Family::Control,
    summary: "Balances load and sun with a battery; vehicles and the rest use the grid.",
    documentation: DOCUMENTATION,
    parameters: &[SOC_MIN, SOC_MAX, MAX_P],
    inputs: &[
        Port::optional("wind_gen", Unit::Kilowatt, "not read", Const::Int(0)),
        SUN,
        DEMAND,
        CHARGE,
        VEHICLES,
    ],
    outputs: &outputs("r, without vehicles", Const::Int(0)),
    states: &[],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 1.16.

    r = load_dem − pv_gen, b = 0
    r > 0 and soc > soc_min:  b = −min(r, (soc − soc_min)/100·max_p)
    r < 0 and soc < soc_max:  b = min(−r, ((soc_max − soc)/100)·max_p)
    flow2b = b, res_load = r, dump = −(r + load_EV + b)

Kept on purpose: the vehicles never use the battery and are no part of `res_load`; wind is ignored; `max_p` is
scaled by the usable part of the charge; a covered deficit gives −0.0.";

struct ControllerT4 {
    share: BatteryShare,
}

fn build(settings: &Settings) -> Result<Built, BuildError> {
    let attributes = TYPE.attributes(settings)?;
    let model = ControllerT4 { share: BatteryShare::from_settings(settings)? };
    Ok(Built { model: Box::new(model), attributes })
}

impl Model for ControllerT4 {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        let residual = io.number(LOAD_DEM)? - io.number(PV_GEN)?;
        let to_battery = self.share.power(residual, io.number(SOC)?);
        io.set(FLOW2B, to_battery);
        io.set(RES_LOAD, residual);
        io.set(DUMP, -(residual + io.number(LOAD_EV)? + to_battery));
        Ok(())
    }
}
