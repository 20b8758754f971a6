//! Why something that was asked for is not done.

use serde::{Deserialize, Serialize};

/// What a person is told instead.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Why, in a sentence.
    pub error: String,
    /// What to do about it, in a sentence; empty if nothing can be done.
    pub help: String,
}

impl Refusal {
    /// A refusal, and what to do about it.
    pub fn new(error: impl Into<String>, help: impl Into<String>) -> Self {
        Self { error: error.into(), help: help.into() }
    }
}
