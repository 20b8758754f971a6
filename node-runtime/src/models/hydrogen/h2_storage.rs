//! Tank for compressed hydrogen.

use super::phase::takes_hydrogen;
use super::positive;
use crate::model::{
    Build, BuildError, Built, Const, Family, Io, Model, ModelType, Parameter, Port, SectionKind, Settings,
    StepError, Written,
};
use crate::models::rounding::{round, round3};
use crate::scalar::Scalar;
use crate::value::Value;
use illuminator_protocol::Unit;

/// `H2Storage`
pub static TYPE: ModelType = ModelType {
    name: "H2Storage",
    family: Family::Hydrogen,
    summary: "Tank that takes hydrogen from a compressor and gives it to a fuel cell.",
    documentation: DOCUMENTATION,
    parameters: &[
        Parameter::unused("h2_soc_min", Unit::Percent, "not read", Const::Int(0)),
        Parameter::unused("h2_soc_max", Unit::Percent, "not read", Const::Int(100)),
        Parameter::required("h2_charge_eff", Unit::Percent, "ηc·100, 0 to 100", Const::Int(100)),
        Parameter::required("h2_discharge_eff", Unit::Percent, "ηd·100, above 0 to 100", Const::Int(100)),
        Parameter::required("h2_capacity_tot", Unit::Kilogram, "capacity C, > 0", Const::Int(48)),
    ],
    inputs: &[
        Port::required("storage_flow", Unit::One, "g: 1 charge, −1 discharge, else idle", Const::Int(0))
            .with_example(Const::Int(1)),
        Port::required("flow_from_c", Unit::Kilogram, "from the compressor [kg per step]", Const::Int(0))
            .with_example(Const::Float(0.5)),
        Port::required("h2_flow", Unit::KilogramPerHour, "what the fuel cell uses", Const::Int(0)),
        Port::required("phase_step", Unit::One, "phase of the electrolyser", Const::Int(0)),
    ],
    outputs: &[
        Port::written("h2_in", Unit::Kilogram, "taken [kg per step]", Const::Int(0), Written::Always),
        Port::written("h2_flow2f", Unit::Kilogram, "given [kg per step]", Const::Int(0), Written::Always),
    ],
    states: &[
        Port::written("h2_soc", Unit::Percent, "state of charge", Const::Int(0), Written::Always)
            .with_example(Const::Int(50)),
        Port::written(
            "mod",
            Unit::Text,
            "`charge`, `discharge` or `idle`",
            Const::Text("idle"),
            Written::Always,
        ),
    ],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 3.3. With dt hours per co-simulation step, and soc starting from `h2_soc`:

    g = 1 or phase_step is 2, 3 or 4:  in = flow_from_c, out = 0, soc = soc + in·ηc/C·100
    else, g = −1:                      in = 0, out = h2_flow·dt, soc = soc − out/ηd/C·100
    else:                              in = 0, out = 0
    h2_in and h2_flow2f are rounded to 5 decimals, h2_soc to 3; soc is kept as it is

Kept on purpose: the tank has no limits: it takes when it is full and gives when it is empty. A controller has to
look at `h2_soc`.";

const STORAGE_FLOW: usize = 0;
const FLOW_FROM_C: usize = 1;
const H2_FLOW: usize = 2;
const PHASE_STEP: usize = 3;

const H2_IN: usize = 0;
const H2_FLOW2F: usize = 1;
const H2_SOC: usize = 2;
const MOD: usize = 3;

const PERCENT: Scalar = Scalar::int(100);

struct H2Storage {
    charge_efficiency: Scalar,
    discharge_efficiency: f64,
    capacity_kg: f64,
    step_h: Scalar,
    soc: Scalar,
}

fn build(settings: &Settings) -> Result<Built, BuildError> {
    let attributes = TYPE.attributes(settings)?;
    let model = H2Storage {
        charge_efficiency: settings.number("h2_charge_eff")? / 100.0,
        discharge_efficiency: positive(settings, "h2_discharge_eff")?.value() / 100.0,
        capacity_kg: positive(settings, "h2_capacity_tot")?.value(),
        step_h: Scalar::float(f64::from(settings.resolution_s) / 3600.0),
        soc: settings.number_in(SectionKind::States, "h2_soc")?,
    };
    Ok(Built { model: Box::new(model), attributes })
}

impl Model for H2Storage {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        let signal = io.number(STORAGE_FLOW)?;
        let (arriving, wanted) = (io.number(FLOW_FROM_C)?, io.number(H2_FLOW)?);
        let (mut taken, mut given, mut mode) = (Scalar::ZERO, Scalar::ZERO, "idle");
        if signal == 1.0 || takes_hydrogen(io.number(PHASE_STEP)?) {
            (taken, mode) = (arriving, "charge");
            self.soc = self.soc + taken * self.charge_efficiency / self.capacity_kg * PERCENT;
        } else if signal == -1.0 {
            (given, mode) = (wanted * self.step_h, "discharge");
            self.soc = self.soc - given / self.discharge_efficiency / self.capacity_kg * PERCENT;
        }
        io.set(H2_IN, round::<5>(taken));
        io.set(H2_FLOW2F, round::<5>(given));
        io.set(H2_SOC, round3(self.soc));
        io.set_value(MOD, Value::Text(mode.to_owned()));
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
