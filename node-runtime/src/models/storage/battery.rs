//! Battery: a requested power in, the exchanged power and the state of charge out.

use crate::model::{
    Attribute, Build, BuildError, Built, Const, Family, Io, Model, ModelType, Parameter, Port, SectionKind,
    Settings, StepError, Written,
};
use crate::models::rounding::round3;
use crate::scalar::{Kind, Scalar};
use crate::value::Value;
use illuminator_protocol::Unit;

/// `Battery`
pub static TYPE: ModelType = ModelType {
    name: "Battery",
    family: Family::Storage,
    summary: "Battery with power limits, efficiencies and a band of state of charge.",
    documentation: DOCUMENTATION,
    parameters: &[
        Parameter::required("max_p", Unit::Kilowatt, "greatest charging power, ≥ 0", Const::Int(150)),
        Parameter::required("min_p", Unit::Kilowatt, "greatest discharging power, ≤ 0", Const::Int(250))
            .with_example(Const::Int(-150)),
        Parameter::required("max_energy", Unit::KilowattHour, "capacity E, > 0", Const::Int(50)),
        Parameter::required("charge_efficiency", Unit::Percent, "ηc·100, above 0 to 100", Const::Int(90)),
        Parameter::required("discharge_efficiency", Unit::Percent, "ηd·100, above 0 to 100", Const::Int(90)),
        Parameter::required("soc_min", Unit::Percent, "least state of charge, 0 to 100", Const::Int(3))
            .with_example(Const::Int(10)),
        Parameter::required("soc_max", Unit::Percent, "greatest state of charge, 0 to 100", Const::Int(80))
            .with_example(Const::Int(90)),
    ],
    inputs: &[Port::required(
        "flow2b",
        Unit::Kilowatt,
        "requested power f: positive charges, negative discharges",
        Const::Int(0),
    )
    .with_example(Const::Int(60))],
    outputs: &[
        Port::written("p_out", Unit::Kilowatt, "exchanged power, sign as f", Const::Int(20), Written::Always),
        Port::written("p_in", Unit::Kilowatt, "request within the limits", Const::Int(20), Written::Always),
    ],
    states: &[
        Port::written("soc", Unit::Percent, "state of charge", Const::Int(0), Written::Always),
        Port::written("flag", Unit::One, "1 full, −1 empty, 0 neither", Const::Int(-1), Written::Always),
        Port::written("mod", Unit::One, "1 charge, −1 discharge, 0 idle", Const::Int(0), Written::Always),
        Port::written(
            "p_out_state",
            Unit::Kilowatt,
            "`p_out` once more, for older files",
            Const::Absent,
            Written::IfDeclared,
        ),
        Port::written(
            "p_in_state",
            Unit::Kilowatt,
            "`p_in` once more, for older files",
            Const::Absent,
            Written::IfDeclared,
        ),
    ],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 1.11. With h hours per co-simulation step, p the last power (0 at start), and soc and
flag starting from the `states` section:

    f = 0:  flag = 1 if soc ≥ soc_max, else −1 if soc ≤ soc_min, else 0
            p_out = 0, p_in = 0, mod = 0
    f < 0:  g = max(min_p, f), p_in = g, mod = −1; if g < 0:
                e = g·h/ηd                        taken from the battery [kWh]
                a = ((soc_min − soc)/100)·E       available [kWh]
                soc ≤ soc_min:  p = 0, flag = −1
                e > a:          soc = soc + (e/E·100), p = g, flag = 0
                else:           p = a·ηd/h, soc = soc_min, flag = −1
            soc = round3(soc), p_out = p
    f > 0:  g = min(max_p, f), p_in = g, mod = 1; if g > 0:
                e = g·h·ηc
                a = ((soc_max − soc)/100)·E
                soc ≥ soc_max:  p = 0, flag = 1
                e ≤ a:          soc = soc + (e/E·100), p = g, flag = 0
                else:           p = a/ηc/h, soc = soc_max, flag = 1
            soc = round3(soc), p_out = p

round3 rounds to three decimals: the exact decimal for a plain float, rint(soc·1000)/1000 after a numpy float
(power of a PV or Wind model) has been added, nothing for an integer.

Kept on purpose: the rounded state of charge is carried on; a request that fills the battery exactly leaves
flag 0, one that empties it exactly sets −1; h ignores the model's step size; with min_p ≥ 0 or max_p ≤ 0
that direction does nothing and p_out repeats the last power; the class default of min_p is +250.";

const FLOW2B: usize = 0;

const P_OUT: usize = 0;
const P_IN: usize = 1;
const SOC: usize = 2;
const FLAG: usize = 3;
const MOD: usize = 4;

const FULL: Scalar = Scalar::int(1);
const FREE: Scalar = Scalar::int(0);
const EMPTY: Scalar = Scalar::int(-1);

struct Battery {
    limits: Limits,
    kept: Kept,
    p_out_state: Option<usize>,
    p_in_state: Option<usize>,
}

/// What the parameters say. Powers `[kW]`, energies `[kWh]`, states of charge `[%]`, efficiencies as fractions.
struct Limits {
    charge: Scalar,
    discharge: Scalar,
    capacity: Scalar,
    charge_efficiency: Scalar,
    discharge_efficiency: Scalar,
    soc_min: Scalar,
    soc_max: Scalar,
    step_h: f64,
}

/// What one step leaves to the next.
#[derive(Clone, Copy)]
struct Kept {
    soc: Scalar,
    flag: Scalar,
    power: Scalar,
}

fn build(settings: &Settings) -> Result<Built, BuildError> {
    let attributes = TYPE.attributes(settings)?;
    let limits = Limits {
        charge: settings.number("max_p")?,
        discharge: settings.number("min_p")?,
        capacity: settings.number("max_energy")?,
        charge_efficiency: settings.number("charge_efficiency")? / 100.0,
        discharge_efficiency: settings.number("discharge_efficiency")? / 100.0,
        soc_min: settings.number("soc_min")?,
        soc_max: settings.number("soc_max")?,
        step_h: settings.step_h(),
    };
    let kept = Kept {
        soc: settings.number_in(SectionKind::States, "soc")?,
        flag: initial_flag(settings)?,
        power: Scalar::ZERO,
    };
    let p_out_state = Attribute::position(&attributes, "p_out_state");
    let p_in_state = Attribute::position(&attributes, "p_in_state");
    Ok(Built { model: Box::new(Battery { limits, kept, p_out_state, p_in_state }), attributes })
}

/// The flag is handed on, not computed with, so it may be null.
fn initial_flag(settings: &Settings) -> Result<Scalar, BuildError> {
    match settings.states.get("flag") {
        Some(Value::Null) => Ok(Scalar::NULL),
        _ => settings.number_in(SectionKind::States, "flag"),
    }
}

impl Limits {
    /// Takes `request` (< 0) from the battery.
    fn discharge(&self, kept: &mut Kept, request: Scalar) -> Result<(), StepError> {
        if kept.soc <= self.soc_min {
            (kept.flag, kept.power) = (EMPTY, Scalar::ZERO);
            return Ok(());
        }
        let hours = Scalar::float(self.step_h);
        let energy = divide(request * hours, self.discharge_efficiency, "discharge_efficiency is 0")?;
        let available = ((self.soc_min - kept.soc) / 100.0) * self.capacity;
        if energy > available {
            return self.move_energy(kept, request, energy);
        }
        kept.power = available * self.discharge_efficiency / self.step_h;
        (kept.soc, kept.flag) = (self.soc_min, EMPTY);
        Ok(())
    }

    /// Puts `request` (> 0) into the battery.
    fn charge(&self, kept: &mut Kept, request: Scalar) -> Result<(), StepError> {
        if kept.soc >= self.soc_max {
            (kept.flag, kept.power) = (FULL, Scalar::ZERO);
            return Ok(());
        }
        let energy = request * Scalar::float(self.step_h) * self.charge_efficiency;
        let available = ((self.soc_max - kept.soc) / 100.0) * self.capacity;
        if energy <= available {
            return self.move_energy(kept, request, energy);
        }
        kept.power = divide(available, self.charge_efficiency, "charge_efficiency is 0")? / self.step_h;
        (kept.soc, kept.flag) = (self.soc_max, FULL);
        Ok(())
    }

    /// The whole request fits.
    fn move_energy(&self, kept: &mut Kept, request: Scalar, energy: Scalar) -> Result<(), StepError> {
        let change = divide(energy, self.capacity, "max_energy is 0")? * Scalar::int(100);
        *kept = Kept { soc: kept.soc + change, flag: FREE, power: request };
        Ok(())
    }

    fn idle_flag(&self, soc: Scalar) -> Scalar {
        if soc >= self.soc_max {
            FULL
        } else if soc <= self.soc_min {
            EMPTY
        } else {
            FREE
        }
    }
}

#[inline]
fn divide(dividend: Scalar, divisor: Scalar, problem: &'static str) -> Result<Scalar, StepError> {
    dividend.checked_div(divisor).ok_or(StepError::DivisionByZero(problem))
}

impl Model for Battery {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        let (limits, kept) = (&self.limits, &mut self.kept);
        let flow = io.number(FLOW2B)?;
        let (p_out, p_in, mode);
        if flow == 0.0 {
            kept.flag = limits.idle_flag(kept.soc);
            (p_out, p_in, mode) = (Scalar::ZERO, Scalar::ZERO, Scalar::ZERO);
        } else {
            if flow < 0.0 {
                (p_in, mode) = (limits.discharge.max(flow), Scalar::int(-1));
                if p_in < 0.0 {
                    limits.discharge(kept, p_in)?;
                }
            } else {
                (p_in, mode) = (limits.charge.min(flow), Scalar::int(1));
                if p_in > 0.0 {
                    limits.charge(kept, p_in)?;
                }
            }
            kept.soc = round3(kept.soc);
            p_out = kept.power;
        }
        io.set(P_OUT, p_out);
        io.set(P_IN, p_in);
        io.set(SOC, kept.soc);
        io.set(FLAG, kept.flag);
        io.set(MOD, mode);
        if let Some(state) = self.p_out_state {
            io.set(state, p_out);
        }
        if let Some(state) = self.p_in_state {
            io.set(state, p_in);
        }
        Ok(())
    }

    fn save(&self) -> Vec<Value> {
        [self.kept.soc, self.kept.flag, self.kept.power].map(Value::from_scalar).to_vec()
    }

    fn restore(&mut self, kept: &[Value]) -> bool {
        let [soc, flag, power] = kept else { return false };
        let (Some(soc), Some(flag), Some(power)) = (soc.as_scalar(), flag.as_scalar(), power.as_scalar())
        else {
            return false;
        };
        let fits = soc.is_number() && power.is_number() && (flag.is_number() || flag.kind() == Kind::Null);
        if fits {
            self.kept = Kept { soc, flag, power };
        }
        fits
    }
}
