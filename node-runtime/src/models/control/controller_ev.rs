//! Controller of tutorial 4 with wind: a battery takes over what it can, vehicles included.

use super::battery_share::{BatteryShare, MAX_P, SOC_MAX, SOC_MIN};
use super::ports::{
    CHARGE, DEMAND, DUMP, FLOW2B, LOAD_DEM, LOAD_EV, PV_GEN, RES_LOAD, SOC, SUN, VEHICLES, WIND, WIND_GEN,
    outputs,
};
use crate::model::{Build, BuildError, Built, Const, Family, Io, Model, ModelType, Settings, StepError};

/// `ControllerEV`
pub static TYPE: ModelType = ModelType {
    name: "ControllerEV",
    family: Family::Control,
    summary: "Balances load, vehicles, wind and sun with a battery; the rest is exchanged with the grid.",
    documentation: DOCUMENTATION,
    parameters: &[SOC_MIN, SOC_MAX, MAX_P],
    inputs: &[WIND, SUN, DEMAND, CHARGE, VEHICLES],
    outputs: &outputs("r, demand not generated", Const::Int(0)),
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
