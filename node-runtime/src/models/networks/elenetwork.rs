//! Electricity network: a balance of powers with a fixed loss.

use crate::model::{
    Build, BuildError, Built, Const, Family, Io, Model, ModelType, Parameter, Port, Settings, StepError,
    Written,
};
use crate::models::terms::sum;
use crate::scalar::Scalar;
use crate::value::Value;
use illuminator_protocol::Unit;

/// `Elenetwork`
pub static TYPE: ModelType = ModelType {
    name: "Elenetwork",
    family: Family::Networks,
    summary: "Electricity network: balance of powers with a fixed loss and a congestion flag.",
    documentation: DOCUMENTATION,
    parameters: &[
        Parameter::required("max_congestion", Unit::Kilowatt, "balance that it bears", Const::Int(1000)),
        Parameter::required("p_loss_m", Unit::One, "loss per length, ≥ 0 [kW/m]", Const::Float(0.56)),
        Parameter::required("length", Unit::Metre, "length of the lines, ≥ 0", Const::Int(300)),
    ],
    inputs: &[
        Port::optional("p_in", Unit::Kilowatt, "power fed in; a list is added up", Const::Int(0))
            .with_example(Const::Int(40))
            .any(),
        Port::optional("p_out", Unit::Kilowatt, "power drawn; a list is added up", Const::Int(0))
            .with_example(Const::Int(25))
            .any(),
    ],
    outputs: &[Port::written("p_tot", Unit::Kilowatt, "balance", Const::Int(0), Written::Always)],
    states: &[
        Port::written("p_loss", Unit::Kilowatt, "loss", Const::Int(0), Written::Always),
        Port::written(
            "congestion",
            Unit::One,
            "true once the balance has been too great",
            Const::Bool(false),
            Written::Always,
        ),
    ],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 4.6.

    p_loss = p_loss_m·length,  p_tot = Σ p_in − Σ p_out − p_loss
    congestion = true once p_tot > max_congestion

Kept on purpose: congestion stays true for the rest of the run.";

const P_IN: usize = 0;
const P_OUT: usize = 1;

const P_TOT: usize = 0;
const P_LOSS: usize = 1;
const CONGESTION: usize = 2;

struct Elenetwork {
    max_kw: Scalar,
    loss_kw: Scalar,
    congested: bool,
}

fn build(settings: &Settings) -> Result<Built, BuildError> {
    let attributes = TYPE.attributes(settings)?;
    let model = Elenetwork {
        max_kw: settings.number("max_congestion")?,
        loss_kw: settings.number("p_loss_m")? * settings.number("length")?,
        congested: false,
    };
    Ok(Built { model: Box::new(model), attributes })
}

impl Model for Elenetwork {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        let balance = sum(io, P_IN)? - sum(io, P_OUT)? - self.loss_kw;
        self.congested |= balance > self.max_kw;
        io.set(P_TOT, balance);
        io.set(P_LOSS, self.loss_kw);
        io.set(CONGESTION, Scalar::bool(self.congested));
        Ok(())
    }

    fn save(&self) -> Vec<Value> {
        vec![Value::Bool(self.congested)]
    }

    fn restore(&mut self, kept: &[Value]) -> bool {
        let [Value::Bool(congested)] = kept else { return false };
        self.congested = *congested;
        true
    }
}
