//! The first version of the electric boiler, with an efficiency that grows with the load.

use crate::model::{
    Build, BuildError, Built, Const, Family, Io, Model, ModelType, Parameter, Port, Settings, StepError,
    Written,
};
use crate::models::limits::positive;
use crate::scalar::Scalar;
use illuminator_protocol::Unit;

/// `Eboiler_old`
pub static TYPE: ModelType = ModelType {
    name: "Eboiler_old",
    family: Family::Heat,
    summary: "Electric boiler whose efficiency grows with its load (the first version of Eboiler).",
    documentation: DOCUMENTATION,
    parameters: &[
        Parameter::required("capacity", Unit::Kilowatt, "capacity C, above 0", Const::Int(30)),
        Parameter::required("min_load", Unit::Kilowatt, "least power, ≥ 0", Const::Int(5)),
        Parameter::required("max_load", Unit::Kilowatt, "greatest power, ≥ min_load", Const::Int(10)),
        Parameter::required("standby_loss", Unit::One, "loss per capacity, 0 to 1", Const::Float(0.2)),
        Parameter::required(
            "efficiency_under_max_load",
            Unit::One,
            "heat per power at E = C, ≥ 0",
            Const::Float(0.8),
        ),
    ],
    inputs: &[Port::required("eboiler_dem", Unit::Kilowatt, "requested power", Const::Int(0))
        .with_example(Const::Int(8))],
    outputs: &[
        Port::written("heat_generated", Unit::Kilowatt, "heat", Const::Int(0), Written::Always),
        Port::written("electricity_consumed", Unit::Kilowatt, "power used", Const::Int(0), Written::Always),
    ],
    states: &[Port::written("standby_loss", Unit::Kilowatt, "loss", Const::Int(0), Written::Always)],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 4.4, old variant.

    E = 0 if eboiler_dem < min_load, max_load if eboiler_dem > max_load, else eboiler_dem
    heat_generated = efficiency_under_max_load·(E/C)·E
    electricity_consumed = E,  standby_loss = standby_loss·C";

const EBOILER_DEM: usize = 0;

const HEAT_GENERATED: usize = 0;
const ELECTRICITY_CONSUMED: usize = 1;
const STANDBY_LOSS: usize = 2;

struct EboilerOld {
    capacity_kw: Scalar,
    loss_kw: Scalar,
    min_kw: Scalar,
    max_kw: Scalar,
    full_efficiency: Scalar,
}

fn build(settings: &Settings) -> Result<Built, BuildError> {
    let attributes = TYPE.attributes(settings)?;
    let capacity_kw = positive(settings, "capacity")?;
    let model = EboilerOld {
        capacity_kw,
        loss_kw: settings.number("standby_loss")? * capacity_kw,
        min_kw: settings.number("min_load")?,
        max_kw: settings.number("max_load")?,
        full_efficiency: settings.number("efficiency_under_max_load")?,
    };
    Ok(Built { model: Box::new(model), attributes })
}

impl Model for EboilerOld {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        let demand_kw = io.number(EBOILER_DEM)?;
        let power_kw = if demand_kw < self.min_kw { Scalar::ZERO } else { demand_kw.min(self.max_kw) };
        let efficiency = self.full_efficiency * (power_kw / self.capacity_kw.value());
        io.set(HEAT_GENERATED, efficiency * power_kw);
        io.set(ELECTRICITY_CONSUMED, power_kw);
        io.set(STANDBY_LOSS, self.loss_kw);
        Ok(())
    }
}
