//! What the fuzzers run: one function per target, for any bytes at all.
//!
//! ```text
//!   libFuzzer ─▶ tests/fuzz/fuzz_targets/NAME.rs ─┐
//!   tests/fuzz/corpus/NAME/* ─▶ test `corpus` ────┴▶ fuzz::NAME(bytes) ─▶ protocol, node-runtime, host
//! ```
//!
//! The functions need no fuzzer, so that `cargo test` runs every kept input with the stable toolchain. Each promises
//! something in its own documentation and panics where that does not hold. Invariants: what a target does follows from
//! its bytes alone; it opens no file and no socket, and reads no clock.

mod board_reply;
mod csv;
mod events_file;
mod frame;
mod link;
mod messages;
mod node;
mod node_toml;
mod pair;
mod recording;
mod scenario;
mod sealed_body;
mod sketch;

pub use board_reply::board_reply;
pub use csv::csv;
pub use events_file::events_file;
pub use frame::frame;
pub use link::link;
pub use messages::messages;
pub use node::node;
pub use node_toml::node_toml;
pub use recording::recording;
pub use scenario::scenario;
pub use sealed_body::sealed_body;

/// A target: its name, and what it does with bytes.
pub type Target = (&'static str, fn(&[u8]));

/// Every target, by name.
pub const TARGETS: [Target; 11] = [
    ("board_reply", board_reply),
    ("csv", csv),
    ("events_file", events_file),
    ("frame", frame),
    ("link", link),
    ("messages", messages),
    ("node", node),
    ("node_toml", node_toml),
    ("recording", recording),
    ("scenario", scenario),
    ("sealed_body", sealed_body),
];
