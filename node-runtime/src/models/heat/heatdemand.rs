//! Heatdemand: the heat that utilities use.

use crate::model::{Build, BuildError, Built, Const, Family, ModelType, Parameter, Port, Settings, Written};
use crate::models::scaled;
use illuminator_protocol::Unit;

/// `Heatdemand`
pub static TYPE: ModelType = ModelType {
    name: "Heatdemand",
    family: Family::Heat,
    summary: "Heat demand: a profile for one utility, scaled.",
    documentation: DOCUMENTATION,
    parameters: &[Parameter::required("utilities", Unit::One, "number of utilities n, ≥ 0", Const::Int(1))],
    inputs: &[Port::required("qdemand", Unit::Kilowatt, "demand of one utility", Const::Int(0))],
    outputs: &[Port::written(
        "qdemand_dem",
        Unit::Kilowatt,
        "demand of all utilities",
        Const::Int(0),
        Written::Always,
    )],
    states: &[],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 4, the older multi-energy models.

    qdemand_dem = utilities·qdemand";

fn build(settings: &Settings) -> Result<Built, BuildError> {
    scaled::build(&TYPE, "utilities", settings)
}
