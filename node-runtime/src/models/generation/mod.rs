//! Sources of electrical power.

pub mod pv;
pub mod wind;
