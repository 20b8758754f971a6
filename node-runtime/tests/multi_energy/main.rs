//! The multi-energy family and the games against what the Python Illuminator computed: tests/vectors/legacy_*,
//! game_* and agent_*, in the formats of spec/models.md, section 8. Numbers agree to 1e-9 unless said otherwise.
//!
//! Every case is run three times: as it is, with a new model before each step that only knows the saved state,
//! and with saved states that do not fit. What a recorded result merely repeats from the inputs is not written
//! by the models here; the tests check that it is a repetition.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a vector that cannot be read is a failed test")]

mod bench;
mod flows;
mod games;
mod power_flow;
#[path = "../vectors/results.rs"]
mod results;
mod tank;
