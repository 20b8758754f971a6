//! Electric boiler: a heat demand in, power used and heat out.

use crate::model::{
    Build, BuildError, Built, Const, Family, Io, Model, ModelType, Parameter, Port, Settings, StepError,
    Written,
};
use crate::models::limits::positive;
use crate::scalar::Scalar;
use illuminator_protocol::Unit;

/// `Eboiler`
pub static TYPE: ModelType = ModelType {
    name: "Eboiler",
    family: Family::Heat,
    summary: "Electric boiler with a least and a greatest power and standby losses.",
    documentation: DOCUMENTATION,
    parameters: &[
        Parameter::required("capacity", Unit::Kilowatt, "capacity C, ≥ 0", Const::Int(30)),
        Parameter::required("min_load", Unit::Kilowatt, "least power, ≥ 0", Const::Int(5)),
        Parameter::required("max_load", Unit::Kilowatt, "greatest power, ≥ min_load", Const::Int(10)),
        Parameter::required("standby_loss", Unit::One, "loss per capacity, 0 to 1", Const::Float(0.2)),
        Parameter::required("efficiency", Unit::One, "heat per power η, above 0", Const::Float(0.8)),
    ],
    inputs: &[Port::required("eboiler_dem", Unit::Kilowatt, "heat demand", Const::Int(0))
        .with_example(Const::Int(2))],
    outputs: &[
        Port::written(
            "q_gen",
            Unit::Watt,
            "heat, negative while losses exceed it",
            Const::Int(0),
            Written::Always,
        ),
        Port::written("e_consumed", Unit::Watt, "power used", Const::Int(0), Written::Always),
    ],
    states: &[Port::written("standby_loss", Unit::Watt, "loss", Const::Int(0), Written::Always)],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 4.4. With L = standby_loss·C:

    need = (eboiler_dem + L)/η
    E    = 0 if need < min_load, max_load if need > max_load, else need
    q_gen = (E − L)·η·1000,  e_consumed = E·1000,  standby_loss = L·1000

Demand in kW, results in W. Kept on purpose: below min_load the heat is negative.";

const EBOILER_DEM: usize = 0;

const Q_GEN: usize = 0;
const E_CONSUMED: usize = 1;
const STANDBY_LOSS: usize = 2;

const WATTS_PER_KILOWATT: Scalar = Scalar::int(1000);

struct Eboiler {
    loss_kw: Scalar,
    min_kw: Scalar,
    max_kw: Scalar,
    efficiency: Scalar,
}

fn build(settings: &Settings) -> Result<Built, BuildError> {
    let attributes = TYPE.attributes(settings)?;
    let model = Eboiler {
        loss_kw: settings.number("standby_loss")? * settings.number("capacity")?,
        min_kw: settings.number("min_load")?,
        max_kw: settings.number("max_load")?,
        efficiency: positive(settings, "efficiency")?,
    };
    Ok(Built { model: Box::new(model), attributes })
}

impl Model for Eboiler {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        let need_kw = (io.number(EBOILER_DEM)? + self.loss_kw) / self.efficiency.value();
        let power_kw = if need_kw < self.min_kw { Scalar::ZERO } else { need_kw.min(self.max_kw) };
        io.set(Q_GEN, (power_kw - self.loss_kw) * self.efficiency * WATTS_PER_KILOWATT);
        io.set(E_CONSUMED, power_kw * WATTS_PER_KILOWATT);
        io.set(STANDBY_LOSS, self.loss_kw * WATTS_PER_KILOWATT);
        Ok(())
    }
}
