//! H2demand: the hydrogen that houses use.

use crate::model::{Build, Family, ModelType};
use crate::models::scaled::{HOUSES, build, of_all, of_one};
use illuminator_protocol::Unit;

/// `H2demand`
pub static TYPE: ModelType = ModelType {
    name: "H2demand",
    family: Family::Hydrogen,
    summary: "Hydrogen demand: a profile for one house, scaled.",
    documentation: DOCUMENTATION,
    parameters: &[HOUSES],
    inputs: &[of_one("h2demand", Unit::CubicMetrePerMinute, "demand of one house")],
    outputs: &[of_all("h2demand_dem", Unit::CubicMetrePerMinute, "demand of all houses")],
    states: &[],
    step_size: 1,
    build: Build::Anywhere(|settings| build(&TYPE, &HOUSES, settings)),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 4, the older multi-energy models.

    h2demand_dem = houses·h2demand";
