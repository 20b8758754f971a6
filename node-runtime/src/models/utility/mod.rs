//! Small helpers.

pub mod adder;
pub mod dummy;
