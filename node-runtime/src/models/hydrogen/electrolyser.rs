//! Electrolyser: electrical power in, hydrogen and heat out.

use crate::model::{
    Build, BuildError, Built, Const, Family, Io, Model, ModelType, Parameter, Port, Settings, StepError,
    Written,
};
use crate::models::limits::step_minutes;
use crate::scalar::Scalar;
use illuminator_protocol::Unit;

/// `Electrolyser`
pub static TYPE: ModelType = ModelType {
    name: "Electrolyser",
    family: Family::Hydrogen,
    summary: "Electrolyser of the older multi-energy models: hydrogen by volume, with waste heat.",
    documentation: DOCUMENTATION,
    parameters: &[
        Parameter::required(
            "eff",
            Unit::One,
            "share of the energy that splits water, 0 to 1",
            Const::Float(0.6),
        ),
        Parameter::required(
            "term_eff",
            Unit::One,
            "share of the power that becomes usable heat, 0 to 1",
            Const::Float(0.2),
        ),
        Parameter::required("rated_power", Unit::Kilowatt, "greatest power", Const::Float(2.3)),
        Parameter::required("ramp_rate", Unit::One, "power change per minute [kW/min]", Const::Float(1.5)),
        Parameter::optional(
            "resolution",
            Unit::Minute,
            "time step ρ, above 0; null: that of the scenario",
            Const::Null,
            Const::Null,
        ),
    ],
    inputs: &[Port::required("flow2e", Unit::Kilowatt, "power offered f", Const::Int(0))
        .with_example(Const::Int(50))],
    outputs: &[
        Port::written("h2_gen", Unit::CubicMetrePerMinute, "hydrogen made", Const::Int(0), Written::Always),
        Port::written("q_product", Unit::Kilowatt, "usable heat", Const::Int(0), Written::Always),
        Port::written("e_consume", Unit::Kilowatt, "power used", Const::Int(0), Written::Always),
    ],
    states: &[],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 4.1. With 286.6 kJ/mol to split water, 2.02 g/mol and 11.2 m³/kg of hydrogen:

    e = min(rated_power, f);  if |e| > ramp_rate:  e = ρ·ramp_rate
    e > 0:  q_product = e·term_eff
            mole   = (e·ρ·60)/286.6·eff           made in one step
            h2_gen = 2.02·mole/1000·11.2/ρ
    else:   q_product = 0, h2_gen = 0
    e_consume = e

Kept on purpose: the power of the step before is not remembered, so a ramp always starts at 0; the limited
value may exceed `rated_power`, and a negative request beyond the ramp becomes a positive power.";

/// Energy to split a mole of water `[kJ/mol]`.
const WATER_KJ_PER_MOL: f64 = 286.6;
/// Molar mass of hydrogen `[g/mol]`.
const HYDROGEN_G_PER_MOL: f64 = 2.02;
/// Volume of a kilogram of hydrogen `[m³/kg]`.
const HYDROGEN_M3_PER_KG: f64 = 11.2;

const FLOW2E: usize = 0;

const H2_GEN: usize = 0;
const Q_PRODUCT: usize = 1;
const E_CONSUME: usize = 2;

struct Electrolyser {
    efficiency: Scalar,
    heat_share: Scalar,
    rated_kw: Scalar,
    ramp: Scalar,
    step_min: Scalar,
}

fn build(settings: &Settings) -> Result<Built, BuildError> {
    let attributes = TYPE.attributes(settings)?;
    let model = Electrolyser {
        efficiency: settings.number("eff")?,
        heat_share: settings.number("term_eff")?,
        rated_kw: settings.number("rated_power")?,
        ramp: settings.number("ramp_rate")?,
        step_min: step_minutes(settings)?,
    };
    Ok(Built { model: Box::new(model), attributes })
}

impl Electrolyser {
    /// Hydrogen made with a power `[kW]`, `[m³/min]`.
    fn hydrogen(&self, power_kw: Scalar) -> Scalar {
        let mole = power_kw * self.step_min * Scalar::int(60) / WATER_KJ_PER_MOL * self.efficiency;
        let kilogram = Scalar::float(HYDROGEN_G_PER_MOL) * mole / 1000.0;
        kilogram * Scalar::float(HYDROGEN_M3_PER_KG) / self.step_min.value()
    }
}

impl Model for Electrolyser {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        let mut power_kw = self.rated_kw.min(io.number(FLOW2E)?);
        if power_kw.value().abs() > self.ramp.value() {
            power_kw = self.step_min * self.ramp;
        }
        let runs = power_kw > 0.0;
        let (hydrogen, heat) = if runs {
            (self.hydrogen(power_kw), power_kw * self.heat_share)
        } else {
            (Scalar::ZERO, Scalar::ZERO)
        };
        io.set(H2_GEN, hydrogen);
        io.set(Q_PRODUCT, heat);
        io.set(E_CONSUME, power_kw);
        Ok(())
    }
}
