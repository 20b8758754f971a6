//! Storage.

pub mod battery;
