//! Distribution network: AC power flow of a low-voltage benchmark network.

mod cigre;
mod sweep;

use crate::model::{
    Build, BuildError, Built, Const, Family, Io, Model, ModelType, Parameter, Port, Settings, StepError,
    Written,
};
use crate::models::limits::refused;
use crate::scalar::Scalar;
use crate::value::Value;
use cigre::{BUSES, LINE_KA, LOW_KV, TRANSFORMER_MVA};
use illuminator_protocol::Unit;
use sweep::{Branch, Complex, Flow, NoSolution};

/// `EleDisNetworkSim`
pub static TYPE: ModelType = ModelType {
    name: "EleDisNetworkSim",
    family: Family::Networks,
    summary: "Low-voltage distribution network (CIGRE benchmark): voltages, currents and loadings.",
    documentation: DOCUMENTATION,
    parameters: &[
        Parameter::optional(
            "gridfile",
            Unit::Text,
            "`cigre_lv_resident`, the only network that is offered",
            Const::Text("cigre_lv_resident"),
            Const::Text("cigre_lv_resident"),
        ),
        Parameter::optional(
            "loads",
            Unit::One,
            "the network's own loads: 18 pairs [kW, kvar] for R1 to R18; null: 20 kW and 0.19 kvar each",
            Const::Null,
            Const::Null,
        ),
    ],
    inputs: &[
        load("load_R1"),
        load("load_R2"),
        load("load_R3"),
        load("load_R4"),
        load("load_R5"),
        load("load_R6"),
        load("load_R7"),
        load("load_R8"),
        load("load_R9"),
        load("load_R10"),
        load("load_R11"),
        load("load_R12"),
        load("load_R13"),
        load("load_R14"),
        load("load_R15"),
        load("load_R16"),
        load("load_R17"),
        load("load_R18"),
        generation("gen_R1"),
        generation("gen_R2"),
        generation("gen_R3"),
        generation("gen_R4"),
        generation("gen_R5"),
        generation("gen_R6"),
        generation("gen_R7"),
        generation("gen_R8"),
        generation("gen_R9"),
        generation("gen_R10"),
        generation("gen_R11"),
        generation("gen_R12"),
        generation("gen_R13"),
        generation("gen_R14"),
        generation("gen_R15"),
        generation("gen_R16"),
        generation("gen_R17"),
        generation("gen_R18"),
    ],
    outputs: &[],
    states: &[
        Port::written("p_grid", Unit::Kilowatt, "power from the 20 kV grid", Const::Int(0), Written::Always),
        Port::written(
            "q_grid",
            Unit::One,
            "reactive power from there [kvar]",
            Const::Int(0),
            Written::Always,
        ),
        Port::written("vm_min", Unit::One, "least voltage [per unit]", Const::Int(0), Written::Always),
        Port::written("vm_max", Unit::One, "greatest voltage [per unit]", Const::Int(0), Written::Always),
        Port::written("loading_trafo", Unit::Percent, "of the transformer", Const::Int(0), Written::Always),
        Port::written("loading_max", Unit::Percent, "of the fullest line", Const::Int(0), Written::Always),
        Port::written("vm_pu", Unit::One, "list: voltages of R0 to R18", Const::Null, Written::Always),
        Port::written("va_degree", Unit::Degree, "list: their angles", Const::Null, Written::Always),
        Port::written("p_kw", Unit::Kilowatt, "list: power drawn at R0 to R18", Const::Null, Written::Always),
        Port::written("q_kvar", Unit::One, "list: reactive power [kvar]", Const::Null, Written::Always),
        Port::written("i_ka", Unit::One, "list: currents of the lines [kA]", Const::Null, Written::Always),
        Port::written("loading", Unit::Percent, "list: of the lines", Const::Null, Written::Always),
    ],
    step_size: 1,
    build: Build::Anywhere(build),
};

const fn load(name: &'static str) -> Port {
    Port::optional(name, Unit::Kilowatt, "power drawn at this bus besides its own load", Const::Int(0))
}

const fn generation(name: &'static str) -> Port {
    Port::optional(name, Unit::Kilowatt, "power fed in at this bus", Const::Int(0))
}

const DOCUMENTATION: &str = "\
Source: spec/models.md 4.10; the residential low-voltage network of the CIGRE benchmark. AC power flow with loads of
constant power, solved by backward and forward sweeps until no voltage moves by more than 1e-13:

    slack R0 (20 kV, 1 per unit) = transformer 0.5 MVA, 0.01 + j·sqrt(0.04123106² − 0.01²) per unit = R1 (0.4 kV)
    R1-R2, R2-R3, …, R9-R10       0.035 km each, 0.162 + j·0.0832 Ω/km
    R3-R11 0.030, R4-R12 0.035, R12-R13 0.035, R13-R14 0.035, R14-R15 0.030,
    R6-R16 0.030, R9-R17 0.030, R10-R18 0.030 km, 0.822 + j·0.0847 Ω/km
    load of bus i = its own load + load_Ri − gen_Ri
    loading of a line = i/1 kA·100, of the transformer = its current/rated current·100

Lists of lines are in this order. Loads that the network cannot carry end the run. The phase shift of the
transformer is left out of the angles.";

