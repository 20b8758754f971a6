//! Passes on what it receives: a stand-in for a model that is not there.

use crate::model::{
    Build, BuildError, Built, Const, Family, Io, Model, ModelType, Parameter, Port, Settings, StepError,
    Written,
};
use crate::scalar::Kind;
use crate::value::Value;
use illuminator_protocol::Unit;

/// `Dummy`
pub static TYPE: ModelType = ModelType {
    name: "Dummy",
    family: Family::Utility,
    summary: "Passes its input on as a state.",
    documentation: DOCUMENTATION,
    parameters: &[
        Parameter::optional("param1", Unit::One, "x at the start", Const::Int(0), Const::Float(KEY_DEFAULT)),
        Parameter::unused("param2", Unit::One, "not read", Const::Int(0)),
    ],
    inputs: &[
        Port::optional("in1", Unit::One, "the next x; any value", Const::Int(20)).any(),
        Port::optional("in2", Unit::One, "not read", Const::Int(20)),
    ],
    outputs: &[
        Port::written("out1", Unit::One, "never written", Const::Int(0), Written::Never),
        Port::written("out2", Unit::One, "never written", Const::Int(0), Written::Never),
    ],
    states: &[
        Port::written("state1", Unit::One, "x", Const::Int(0), Written::Always),
        Port::written("state2", Unit::One, "never written", Const::Int(0), Written::Never),
    ],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 2.1.

    x = param1 at the start; x = in1 whenever in1 arrives
    state1 = x

Texts, lists and null pass unchanged. Kept on purpose: the initial value of `state1` and the input `in2` are
ignored.";

/// `param1` where a `parameters` section lacks it.
const KEY_DEFAULT: f64 = 0.1;

const IN1: usize = 0;

const STATE1: usize = 0;

struct Dummy {
    x: Value,
}

fn build(settings: &Settings) -> Result<Built, BuildError> {
    let attributes = TYPE.attributes(settings)?;
    let x = settings.parameters.get("param1").cloned().unwrap_or(Value::Float(KEY_DEFAULT));
    Ok(Built { model: Box::new(Dummy { x }), attributes })
}

impl Model for Dummy {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        match io.input(IN1) {
            Some(scalar) if scalar.kind() != Kind::Rich => self.x = Value::from_scalar(scalar),
            Some(_) => self.x = io.value(IN1).unwrap_or(Value::Null),
            None => {}
        }
        match self.x.as_scalar() {
            Some(scalar) => io.set(STATE1, scalar),
            // Texts and lists are rare and small: this one allocates.
            None => io.set_value(STATE1, self.x.clone()),
        }
        Ok(())
    }

    fn save(&self) -> Vec<Value> {
        vec![self.x.clone()]
    }

    fn restore(&mut self, kept: &[Value]) -> bool {
        let [x] = kept else { return false };
        self.x = x.clone();
        true
    }
}
