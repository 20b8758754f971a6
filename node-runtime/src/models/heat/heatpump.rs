//! Heat pump: a heat demand in, power used and heated water out.

use crate::model::{
    Build, BuildError, Built, Const, Family, Io, Model, ModelType, Parameter, Port, Settings, StepError,
    Written,
};
use crate::models::limits::{positive, refused};
use crate::models::rounding::round;
use crate::scalar::{Kind, Scalar};
use crate::value::Value;
use illuminator_protocol::Unit;

/// `Heatpump`
pub static TYPE: ModelType = ModelType {
    name: "Heatpump",
    family: Family::Heat,
    summary: "Heat pump with a fixed coefficient of performance and heating capacity.",
    documentation: DOCUMENTATION,
    parameters: &[
        Parameter::optional(
            "calc_mode",
            Unit::Text,
            "`fixed`, the only mode that is offered",
            Const::Text("fixed"),
            Const::Text("fixed"),
        ),
        Parameter::required("COP", Unit::One, "heat per power, above 0", Const::Float(3.5)),
        Parameter::required(
            "heating capacity",
            Unit::Watt,
            "heat while it runs H, above 0",
            Const::Int(15_000),
        ),
        Parameter::required(
            "cond_m",
            Unit::KilogramPerSecond,
            "condenser flow m, above 0",
            Const::Float(0.5),
        ),
        Parameter::required("Q_Demand", Unit::Watt, "demand until the input has one", Const::Int(32_500)),
        Parameter::unused("hp_model", Unit::Text, "not read", Const::Absent),
        Parameter::unused("heat_source", Unit::Text, "not read", Const::Absent),
        Parameter::unused("heat_source_T", Unit::DegreeCelsius, "not read", Const::Absent),
        Parameter::unused("cons_T", Unit::DegreeCelsius, "not read", Const::Absent),
    ],
    inputs: &[
        Port::optional("Q_Demand", Unit::Watt, "heat demand D; open: the last one", Const::Int(0)),
        Port::optional(
            "cond_in_T",
            Unit::DegreeCelsius,
            "water into the condenser; the first step needs it, later the last one holds",
            Const::Int(0),
        )
        .with_example(Const::Int(35)),
        Port::optional("heat_source_T", Unit::DegreeCelsius, "not read in mode `fixed`", Const::Absent),
        Port::optional("T_amb", Unit::DegreeCelsius, "not read in mode `fixed`", Const::Absent),
    ],
    outputs: &[
        Port::written("P_cons", Unit::Watt, "power used, mean of the step", Const::Int(0), Written::Always),
        Port::written("Q_Supplied", Unit::Watt, "heat, mean of the step", Const::Int(0), Written::Always),
    ],
    states: &[
        Port::written("COP", Unit::One, "heat per power", Const::Int(0), Written::Always),
        Port::written(
            "cond_m",
            Unit::KilogramPerSecond,
            "condenser flow, mean of the step",
            Const::Int(0),
            Written::Always,
        ),
        Port::written(
            "cons_T",
            Unit::DegreeCelsius,
            "water out of the condenser while it runs",
            Const::Int(0),
            Written::Always,
        ),
        Port::written(
            "on_fraction",
            Unit::One,
            "share of the step that it runs",
            Const::Int(0),
            Written::Always,
        ),
    ],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 4.9, mode `fixed`. With 4184 J/(kg·K) for water:

    P = H/COP,  cons_T = cond_in_T + H/m/4184
    H ≤ D:  on_fraction = 1, Q_Supplied = H, P_cons = P, cond_m = m
    H > D:  on_fraction = D/H rounded to two decimals, Q_Supplied = D
            P_cons = P·on_fraction, cond_m = m·on_fraction

The other modes of the Python Illuminator (`fast`, `hplib`, `detailed`) need tables or packages that are not
part of it, and are refused.";

/// Heat capacity of water `[J/(kg·K)]`.
const WATER_J_PER_KG_K: f64 = 4184.0;

const Q_DEMAND: usize = 0;
const COND_IN_T: usize = 1;

const P_CONS: usize = 0;
const Q_SUPPLIED: usize = 1;
const COP: usize = 2;
const COND_M: usize = 3;
const CONS_T: usize = 4;
const ON_FRACTION: usize = 5;

struct Heatpump {
    cop: Scalar,
    capacity_w: Scalar,
    flow: Scalar,
    demand_w: Scalar,
    /// Null until one arrives.
    inlet_c: Scalar,
}

fn build(settings: &Settings) -> Result<Built, BuildError> {
    let attributes = TYPE.attributes(settings)?;
    if let Some(mode) = settings.parameters.get("calc_mode")
        && mode.as_text() != Some("fixed")
    {
        return Err(refused("calc_mode", "must be `fixed`: the other modes need tables or packages"));
    }
    let model = Heatpump {
        cop: positive(settings, "COP")?,
        capacity_w: positive(settings, "heating capacity")?,
        flow: positive(settings, "cond_m")?,
        demand_w: settings.number("Q_Demand")?,
        inlet_c: Scalar::NULL,
    };
    Ok(Built { model: Box::new(model), attributes })
}

impl Model for Heatpump {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        self.demand_w = io.number_or(Q_DEMAND, self.demand_w)?;
        self.inlet_c = if io.input(COND_IN_T).is_some() || self.inlet_c.kind() == Kind::Null {
            io.number(COND_IN_T)?
        } else {
            self.inlet_c
        };
        let full_power_w = self.capacity_w / self.cop.value();
        let outlet_c = self.inlet_c + self.capacity_w / self.flow.value() / WATER_J_PER_KG_K;
        let (on, supplied_w, power_w, flow);
        if self.capacity_w > self.demand_w {
            on = round::<2>(self.demand_w / self.capacity_w.value());
            (supplied_w, power_w, flow) = (self.demand_w, full_power_w * on, self.flow * on);
        } else {
            (on, supplied_w, power_w, flow) = (Scalar::int(1), self.capacity_w, full_power_w, self.flow);
        }
        io.set(P_CONS, power_w);
        io.set(Q_SUPPLIED, supplied_w);
        io.set(COP, self.cop);
        io.set(COND_M, flow);
        io.set(CONS_T, outlet_c);
        io.set(ON_FRACTION, on);
        Ok(())
    }

    fn save(&self) -> Vec<Value> {
        [self.demand_w, self.inlet_c].map(Value::from_scalar).to_vec()
    }

    fn restore(&mut self, kept: &[Value]) -> bool {
        let [demand, inlet] = kept else { return false };
        let (Some(demand_w), Some(inlet_c)) = (demand.as_scalar(), inlet.as_scalar()) else { return false };
        let fits = demand_w.is_number() && (inlet_c.is_number() || inlet_c.kind() == Kind::Null);
        if fits {
            (self.demand_w, self.inlet_c) = (demand_w, inlet_c);
        }
        fits
    }
}
