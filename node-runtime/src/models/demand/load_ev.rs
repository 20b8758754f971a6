//! Charging of a neighbourhood's electric vehicles, from a profile.

use super::scaled_profile::{self, HOUSES_DATA, houses_case};
use crate::model::{Build, BuildError, Built, Const, Family, ModelType, Port, Settings, Written};
use illuminator_protocol::Unit;

/// `LoadEV`
pub static TYPE: ModelType = ModelType {
    name: "LoadEV",
    family: Family::Demand,
    summary: "Demand of electric vehicles, from a profile scaled to a number of houses.",
    documentation: DOCUMENTATION,
    parameters: &[houses_case(Const::Null), HOUSES_DATA],
    inputs: &[
        Port::optional("power", Unit::Kilowatt, "demand of b houses' vehicles; 0 if open", Const::Int(0))
            .with_example(Const::Float(3.7)),
        Port::optional("n", Unit::One, "number of vehicles that charge; not read", Const::Int(1)),
    ],
    outputs: &[Port::written(
        "load_EV",
        Unit::Kilowatt,
        "demand of a houses' vehicles",
        Const::Null,
        Written::Always,
    )],
    states: &[],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 1.8.

    a = b:  load_EV = power
    else:   load_EV = power·a/b

The resolution does not matter: power in, power out.

Kept on purpose: `n` is not read.";

fn build(settings: &Settings) -> Result<Built, BuildError> {
    scaled_profile::build(&TYPE, settings)
}
