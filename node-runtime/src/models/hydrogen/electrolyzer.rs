//! Electrolyser: warms up, ramps up, follows a production rate, ramps down and holds.
//!
//! ```text
//!   0 off ─start─▶ 0 warm-up ─▶ 1 ramp-up ─▶ 2 on ─stop─▶ 3 ramp-down ─▶ 4 hold ─▶ 0 off
//!     ▲──────────────stop────────────┘
//! ```

use super::phase::Phase;
use super::{HEATING_VALUE_KWH_PER_KG, positive};
use crate::model::{
    Build, BuildError, Built, Const, Family, Io, Model, ModelType, Parameter, Port, SectionKind, Settings,
    StepError, Written,
};
use crate::models::rounding::round;
use crate::scalar::Scalar;
use crate::value::Value;
use illuminator_protocol::Unit;

/// `Electrolyzer`
pub static TYPE: ModelType = ModelType {
    name: "Electrolyzer",
    family: Family::Hydrogen,
    summary: "Electrolyser with warm-up, ramps and hold: hydrogen from power.",
    documentation: DOCUMENTATION,
    parameters: &[
        Parameter::required("e_eff", Unit::Percent, "efficiency, 0 to 100", Const::Float(63.59)),
        Parameter::required("max_p_in", Unit::Kilowatt, "greatest power Pm, > 0", Const::Float(2.45)),
        Parameter::required("warm_up_time", Unit::Second, "time from start to ramp-up, ≥ 0", Const::Int(900)),
        Parameter::required("ramp_up_time", Unit::Second, "time of the ramp-up, > 0", Const::Int(900)),
        Parameter::required("ramp_down_time", Unit::Second, "time of the ramp-down, ≥ 0", Const::Int(900)),
        Parameter::required("hold_time", Unit::Second, "time at least power, ≥ 0", Const::Int(1800)),
    ],
    inputs: &[
        Port::required("run_electrolyser", Unit::One, "1: start and run, 0: stop", Const::Int(0))
            .with_example(Const::Int(1)),
        Port::required("production_rate", Unit::One, "part of Pm wanted, 0.6 to 1", Const::Int(0))
            .with_example(Const::Float(0.8)),
    ],
    outputs: &[
        Port::written("flow2e", Unit::Kilowatt, "f, power: ≤ 0 uses it", Const::Int(0), Written::Always),
        Port::written("flow2e_grid", Unit::Kilowatt, "f once more", Const::Int(0), Written::Always),
        Port::written("flow2c", Unit::Kilogram, "q, hydrogen [kg per step]", Const::Int(0), Written::Always),
    ],
    states: &[
        Port::written(
            "el_status",
            Unit::Text,
            "`off`, `warm_up`, `ramp_up`, `on`, `ramp_down` or `hold`",
            Const::Int(0),
            Written::Always,
        ),
        Port::written("phase_step", Unit::One, "k, the phase, 0 to 4", Const::Int(0), Written::Always),
        Port::written("max_p_in_el", Unit::Kilowatt, "Pm", Const::Int(0), Written::Always),
    ],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 3.1. k and el_status start from the `states` section; el is the time since the phase
began [s], dt hours per co-simulation step; Pw = 0.260/2.45·Pm [kW] is the power of the warm-up, 0.6·Pm the least
power; kg(f) = −f/33.33·e_eff/100·dt with the lower heating value of hydrogen, 33.33 kWh/kg:

    run_electrolyser = 1:
        k = 0:  f = −Pw, q = 0; el ≥ warm_up_time: k = 1
        k = 1:  x = min(el/ramp_up_time, 1), f = −(Pw + (0.6·Pm − Pw)·x), q = kg(f); x ≥ 1: k = 2
        k = 2:  f = −max(0.6, min(production_rate, 1))·Pm, q = kg(f), last = −f
    run_electrolyser = 0:
        k = 0, k = 1:  k = 0, f = 0, q = 0
        k = 2:  k = 3, and as in 3
        k = 3:  el < ramp_down_time:  f = −(last + (0.6·Pm − last)·(el/ramp_down_time)), q = kg(f)
                else:                 k = 4, f = −0.6·Pm, q = kg(f)
        k = 4:  el < hold_time:       f = −0.6·Pm, q = kg(f)
                else:                 k = 0, f = 0, q = 0
    flow2e = f rounded to 4 decimals, flow2c = q rounded to 6 decimals

Kept on purpose: a stop during warm-up or ramp-up does not stop the clock, so that the next start may skip the
warm-up; a start during ramp-down or hold ends the run with an error, as does a signal that is neither 0 nor 1.";

/// Power of the warm-up `[kW]` of a plant with [`WARM_UP_OF_KW`].
const WARM_UP_KW: f64 = 0.260;
const WARM_UP_OF_KW: f64 = 2.45;
/// Least part of the greatest power.
const LEAST_RATE: f64 = 0.6;

const RUN: usize = 0;
const PRODUCTION_RATE: usize = 1;

const FLOW2E: usize = 0;
const FLOW2E_GRID: usize = 1;
const FLOW2C: usize = 2;
const EL_STATUS: usize = 3;
const PHASE_STEP: usize = 4;
const MAX_P_IN_EL: usize = 5;

struct Electrolyzer {
    plant: Plant,
    kept: Kept,
}

/// What the parameters say. Powers `[kW]`, times `[s]`.
struct Plant {
    max_power: Scalar,
    warm_up_power: Scalar,
    least_power: Scalar,
    efficiency_percent: Scalar,
    warm_up_time: Scalar,
    ramp_up_time: Scalar,
    ramp_down_time: Scalar,
    hold_time: Scalar,
    resolution_s: u32,
}

/// What one step leaves to the next.
struct Kept {
    phase: Phase,
    /// The step in which the phase began, if it has a beginning.
    since: Option<u64>,
    /// The flow of power of the last step in [`Phase::On`] `[kW]`, ≤ 0.
    last_flow: Scalar,
    status: Value,
}

fn build(settings: &Settings) -> Result<Built, BuildError> {
    let attributes = TYPE.attributes(settings)?;
    let max_power = settings.number("max_p_in")?;
    let plant = Plant {
        max_power,
        warm_up_power: Scalar::float(WARM_UP_KW / WARM_UP_OF_KW) * max_power,
        least_power: Scalar::float(LEAST_RATE) * max_power,
        efficiency_percent: settings.number("e_eff")?,
        warm_up_time: settings.number("warm_up_time")?,
        ramp_up_time: positive(settings, "ramp_up_time")?,
        ramp_down_time: settings.number("ramp_down_time")?,
        hold_time: settings.number("hold_time")?,
        resolution_s: settings.resolution_s,
    };
    let phase = settings.number_in(SectionKind::States, "phase_step")?;
    let phase = Phase::numbered(phase).ok_or_else(|| {
        let problem = format!("`phase_step` must be one of 0 to 4, not {}", phase.value());
        BuildError::new(SectionKind::States, "phase_step", problem)
    })?;
    let status = settings.states.get("el_status").cloned().unwrap_or(Value::Null);
    let kept = Kept { phase, since: None, last_flow: Scalar::ZERO, status };
    Ok(Built { model: Box::new(Electrolyzer { plant, kept }), attributes })
}

impl Kept {
    fn enter(&mut self, phase: Phase, step: u64) {
        (self.phase, self.since) = (phase, Some(step));
    }

    fn show(&mut self, status: &str) {
        self.status = Value::Text(status.to_owned());
    }
}

impl Electrolyzer {
    /// The time since the phase began `[s]`; a phase that the scenario begins with begins now.
    fn elapsed_s(&mut self, step: u64) -> Scalar {
        let since = *self.kept.since.get_or_insert(step);
        Scalar::float(step.saturating_sub(since) as f64 * f64::from(self.plant.resolution_s))
    }

    /// The flow of power in a step in which it is to run.
    fn run(&mut self, step: u64, rate: Scalar) -> Result<Scalar, StepError> {
        match self.kept.phase {
            Phase::Standby => {
                if self.kept.since.is_none() {
                    self.kept.show("warm_up");
                }
                if self.elapsed_s(step) >= self.plant.warm_up_time {
                    self.kept.enter(Phase::RampUp, step);
                }
                Ok(-self.plant.warm_up_power)
            }
            Phase::RampUp => {
                let done = self.elapsed_s(step) / self.plant.ramp_up_time.value();
                let done = done.min(Scalar::float(1.0));
                if done >= 1.0 {
                    self.kept.phase = Phase::On;
                    self.kept.show("on");
                } else {
                    self.kept.show("ramp_up");
                }
                let (warm, least) = (self.plant.warm_up_power, self.plant.least_power);
                Ok(-(warm + (least - warm) * done))
            }
            Phase::On => {
                self.kept.show("on");
                let rate = Scalar::float(LEAST_RATE).max(rate.min(Scalar::float(1.0)));
                self.kept.last_flow = -rate * self.plant.max_power;
                Ok(self.kept.last_flow)
            }
            Phase::RampDown | Phase::Hold => Err(StepError::Other(
                "the electrolyser cannot start before its ramp-down and hold are over: keep `run_electrolyser` 0 \
                 while `phase_step` is 3 or 4"
                    .to_owned(),
            )),
        }
    }

    /// The flow of power in a step in which it is to stop.
    fn stop(&mut self, step: u64) -> Scalar {
        if self.kept.phase == Phase::On {
            self.kept.enter(Phase::RampDown, step);
            self.kept.show("ramp_down");
        }
        let elapsed_s = match self.kept.phase {
            Phase::RampDown | Phase::Hold => self.elapsed_s(step),
            Phase::Standby | Phase::RampUp | Phase::On => return self.rest(),
        };
        if self.kept.phase == Phase::Hold {
            if elapsed_s < self.plant.hold_time {
                return -self.plant.least_power;
            }
            self.kept.since = None;
            return self.rest();
        }
        if elapsed_s < self.plant.ramp_down_time {
            let last = -self.kept.last_flow;
            let done = elapsed_s / self.plant.ramp_down_time.value();
            return -(last + (self.plant.least_power - last) * done);
        }
        self.kept.enter(Phase::Hold, step);
        self.kept.show("hold");
        -self.plant.least_power
    }

    fn rest(&mut self) -> Scalar {
        self.kept.phase = Phase::Standby;
        self.kept.show("off");
        Scalar::ZERO
    }

    /// The hydrogen from a flow of power `[kg per step]`.
    fn hydrogen_kg(&self, flow: Scalar) -> Scalar {
        let step_h = f64::from(self.plant.resolution_s) / 3600.0;
        -flow / HEATING_VALUE_KWH_PER_KG * self.plant.efficiency_percent / 100.0 * Scalar::float(step_h)
    }
}

impl Model for Electrolyzer {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        let (run, rate) = (io.number(RUN)?, io.number(PRODUCTION_RATE)?);
        let before = self.kept.phase;
        let flow = if run == 1.0 {
            self.run(io.step(), rate)?
        } else if run == 0.0 {
            self.stop(io.step())
        } else {
            let problem = format!("`run_electrolyser` must be 0 or 1, not {}", run.value());
            return Err(StepError::Other(problem));
        };
        // Neither the warm-up nor its last step makes any.
        let makes = before != Phase::Standby && self.kept.phase != Phase::Standby;
        let hydrogen = if makes { self.hydrogen_kg(flow) } else { Scalar::ZERO };
        let flow = round::<4>(flow);
        io.set(FLOW2E, flow);
        io.set(FLOW2E_GRID, flow);
        io.set(FLOW2C, round::<6>(hydrogen));
        io.set_value(EL_STATUS, self.kept.status.clone());
        io.set(PHASE_STEP, self.kept.phase.number());
        io.set(MAX_P_IN_EL, self.plant.max_power);
        Ok(())
    }

    fn save(&self) -> Vec<Value> {
        let Kept { phase, since, last_flow, status } = &self.kept;
        // More steps than fit never come.
        let since = since.map_or(Value::Null, |step| Value::Int(i64::try_from(step).unwrap_or(i64::MAX)));
        vec![Value::from_scalar(phase.number()), since, Value::from_scalar(*last_flow), status.clone()]
    }

    fn restore(&mut self, kept: &[Value]) -> bool {
        let [phase, since, last_flow, status] = kept else { return false };
        let phase = phase.as_scalar().filter(|number| number.is_number()).and_then(Phase::numbered);
        let since = match since {
            Value::Null => Some(None),
            Value::Int(step) => u64::try_from(*step).ok().map(Some),
            _ => None,
        };
        let last_flow = last_flow.as_scalar().filter(|flow| flow.is_number());
        let (Some(phase), Some(since), Some(last_flow)) = (phase, since, last_flow) else { return false };
        self.kept = Kept { phase, since, last_flow, status: status.clone() };
        true
    }
}
