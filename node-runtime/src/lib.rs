//! Models, engine and node of the illuminator.
//!
//! ```text
//!   PlacePlan ─▶ engine (slots, models in order) ─▶ values ─▶ frames
//!                  ▲                                            │
//!                  └─────────── node state machine ◀────────────┘
//! ```
//!
//! Everything but `shell` is pure: it reads no clock, opens nothing and draws no randomness, so that the same
//! scenario gives the same bytes wherever it runs.

pub mod boards;
pub mod config;
pub mod engine;
pub mod light;
pub mod mailbox;
pub mod model;
pub mod models;
pub mod node;
pub mod pins;
pub mod scalar;
pub mod shell;
pub mod value;
pub mod wire;
