//! What a run does about losses: options of lost nodes, and of going on after the host was lost.

use super::{Failure, note};
use crate::checkpoint::Checkpoint;
use crate::coordinator::{OnLoss, Timing};
use crate::record::{Fingerprint, JournalEntry};
use crate::shell::{Journal, ResultFiles};
use clap::ValueEnum;
use illuminator_protocol::Duration;

#[derive(clap::Args)]
pub(super) struct Endurance {
    /// What to do when a node is lost and no spare is left. One that comes back is restored, and the result is the same.
    #[arg(long, value_name = "POLICY", value_enum, default_value = "restart")]
    on_loss: Policy,
    /// How long a node may be silent before it counts as lost, in seconds.
    #[arg(long, value_name = "S", value_parser = patience, default_value = "5")]
    lost_after: Duration,
    /// A node that takes the place of a lost one: its name in the cluster file, or its address. May be repeated.
    #[arg(long, value_name = "NODE")]
    pub(super) spare: Vec<String>,
    /// Go on with a run that was stopped or that crashed, from the journal beside its result. Without one it begins.
    #[arg(long)]
    resume: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Policy {
    /// Wait a minute for it, time for a Raspberry Pi to start; then end the run.
    Restart,
    /// Wait until it is back.
    Wait,
    /// Go on with the values that it had last, until it is back. The result then depends on the loss.
    Freeze,
    /// End the run, also when a node has only restarted.
    Abort,
}

impl Default for Endurance {
    /// As without options.
    fn default() -> Self {
        let lost_after = Timing::default().lost_after;
        Self { on_loss: Policy::Restart, lost_after, spare: Vec::new(), resume: false }
    }
}

impl Endurance {
    /// How a run with this `pace` behaves in time.
    pub(super) fn timing(&self, pace: Duration) -> Timing {
        let on_loss = match self.on_loss {
            Policy::Restart => OnLoss::Restart,
            Policy::Wait => OnLoss::Wait,
            Policy::Freeze => OnLoss::Freeze,
            Policy::Abort => OnLoss::Abort,
        };
        Timing { on_loss, lost_after: self.lost_after, pace, ..Timing::default() }
    }

    /// Makes the results keep a journal, and finds out where the run goes on; `None`: it begins, which is said
    /// unless it is to be `quiet`.
    pub(super) fn begin(
        &self,
        results: &mut ResultFiles,
        fingerprint: Fingerprint,
        quiet: bool,
    ) -> Result<Option<Checkpoint>, Failure> {
        let Some(path) = results.journal_beside() else {
            return if self.resume {
                Err(Failure::wrong_use(
                    "--resume needs results in files: the journal is beside the first one",
                ))
            } else {
                Ok(None)
            };
        };
        let journal = Journal::beside(path, fingerprint);
        let checkpoint = if self.resume {
            let entry = journal.read().map_err(Failure::wrong_use)?;
            if entry.is_none() && !quiet {
                note(format_args!("there is no {}: the run begins anew", journal.path().display()));
            }
            let resume = |entry: JournalEntry| results.resume(&entry.lengths).map(|()| entry.checkpoint);
            entry.map(resume).transpose().map_err(Failure::wrong_use)?
        } else {
            None
        };
        results.keep_journal(journal);
        Ok(checkpoint)
    }

    /// The run is complete: there is nothing to go on with.
    pub(super) fn end(journal: Option<&Journal>) -> Result<(), Failure> {
        journal.map_or(Ok(()), |journal| {
            let path = journal.path().display();
            let failed =
                |error| Failure::new(4, format_args!("error: cannot remove the journal {path}: {error}"));
            journal.remove().map_err(failed)
        })
    }
}

/// Seconds of patience, from a tenth of one to a day.
fn patience(text: &str) -> Result<Duration, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.1..=86_400.0).contains(&seconds) => {
            Ok(Duration::from_micros((seconds * 1e6) as u64))
        }
        _ => Err("expected seconds from 0.1 to 86400".to_owned()),
    }
}
