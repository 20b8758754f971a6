//! Small helpers.

pub mod adder;
pub mod dummy;
pub mod led_connection;
