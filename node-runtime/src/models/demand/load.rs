//! Load: a profile of one house, times a number of houses.

use crate::model::{
    Attribute, Build, BuildError, Built, Const, Family, Io, Model, ModelType, Parameter, Port, SectionKind,
    Settings, StepError, Written,
};
use crate::models::quantity::Quantity;
use crate::scalar::Scalar;
use illuminator_protocol::Unit;

/// `Load`
pub static TYPE: ModelType = ModelType {
    name: "Load",
    family: Family::Demand,
    summary: "Demand of a number of equal houses, as power or as energy per step.",
    documentation: DOCUMENTATION,
    parameters: &[
        Parameter::optional("houses", Unit::One, "number n of houses, ≥ 0", Const::Int(1), Const::Int(1)),
        Parameter::optional(
            "input_type",
            Unit::Text,
            "`power` [kW] or `energy` [kWh per step]: what `load` is",
            Const::Text("energy"),
            Const::Text("power"),
        ),
        Parameter::optional(
            "output_type",
            Unit::Text,
            "`power` [kW] or `energy` [kWh per step]: what `load_dem` is",
            Const::Text("power"),
            Const::Text("energy"),
        ),
    ],
    inputs: &[Port::optional(
        "load",
        Unit::Kilowatt,
        "demand of one house [kW or kWh]; 0 if open",
        Const::Int(0),
    )
    .with_example(Const::Float(0.4))],
    outputs: &[
        Port::written("load_dem", Unit::Kilowatt, "demand, ≥ 0 [kW or kWh]", Const::Int(0), Written::Always),
        Port::written("consumption", Unit::Kilowatt, "never written", Const::Int(0), Written::Never),
    ],
    states: &[
        Port::written("time", Unit::Text, "never written", Const::Null, Written::Never),
        Port::written("forecast", Unit::Kilowatt, "never written", Const::Null, Written::Never),
        Port::written(
            "load_dem_state",
            Unit::Kilowatt,
            "`load_dem` once more, for older files",
            Const::Absent,
            Written::IfDeclared,
        ),
    ],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 1.7. With h_s hours per model step:

    same quantity:    load_dem = n·load
    power to energy:  load_dem = n·load·h_s
    energy to power:  load_dem = n·load/h_s

Kept on purpose: in a `parameters` section a missing `input_type` means power and a missing `output_type`
means energy; without any such section it is the other way round.";

const LOAD: usize = 0;

const LOAD_DEM: usize = 0;

struct Load {
    houses: Scalar,
    conversion: Conversion,
    state: Option<usize>,
}

/// From what the input is to what the output is, with the hours per model step.
enum Conversion {
    None,
    ToEnergy(Scalar),
    ToPower(f64),
}

fn build(settings: &Settings) -> Result<Built, BuildError> {
    let attributes = TYPE.attributes(settings)?;
    let houses = match settings.parameters.get("houses") {
        Some(_) => settings.number_in(SectionKind::Parameters, "houses")?,
        None => Scalar::int(1),
    };
    let from = Quantity::optional(settings, "input_type", Quantity::Power)?;
    let to = Quantity::optional(settings, "output_type", Quantity::Energy)?;
    let conversion = match (from, to) {
        (Quantity::Power, Quantity::Energy) => Conversion::ToEnergy(Scalar::float(settings.model_step_h())),
        (Quantity::Energy, Quantity::Power) => Conversion::ToPower(settings.model_step_h()),
        _ => Conversion::None,
    };
    let state = Attribute::position(&attributes, "load_dem_state");
    Ok(Built { model: Box::new(Load { houses, conversion, state }), attributes })
}

impl Model for Load {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        let load = self.houses * io.number_or(LOAD, Scalar::ZERO)?;
        let demand = match self.conversion {
            Conversion::None => load,
            Conversion::ToEnergy(hours) => load * hours,
            Conversion::ToPower(hours) => load / hours,
        };
        io.set(LOAD_DEM, demand);
        if let Some(state) = self.state {
            io.set(state, demand);
        }
        Ok(())
    }
}
