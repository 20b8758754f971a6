//! Hydrogen: made from power, compressed, stored, and turned into power again.
//!
//! ```text
//!   Electrolyzer ── flow2c ──▶ Compressor ── flow_from_c ──▶ H2Storage ◀── h2_flow ── Fuelcell
//!        └──────────────────── phase_step ──────┴──────────────┘
//! ```
//!
//! Hydrogen travels in kg per step, but for the fuel cell's demand, which is in kg/h. Power is positive where
//! it is generated.

pub mod compressor;
pub mod electrolyzer;
pub mod fuelcell;
pub mod h2_storage;

mod compressibility;
mod phase;

use crate::model::{BuildError, SectionKind, Settings};
use crate::scalar::Scalar;

/// Lower heating value of hydrogen `[kWh/kg]`.
const HEATING_VALUE_KWH_PER_KG: f64 = 33.33;

/// A parameter that must be above 0.
fn positive(settings: &Settings, key: &'static str) -> Result<Scalar, BuildError> {
    let number = settings.number(key)?;
    if number > 0.0 {
        return Ok(number);
    }
    let problem = format!("`{key}` must be above 0, not {}", number.value());
    Err(BuildError::new(SectionKind::Parameters, key, problem))
}
