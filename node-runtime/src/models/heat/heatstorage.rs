//! Heat storage: a tank of one temperature, charged and discharged with heat.

use crate::model::{
    Build, BuildError, Built, Const, Family, Io, Model, ModelType, Parameter, Port, Settings, StepError,
    Written,
};
use crate::models::limits::{positive, refused, step_minutes};
use crate::models::memory::numbers;
use crate::models::rounding::round3;
use crate::models::terms::sum;
use crate::scalar::Scalar;
use crate::value::Value;
use core::f64::consts::PI;
use illuminator_protocol::Unit;

/// `Heatstorage`
pub static TYPE: ModelType = ModelType {
    name: "Heatstorage",
    family: Family::Heat,
    summary: "Heat storage: a cylinder of one temperature with losses and limits.",
    documentation: DOCUMENTATION,
    parameters: &[
        Parameter::required("soc_init", Unit::Percent, "state of charge at the start", Const::Int(20)),
        Parameter::required(
            "max_temperature",
            Unit::Kelvin,
            "greatest temperature Tmax",
            Const::Float(575.15),
        ),
        Parameter::required(
            "min_temperature",
            Unit::Kelvin,
            "least temperature Tmin, above 0",
            Const::Float(300.15),
        ),
        Parameter::required(
            "insulation",
            Unit::Metre,
            "thickness of the insulation, above 0",
            Const::Float(0.2),
        ),
        Parameter::required("ext_temp", Unit::Kelvin, "temperature outside", Const::Float(300.15)),
        Parameter::required("therm_cond", Unit::One, "conductivity [kW/(m·K)]", Const::Float(0.03)),
        Parameter::required("length", Unit::Metre, "length l, above 0", Const::Float(2.5)),
        Parameter::required("diameter", Unit::Metre, "diameter d, above 0", Const::Float(1.5)),
        Parameter::required("density", Unit::One, "density ϱ, above 0 [kg/m³]", Const::Int(1000)),
        Parameter::required("c", Unit::One, "heat capacity c, above 0 [kJ/(kg·K)]", Const::Float(4.18)),
        Parameter::required(
            "eff",
            Unit::One,
            "efficiency of either direction, above 0 to 1",
            Const::Float(0.85),
        ),
        Parameter::required("max_q", Unit::Kilowatt, "greatest charging power, ≥ 0", Const::Int(300)),
        Parameter::required("min_q", Unit::Kilowatt, "greatest discharging power, ≤ 0", Const::Int(-300)),
        Parameter::optional(
            "resolution",
            Unit::Minute,
            "time step ρ, above 0; null: that of the scenario",
            Const::Null,
            Const::Null,
        ),
    ],
    inputs: &[Port::optional(
        "flow2qs",
        Unit::Kilowatt,
        "requested power, + charges, − discharges; a list is added up",
        Const::Int(0),
    )
    .with_example(Const::Int(5))
    .any()],
    outputs: &[Port::written("q_flow", Unit::Kilowatt, "power exchanged", Const::Int(0), Written::Always)],
    states: &[
        Port::written("t_int", Unit::Kelvin, "temperature T", Const::Int(0), Written::Always),
        Port::written("q_soc", Unit::Percent, "state of charge", Const::Int(0), Written::Always),
        Port::written("mod", Unit::One, "1 charge, −1 discharge, 0 idle", Const::Int(0), Written::Always),
        Port::written("flag", Unit::One, "1 full, −1 empty, 0 neither", Const::Int(0), Written::Always),
        Port::written(
            "q_loss",
            Unit::Kilowatt,
            "loss through the insulation",
            Const::Int(0),
            Written::Always,
        ),
    ],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 4.5. With A = π(d/2)², M = ϱ·A·l·c, C = (Tmax − Tmin)·M, and at the start
T = (Tmax − Tmin)·soc_init/100 + Tmin and q_soc = soc_init:

    q_loss = therm_cond/insulation·A·(T − ext_temp),  F = flow2qs − q_loss
    F = 0:  q_flow = 0, mod = 0, flag = 1 if T ≥ Tmax, else −1 if T ≤ Tmin, else 0
    F > 0:  g = min(max_q, F), Q = g·eff·ρ/60, a = (Tmax − T)/Tmax·C, mod = 1
            T ≥ Tmax:  q_flow = 0, T = Tmax, flag = 1
            Q ≤ a:     q_flow = g/eff, T = Q/M + T, flag = 0
            else:      q_flow = a/eff/(ρ/60), T = Tmax, flag = 1
    F < 0:  g = max(min_q, F), Q = −g/eff·ρ/60, a = (T − Tmin)/Tmin·C, mod = −1
            T ≤ Tmin:  q_flow = 0, T = Tmin, flag = −1
            Q < a:     q_flow = g·eff, T = T − Q/M, flag = 0
            else:      q_flow = a·eff/(ρ/60), T = Tmin, flag = −1
    F ≠ 0:  q_soc = (T − Tmin)/(Tmax − Tmin)·100, rounded to three decimals

With max_q ≤ 0 (min_q ≥ 0) nothing is charged (discharged) and the flag stays. Kept on purpose: energies in kWh
are divided by kJ/K (a factor 3600 is missing); the room that is left is related to the absolute temperature;
q_flow is g/eff while charging and g·eff while discharging; a discharge that empties it gives a positive q_flow.";

const FLOW2QS: usize = 0;

const Q_FLOW: usize = 0;
const T_INT: usize = 1;
const Q_SOC: usize = 2;
const MOD: usize = 3;
const FLAG: usize = 4;
const Q_LOSS: usize = 5;

struct Heatstorage {
    t_max: f64,
    t_min: f64,
    t_outside: f64,
    /// Heat lost per kelvin `[kW/K]`.
    loss_per_kelvin: f64,
    /// Heat capacity of the content `[kJ/K]`.
    content: f64,
    capacity: f64,
    efficiency: f64,
    charge_max_kw: Scalar,
    discharge_max_kw: Scalar,
    step_min: f64,
    kept: Kept,
}

/// What one step leaves to the next: temperature `[K]`, state of charge `[%]`, flag.
struct Kept {
    temperature: f64,
    soc: Scalar,
    flag: i64,
}

fn build(settings: &Settings) -> Result<Built, BuildError> {
    let attributes = TYPE.attributes(settings)?;
    let above_zero = |key| Ok::<f64, BuildError>(positive(settings, key)?.value());
    let (t_max, t_min) = (above_zero("max_temperature")?, above_zero("min_temperature")?);
    if t_max <= t_min {
        return Err(refused("max_temperature", "must be above `min_temperature`"));
    }
    let radius = above_zero("diameter")? / 2.0;
    let area = PI * (radius * radius);
    let (density, length, heat) = (above_zero("density")?, above_zero("length")?, above_zero("c")?);
    let soc = settings.number("soc_init")?;
    let model = Heatstorage {
        t_max,
        t_min,
        t_outside: settings.number("ext_temp")?.value(),
        loss_per_kelvin: settings.number("therm_cond")?.value() / above_zero("insulation")? * area,
        content: density * area * length * heat,
        capacity: (t_max - t_min) * density * area * length * heat,
        efficiency: above_zero("eff")?,
        charge_max_kw: settings.number("max_q")?,
        discharge_max_kw: settings.number("min_q")?,
        step_min: step_minutes(settings)?.value(),
        kept: Kept { temperature: (t_max - t_min) * soc.value() / 100.0 + t_min, soc, flag: 0 },
    };
    Ok(Built { model: Box::new(model), attributes })
}

impl Heatstorage {
    /// Charges with `request_kw` (> 0); the power exchanged.
    fn charge(&mut self, request_kw: f64) -> Scalar {
        let temperature = self.kept.temperature;
        let heat = request_kw * self.efficiency * self.step_min / 60.0;
        let room = (self.t_max - temperature) / self.t_max * self.capacity;
        if temperature < self.t_max && heat <= room {
            (self.kept.temperature, self.kept.flag) = (heat / self.content + temperature, 0);
            return Scalar::float(request_kw / self.efficiency);
        }
        (self.kept.temperature, self.kept.flag) = (self.t_max, 1);
        if temperature >= self.t_max {
            return Scalar::ZERO;
        }
        Scalar::float(room / self.efficiency / (self.step_min / 60.0))
    }

    /// Discharges with `request_kw` (< 0); the power exchanged.
    fn discharge(&mut self, request_kw: f64) -> Scalar {
        let temperature = self.kept.temperature;
        let heat = -request_kw / self.efficiency * self.step_min / 60.0;
        let rest = (temperature - self.t_min) / self.t_min * self.capacity;
        if temperature > self.t_min && heat < rest {
            (self.kept.temperature, self.kept.flag) = (temperature - heat / self.content, 0);
            return Scalar::float(request_kw * self.efficiency);
        }
        (self.kept.temperature, self.kept.flag) = (self.t_min, -1);
        if temperature <= self.t_min {
            return Scalar::ZERO;
        }
        Scalar::float(rest * self.efficiency / (self.step_min / 60.0))
    }

    fn idle_flag(&self) -> i64 {
        i64::from(self.kept.temperature >= self.t_max) - i64::from(self.kept.temperature <= self.t_min)
    }
}

impl Model for Heatstorage {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        let loss_kw = self.loss_per_kelvin * (self.kept.temperature - self.t_outside);
        let request = sum(io, FLOW2QS)? - Scalar::float(loss_kw);
        let (flow, mode);
        if request == 0.0 {
            self.kept.flag = self.idle_flag();
            (flow, mode) = (Scalar::ZERO, 0);
        } else {
            let charges = request > 0.0;
            let limited =
                if charges { self.charge_max_kw.min(request) } else { self.discharge_max_kw.max(request) };
            flow = if charges && limited > 0.0 {
                self.charge(limited.value())
            } else if !charges && limited < 0.0 {
                self.discharge(limited.value())
            } else {
                Scalar::ZERO
            };
            mode = if charges { 1 } else { -1 };
            let share = (self.kept.temperature - self.t_min) / (self.t_max - self.t_min) * 100.0;
            self.kept.soc = round3(Scalar::float(share));
        }
        io.set(Q_FLOW, flow);
        io.set(T_INT, Scalar::float(self.kept.temperature));
        io.set(Q_SOC, self.kept.soc);
        io.set(MOD, Scalar::int(mode));
        io.set(FLAG, Scalar::int(self.kept.flag));
        io.set(Q_LOSS, Scalar::float(loss_kw));
        Ok(())
    }

    fn save(&self) -> Vec<Value> {
        vec![
            Value::Float(self.kept.temperature),
            Value::from_scalar(self.kept.soc),
            Value::Int(self.kept.flag),
        ]
    }

    fn restore(&mut self, kept: &[Value]) -> bool {
        let Some([temperature, soc, flag]) = numbers(kept) else { return false };
        self.kept = Kept { temperature: temperature.value(), soc, flag: flag.value() as i64 };
        true
    }
}
