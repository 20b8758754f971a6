//! What is said of a sweep: before it, and after it.

use crate::record::push_value;
use crate::shell::sweep::{Ledger, WholeFile, outcomes};
use crate::sweep::summary::{Ending, Outcome, Shown, header, push_line};
use crate::sweep::{Sweep, TABLE_FILE};
use serde_json::json;
use std::convert::Infallible;
use std::fmt::{self, Write as _};
use std::io;
use std::path::{Path, PathBuf};

/// So many scenarios are named of each kind; the table and the files have all.
const NAMED_MAX: usize = 20;

/// What would run.
pub(super) struct Plan<'a>(pub(super) &'a Sweep);

impl fmt::Display for Plan<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(sweep) = self;
        let template = sweep.template();
        let how = if template.is_aligned() { "aligned" } else { "every combination" };
        writeln!(f, "{} scenarios ({how})", sweep.count())?;
        for axis in template.axes() {
            writeln!(f, "  {}.{}: {} values", axis.model, axis.key, axis.values.len())?;
        }
        for id in 1..=sweep.count() {
            writeln!(f, "{id}: {} -> {}", parameters(sweep, id), sweep.result_file(id))?;
        }
        Ok(())
    }
}

/// `L1.houses=2 L2.houses=3`
fn parameters(sweep: &Sweep, id: u64) -> String {
    let mut text = Vec::new();
    for (name, value) in sweep.parameter_names().iter().zip(sweep.parameters(id)) {
        if !text.is_empty() {
            text.push(b' ');
        }
        text.extend_from_slice(name.replace(".parameter.", ".").as_bytes());
        text.push(b'=');
        push_value(value, false, &mut text);
    }
    String::from_utf8_lossy(&text).into_owned()
}

/// What a process knows of its own work that the files do not tell.
pub(super) struct Own {
    /// Scenarios that other processes have ended meanwhile.
    pub(super) others: u64,
    /// Scenarios that were checked and planned from the file; the rest shared their plans.
    pub(super) plans: u64,
}

/// How all scenarios ended.
pub(super) struct Summary {
    count: u64,
    failed: Vec<Failed>,
    /// Scenarios that nobody has ended.
    open: Vec<u64>,
    elapsed_s: f64,
    own: Option<Own>,
    /// The table of all parameters.
    table: String,
    /// The table of all outcomes, or why it cannot be written.
    file: PathBuf,
    written: io::Result<()>,
    /// The columns of the results.
    columns: Vec<String>,
    shown: Shown,
    /// All outcomes, if they are asked for.
    outcomes: Option<Vec<serde_json::Value>>,
}

struct Failed {
    id: u64,
    parameters: String,
    reason: String,
}

impl Summary {
    /// Looks at all scenarios on so many threads, and writes how they ended beside their results. `all` are kept for programs.
    pub(super) fn of(ledger: &Ledger, threads: usize, elapsed_s: f64, own: Option<Own>, all: bool) -> Self {
        let sweep = ledger.sweep();
        let monitor = Path::new(sweep.template().monitor_file());
        let table = monitor.with_file_name(TABLE_FILE).to_string_lossy().into_owned();
        let mut summary = Self {
            count: sweep.count(),
            failed: Vec::new(),
            open: Vec::new(),
            elapsed_s,
            own,
            table,
            file: ledger.summary(),
            written: Ok(()),
            columns: Vec::new(),
            shown: Shown::default(),
            outcomes: all.then(Vec::new),
        };
        summary.written = summary.look(ledger, threads);
        summary
    }

    fn look(&mut self, ledger: &Ledger, threads: usize) -> io::Result<()> {
        let sweep = ledger.sweep();
        let mut file = WholeFile::create(&self.file);
        let columns = outcomes(ledger, threads, |columns, outcome| {
            file.line(|out| {
                if outcome.id == 1 {
                    out.extend_from_slice(&header(sweep, columns));
                }
                push_line(sweep, &outcome, columns.len(), out);
            });
            self.take(sweep, columns, outcome);
            Ok::<(), Infallible>(())
        });
        self.columns = columns.unwrap_or_default();
        file.finish()
    }

