//! The result of a run as text.
//!
//! ```text
//!   Recorder (items) ─▶ CsvRecorder ─ header ─▶ bytes ─▶ shell ─▶ file
//!   values of a step ──┬───┘  │ row             ▲
//!                      │      ├─ dates: when    │
//!                      │      └─ text:  what ───┴─ rows of a model's report
//!                      └─▶ LineProtocol ─▶ lines ─▶ shell ─▶ database
//! ```
//!
//! Invariants: everything here is pure and gives the same bytes on every machine (dates come from the bundled
//! time-zone database, never from the system's); a row of scalars is written without allocating.

mod csv;
mod dates;
mod journal;
mod line_protocol;
mod text;

pub use csv::{Cell, CsvRecorder, ResultFormat};
pub use dates::{UnknownZone, read_date};
pub use journal::{Fingerprint, JournalEntry, UnreadableJournal};
pub use line_protocol::LineProtocol;
pub(crate) use text::quote_if_needed;
pub use text::{push_scalar, push_table, push_value};
