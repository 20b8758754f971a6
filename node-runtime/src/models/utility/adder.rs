//! Adds two numbers.

use crate::model::{
    Build, BuildError, Built, Const, Family, Io, Model, ModelType, Parameter, Port, SectionKind, Settings,
    StepError, Written,
};
use crate::scalar::Scalar;
use crate::value::Value;
use illuminator_protocol::Unit;

/// `Adder`
pub static TYPE: ModelType = ModelType {
    name: "Adder",
    family: Family::Utility,
    summary: "Adds its two inputs.",
    documentation: DOCUMENTATION,
    parameters: &[
        Parameter::unused("param1", Unit::Text, "not read", Const::Text("")),
        Parameter::unused("testParam", Unit::Text, "not read", Const::Absent),
    ],
    inputs: &[
        Port::optional("in1", Unit::One, "first summand; its value in `inputs` if open", Const::Int(10)),
        Port::optional("in2", Unit::One, "second summand; its value in `inputs` if open", Const::Int(20)),
    ],
    outputs: &[Port::written("out1", Unit::One, "the sum", Const::Int(0), Written::Always)],
    states: &[],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 1.1, as it was meant to work.

    out1 = in1 + in2

An input without a connection keeps the value that the `inputs` section gives it. Different from the Python
Illuminator, where a connected input aborts, the sum is sent to nobody, and a step lasts 900 co-simulation
steps by default: here inputs and output can be connected and a step is one step. Texts are refused.";

const OUT1: usize = 0;

struct Adder {
    /// The values of inputs that are not connected.
    initial: [Option<Scalar>; 2],
}

fn build(settings: &Settings) -> Result<Built, BuildError> {
    let attributes = TYPE.attributes(settings)?;
    let initial = [initial(settings, "in1")?, initial(settings, "in2")?];
    Ok(Built { model: Box::new(Adder { initial }), attributes })
}

/// The value in the `inputs` section. Without one (or null) the input must be connected.
fn initial(settings: &Settings, key: &'static str) -> Result<Option<Scalar>, BuildError> {
    match settings.inputs.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(_) => settings.number_in(SectionKind::Inputs, key).map(Some),
    }
}

impl Adder {
    fn summand(&self, io: &Io<'_>, input: usize) -> Result<Scalar, StepError> {
        match self.initial[input] {
            Some(initial) => io.number_or(input, initial),
            None => io.number(input),
        }
    }
}

impl Model for Adder {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        let sum = self.summand(io, 0)? + self.summand(io, 1)?;
        io.set(OUT1, sum);
        Ok(())
    }
}
