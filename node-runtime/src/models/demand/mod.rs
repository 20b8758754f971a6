//! Consumers.

pub mod load;
