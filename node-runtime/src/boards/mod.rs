//! Cable boards: which cables are plugged in here, and what each of their boards is told. Pure.
//!
//! ```text
//!   port appears, vanishes ─┐
//!   bytes ─▶ Reply ─▶ number ┴▶ Board ─▶ BoardTracker ─▶ BoardEvent: cable seen, cable gone, notice
//!   flows, lines, host silent, … ─▶ wanted line ─┴──────▶ write this line to that port
//! ```
//!
//! A board says its cable's number whenever it is told something, so it is asked by telling it. It looks at USB
//! only between two moves of its light, up to 500 ms apart, takes the first command that it finds there and drops
//! the rest.
//!
//! Invariants:
//! - Nothing waits for an answer. A board that answers late or not at all delays no other.
//! - A cable is seen after two equal answers in a row, and gone when no board here answers for it any more; for
//!   every cable the two alternate.
//! - A flow that no longer holds is not shown: without a host or a run, boards show their idle chase.
//! - A board is written to every [`WRITE_GAP`] at most. What comes too fast is replaced by what comes after.
//! - A board gives at most one notice of a kind in [`NOTICE_GAP`], whatever goes wrong with it.
//! - Memory is bounded, whatever a board sends.

mod board;
mod line;
mod notices;
mod reply;
mod track;

pub use board::{REFRESH, WRITE_GAP};
pub use line::{IDLE, Line, line_of};
pub use notices::NOTICE_GAP;
pub use track::{BOARDS_MAX, BoardEvent, BoardTracker};
