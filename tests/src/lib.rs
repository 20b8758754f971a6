//! The table in a test tube: what the tests of the whole project share.
//!
//! - [`tube`]: host and nodes as pure state machines on an emulated network, in simulated time, by seed.
//! - [`world`]: whole runs under plans of faults, drawn by seed, with checks from outside.
//! - [`netlab`]: the table in network namespaces, on a switch that loses and reorders.
//! - [`programs`]: the built programs, started and watched as their users do.
//! - [`databases`]: real time-series databases.
//! - [`emupi`]: an emulated Raspberry Pi with a kernel, pins, SPI and USB.
//! - [`ring`]: a scenario of any size, and its nodes.
//! - [`hostile`]: what somebody without the key can send.
//! - [`memory`]: how much of it processes use.
//! - [`page`]: a run with a page, and just enough HTTP for it.
//! - [`browser`]: a real browser.
//! - [`picture`]: what is to be seen on a strip.
//! - [`sockets`]: what a process listens to.
//! - [`samples`]: scenarios with known results.
//! - [`attiny`]: simulated cable boards behind real ports.
//! - [`board_table`]: a run on two nodes, one with such boards.
//! - [`lit_node`]: a node with a strip and a plug, in the process that looks at them.
//! - [`slurm`]: a real Slurm on this machine.
//! - [`terminal`]: a program in a terminal, and the picture of that.
//! - [`fuzz`]: what the fuzzers run.
//! - [`generate`]: the generator of the data in `scenarios/`.

pub mod attiny;
pub mod board_table;
pub mod browser;
pub mod databases;
pub mod emupi;
pub mod fuzz;
pub mod generate;
pub mod hostile;
pub mod lit_node;
pub mod memory;
pub mod netlab;
pub mod page;
pub mod picture;
pub mod programs;
pub mod ring;
pub mod samples;
pub mod slurm;
pub mod sockets;
pub mod terminal;
pub mod tmux;
pub mod tube;
pub mod world;
