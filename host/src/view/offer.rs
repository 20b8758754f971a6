//! What else there is to look at.

use serde::{Deserialize, Serialize};

/// What may be started from here: scenarios of a folder, or the runs of a recording. A run by itself offers nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    /// What there is to choose from, in order.
    pub scenarios: Vec<Offered>,
    /// Which of them is shown, by name; nothing if none is.
    pub shown: Option<String>,
    /// Why the one that was started last did not run, line by line; empty if it did.
    pub problem: Vec<String>,
    /// Where the result of the one that is shown is written; empty if nowhere.
    pub result: String,
}

/// Something to choose.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Offered {
    /// What a command calls it: a file in the folder, or the number of a run.
    pub name: String,
    /// What people call it.
    pub title: String,
}
