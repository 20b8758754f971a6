//! Recordings of what people saw: their bytes, and what was to be seen at any step. Pure.
//!
//! ```text
//!   looks at a run ─▶ Writer ─▶ parts: gzip members of JSON lines ─▶ a file, whole second by second
//!                                                                        │
//!   what is damaged, with its place ◀─ Recording ◀───────────────────────┘
//!                                          └─ open ─▶ Chapter ─▶ Frame of a step, series
//!   play, pause, seek ─▶ Player ─▶ the step now
//! ```
//!
//! `docs/recording.md` describes the format. Invariants: a part needs nothing but the scene of its run, so that damage
//! stays where it is; writer and reader advance one and the same `State`; light is not recorded but
//! drawn once more from the flows; whatever a file holds, its reader ends, with bounded memory.

mod chapter;
mod line;
mod part;
mod player;
mod reader;
mod sources;
mod state;
#[cfg(test)]
mod tests;
mod traces;
mod writer;

pub use chapter::{Chapter, Frame};
pub use line::{Bucket, Steps, TextChange};
pub use player::{PACE_USUAL_US, Player};
pub use reader::{Fault, NoRecording, Recording, RunSummary};
pub use sources::Sources;
pub use writer::{Look, Writer};

/// A recording of these lines as they are; an empty line begins another part. The `part` line is a line as any other: for
/// tests of what reads recordings.
pub fn pack(lines: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut part = part::PartWriter::new();
    for line in lines.split(|byte| *byte == b'\n') {
        match line {
            [] => bytes.extend(std::mem::replace(&mut part, part::PartWriter::new()).finish()),
            line => part.line(line),
        }
    }
    bytes.extend(part.finish());
    bytes
}

/// So many first bytes of a file say whether it is a recording.
pub const MARK_LENGTH: u64 = part::MARK.len() as u64;

/// Whether a file is a recording that begins with these bytes, its first [`MARK_LENGTH`], or all of a shorter one. One that
/// is empty is none.
pub fn is_beginning(bytes: &[u8]) -> bool {
    !bytes.is_empty() && (bytes.starts_with(part::MARK) || part::MARK.starts_with(bytes))
}

/// Longest recording `[bytes]`: then it ends, and the run goes on.
pub const RECORDING_MAX: u64 = 128 << 20;
/// Most that all parts of a recording unfold to `[bytes]`: so long a reader works at most.
const UNFOLDED_MAX: u64 = 4 << 30;
/// The version of the format.
const VERSION: u32 = 1;
