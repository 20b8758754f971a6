//! Heat valve: routes heat between boiler, storage and network.

use crate::model::{
    Build, BuildError, Built, Const, Family, Io, Model, ModelType, Port, Settings, StepError, Written,
};
use crate::models::terms::sum;
use crate::scalar::Scalar;
use illuminator_protocol::Unit;

/// `Qvalve`
pub static TYPE: ModelType = ModelType {
    name: "Qvalve",
    family: Family::Networks,
    summary: "Heat valve: routes heat between boiler, storage and network.",
    documentation: DOCUMENTATION,
    parameters: &[],
    inputs: &[
        Port::optional(
            "q_eboiler",
            Unit::Kilowatt,
            "heat of the boiler B; a list is added up",
            Const::Int(0),
        )
        .with_example(Const::Int(8))
        .any(),
        Port::optional(
            "q_stor",
            Unit::Kilowatt,
            "heat of the storage S, + in, − out; a list is added up",
            Const::Int(0),
        )
        .with_example(Const::Int(3))
        .any(),
    ],
    outputs: &[
        Port::written("q_eboiler_net", Unit::Kilowatt, "boiler to network", Const::Int(0), Written::Always),
        Port::written("q_stor_net", Unit::Kilowatt, "storage to network", Const::Int(0), Written::Always),
        Port::written("q_eboiler_stor", Unit::Kilowatt, "boiler to storage", Const::Int(0), Written::Always),
    ],
    states: &[],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 4.7. The storage fills from the boiler; the network takes or gives the rest.

    S > 0 and B ≥ S:  q_eboiler_stor = S, q_eboiler_net = B − S, q_stor_net = 0
    S > 0 and B < S:  q_eboiler_stor = B, q_eboiler_net = 0, q_stor_net = B − S      (negative: from the network)
    S ≤ 0:            q_eboiler_stor = 0, q_eboiler_net = B, q_stor_net = −S";

struct Qvalve;

fn build(settings: &Settings) -> Result<Built, BuildError> {
    Ok(Built { model: Box::new(Qvalve), attributes: TYPE.attributes(settings)? })
}

impl Model for Qvalve {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        const NONE: Scalar = Scalar::ZERO;
        let (boiler, stored) = (sum(io, 0)?, sum(io, 1)?);
        let (boiler_net, stored_net, boiler_stored) = if stored <= 0.0 {
            (boiler, -stored, NONE)
        } else if boiler >= stored {
            (boiler - stored, NONE, stored)
        } else {
            (NONE, boiler - stored, boiler)
        };
        io.set(0, boiler_net);
        io.set(1, stored_net);
        io.set(2, boiler_stored);
        Ok(())
    }
}
