//! H2product: the hydrogen that houses make.

use crate::model::{Build, BuildError, Built, Const, Family, ModelType, Parameter, Port, Settings, Written};
use crate::models::scaled;
use illuminator_protocol::Unit;

/// `H2product`
pub static TYPE: ModelType = ModelType {
    name: "H2product",
    family: Family::Hydrogen,
    summary: "Hydrogen production: a profile for one house, scaled.",
    documentation: DOCUMENTATION,
    parameters: &[Parameter::required("houses", Unit::One, "number of houses n, ≥ 0", Const::Int(1))],
    inputs: &[Port::required(
        "h2product",
        Unit::CubicMetrePerMinute,
        "production of one house",
        Const::Int(0),
    )],
    outputs: &[Port::written(
        "h2product_gen",
        Unit::CubicMetrePerMinute,
        "production of all houses",
        Const::Int(0),
        Written::Always,
    )],
    states: &[],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 4, the older multi-energy models.

    h2product_gen = houses·h2product";

fn build(settings: &Settings) -> Result<Built, BuildError> {
    scaled::build(&TYPE, "houses", settings)
}
