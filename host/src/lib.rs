//! The illuminator host: scenario files, planning, coordination of nodes, results, command line.
//!
//! ```text
//!   scenario.yaml ─▶ scenario (checked) ─▶ plan ─▶ coordinator ⇄ nodes (UDP)
//!                        ▲ csv tables                   │ values of each step
//!                                                       ▼
//!                                                    record (CSV)
//! ```
//!
//! Everything but `shell` and `cli` is pure: those two read the clock, files and sockets.

pub mod checkpoint;
pub mod cli;
pub mod control;
pub mod coordinator;
pub mod csv;
mod pacer;
pub mod plan;
pub mod plot;
pub mod rack;
pub mod record;
pub mod recording;
pub mod scenario;
pub mod shell;
pub mod story;
pub mod sweep;
pub mod terminal;
pub mod view;
