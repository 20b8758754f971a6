//! What is said of a sweep: before it, and after it.

use crate::record::push_value;
use crate::shell::sweep::{Ledger, Standing};
use crate::sweep::{Sweep, TABLE_FILE};
use serde_json::json;
use std::fmt::{self, Write as _};
use std::path::Path;

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

/// How all scenarios ended.
pub(super) struct Summary {
    count: u64,
    failed: Vec<Failed>,
    /// Scenarios that nobody has ended.
    open: Vec<u64>,
    elapsed_s: f64,
    table: String,
}

struct Failed {
    id: u64,
    parameters: String,
    reason: String,
}

impl Summary {
    pub(super) fn of(ledger: &Ledger, elapsed_s: f64) -> Self {
        let sweep = ledger.sweep();
        let (mut failed, mut open) = (Vec::new(), Vec::new());
        let survey = ledger.survey();
        for id in 1..=sweep.count() {
            match survey.standing(id) {
                Standing::Complete => {}
                Standing::Open => open.push(id),
                Standing::Failed => {
                    let reason = ledger.reason(id).unwrap_or_default();
                    failed.push(Failed { id, parameters: parameters(sweep, id), reason });
                }
            }
        }
        let table = Path::new(sweep.template().monitor_file()).with_file_name(TABLE_FILE);
        Self { count: sweep.count(), failed, open, elapsed_s, table: table.to_string_lossy().into_owned() }
    }

    pub(super) fn complete(&self) -> u64 {
        self.count - self.failed.len() as u64 - self.open.len() as u64
    }

    pub(super) fn has_failed(&self) -> bool {
        !self.failed.is_empty()
    }

    pub(super) fn is_whole(&self) -> bool {
        self.failed.is_empty() && self.open.is_empty()
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
            "table": self.table,
            "gathered": gathered.map(|path| path.to_string_lossy()),
        })
    }

    pub(super) fn to_text(&self, sweep: &Sweep) -> String {
        let mut text = String::new();
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
        let _ = write!(text, " in {:.3} s, table in {}", self.elapsed_s, self.table);
        if !self.is_whole() {
            text.push_str("\n`--resume` runs what is not complete");
        }
        text
    }
}
