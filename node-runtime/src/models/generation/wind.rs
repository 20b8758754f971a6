//! Wind turbine: wind speed in, power or energy out.

use crate::model::{
    Attribute, Build, BuildError, Built, Const, Family, Io, Model, ModelType, Parameter, Port, Settings,
    StepError, Written,
};
use crate::models::exact::cube;
use crate::models::quantity::Quantity;
use crate::scalar::Scalar;
use core::f64::consts::PI;
use illuminator_protocol::Unit;

/// `Wind`
pub static TYPE: ModelType = ModelType {
    name: "Wind",
    family: Family::Generation,
    summary: "Wind turbine: power from the wind speed, cubic between cut-in and rated speed.",
    documentation: DOCUMENTATION,
    parameters: &[
        Parameter::required("p_rated", Unit::Kilowatt, "power above rated speed, ≥ 0", Const::Int(500))
            .with_example(Const::Int(5)),
        Parameter::required(
            "u_rated",
            Unit::MetrePerSecond,
            "rated speed, compared with u25",
            Const::Int(100),
        )
        .with_example(Const::Int(11)),
        Parameter::required(
            "u_cutin",
            Unit::MetrePerSecond,
            "cut-in speed, compared with u25",
            Const::Int(1),
        )
        .with_example(Const::Int(3)),
        Parameter::required(
            "u_cutout",
            Unit::MetrePerSecond,
            "cut-out speed, compared with u25 above `u_rated` only",
            Const::Int(1000),
        )
        .with_example(Const::Int(25)),
        Parameter::required("cp", Unit::One, "power coefficient, 0 to 16/27", Const::Float(0.40)),
        Parameter::required("diameter", Unit::Metre, "diameter D of the rotor, ≥ 0", Const::Int(30))
            .with_example(Const::Int(5)),
        Parameter::required(
            "output_type",
            Unit::Text,
            "`power` [kW] or `energy` [kWh per co-simulation step]",
            Const::Text("power"),
        ),
    ],
    inputs: &[Port::required("u", Unit::MetrePerSecond, "wind speed at 100 m", Const::Int(0))
        .with_example(Const::Float(9.5))],
    outputs: &[
        Port::written(
            "wind_gen",
            Unit::Kilowatt,
            "generation, ≥ 0 [kW or kWh]",
            Const::Int(0),
            Written::Always,
        ),
        Port::written("u", Unit::MetrePerSecond, "wind speed u25", Const::Int(0), Written::Always),
    ],
    states: &[
        Port::written("u60", Unit::MetrePerSecond, "wind speed at 60 m", Const::Int(0), Written::Always),
        Port::written("u25", Unit::MetrePerSecond, "never written", Const::Int(0), Written::Never),
        Port::written(
            "wind_genState",
            Unit::Kilowatt,
            "`wind_gen` once more, for older files",
            Const::Absent,
            Written::IfDeclared,
        ),
    ],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 1.6. With h hours per co-simulation step, k = 1 for power and k = h for energy:

    u60 = u·(60/100)^0.14
    u25 = u60·(ln(20/0.2)/ln(60/0.2))
    u25 ≥ u_rated:  wind_gen = p_rated·k, or 0 if u25 > u_cutout and u25 ≠ u_rated
    u25 < u_cutin:  wind_gen = 0
    between:        wind_gen = ((0.5·u25³·(π·(D/2)²)·1.225·cp)/1000)·k
    output u = u25

Kept on purpose: u25 is called 25 m upstream but computed for 20 m; the cubic range is not capped at
`p_rated`; cut-out is tested only above rated speed; energy is per co-simulation step, whatever the model's
step size. An unknown `output_type` is refused.";

const U: usize = 0;

const WIND_GEN: usize = 0;
const U25: usize = 1;
const U60: usize = 2;

/// (60/100)^0.14
const SPEED_RATIO_60_M: f64 = 0.930_981_765_964_323_9;
/// ln(20/0.2)/ln(60/0.2), each logarithm correctly rounded.
const SPEED_RATIO_20_M: f64 = 0.807_388_817_236_700_6;
/// Density of air [kg/m³].
const AIR_KG_M3: f64 = 1.225;

struct Wind {
    rated: Scalar,
    rated_m_s: f64,
    cut_in_m_s: f64,
    cut_out_m_s: f64,
    rotor_m2: f64,
    power_coefficient: f64,
    /// Hours per step if energy is asked for.
    step_h: Option<f64>,
    state: Option<usize>,
}

fn build(settings: &Settings) -> Result<Built, BuildError> {
    let attributes = TYPE.attributes(settings)?;
    let step_h = match Quantity::required(settings, "output_type")? {
        Quantity::Power => None,
        Quantity::Energy => Some(settings.step_h()),
    };
    let rated = settings.number("p_rated")?;
    let radius_m = settings.number("diameter")?.value() / 2.0;
    let model = Wind {
        rated: step_h.map_or(rated, |hours| rated * Scalar::float(hours)),
        rated_m_s: settings.number("u_rated")?.value(),
        cut_in_m_s: settings.number("u_cutin")?.value(),
        cut_out_m_s: settings.number("u_cutout")?.value(),
        rotor_m2: PI * (radius_m * radius_m),
        power_coefficient: settings.number("cp")?.value(),
        step_h,
        state: Attribute::position(&attributes, "wind_genState"),
    };
    Ok(Built { model: Box::new(model), attributes })
}

impl Wind {
    fn generation(&self, u25: f64) -> Scalar {
        if u25 >= self.rated_m_s {
            if u25 == self.rated_m_s || u25 <= self.cut_out_m_s { self.rated } else { Scalar::ZERO }
        } else if u25 < self.cut_in_m_s {
            Scalar::ZERO
        } else {
            let power_kw = (0.5 * cube(u25) * self.rotor_m2 * AIR_KG_M3 * self.power_coefficient) / 1000.0;
            Scalar::numpy(self.step_h.map_or(power_kw, |hours| power_kw * hours))
        }
    }
}

impl Model for Wind {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        let u = io.number(U)?;
        let u60 = u * Scalar::float(SPEED_RATIO_60_M);
        let u25 = u60.value() * SPEED_RATIO_20_M;
        let generation = self.generation(u25);
        io.set(WIND_GEN, generation);
        io.set(U25, Scalar::numpy(u25));
        io.set(U60, u60);
        if let Some(state) = self.state {
            io.set(state, generation);
        }
        Ok(())
    }
}
