//! Hydrogen: made from power, stored, turned back into power.

pub mod electrolyser;
pub mod fuelcell_legacy;
pub mod h2demand;
pub mod h2product;
pub mod h2storage;