    fn take(&mut self, sweep: &Sweep, columns: &[String], outcome: Outcome) {
        self.shown.take(sweep, &outcome);
        if let Some(all) = &mut self.outcomes {
            all.push(outcome_json(sweep, columns, &outcome));
        }
        let id = outcome.id;
        match outcome.ending {
            Ending::Complete(_) => {}
            Ending::Open => self.open.push(id),
            Ending::Failed(reason) => {
                self.failed.push(Failed { id, parameters: parameters(sweep, id), reason });
            }
        }
    }

    pub(super) fn complete(&self) -> u64 {
        self.count - self.failed.len() as u64 - self.open.len() as u64
    }

    pub(super) fn has_failed(&self) -> bool {
        !self.failed.is_empty()
    }

    /// Whether something is not done, by nobody.
    pub(super) fn has_open(&self) -> bool {
        !self.open.is_empty()
    }

    pub(super) fn is_whole(&self) -> bool {
        self.failed.is_empty() && self.open.is_empty()
    }

    /// Why the table of all outcomes is not there.
    pub(super) fn unwritten(&self) -> Option<String> {
        let error = self.written.as_ref().err()?;
        Some(format!("cannot write the summary to {}: {error}", self.file.display()))
    }

    pub(super) fn to_json(&self, gathered: Option<&Path>) -> serde_json::Value {
        let failed: Vec<_> = (self.failed.iter())
            .map(
                |failed| json!({ "id": failed.id, "parameters": failed.parameters, "reason": failed.reason }),
            )
            .collect();
        json!({
            "scenarios": self.count,
            "complete": self.complete(),
            "failed": failed,
            "open": self.open,
            "seconds": self.elapsed_s,
            "by_others": self.own.as_ref().map(|own| own.others),
            "plans": self.own.as_ref().map(|own| own.plans),
            "table": self.table,
            "summary": self.file.to_string_lossy(),
            "gathered": gathered.map(|path| path.to_string_lossy()),
            "outcomes": self.outcomes,
        })
    }

    /// The whole of it, or only what failed.
    pub(super) fn to_text(&self, sweep: &Sweep, whole: bool) -> String {
        let mut text = String::new();
        if whole {
            text += &self.shown.to_text(sweep, &self.columns);
        }
        for Failed { id, parameters, reason } in self.failed.iter().take(NAMED_MAX) {
            let _ = writeln!(text, "scenario {id} failed ({parameters}):");
            for line in reason.lines() {
                let _ = writeln!(text, "  {line}");
            }
        }
        if self.failed.len() > NAMED_MAX {
            let more = self.failed.len() - NAMED_MAX;
            let _ = writeln!(
                text,
                "{more} more failed: the reasons are in {}.failed",
                sweep.result_file(self.failed[NAMED_MAX].id)
            );
        }
        let _ = write!(text, "{} of {} scenarios complete", self.complete(), self.count);
        if self.has_failed() {
            let _ = write!(text, ", {} failed", self.failed.len());
        }
        if !self.open.is_empty() {
            let _ = write!(text, ", {} not run", self.open.len());
        }
        let _ = write!(text, " in {:.3} s", self.elapsed_s);
        if let Some(Own { others: others @ 1.., .. }) = self.own {
            let _ = write!(text, " ({others} by other processes)");
        }
        let _ = write!(text, ", summary in {}", self.file.display());
        if !self.is_whole() {
            text.push_str("\n`--resume` runs what is not complete");
        }
        text
    }
}

fn outcome_json(sweep: &Sweep, columns: &[String], outcome: &Outcome) -> serde_json::Value {
    let last = match &outcome.ending {
        Ending::Complete(cells) => cells.as_slice(),
        _ => &[],
    };
    let last: serde_json::Map<_, _> =
        columns.iter().zip(last).map(|(name, cell)| (name.clone(), cell.as_str().into())).collect();
    json!({
        "id": outcome.id,
        "parameters": parameters(sweep, outcome.id),
        "outcome": outcome.ending.name(),
        "last": last,
    })
}
