//! The models, a file each, by family. [`registry`](crate::model::registry) lists them.
//!
//! ```text
//!   generation  demand  storage  hydrogen  heat  networks  …        one `static TYPE` and one `Model` a file
//!        └─────────┴───────┴────────┴───────┴───────┘
//!     quantity  rounding  exact  terms  limits  memory  scaled      what several of them share
//! ```
//!
//! Each file's documentation text holds its equations; products and quotients are evaluated from left to
//! right as they are printed there, so that results equal those of the Python Illuminator bit for bit. What
//! depends on parameters alone is computed in `build`, as far as that keeps the order of evaluation.

pub mod control;
pub mod data;
pub mod demand;
pub mod generation;
pub mod grid;
pub mod heat;
pub mod hydrogen;
pub mod market;
pub mod networks;
pub mod storage;
pub mod utility;

mod exact;
mod limits;
mod memory;
mod quantity;
mod rounding;
mod scaled;
mod terms;

#[cfg(test)]
mod tests;
