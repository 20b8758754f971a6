//! The light and the encoders of strips and boards, compiled for a machine that has neither `std` nor an allocator.
#![no_std]

// The light names the crate that it takes its colours from: here it is this one.
extern crate self as illuminator_hal;

#[path = "../../../hal/src/colour.rs"]
mod colour;
#[path = "../../../hal/src/encode/mod.rs"]
pub mod encode;
#[path = "../../../node-runtime/src/light/mod.rs"]
pub mod light;

pub use colour::{ColourOrder, Rgb8};
