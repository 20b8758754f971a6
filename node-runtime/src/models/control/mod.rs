//! Controllers: they share out what generation and demand leave over.

pub mod controller;
pub mod controller_ev;
pub mod controller_t1;
pub mod controller_t3_congestion;
pub mod controller_t4;
pub mod story_mode;

mod battery_share;
mod ports;
