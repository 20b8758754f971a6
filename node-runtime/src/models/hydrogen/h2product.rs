//! H2product: the hydrogen that houses make.

use crate::model::{Build, Family, ModelType};
use crate::models::scaled::{HOUSES, build, of_all, of_one};
use illuminator_protocol::Unit;

/// `H2product`
pub static TYPE: ModelType = ModelType {
    name: "H2product",
    family: Family::Hydrogen,
    summary: "Hydrogen production: a profile for one house, scaled.",
    documentation: DOCUMENTATION,
    parameters: &[HOUSES],
    inputs: &[of_one("h2product", Unit::CubicMetrePerMinute, "production of one house")],
    outputs: &[of_all("h2product_gen", Unit::CubicMetrePerMinute, "production of all houses")],
    states: &[],
    step_size: 1,
    build: Build::Anywhere(|settings| build(&TYPE, &HOUSES, settings)),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 4, the older multi-energy models.

    h2product_gen = houses·h2product";