/// Buses with loads: R1 to R18.
const LOADED: usize = BUSES - 1;
/// Positions of the first load and of the first generation among the inputs.
const LOAD: usize = 0;
const GENERATION: usize = LOADED;
/// Everything is per unit of this power.
const KW_PER_UNIT: f64 = 1000.0;
/// Each bus's own load unless given: `[kW]`, `[kvar]`.
const OWN_LOAD: (f64, f64) = (20.0, 0.19);

struct EleDisNetwork {
    branches: Vec<Branch>,
    /// Of R1 to R18: `[kW]`, `[kvar]`.
    own_loads: [(f64, f64); LOADED],
    /// Power drawn at each bus, per unit.
    drawn: [Complex; BUSES],
    flow: Flow,
}

fn build(settings: &Settings) -> Result<Built, BuildError> {
    let attributes = TYPE.attributes(settings)?;
    if let Some(file) = settings.parameters.get("gridfile")
        && file.as_text() != Some("cigre_lv_resident")
    {
        return Err(refused("gridfile", "must be `cigre_lv_resident`"));
    }
    let branches = cigre::branches();
    let flow = Flow::new(BUSES, branches.len());
    let model =
        EleDisNetwork { branches, own_loads: own_loads(settings)?, drawn: [Complex::default(); BUSES], flow };
    Ok(Built { model: Box::new(model), attributes })
}

fn own_loads(settings: &Settings) -> Result<[(f64, f64); LOADED], BuildError> {
    let number = |value: &Value| {
        let scalar = value.as_scalar().filter(|scalar| scalar.is_number())?;
        Some(scalar.value()).filter(|number| number.is_finite())
    };
    let pair = |value: &Value| match value {
        Value::List(pair) if pair.len() == 2 => Some((number(&pair[0])?, number(&pair[1])?)),
        _ => None,
    };
    match settings.parameters.get("loads") {
        None | Some(Value::Null) => Ok([OWN_LOAD; LOADED]),
        Some(Value::List(pairs)) => {
            let pairs = pairs.iter().map(pair).collect::<Option<Vec<_>>>();
            pairs.and_then(|pairs| pairs.try_into().ok())
        }
        .ok_or_else(|| refused("loads", "must hold 18 pairs [kW, kvar]")),
        Some(_) => Err(refused("loads", "must be a list of 18 pairs [kW, kvar]")),
    }
}

impl EleDisNetwork {
    fn read(&mut self, io: &Io<'_>) -> Result<(), StepError> {
        for (bus, &(kilowatt, kilovar)) in self.own_loads.iter().enumerate() {
            let load_kw = io.number_or(LOAD + bus, Scalar::ZERO)?.value();
            let generation_kw = io.number_or(GENERATION + bus, Scalar::ZERO)?.value();
            let drawn_kw = kilowatt + load_kw - generation_kw;
            self.drawn[bus + 1] = Complex::new(drawn_kw / KW_PER_UNIT, kilovar / KW_PER_UNIT);
        }
        Ok(())
    }

    fn write(&self, io: &mut Io<'_>) {
        let Flow { voltages, currents } = &self.flow;
        let from_grid = voltages[0] * currents[0].conjugate();
        let mut drawn = self.drawn;
        drawn[0] = Complex::default() - from_grid;
        let magnitude = |bus: usize| voltages[bus].abs();
        let angle = |bus: usize| libm::atan2(voltages[bus].im, voltages[bus].re).to_degrees();
        // A unit of current is 1 MVA/(√3·U).
        let current_ka = |line: usize| currents[line + 1].abs() / (3.0_f64.sqrt() * LOW_KV);
        let loading = |line: usize| current_ka(line) / LINE_KA * 100.0;
        let lines = currents.len() - 1;
        let numbers = [
            from_grid.re * KW_PER_UNIT,
            from_grid.im * KW_PER_UNIT,
            (0..BUSES).map(magnitude).fold(f64::INFINITY, f64::min),
            (0..BUSES).map(magnitude).fold(0.0, f64::max),
            currents[0].abs() / TRANSFORMER_MVA * 100.0,
            (0..lines).map(loading).fold(0.0, f64::max),
        ];
        let lists = [
            list(BUSES, magnitude),
            list(BUSES, angle),
            list(BUSES, |bus| drawn[bus].re * KW_PER_UNIT),
            list(BUSES, |bus| drawn[bus].im * KW_PER_UNIT),
            list(lines, current_ka),
            list(lines, loading),
        ];
        let values = numbers.map(Value::Float).into_iter().chain(lists);
        values.enumerate().for_each(|(attribute, value)| io.set_value(attribute, value));
    }
}

fn list(count: usize, item: impl Fn(usize) -> f64) -> Value {
    Value::List((0..count).map(|position| Value::Float(item(position))).collect())
}

impl Model for EleDisNetwork {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        self.read(io)?;
        self.flow.solve(&self.branches, &self.drawn).map_err(|NoSolution| {
            let sum_kw = self.drawn.iter().fold(0.0, |sum, power| sum + power.re) * KW_PER_UNIT;
            StepError::Other(format!("the network cannot carry its loads, {sum_kw:.1} kW in all"))
        })?;
        self.write(io);
        Ok(())
    }
}
