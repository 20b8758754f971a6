//! The models, a file each, by family. [`registry`](crate::model::registry) lists them.
//!
//! ```text
//!   generation  demand  storage  hydrogen  control  grid  market  data  utility   one `static TYPE` and `Model` a file
//!        └─────────┴───────┴────────┴────────┴───────┴───────┴──────┴──────┘
//!                       quantity  rounding  exact                            what several of them share
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
pub mod hydrogen;
pub mod market;
pub mod storage;
pub mod utility;

mod exact;
mod quantity;
mod rounding;

#[cfg(test)]
mod tests;
