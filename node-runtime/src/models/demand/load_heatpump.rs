//! Heat pumps of a neighbourhood, from a profile.

use super::scaled_profile::{self, HOUSES_DATA, houses_case};
use crate::model::{Build, BuildError, Built, Const, Family, ModelType, Port, Settings, Written};
use illuminator_protocol::Unit;

/// `LoadHeatpump`
pub static TYPE: ModelType = ModelType {
    name: "LoadHeatpump",
    family: Family::Demand,
    summary: "Demand of heat pumps, from a profile scaled to a number of houses.",
    documentation: DOCUMENTATION,
    parameters: &[houses_case(Const::Int(1)), HOUSES_DATA],
    inputs: &[Port::optional(
        "hp_load",
        Unit::Kilowatt,
        "demand of b houses' heat pumps; 0 if open",
        Const::Int(0),
    )
    .with_example(Const::Float(1.2))],
    outputs: &[Port::written(
        "load_HP",
        Unit::Kilowatt,
        "demand of a houses' heat pumps",
        Const::Null,
        Written::Always,
    )],
    states: &[],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 1.9.

    a = b:  load_HP = hp_load
    else:   load_HP = hp_load·a/b

The resolution does not matter: power in, power out.

Kept on purpose: the class defaults, 1 house from null, cannot run.";

fn build(settings: &Settings) -> Result<Built, BuildError> {
    scaled_profile::build(&TYPE, settings)
}
