//! What people see of a run in a terminal, and what their keys ask for. Pure.
//!
//! ```text
//!   Scene, Moment, Health ─▶ Seen ─┐
//!   bytes of a terminal ─▶ Key ─▶ Desk ─▶ Wish (a Command, or to leave)
//!                                  └─▶ draw ─▶ Buffer ─▶ encode ─▶ what has changed, for a terminal
//!   bytes of a server ─▶ EventStream ─▶ scene, moment, health
//! ```
//!
//! Invariants: a picture depends on what is seen, the desk and the size alone, and is never larger than the terminal;
//! what is old is never drawn as if it were now; no input makes anything here panic or grow without bound.

mod ansi;
mod cables;
mod colours;
mod components;
mod desk;
mod event_stream;
mod heading;
mod help;
mod keys;
mod nodes;
mod picture;
mod seen;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod town;

pub use ansi::encode;
pub use colours::Colours;
pub use desk::{Desk, Page, Wish};
pub use event_stream::{EVENT_MAX, Event, EventStream, TooLong};
pub use keys::{Key, keys};
pub use picture::draw;
pub use seen::{Contact, Seen};
