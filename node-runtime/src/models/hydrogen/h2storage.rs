//! Compressed hydrogen storage of the older multi-energy models, by volume.

use crate::model::{
    Build, BuildError, Built, Const, Family, Io, Model, ModelType, Parameter, Port, Settings, StepError,
    Written,
};
use crate::models::limits::{positive, step_minutes};
use crate::models::memory::numbers;
use crate::models::rounding::round3;
use crate::scalar::Scalar;
use crate::value::Value;
use illuminator_protocol::Unit;

/// `H2storage`
pub static TYPE: ModelType = ModelType {
    name: "H2storage",
    family: Family::Hydrogen,
    summary: "Hydrogen storage of the older multi-energy models, by volume, with limits.",
    documentation: DOCUMENTATION,
    parameters: &[
        Parameter::required("initial_soc", Unit::Percent, "state of charge at the start", Const::Int(50)),
        Parameter::required("h2storage_soc_min", Unit::Percent, "least state of charge", Const::Int(10)),
        Parameter::required("h2storage_soc_max", Unit::Percent, "greatest state of charge", Const::Int(90)),
        Parameter::required("max_h2", Unit::CubicMetrePerMinute, "greatest inflow, ≥ 0", Const::Float(0.3)),
        Parameter::required("min_h2", Unit::CubicMetrePerMinute, "greatest outflow, ≤ 0", Const::Float(-0.3)),
        Parameter::required("capacity", Unit::CubicMetre, "capacity C, above 0", Const::Int(30)),
        Parameter::required(
            "eff",
            Unit::One,
            "efficiency of either direction, above 0 to 1",
            Const::Float(0.94),
        ),
        Parameter::optional(
            "resolution",
            Unit::Minute,
            "time step ρ, above 0; null: that of the scenario",
            Const::Null,
            Const::Null,
        ),
    ],
    inputs: &[
        Port::optional("flow2h2s", Unit::CubicMetrePerMinute, "requested flow, + in, − out", Const::Int(0)),
        Port::optional("eleh2_in", Unit::CubicMetrePerMinute, "from an electrolyser", Const::Int(0))
            .with_example(Const::Float(0.5)),
        Port::optional("fuelh2_out", Unit::CubicMetrePerMinute, "to a fuel cell", Const::Int(0)),
    ],
    outputs: &[
        Port::written(
            "h2_flow",
            Unit::CubicMetrePerMinute,
            "flow, + in, − out",
            Const::Int(0),
            Written::Always,
        ),
        Port::written(
            "h2_excess_flow",
            Unit::CubicMetrePerMinute,
            "flow that did not fit at the last time that it was full or empty",
            Const::Int(0),
            Written::Always,
        ),
    ],
    states: &[
        Port::written("h2_soc", Unit::Percent, "state of charge", Const::Int(0), Written::Always),
        Port::written("mod", Unit::One, "1 if there is a request, else 0", Const::Int(0), Written::Always),
        Port::written("flag", Unit::One, "1 full, −1 empty, 0 neither", Const::Int(0), Written::Always),
    ],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 4.3. With F = flow2h2s + eleh2_in − fuelh2_out, limits soc_min and soc_max and a last
excess x (0 at the start):

    F = 0:  h2_flow = 0, h2_excess_flow = 0, mod = 0
            flag = 1 if soc ≥ soc_max, else −1 if soc ≤ soc_min, else 0
    F > 0:  g = min(max_h2, F), e = g·eff·ρ, a = ((soc_max − soc)/100)·C
            soc ≥ soc_max:  h2_flow = 0, flag = 1
            e ≤ a:          soc = soc + e/C·100, h2_flow = g, flag = 0
            else:           c = a/eff, x = (e − c)/ρ, h2_flow = c/ρ, soc = soc_max, flag = 1
    F < 0:  g = max(min_h2, F), e = g/eff·ρ, a = ((soc_min − soc)/100)·C
            soc ≤ soc_min:  h2_flow = 0, flag = −1
            e > a:          soc = soc + e/C·100, h2_flow = g, flag = 0
            else:           c = a·eff, x = (e − c)/ρ, h2_flow = c/ρ, soc = soc_min, flag = −1
    F ≠ 0:  soc rounded to three decimals, h2_excess_flow = x, mod = 1

With max_h2 ≤ 0 (min_h2 ≥ 0) nothing flows in (out) and the flag stays. Kept on purpose: mod is 1 for either
direction, and x stays until it is computed again.";

const FLOW: usize = 0;
const EXCESS: usize = 1;
const SOC: usize = 2;
const MOD: usize = 3;
const FLAG: usize = 4;

struct H2Storage {
    soc_min: Scalar,
    soc_max: Scalar,
    inflow_max: Scalar,
    outflow_max: Scalar,
    capacity_m3: Scalar,
    efficiency: Scalar,
    step_min: Scalar,
    kept: Kept,
}

/// What one step leaves to the next: state of charge `[%]`, excess `[m³/min]`, flag.
#[derive(Clone, Copy)]
struct Kept {
    soc: Scalar,
    excess: Scalar,
    flag: Scalar,
}

fn build(settings: &Settings) -> Result<Built, BuildError> {
    let attributes = TYPE.attributes(settings)?;
    let model = H2Storage {
        soc_min: settings.number("h2storage_soc_min")?,
        soc_max: settings.number("h2storage_soc_max")?,
        inflow_max: settings.number("max_h2")?,
        outflow_max: settings.number("min_h2")?,
        capacity_m3: positive(settings, "capacity")?,
        efficiency: positive(settings, "eff")?,
        step_min: step_minutes(settings)?,
        kept: Kept { soc: settings.number("initial_soc")?, excess: Scalar::ZERO, flag: Scalar::ZERO },
    };
    Ok(Built { model: Box::new(model), attributes })
}

impl H2Storage {
    /// Puts `request` (> 0) in; the flow that fits.
    fn fill(&mut self, request: Scalar) -> Scalar {
        let kept = &mut self.kept;
        if kept.soc >= self.soc_max {
            kept.flag = Scalar::int(1);
            return Scalar::ZERO;
        }
        let volume = request * self.efficiency * self.step_min;
        let room = (self.soc_max - kept.soc) / 100.0 * self.capacity_m3;
        if volume <= room {
            return self.move_volume(request, volume);
        }
        let flow = self.cut(volume, room / self.efficiency.value());
        (self.kept.soc, self.kept.flag) = (self.soc_max, Scalar::int(1));
        flow
    }

    /// Takes `request` (< 0) out; the flow that is there.
    fn draw(&mut self, request: Scalar) -> Scalar {
        let kept = &mut self.kept;
        if kept.soc <= self.soc_min {
            kept.flag = Scalar::int(-1);
            return Scalar::ZERO;
        }
        let volume = request / self.efficiency.value() * self.step_min;
        let rest = (self.soc_min - kept.soc) / 100.0 * self.capacity_m3;
        if volume > rest {
            return self.move_volume(request, volume);
        }
        let flow = self.cut(volume, rest * self.efficiency);
        (self.kept.soc, self.kept.flag) = (self.soc_min, Scalar::int(-1));
        flow
    }

    fn move_volume(&mut self, request: Scalar, volume: Scalar) -> Scalar {
        self.kept.soc = self.kept.soc + volume / self.capacity_m3.value() * Scalar::int(100);
        self.kept.flag = Scalar::ZERO;
        request
    }

    fn cut(&mut self, volume: Scalar, possible: Scalar) -> Scalar {
        self.kept.excess = (volume - possible) / self.step_min.value();
        possible / self.step_min.value()
    }

    fn idle_flag(&self) -> Scalar {
        if self.kept.soc >= self.soc_max {
            Scalar::int(1)
        } else if self.kept.soc <= self.soc_min {
            Scalar::int(-1)
        } else {
            Scalar::ZERO
        }
    }
}

impl Model for H2Storage {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        let [request, made, used] =
            [io.number_or(0, Scalar::ZERO)?, io.number_or(1, Scalar::ZERO)?, io.number_or(2, Scalar::ZERO)?];
        let request = request + made - used;
        let (flow, excess, mode);
        if request == 0.0 {
            self.kept.flag = self.idle_flag();
            (flow, excess, mode) = (Scalar::ZERO, Scalar::ZERO, 0);
        } else {
            let limited =
                if request > 0.0 { self.inflow_max.min(request) } else { self.outflow_max.max(request) };
            flow = if request > 0.0 && limited > 0.0 {
                self.fill(limited)
            } else if request < 0.0 && limited < 0.0 {
                self.draw(limited)
            } else {
                Scalar::ZERO
            };
            self.kept.soc = round3(self.kept.soc);
            (excess, mode) = (self.kept.excess, 1);
        }
        io.set(FLOW, flow);
        io.set(EXCESS, excess);
        io.set(SOC, self.kept.soc);
        io.set(MOD, Scalar::int(mode));
        io.set(FLAG, self.kept.flag);
        Ok(())
    }

    fn save(&self) -> Vec<Value> {
        [self.kept.soc, self.kept.excess, self.kept.flag].map(Value::from_scalar).to_vec()
    }

    fn restore(&mut self, kept: &[Value]) -> bool {
        let Some([soc, excess, flag]) = numbers(kept) else { return false };
        self.kept = Kept { soc, excess, flag };
        true
    }
}
