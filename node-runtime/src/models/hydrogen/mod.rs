//! Hydrogen: made from power, compressed, stored, and turned into power again.
//!
//! ```text
//!   Electrolyzer ── flow2c ──▶ Compressor ── flow_from_c ──▶ H2Storage ◀── h2_flow ── Fuelcell
//!        └──────────────────── phase_step ──────┴──────────────┘
//! ```
//!
//! Hydrogen travels in kg per step, but for the fuel cell's demand, which is in kg/h. Power is positive where
//! it is generated. The older models (`Electrolyser`, `Fuelcell_legacy`, `H2storage` and what houses use and make) speak
//! volumes, m³/min, and are wired by themselves.

pub mod compressor;
pub mod electrolyser;
pub mod electrolyzer;
pub mod fuelcell;
pub mod fuelcell_legacy;
pub mod h2_storage;
pub mod h2demand;
pub mod h2product;
pub mod h2storage;

mod compressibility;
mod phase;

use crate::models::limits::positive;

/// Lower heating value of hydrogen `[kWh/kg]`.
const HEATING_VALUE_KWH_PER_KG: f64 = 33.33;
