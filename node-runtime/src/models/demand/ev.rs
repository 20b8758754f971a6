//! One electric vehicle: it charges while it is plugged in, and comes back empty.

use crate::model::{
    Build, BuildError, Built, Const, Family, Io, Model, ModelType, Parameter, Port, SectionKind, Settings,
    StepError, Written,
};
use crate::scalar::Scalar;
use crate::value::Value;
use illuminator_protocol::Unit;

/// `EV`
pub static TYPE: ModelType = ModelType {
    name: "EV",
    family: Family::Demand,
    summary: "Electric vehicle that charges at full power while it is plugged in.",
    documentation: DOCUMENTATION,
    parameters: &[
        Parameter::required("max_power", Unit::Kilowatt, "charging power P, > 0", Const::Int(0))
            .with_example(Const::Int(11)),
        Parameter::required(
            "battery_cap",
            Unit::KilowattHour,
            "capacity E of its battery, > 0",
            Const::Int(0),
        )
        .with_example(Const::Int(60)),
        Parameter::required("fast", Unit::One, "fast charging, which does not exist", Const::Bool(false)),
        Parameter::unused("end_initial_phase", Unit::Percent, "of fast charging; not read", Const::Int(0)),
        Parameter::unused("end_mid_phase", Unit::Percent, "of fast charging; not read", Const::Int(0)),
    ],
    inputs: &[
        Port::optional("presence", Unit::One, "1: plugged in; anything else, or open: away", Const::Int(0))
            .with_example(Const::Int(1))
            .any(),
        Port::optional("load_in", Unit::Kilowatt, "not read", Const::Int(0)),
    ],
    outputs: &[Port::written(
        "demand",
        Unit::Kilowatt,
        "charging power, ≥ 0",
        Const::Int(0),
        Written::Always,
    )],
    states: &[
        Port::written("soc", Unit::Percent, "state of charge, 0 when away", Const::Int(0), Written::Always),
        Port::written(
            "desired_soc",
            Unit::Percent,
            "state of charge D to charge to",
            Const::Int(0),
            Written::Setting,
        )
        .with_example(Const::Int(100)),
    ],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 1.10. soc and D start from the `states` section:

    presence = 1, soc < D:  need = (D − soc)/100·E      still to be charged [kWh]
        need < P/4:  demand = need/0.25, soc = D
        else:        demand = P, soc = soc + (P/4)/E·100
    presence = 1, soc ≥ D:  demand = 0
    else:                   demand = 0, soc = 0

Kept on purpose: a step counts as a quarter of an hour whatever the resolution is; whoever comes back is empty.";

/// What a step counts as `[h]`.
const STEP_H: f64 = 0.25;

const PRESENCE: usize = 0;

const DEMAND: usize = 0;
const SOC: usize = 1;

struct Ev {
    max_power_kw: Scalar,
    /// What one step charges at full power `[kWh]`.
    step_kwh: f64,
    /// The same in percent of the capacity.
    step_percent: Scalar,
    capacity_kwh: Scalar,
    desired_soc: Scalar,
    soc: Scalar,
}

fn build(settings: &Settings) -> Result<Built, BuildError> {
    let attributes = TYPE.attributes(settings)?;
    // The boolean, as upstream: 0 is not accepted.
    if *settings.parameter("fast")? != Value::Bool(false) {
        let problem = "`fast` must be false: there is no fast charging";
        return Err(BuildError::new(SectionKind::Parameters, "fast", problem));
    }
    let max_power_kw = settings.number("max_power")?;
    let capacity_kwh = settings.number("battery_cap")?;
    let step_kwh = max_power_kw.value() / 4.0;
    let model = Ev {
        max_power_kw,
        step_kwh,
        step_percent: Scalar::float(step_kwh / capacity_kwh.value() * 100.0),
        capacity_kwh,
        desired_soc: settings.number_in(SectionKind::States, "desired_soc")?,
        soc: settings.number_in(SectionKind::States, "soc")?,
    };
    Ok(Built { model: Box::new(model), attributes })
}

impl Ev {
    /// Charges a vehicle that is not full for one step. Returns the power.
    fn charge(&mut self) -> Result<Scalar, StepError> {
        let need_kwh = (self.desired_soc - self.soc) / 100.0 * self.capacity_kwh;
        if need_kwh < self.step_kwh {
            self.soc = self.desired_soc;
            return Ok(need_kwh / STEP_H);
        }
        if self.capacity_kwh == 0.0 {
            return Err(StepError::DivisionByZero("battery_cap is 0"));
        }
        self.soc = self.soc + self.step_percent;
        Ok(self.max_power_kw)
    }
}

impl Model for Ev {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        let mut demand = Scalar::ZERO;
        if io.input(PRESENCE).is_none_or(|presence| presence != 1.0) {
            self.soc = Scalar::ZERO;
        } else if self.soc < self.desired_soc {
            demand = self.charge()?;
        }
        io.set(DEMAND, demand);
        io.set(SOC, self.soc);
        Ok(())
    }

    fn save(&self) -> Vec<Value> {
        vec![Value::from_scalar(self.soc)]
    }

    fn restore(&mut self, kept: &[Value]) -> bool {
        let [soc] = kept else { return false };
        let Some(soc) = soc.as_scalar().filter(|soc| soc.is_number()) else { return false };
        self.soc = soc;
        true
    }
}
