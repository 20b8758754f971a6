//! Compressor between an electrolyser and a tank, mechanical or electrochemical.

use super::compressibility::compressibility;
use super::phase::takes_hydrogen;
use super::positive;
use crate::model::{
    Build, BuildError, Built, Const, Family, Io, Model, ModelType, Parameter, Port, SectionKind, Settings,
    StepError, Written,
};
use crate::models::rounding::round3;
use crate::scalar::Scalar;
use illuminator_protocol::Unit;

/// `Compressor`
pub static TYPE: ModelType = ModelType {
    name: "Compressor",
    family: Family::Hydrogen,
    summary: "Mechanical or electrochemical compressor of hydrogen.",
    documentation: DOCUMENTATION,
    parameters: &[
        Parameter::required("compressor_type", Unit::One, "1 mechanical, 0 electrochemical", Const::Int(1)),
        Parameter::required("p_in", Unit::Bar, "pressure before, > 0", Const::Int(35)),
        Parameter::required("p_out", Unit::Bar, "pressure behind, > 0", Const::Int(272)),
        Parameter::required("T_amb", Unit::Kelvin, "temperature, > 0", Const::Float(293.15)),
        Parameter::required("mechanical_eff", Unit::Percent, "above 0 to 100", Const::Float(75.0)),
        Parameter::required("electrochemical_eff", Unit::Percent, "above 0 to 100", Const::Float(62.22)),
        Parameter::required(
            "nom_compression_energy",
            Unit::KilowattHourPerKilogram,
            "of electrochemical compression, ≥ 0",
            Const::Float(8.5),
        ),
    ],
    inputs: &[
        Port::required("compressor_on", Unit::One, "0: off, else on", Const::Int(0))
            .with_example(Const::Int(1)),
        Port::required("flow2c", Unit::Kilogram, "q, hydrogen [kg per step]", Const::Int(0))
            .with_example(Const::Float(0.01)),
        Port::required("phase_step", Unit::One, "phase of the electrolyser", Const::Int(0)),
    ],
    outputs: &[
        Port::written("eflow2c", Unit::Kilowatt, "P, power: ≤ 0 uses it", Const::Int(0), Written::Always),
        Port::written("eflow2c_batt", Unit::Kilowatt, "P once more", Const::Int(0), Written::Always),
        Port::written(
            "flow_from_c",
            Unit::Kilogram,
            "hydrogen [kg per step]",
            Const::Int(0),
            Written::Always,
        ),
    ],
    states: &[
        Port::written(
            "volume_flow_out",
            Unit::CubicMetrePerHour,
            "V, compressed, ≥ 0",
            Const::Int(0),
            Written::Always,
        ),
        Port::written(
            "new_density_p",
            Unit::KilogramPerCubicMetre,
            "d, density behind",
            Const::Int(0),
            Written::Always,
        ),
    ],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 3.4. With R the time resolution [s], γ = 1.41 the ratio of heat capacities, Rg = 8.314
J/(mol·K), M = 2.016 g/mol, and z the compressibility at the nearest pressure and temperature of a table from 1 to
700 bar and 250 to 500 K:

    d = ((p_out·1e5)·(M/1e3))/(z·Rg·T_amb)
    V = (q/d)/(R/3600) if q > 0, else 0
    compressor_on = 0 and phase_step is not 2, 3 or 4, or q = 0:
        P = 0, flow_from_c = 0
    else: flow_from_c = q
        mechanical:       w = (γ/(γ−1))·Rg·T_amb·((p_out/p_in)^((γ−1)/γ) − 1)       [J/mol]
                          P = −(w/(mechanical_eff/100))·((q·1000/M)/R)/1000
        electrochemical:  P = −(q·(3600/R))·nom_compression_energy/(electrochemical_eff/100)
    P, V and d are rounded to 3 decimals

Kept on purpose: V is that of the hydrogen that arrives, compressed or not; some entries of the table break its
trend and are as upstream has them.";

/// γ
const HEAT_CAPACITY_RATIO: f64 = 1.41;
/// Rg `[J/(mol·K)]`
const GAS_CONSTANT: f64 = 8.314;
/// M `[g/mol]`
const MOLAR_MASS_G: f64 = 2.016;

const COMPRESSOR_ON: usize = 0;
const FLOW2C: usize = 1;
const PHASE_STEP: usize = 2;

const EFLOW2C: usize = 0;
const EFLOW2C_BATT: usize = 1;
const FLOW_FROM_C: usize = 2;
const VOLUME_FLOW_OUT: usize = 3;
const NEW_DENSITY_P: usize = 4;

struct Compressor {
    work: Work,
    density_kg_per_m3: f64,
    resolution_s: f64,
}

/// What compressing takes.
enum Work {
    /// Per amount `[J/mol]`, as a flow: ≤ 0 where pressure rises.
    Mechanical(f64),
    /// Per mass `[kWh/kg]`, and the efficiency.
    Electrochemical(Scalar, f64),
}

fn build(settings: &Settings) -> Result<Built, BuildError> {
    let attributes = TYPE.attributes(settings)?;
    let kind = settings.number("compressor_type")?;
    let positive = |key| positive(settings, key).map(Scalar::value);
    let (p_in_bar, p_out_bar) = (positive("p_in")?, positive("p_out")?);
    let temperature_k = positive("T_amb")?;
    let mechanical_efficiency = positive("mechanical_eff")? / 100.0;
    let electrochemical_efficiency = positive("electrochemical_eff")? / 100.0;
    let energy_kwh_per_kg = settings.number("nom_compression_energy")?;
    let work = if kind == 1.0 {
        let (gamma, excess) = (HEAT_CAPACITY_RATIO, HEAT_CAPACITY_RATIO - 1.0);
        let rise = libm::pow(p_out_bar / p_in_bar, excess / gamma) - 1.0;
        let work_j_per_mol = (gamma / excess) * GAS_CONSTANT * temperature_k * rise;
        Work::Mechanical(-(work_j_per_mol / mechanical_efficiency))
    } else if kind == 0.0 {
        Work::Electrochemical(energy_kwh_per_kg, electrochemical_efficiency)
    } else {
        let problem = format!("`compressor_type` must be 1 or 0, not {}", kind.value());
        return Err(BuildError::new(SectionKind::Parameters, "compressor_type", problem));
    };
    let z = compressibility(p_out_bar, temperature_k);
    let density_kg_per_m3 = (p_out_bar * 1e5) * (MOLAR_MASS_G / 1e3) / (z * GAS_CONSTANT * temperature_k);
    let model = Compressor { work, density_kg_per_m3, resolution_s: f64::from(settings.resolution_s) };
    Ok(Built { model: Box::new(model), attributes })
}

impl Compressor {
    /// The flow of power `[kW]` for hydrogen `[kg per step]`.
    fn power_kw(&self, hydrogen: Scalar) -> Scalar {
        match self.work {
            Work::Mechanical(work) => {
                let mol_per_s = hydrogen * Scalar::int(1000) / MOLAR_MASS_G / self.resolution_s;
                Scalar::float(work) * mol_per_s / 1000.0
            }
            Work::Electrochemical(energy, efficiency) => {
                -(hydrogen * Scalar::float(3600.0 / self.resolution_s)) * energy / efficiency
            }
        }
    }
}

impl Model for Compressor {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        let (on, hydrogen) = (io.number(COMPRESSOR_ON)?, io.number(FLOW2C)?);
        let is_asked = on != 0.0 || takes_hydrogen(io.number(PHASE_STEP)?);
        let (power, compressed) = if is_asked && hydrogen != 0.0 {
            (round3(self.power_kw(hydrogen)), hydrogen)
        } else {
            (Scalar::ZERO, Scalar::ZERO)
        };
        let volume = if hydrogen > 0.0 {
            hydrogen / self.density_kg_per_m3 / (self.resolution_s / 3600.0)
        } else {
            Scalar::ZERO
        };
        io.set(EFLOW2C, power);
        io.set(EFLOW2C_BATT, power);
        io.set(FLOW_FROM_C, compressed);
        io.set(VOLUME_FLOW_OUT, round3(volume));
        io.set(NEW_DENSITY_P, round3(Scalar::float(self.density_kg_per_m3)));
        Ok(())
    }
}
