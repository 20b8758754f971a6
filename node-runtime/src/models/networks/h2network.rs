//! Gas network: a balance of hydrogen flows and the pressure that it makes.

use crate::model::{
    Build, BuildError, Built, Const, Family, Io, Model, ModelType, Parameter, Port, Settings, StepError,
    Written,
};
use crate::models::limits::positive;
use crate::models::terms::each;
use crate::scalar::Scalar;
use crate::value::Value;
use illuminator_protocol::Unit;

/// `H2network`
pub static TYPE: ModelType = ModelType {
    name: "H2network",
    family: Family::Networks,
    summary: "Hydrogen network: balance of flows, its pressure and a congestion flag.",
    documentation: DOCUMENTATION,
    parameters: &[
        Parameter::required("max_congestion", Unit::Bar, "pressure that it bears", Const::Int(700)),
        Parameter::required("V", Unit::CubicMetre, "volume of the pipes, above 0", Const::Float(0.0314)),
        Parameter::required(
            "leakage",
            Unit::One,
            "share of the outflow that leaks, 0 to 1",
            Const::Float(0.03),
        ),
    ],
    inputs: &[
        Port::optional("flow_in", Unit::CubicMetrePerMinute, "inflow; a list is added up", Const::Int(0))
            .with_example(Const::Int(3))
            .any(),
        Port::optional("flow_out", Unit::CubicMetrePerMinute, "outflow; a list is added up", Const::Int(0))
            .with_example(Const::Int(1))
            .any(),
    ],
    outputs: &[Port::written(
        "flow_tot",
        Unit::CubicMetrePerMinute,
        "balance",
        Const::Int(0),
        Written::Always,
    )],
    states: &[
        Port::written(
            "p_int",
            Unit::Bar,
            "pressure of the balance of one second",
            Const::Int(0),
            Written::Always,
        ),
        Port::written(
            "congestion",
            Unit::One,
            "true once the pressure has been too great",
            Const::Bool(false),
            Written::Always,
        ),
    ],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 4.6.

    f = Σ (flow_in/60) − Σ (flow_out/60)·(1 − leakage)          [m³/s]
    p_int = f·273.15·4124/V·0.002016/100000,  flow_tot = f·60
    congestion = true once p_int > max_congestion

Kept on purpose: the pressure is that of the present balance and does not add up over steps; congestion stays
true for the rest of the run.";

/// Temperature of the gas `[K]`, its gas constant `[J/(kg·K)]`, its molar mass `[kg/mol]`.
const GAS: [f64; 3] = [273.15, 4124.0, 0.002_016];
const PASCAL_PER_BAR: f64 = 100_000.0;

const FLOW_IN: usize = 0;
const FLOW_OUT: usize = 1;

const FLOW_TOT: usize = 0;
const P_INT: usize = 1;
const CONGESTION: usize = 2;

struct H2network {
    max_bar: f64,
    volume_m3: f64,
    leakage: f64,
    congested: bool,
}

fn build(settings: &Settings) -> Result<Built, BuildError> {
    let attributes = TYPE.attributes(settings)?;
    let model = H2network {
        max_bar: settings.number("max_congestion")?.value(),
        volume_m3: positive(settings, "V")?.value(),
        leakage: settings.number("leakage")?.value(),
        congested: false,
    };
    Ok(Built { model: Box::new(model), attributes })
}

/// The sum of the flows at an input `[m³/s]`.
fn per_second(io: &Io<'_>, input: usize) -> Result<f64, StepError> {
    let mut sum = 0.0;
    each(io, input, |per_minute| sum += per_minute.value() / 60.0)?;
    Ok(sum)
}

impl Model for H2network {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        let balance = per_second(io, FLOW_IN)? - per_second(io, FLOW_OUT)? * (1.0 - self.leakage);
        let [kelvin, gas_constant, kg_per_mol] = GAS;
        let pressure_bar = balance * kelvin * gas_constant / self.volume_m3 * kg_per_mol / PASCAL_PER_BAR;
        self.congested |= pressure_bar > self.max_bar;
        io.set(FLOW_TOT, Scalar::float(balance * 60.0));
        io.set(P_INT, Scalar::float(pressure_bar));
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
