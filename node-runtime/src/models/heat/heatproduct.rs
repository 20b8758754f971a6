//! Heatproduct: the heat that utilities make.

use crate::model::{Build, BuildError, Built, Const, Family, ModelType, Parameter, Port, Settings, Written};
use crate::models::scaled;
use illuminator_protocol::Unit;

/// `Heatproduct`
pub static TYPE: ModelType = ModelType {
    name: "Heatproduct",
    family: Family::Heat,
    summary: "Heat production: a profile for one utility, scaled.",
    documentation: DOCUMENTATION,
    parameters: &[Parameter::required("utilities", Unit::One, "number of utilities n, ≥ 0", Const::Int(1))],
    inputs: &[Port::required("qproduct", Unit::Kilowatt, "production of one utility", Const::Int(0))],
    outputs: &[Port::written(
        "qproduct_gen",
        Unit::Kilowatt,
        "production of all utilities",
        Const::Int(0),
        Written::Always,
    )],
    states: &[],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 4, the older multi-energy models.

    qproduct_gen = utilities·qproduct";

fn build(settings: &Settings) -> Result<Built, BuildError> {
    scaled::build(&TYPE, "utilities", settings)
}
