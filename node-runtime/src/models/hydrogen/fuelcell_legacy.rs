//! Fuel cell of the older multi-energy models: hydrogen in, power and heat out.

use crate::model::{
    Build, BuildError, Built, Const, Family, Io, Model, ModelType, Parameter, Port, Settings, StepError,
    Written,
};
use crate::scalar::Scalar;
use illuminator_protocol::Unit;

/// `Fuelcell_legacy`
pub static TYPE: ModelType = ModelType {
    name: "Fuelcell_legacy",
    family: Family::Hydrogen,
    summary: "Fuel cell of the older multi-energy models: power and heat from a flow of hydrogen.",
    documentation: DOCUMENTATION,
    parameters: &[
        Parameter::required("eff", Unit::One, "electrical efficiency, 0 to 1", Const::Float(0.45)),
        Parameter::required(
            "term_eff",
            Unit::One,
            "usable heat per electrical power, ≥ 0",
            Const::Float(0.2),
        ),
        Parameter::required("max_flow", Unit::One, "greatest flow that is reported", Const::Int(100)),
        Parameter::required("min_flow", Unit::One, "least flow that is reported", Const::Int(0)),
    ],
    inputs: &[Port::required("h2_consume", Unit::One, "hydrogen used [kg/min]", Const::Int(0))
        .with_example(Const::Float(0.01))],
    outputs: &[
        Port::written("fc_gen", Unit::Kilowatt, "electrical power", Const::Int(0), Written::Always),
        Port::written("q_product", Unit::Kilowatt, "usable heat", Const::Int(0), Written::Always),
    ],
    states: &[Port::written(
        "h2feul",
        Unit::One,
        "`h2_consume` within the limits (the name is upstream's)",
        Const::Int(0),
        Written::Always,
    )],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 4.2 (`Fuelcell` there; another model has that name here). With 120,000 kJ/kg, the lower
heating value of hydrogen:

    fc_gen    = (h2_consume·120000·eff)/60
    q_product = fc_gen·term_eff
    h2feul    = max(min_flow, min(max_flow, h2_consume))

Kept on purpose: the limited flow is reported, but the power follows from the unlimited one.";

/// Lower heating value of hydrogen `[kJ/kg]`.
const HEATING_VALUE_KJ_PER_KG: i64 = 120_000;

const H2_CONSUME: usize = 0;

const FC_GEN: usize = 0;
const Q_PRODUCT: usize = 1;
const H2FEUL: usize = 2;

struct Fuelcell {
    efficiency: Scalar,
    heat_share: Scalar,
    flow_max: Scalar,
    flow_min: Scalar,
}

fn build(settings: &Settings) -> Result<Built, BuildError> {
    let attributes = TYPE.attributes(settings)?;
    let model = Fuelcell {
        efficiency: settings.number("eff")?,
        heat_share: settings.number("term_eff")?,
        flow_max: settings.number("max_flow")?,
        flow_min: settings.number("min_flow")?,
    };
    Ok(Built { model: Box::new(model), attributes })
}

impl Model for Fuelcell {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        let flow = io.number(H2_CONSUME)?;
        let power_kw = flow * Scalar::int(HEATING_VALUE_KJ_PER_KG) * self.efficiency / 60.0;
        io.set(FC_GEN, power_kw);
        io.set(Q_PRODUCT, power_kw * self.heat_share);
        io.set(H2FEUL, self.flow_min.max(self.flow_max.min(flow)));
        Ok(())
    }
}
