//! Photovoltaic panels: irradiance, weather and sun position in, power or energy out.

use crate::model::{
    Attribute, Build, BuildError, Built, Const, Family, Io, Model, ModelType, Parameter, Port, SectionKind,
    Settings, StepError, Written,
};
use crate::models::limits::refused;
use crate::models::quantity::Quantity;
use crate::models::rounding::rint;
use crate::scalar::{Kind, Scalar};
use crate::value::Value;
use core::f64::consts::PI;
use illuminator_protocol::Unit;

/// `PV`
pub static TYPE: ModelType = ModelType {
    name: "PV",
    family: Family::Generation,
    summary: "Photovoltaic panels: power from irradiance, temperature, wind and the position of the sun.",
    documentation: DOCUMENTATION,
    parameters: &[
        Parameter::required("m_area", Unit::SquareMetre, "area a of one module, ≥ 0", Const::Int(0))
            .with_example(Const::Float(1.95)),
        Parameter::required("NOCT", Unit::DegreeCelsius, "nominal operating cell temperature", Const::Int(0))
            .with_example(Const::Int(45)),
        Parameter::required(
            "m_efficiency_stc",
            Unit::One,
            "efficiency η under standard test conditions, 0 to 1",
            Const::Int(0),
        )
        .with_example(Const::Float(0.205)),
        Parameter::required(
            "G_NOCT",
            Unit::WattPerSquareMetre,
            "irradiance at which NOCT holds",
            Const::Int(0),
        )
        .with_example(Const::Int(800)),
        Parameter::required("P_STC", Unit::Watt, "power of one module, not 0", Const::Int(0))
            .with_example(Const::Int(400)),
        Parameter::required(
            "m_tilt",
            Unit::Degree,
            "tilt β of the modules, 0 flat to 90 upright",
            Const::Int(0),
        )
        .with_example(Const::Int(30)),
        Parameter::required(
            "m_az",
            Unit::Degree,
            "azimuth α of the modules, origin as input `Az`",
            Const::Int(0),
        )
        .with_example(Const::Int(180)),
        Parameter::required("cap", Unit::Watt, "installed capacity, in W as `P_STC`", Const::Int(0))
            .with_example(Const::Int(3200)),
        Parameter::required(
            "output_type",
            Unit::Text,
            "`power` [kW] or `energy` [kWh per step]; any other word gives 0",
            Const::Text("power"),
        ),
        Parameter::optional(
            "formula",
            Unit::Text,
            "`dev`, or `cluster` for results as by the older branch of that name",
            Const::Absent,
            Const::Text("dev"),
        ),
        Parameter::unused("peak_power", Unit::Watt, "not read", Const::Int(0)),
        Parameter::unused("sim_start", Unit::Text, "not read", Const::Int(0)),
    ],
    inputs: &[
        Port::required("G_Gh", Unit::WattPerSquareMetre, "global irradiance, horizontal", Const::Int(0))
            .with_example(Const::Int(640)),
        Port::required("G_Dh", Unit::WattPerSquareMetre, "diffuse irradiance, horizontal", Const::Int(0))
            .with_example(Const::Int(120)),
        Port::required(
            "G_Bn",
            Unit::WattPerSquareMetre,
            "direct irradiance, normal to the beam",
            Const::Int(0),
        )
        .with_example(Const::Int(700)),
        Port::required("Ta", Unit::DegreeCelsius, "air temperature", Const::Int(0))
            .with_example(Const::Float(21.5)),
        Port::required("hs", Unit::Degree, "elevation of the sun, −90 to 90", Const::Int(0))
            .with_example(Const::Int(52)),
        Port::required("FF", Unit::MetrePerSecond, "wind speed, ≥ 0", Const::Int(0))
            .with_example(Const::Int(3)),
        Port::required("Az", Unit::Degree, "azimuth of the sun", Const::Int(0)).with_example(Const::Int(170)),
    ],
    outputs: &[
        Port::written(
            "pv_gen",
            Unit::Kilowatt,
            "generation, ≥ 0 [kW or kWh]",
            Const::Int(0),
            Written::Always,
        ),
        Port::written("total_irr", Unit::WattPerSquareMetre, "never written", Const::Int(0), Written::Never),
        Port::written("g_aoi", Unit::WattPerSquareMetre, "never written", Const::Int(0), Written::Never),
    ],
    states: &[Port::written(
        "pv_genState",
        Unit::Kilowatt,
        "`pv_gen` once more, for older files",
        Const::Absent,
        Written::IfDeclared,
    )],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 1.5 and 2.6. With rad(x) = x·π/180, R seconds per co-simulation step and s steps per model step:

    n   = ceil(cap·1.0/P_STC)                       number of modules
    A   = n·a                                       [m²]
    svf = (1 + cos rad(β))/2                        sky view factor
    c   = cos rad(90−β)·cos rad(hs)·cos rad(α−Az) + sin rad(90−β)·sin rad(hs), at least 0
    G   = svf·G_Dh + 0.2·(1−svf)·G_Gh + G_Bn·c      on the module [W/m²], albedo 0.2
    Tc  = Ta + (G/G_NOCT)·(NOCT−20)·(9.5/(5.7 + 3.8·0.61·FF))·(1 − η/0.90)     cell [°C]
    e   = η·(1 + (−0.0031·(Tc−25)))                 efficiency at Tc
    power:  P = (A·G·e·0.96·0.99·0.97)/1000         [kW], with three fixed losses
    energy: P = (A·G·e·0.96·0.99·0.97)/1000·R·s/60/60    [kWh per step]
    pv_gen = rint(P·1000)/1000

That is `formula: dev`. The branches `cluster` and `feature/mpi-addon` of upstream, and its recorded results of tutorial
4, have an older one, which `formula: cluster` computes, mistakes included. It differs in

    n   = ceil(cap·1.1/P_STC)
    c   = cos rad(90−β)·cos rad(hs)·cos rad(α) + sin rad(90−β)·sin(hs), at least 0
    Tc  = Ta + (G/G_NOCT)·(NOCT−20)·(9.5/(5.7 + 3.8·FF))·(1 − η/0.90)
    e   = η·(1 + (−0.0035·(Tc−25)))

so that the azimuth of the sun has no effect, and the last sine takes degrees for radians.

Kept on purpose: `cap` is in W; negative irradiance is not clamped; G_NOCT = 0 gives NaN or an infinity; an
unknown `output_type` gives the integer 0.";

const G_GH: usize = 0;
const G_DH: usize = 1;
const G_BN: usize = 2;
const TA: usize = 3;
const HS: usize = 4;
const FF: usize = 5;
const AZ: usize = 6;

const PV_GEN: usize = 0;

/// What upstream's two formulas differ in.
struct Formula {
    /// The capacity that is built, per capacity that is asked for.
    margin: f64,
    /// Per wind speed in the heat loss of a module.
    wind_factor: f64,
    /// The change of the efficiency with the temperature of the cell `[1/K]`.
    efficiency_slope: f64,
    /// Whether the sun's azimuth is ignored, and the sine of its elevation takes degrees for radians.
    older_angles: bool,
}

static DEV: Formula =
    Formula { margin: 1.0, wind_factor: 3.8 * 0.61, efficiency_slope: -0.0031, older_angles: false };
static CLUSTER: Formula =
    Formula { margin: 1.1, wind_factor: 3.8, efficiency_slope: -0.0035, older_angles: true };

impl Formula {
    fn of(settings: &Settings) -> Result<&'static Self, BuildError> {
        match settings.parameters.get("formula").map(Value::as_text) {
            None | Some(Some("dev")) => Ok(&DEV),
            Some(Some("cluster")) => Ok(&CLUSTER),
            Some(_) => Err(refused("formula", "must be `dev` or `cluster`")),
        }
    }
}

