//! Heatproduct: the heat that utilities make.

use crate::model::{Build, Family, ModelType};
use crate::models::scaled::{UTILITIES, build, of_all, of_one};
use illuminator_protocol::Unit;

/// `Heatproduct`
pub static TYPE: ModelType = ModelType {
    name: "Heatproduct",
    family: Family::Heat,
    summary: "Heat production: a profile for one utility, scaled.",
    documentation: DOCUMENTATION,
    parameters: &[UTILITIES],
    inputs: &[of_one("qproduct", Unit::Kilowatt, "production of one utility")],
    outputs: &[of_all("qproduct_gen", Unit::Kilowatt, "production of all utilities")],
    states: &[],
    step_size: 1,
    build: Build::Anywhere(|settings| build(&TYPE, &UTILITIES, settings)),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 4, the older multi-energy models.

    qproduct_gen = utilities·qproduct";
