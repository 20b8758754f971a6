//! The table in a test tube: what the tests of the whole project share.
//!
//! - [`tube`]: host and nodes as pure state machines on an emulated network, in simulated time, by seed.
//! - [`programs`]: the built programs, started and watched as their users do.
//! - [`emupi`]: an emulated Raspberry Pi with a kernel, pins, SPI and USB.
//! - [`picture`]: what is to be seen on a strip.
//! - [`samples`]: scenarios with known results.
//! - [`attiny`]: simulated cable boards behind real ports.
//! - [`terminal`]: a program in a terminal, and the picture of that.
//! - [`fuzz`]: what the fuzzers run.
//! - [`generate`]: the generator of the data in `scenarios/`.

pub mod attiny;
pub mod emupi;
pub mod fuzz;
pub mod generate;
pub mod picture;
pub mod programs;
pub mod samples;
pub mod terminal;
pub mod tube;
