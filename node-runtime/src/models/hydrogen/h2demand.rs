//! H2demand: the hydrogen that houses use.

use crate::model::{Build, BuildError, Built, Const, Family, ModelType, Parameter, Port, Settings, Written};
use crate::models::scaled;
use illuminator_protocol::Unit;

/// `H2demand`
pub static TYPE: ModelType = ModelType {
    name: "H2demand",
    family: Family::Hydrogen,
    summary: "Hydrogen demand: a profile for one house, scaled.",
    documentation: DOCUMENTATION,
    parameters: &[Parameter::required("houses", Unit::One, "number of houses n, ≥ 0", Const::Int(1))],
    inputs: &[Port::required("h2demand", Unit::CubicMetrePerMinute, "demand of one house", Const::Int(0))],
    outputs: &[Port::written(
        "h2demand_dem",
        Unit::CubicMetrePerMinute,
        "demand of all houses",
        Const::Int(0),
        Written::Always,
    )],
    states: &[],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 4, the older multi-energy models.

    h2demand_dem = houses·h2demand";

fn build(settings: &Settings) -> Result<Built, BuildError> {
    scaled::build(&TYPE, "houses", settings)
}
