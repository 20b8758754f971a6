//! The journal of a run: the last checkpoint, and how long its result files were then, as the bytes of one file.
//!
//! ```text
//!   "illuminator journal 1\n" │ SHA-256 of the rest │ postcard
//! ```
//!
//! Invariants: what is damaged or cut off is not read; a journal of another scenario, placement or release is told apart
//! by its fingerprint.

use super::ResultFormat;
use crate::checkpoint::Checkpoint;
use crate::plan::TablePlan;
use crate::scenario::Scenario;
use crate::story::EventLog;
use illuminator_node::model::{Cells, Table};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

const DIGEST_BYTES: usize = 32;

/// What tells one run from another: a digest of all that its result follows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint([u8; DIGEST_BYTES]);

impl Fingerprint {
    /// The fingerprint of `scenario`, planned as `plan`, with results of `format`, in this release. `script` is what is
    /// plugged, if that is scripted. `recorded` says whether it is recorded: that cannot begin in the midst of a run.
    pub fn of(
        scenario: &Scenario,
        plan: &TablePlan,
        format: ResultFormat,
        script: Option<&EventLog>,
        recorded: bool,
    ) -> Self {
        let mut digest = Sha256::new_with_prefix(env!("CARGO_PKG_VERSION"));
        // With its length each part stands for itself.
        let mut add = |part: &[u8]| {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        };
        plan.places.iter().for_each(|place| add(&place.to_bytes()));
        // What the places do not say: who is told what, and what is written. Debug texts are the same in one release.
        // What is watched in one process changes nothing; on nodes it has wires.
        let TablePlan { places: _, nodes, tasks, wires, cells, watched: _, reports, cables, story, steps } =
            plan;
        add(format!("{nodes:?} {tasks:?} {wires} {cells:?} {reports:?} {cables:?} {story:?} {steps}")
            .as_bytes());
        let Scenario { recorders, reports, story, cables, tokens, resolution_s, start, .. } = scenario;
        add(format!("{recorders:?} {reports:?} {story:?} {cables:?} {tokens:?} {resolution_s} {start}")
            .as_bytes());
        add(format!("{format:?} {script:?} {recorded}").as_bytes());
        // No place's bytes have the data: models that read files are on the host.
        let tables = scenario.models.iter().flat_map(|model| model.settings.tables.files.iter());
        tables.for_each(|table| add_table(&mut digest, table));
        Self(digest.finalize().into())
    }
}

fn add_table(digest: &mut Sha256, table: &Table) {
    digest.update(format!("{:?}{}", table.header, table.rows.len()));
    for row in &table.rows {
        digest.update(row.date_s.to_le_bytes());
        match &row.cells {
            Cells::Numbers(numbers) => {
                numbers.iter().for_each(|number| digest.update(number.to_bits().to_le_bytes()));
            }
            Cells::Texts(texts) => digest.update(format!("{}{texts:?}", row.date_text)),
        }
    }
}

/// What a journal says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct JournalEntry {
    /// Of which run.
    pub fingerprint: Fingerprint,
    /// For each result file, its length when the checkpoint was taken `[bytes]`; `None` if it did not exist yet.
    pub lengths: Vec<Option<u64>>,
    /// Where the run goes on.
    pub checkpoint: Checkpoint,
}

/// Bytes that are no journal, or a damaged one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is damaged, or no journal of this release")]
pub struct UnreadableJournal;

impl JournalEntry {
    /// What every journal begins with.
    pub const MAGIC: &[u8] = b"illuminator journal 1\n";

    /// The bytes of the file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let body = postcard::to_stdvec(self).expect("plain data serialises into a growing buffer");
        [Self::MAGIC, &Sha256::digest(&body)[..], &body].concat()
    }

    /// Reads [`to_bytes`](Self::to_bytes).
    ///
    /// # Errors
    /// [`UnreadableJournal`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, UnreadableJournal> {
        let rest = bytes.strip_prefix(Self::MAGIC).ok_or(UnreadableJournal)?;
        let (digest, body) = rest.split_at_checked(DIGEST_BYTES).ok_or(UnreadableJournal)?;
        if Sha256::digest(body)[..] != *digest {
            return Err(UnreadableJournal);
        }
        match postcard::take_from_bytes(body) {
            Ok((entry, [])) => Ok(entry),
            _ => Err(UnreadableJournal),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::story::LiveTable;
    use illuminator_node::value::Value;
    use illuminator_protocol::RunId;

    fn entry() -> JournalEntry {
        let table = LiveTable::bare().memory();
        let (places, wires) = (vec![vec![1, 2, 3], vec![]], vec![None, Some(Value::Float(f64::NAN))]);
        JournalEntry {
            fingerprint: Fingerprint([7; DIGEST_BYTES]),
            lengths: vec![Some(1 << 40), None],
            checkpoint: Checkpoint { run: RunId(5), step: 99, places, wires, table },
        }
    }

    #[test]
    fn a_journal_says_what_was_written() {
        let bytes = entry().to_bytes();
        let read = JournalEntry::from_bytes(&bytes).expect("it is a journal");
        assert_eq!(format!("{read:?}"), format!("{:?}", entry()));
    }

    #[test]
    fn no_damage_goes_unnoticed() {
        let bytes = entry().to_bytes();
        for length in 0..bytes.len() {
            assert!(JournalEntry::from_bytes(&bytes[..length]).is_err(), "cut off after {length}");
        }
        for position in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[position] ^= 1;
            assert!(JournalEntry::from_bytes(&damaged).is_err(), "byte {position} flipped");
        }
        assert!(JournalEntry::from_bytes(&[&bytes[..], b"x"].concat()).is_err(), "something after it");
    }
}