struct Pv {
    formula: &'static Formula,
    output: Output,
    area_m2: f64,
    sky_view_factor: f64,
    ground_factor: f64,
    cos_complement: f64,
    sin_complement: f64,
    azimuth_deg: f64,
    noct_irradiance_w_m2: f64,
    noct_rise_k: f64,
    efficiency: f64,
    absorbed: f64,
    state: Option<usize>,
}

enum Output {
    Power,
    /// Seconds per co-simulation step, and steps per model step.
    Energy(f64, f64),
    Nothing,
}

fn build(settings: &Settings) -> Result<Built, BuildError> {
    let number = |key| settings.number(key).map(Scalar::value);
    let formula = Formula::of(settings)?;
    let attributes = TYPE.attributes(settings)?;
    let tilt_deg = number("m_tilt")?;
    let efficiency = number("m_efficiency_stc")?;
    let sky_view_factor = (1.0 + libm::cos(radians(tilt_deg))) / 2.0;
    let complement = radians(90.0 - tilt_deg);
    let model = Pv {
        formula,
        output: match Quantity::named(settings.parameter("output_type")?) {
            Some(Quantity::Power) => Output::Power,
            Some(Quantity::Energy) => {
                Output::Energy(f64::from(settings.resolution_s), f64::from(settings.step_size))
            }
            None => Output::Nothing,
        },
        area_m2: modules(number("cap")? * formula.margin, number("P_STC")?)? * number("m_area")?,
        sky_view_factor,
        ground_factor: 0.2 * (1.0 - sky_view_factor),
        cos_complement: libm::cos(complement),
        sin_complement: libm::sin(complement),
        azimuth_deg: number("m_az")?,
        noct_irradiance_w_m2: number("G_NOCT")?,
        noct_rise_k: number("NOCT")? - 20.0,
        efficiency,
        absorbed: 1.0 - efficiency / 0.90,
        state: Attribute::position(&attributes, "pv_genState"),
    };
    Ok(Built { model: Box::new(model), attributes })
}

