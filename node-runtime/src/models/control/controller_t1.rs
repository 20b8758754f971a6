//! Controller of tutorial 1: a battery takes over what it can, the grid the rest.

use super::battery_share::{BatteryShare, MAX_P, SOC_MAX, SOC_MIN};
use super::ports::{DUMP, FLOW2B, LOAD_DEM, PV_GEN, RES_LOAD, SOC, SUN, WIND, WIND_GEN, outputs};
use crate::model::{
    Attribute, Build, BuildError, Built, Const, Family, Io, Model, ModelType, Parameter, Port, Settings,
    StepError, Written,
};
use crate::scalar::Scalar;
use illuminator_protocol::Unit;

/// `Controller_T1`
pub static TYPE: ModelType = ModelType {
    name: "Controller_T1",
    family: Family::Control,
    summary: "Balances load, wind and sun with a battery; the rest is exchanged with the grid.",
    documentation: DOCUMENTATION,
    parameters: &[
        SOC_MIN,
        SOC_MAX,
        MAX_P,
        Parameter::required("battery_active", Unit::One, "whether there is a battery", Const::Bool(true)),
    ],
    inputs: &[
        WIND,
        SUN,
        Port::required("load_dem", Unit::Kilowatt, "demand, ≥ 0", Const::Int(0)).with_example(Const::Int(5)),
        Port::optional("soc", Unit::Percent, "state of charge; required with a battery", Const::Int(0))
            .with_example(Const::Int(60)),
    ],
    outputs: &outputs("r, demand not generated", Const::Int(0)),
    states: &[Port::written(
        "flow2bState",
        Unit::Kilowatt,
        "`flow2b` once more, for older files",
        Const::Absent,
        Written::IfDeclared,
    )],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 1.13.

    r = load_dem − wind_gen − pv_gen, b = 0
    battery_active equals true:
        r > 0 and soc > soc_min:  b = −min(r, (soc − soc_min)/100·max_p)
        r < 0 and soc < soc_max:  b = min(−r, ((soc_max − soc)/100)·max_p)
        flow2b = b, res_load = r, dump = −(r + b)
    else:
        res_load = r, dump = 0, flow2b is not written

Kept on purpose: `max_p` is scaled by the usable part of the charge; without a battery `dump` is 0 whatever
the balance, and the other parameters may be anything; a `battery_active` that is true-like but does not
equal true (a text) means no battery and still needs `soc` connected; a covered deficit gives −0.0.";

/// What only a controller with a battery writes.
const BATTERY_ATTRIBUTES: &[&str] = &["flow2b", "flow2bState"];

struct WithBattery {
    share: BatteryShare,
    state: Option<usize>,
}

struct WithoutBattery {
    needs_soc: bool,
}

fn build(settings: &Settings) -> Result<Built, BuildError> {
    for key in ["soc_min", "soc_max", "max_p"] {
        settings.parameter(key)?;
    }
    let active = settings.parameter("battery_active")?;
    if active.as_scalar().is_some_and(|scalar| scalar == 1.0) {
        let attributes = TYPE.attributes(settings)?;
        let state = Attribute::position(&attributes, "flow2bState");
        let model = WithBattery { share: BatteryShare::from_settings(settings)?, state };
        Ok(Built { model: Box::new(model), attributes })
    } else {
        let attributes = TYPE.attributes_but(settings, BATTERY_ATTRIBUTES)?;
        Ok(Built { model: Box::new(WithoutBattery { needs_soc: active.is_truthy() }), attributes })
    }
}

#[inline]
fn residual_load(io: &Io<'_>) -> Result<Scalar, StepError> {
    Ok(io.number(LOAD_DEM)? - io.number(WIND_GEN)? - io.number(PV_GEN)?)
}

impl Model for WithBattery {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        let residual = residual_load(io)?;
        let to_battery = self.share.power(residual, io.number(SOC)?);
        io.set(FLOW2B, to_battery);
        io.set(RES_LOAD, residual);
        io.set(DUMP, -(residual + to_battery));
        if let Some(state) = self.state {
            io.set(state, to_battery);
        }
        Ok(())
    }
}

impl Model for WithoutBattery {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        // `flow2b` is not among the attributes.
        const RES_LOAD: usize = 0;
        const DUMP: usize = 1;
        let residual = residual_load(io)?;
        if self.needs_soc && io.input(SOC).is_none() {
            return Err(StepError::MissingInput { input: SOC });
        }
        io.set(RES_LOAD, residual);
        io.set(DUMP, Scalar::ZERO);
        Ok(())
    }
}
