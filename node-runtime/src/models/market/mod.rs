//! Markets. In the first, companies bid, an operator clears the book, and an agent judges who supplied; the others are
//! the games: what bids clear at, and what is owed.
//!
//! ```text
//!   portfolio ─▶ generation_company ─ bids ─▶ operator ─ price, results ─▶ justice
//!                                  (a Table each)    └─▶ reports            └─▶ report
//! ```

pub mod emarket;
pub mod generation_company;
pub mod justice;
pub mod operator;
pub mod p2ptrading;
pub mod prosumer;
pub mod rtprice;

mod bid;
mod ledger;
mod table;

use crate::model::{BuildError, Const, Parameter, RESULTS_DIR, SectionKind, Settings, StepError};
use illuminator_protocol::Unit;

/// Column of the company that a row belongs to.
const COMPANY: &str = "Company";
/// Column of the energy that a company delivers `[MW]`.
const SUPPLIED: &str = "Supplied Capacity (MW)";

/// Where the reports of a model go.
const RESULTS_DIR_PARAMETER: Parameter = Parameter::required(
    RESULTS_DIR,
    Unit::Text,
    "directory of the reports; made if only its last part is missing",
    Const::Text("./results"),
);

/// Checks the parameter of [`RESULTS_DIR_PARAMETER`].
fn check_results_dir(settings: &Settings) -> Result<(), BuildError> {
    match settings.parameter(RESULTS_DIR)?.as_text() {
        Some(directory) if !directory.is_empty() => Ok(()),
        _ => {
            let problem = format!("`{RESULTS_DIR}` must be the name of a directory");
            Err(BuildError::new(SectionKind::Parameters, RESULTS_DIR, problem))
        }
    }
}

/// What is wrong with the value at an input.
#[cold]
fn unfit(input: &str, problem: &str) -> StepError {
    StepError::Other(format!("input `{input}`: {problem}"))
}
