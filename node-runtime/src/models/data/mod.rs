//! Data in and out.

pub mod collector;
pub mod csv;

mod wall_clock;
