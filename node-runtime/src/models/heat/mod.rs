//! Heat: made from power, stored, used.

pub mod eboiler;
pub mod eboiler_old;
pub mod heatdemand;
pub mod heatproduct;
pub mod heatpump;
pub mod heatstorage;
pub mod hotwaterstorage;
