//! The input files of CSV models: from text to a [`Table`](illuminator_node::model::Table).
//!
//! ```text
//!   line 1   title, dropped
//!   line 2   header ─▶ column_names ─▶ the model's states
//!   line 3…  date,cell,cell ─▶ DateFormat (column 1) + number (the others) ─▶ Row
//!            └─ kept from the run's start on, no more rows than the run needs
//! ```
//!
//! Invariants: everything here is pure (the shell reads the files); a mistake in a file becomes a [`CsvError`]
//! with line, column and excerpt, never a panic; rows outside the run are passed over, not stored; a date is
//! plain wall-clock time in seconds, without a zone.

mod date_format;
mod error;
mod number;
mod start;
mod table;
mod wall;

pub use date_format::DateFormat;
pub use error::CsvError;
pub use start::parse_start;
pub use table::{TableRequest, column_names, parse_table};
