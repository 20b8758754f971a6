//! Heat network: a pipe whose temperature follows the balance of heat.

use crate::model::{
    Build, BuildError, Built, Const, Family, Io, Model, ModelType, Parameter, Port, Settings, StepError,
    Written,
};
use crate::models::limits::{positive, step_minutes};
use crate::models::memory::numbers;
use crate::models::terms::sum;
use crate::scalar::Scalar;
use crate::value::Value;
use illuminator_protocol::Unit;

/// `Heatnetwork`
pub static TYPE: ModelType = ModelType {
    name: "Heatnetwork",
    family: Family::Networks,
    summary: "Heat network: a pipe whose temperature follows the balance of heat.",
    documentation: DOCUMENTATION,
    parameters: &[
        Parameter::required(
            "max_temperature",
            Unit::Kelvin,
            "temperature that it bears",
            Const::Float(575.15),
        ),
        Parameter::required(
            "insulation",
            Unit::Metre,
            "thickness of the insulation, above 0",
            Const::Float(0.02),
        ),
        Parameter::required(
            "ext_temp",
            Unit::Kelvin,
            "temperature outside, and at the start",
            Const::Float(300.15),
        ),
        Parameter::required("therm_cond", Unit::One, "conductivity [kW/(m·K)]", Const::Float(0.05)),
        Parameter::required("length", Unit::Metre, "length l, above 0", Const::Int(100)),
        Parameter::required("diameter", Unit::Metre, "diameter d, above 0", Const::Float(0.3)),
        Parameter::required("density", Unit::One, "density ϱ, above 0 [kg/m³]", Const::Int(1000)),
        Parameter::required("c", Unit::One, "heat capacity c, above 0 [kJ/(kg·K)]", Const::Float(4.18)),
    ],
    inputs: &[
        Port::optional("q_in", Unit::Kilowatt, "heat fed in; a list is added up", Const::Int(0))
            .with_example(Const::Int(40))
            .any(),
        Port::optional("q_out", Unit::Kilowatt, "heat drawn; a list is added up", Const::Int(0))
            .with_example(Const::Int(25))
            .any(),
    ],
    outputs: &[Port::written(
        "q_loss",
        Unit::Kilowatt,
        "loss through the insulation",
        Const::Int(0),
        Written::Always,
    )],
    states: &[
        Port::written("t_int", Unit::Kelvin, "temperature T", Const::Int(0), Written::Always),
        Port::written("congestion", Unit::One, "T > max_temperature", Const::Bool(false), Written::Always),
    ],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 4.6. With ρ minutes per step, and T = ext_temp at the start:

    T = T + (Σ q_in − Σ q_out)·ρ·60/(ϱ·l·d·c)
    q_loss = therm_cond/insulation·d·l·(T − ext_temp)
    congestion = T > max_temperature

Kept on purpose: the diameter stands where the area of the pipe should, and the loss does not cool the pipe.
Mended: the Python Illuminator always computes with 15 minutes.";

const Q_IN: usize = 0;
const Q_OUT: usize = 1;

const Q_LOSS: usize = 0;
const T_INT: usize = 1;
const CONGESTION: usize = 2;

struct Heatnetwork {
    t_max: f64,
    t_outside: f64,
    /// Heat lost per kelvin `[kW/K]`.
    loss_per_kelvin: f64,
    /// What the model takes for the heat capacity of the content `[kJ/K]`.
    content: f64,
    step_min: f64,
    temperature: f64,
}

fn build(settings: &Settings) -> Result<Built, BuildError> {
    let attributes = TYPE.attributes(settings)?;
    let above_zero = |key| Ok::<f64, BuildError>(positive(settings, key)?.value());
    let (length, diameter) = (above_zero("length")?, above_zero("diameter")?);
    let t_outside = settings.number("ext_temp")?.value();
    let model = Heatnetwork {
        t_max: settings.number("max_temperature")?.value(),
        t_outside,
        loss_per_kelvin: settings.number("therm_cond")?.value() / above_zero("insulation")?
            * diameter
            * length,
        content: above_zero("density")? * length * diameter * above_zero("c")?,
        step_min: step_minutes(settings)?.value(),
        temperature: t_outside,
    };
    Ok(Built { model: Box::new(model), attributes })
}

impl Model for Heatnetwork {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        let balance_kw = (sum(io, Q_IN)? - sum(io, Q_OUT)?).value();
        self.temperature += balance_kw * self.step_min * 60.0 / self.content;
        io.set(Q_LOSS, Scalar::float(self.loss_per_kelvin * (self.temperature - self.t_outside)));
        io.set(T_INT, Scalar::float(self.temperature));
        io.set(CONGESTION, Scalar::bool(self.temperature > self.t_max));
        Ok(())
    }

    fn save(&self) -> Vec<Value> {
        vec![Value::Float(self.temperature)]
    }

    fn restore(&mut self, kept: &[Value]) -> bool {
        let Some([temperature]) = numbers(kept) else { return false };
        self.temperature = temperature.value();
        true
    }
}
