//! Heatdemand: the heat that utilities use.

use crate::model::{Build, Family, ModelType};
use crate::models::scaled::{UTILITIES, build, of_all, of_one};
use illuminator_protocol::Unit;

/// `Heatdemand`
pub static TYPE: ModelType = ModelType {
    name: "Heatdemand",
    family: Family::Heat,
    summary: "Heat demand: a profile for one utility, scaled.",
    documentation: DOCUMENTATION,
    parameters: &[UTILITIES],
    inputs: &[of_one("qdemand", Unit::Kilowatt, "demand of one utility")],
    outputs: &[of_all("qdemand_dem", Unit::Kilowatt, "demand of all utilities")],
    states: &[],
    step_size: 1,
    build: Build::Anywhere(|settings| build(&TYPE, &UTILITIES, settings)),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 4, the older multi-energy models.

    qdemand_dem = utilities·qdemand";