/// How many modules make up a capacity.
fn modules(capacity_w: f64, module_w: f64) -> Result<f64, BuildError> {
    let modules = (capacity_w / module_w).ceil();
    if modules.is_finite() {
        return Ok(modules);
    }
    let problem = format!("`cap`/`P_STC` must give a number of modules; it is {capacity_w}/{module_w}");
    Err(BuildError::new(SectionKind::Parameters, "P_STC", problem))
}

fn radians(deg: f64) -> f64 {
    deg * PI / 180.0
}

impl Pv {
    /// The irradiance on the module `[W/m²]`.
    fn irradiance_w_m2(&self, io: &Io<'_>) -> Result<f64, StepError> {
        let diffuse = io.number(G_DH)?.value();
        let global = io.number(G_GH)?.value();
        let direct = io.number(G_BN)?.value();
        let elevation_deg = io.number(HS)?.value();
        let azimuth_deg = io.number(AZ)?.value();
        let (mut sin_elevation, cos_elevation) = libm::sincos(radians(elevation_deg));
        let mut from_sun_deg = self.azimuth_deg - azimuth_deg;
        if self.formula.older_angles {
            sin_elevation = libm::sin(elevation_deg);
            from_sun_deg = self.azimuth_deg;
        }
        let cos_azimuth = libm::cos(radians(from_sun_deg));
        let incidence =
            self.cos_complement * cos_elevation * cos_azimuth + self.sin_complement * sin_elevation;
        // Not `max`: NaN stays NaN.
        let incidence = if incidence < 0.0 { 0.0 } else { incidence };
        Ok(self.sky_view_factor * diffuse + self.ground_factor * global + direct * incidence)
    }
}

impl Model for Pv {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        let irradiance = self.irradiance_w_m2(io)?;
        let air_deg_c = io.number(TA)?.value();
        let wind = io.number(FF)?;
        let cooling = 5.7 + self.formula.wind_factor * wind.value();
        if cooling == 0.0 && wind.kind() != Kind::Numpy {
            return Err(StepError::DivisionByZero("`FF` cancels the 5.7 of the heat loss"));
        }
        let cell_deg_c = air_deg_c
            + (irradiance / self.noct_irradiance_w_m2) * self.noct_rise_k * (9.5 / cooling) * self.absorbed;
        let efficiency = self.efficiency * (1.0 + (self.formula.efficiency_slope * (cell_deg_c - 25.0)));
        let power_kw = (self.area_m2 * irradiance * efficiency * 0.96 * 0.99 * 0.97) / 1000.0;
        let generation = match self.output {
            Output::Power => Scalar::numpy(rint::<3>(power_kw)),
            Output::Energy(step_s, steps) => {
                Scalar::numpy(rint::<3>(power_kw * step_s * steps / 60.0 / 60.0))
            }
            Output::Nothing => Scalar::ZERO,
        };
        io.set(PV_GEN, generation);
        if let Some(state) = self.state {
            io.set(state, generation);
        }
        Ok(())
    }
}
