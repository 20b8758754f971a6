//! Sweeps: one scenario file, many scenarios.
//!
//! ```text
//!   Template ─▶ Sweep ─┬─ id ─▶ Planned ─▶ (shell) run ─────────▶ res_<id>.csv ─┐
//!                      ├─ id ─▶ text of <file>_<id>.yaml                       ├─▶ gather ─▶ one Parquet file
//!                      └─ table ─▶ scenariotable.csv ─────────────────────────┘
//! ```
//!
//! Numbers, names and the table are those of spec/scenario-format.md section 10. Invariant: what a scenario is follows
//! from the file and its number alone, so that any process can run any of them.

mod expansion;
pub mod gather;
mod planned;
pub mod summary;
mod table;

pub use expansion::Expansion;
pub use planned::{Planned, Unplanned};

use crate::record::ResultFormat;
use crate::scenario::template::{Change, Choice, Template, numbered};
use crate::scenario::{Diagnostics, Files, ParsedTables, Scenario};
use illuminator_node::value::Value;
use sha2::{Digest, Sha256};

/// The name of the table of all scenarios, beside the results.
pub const TABLE_FILE: &str = "scenariotable.csv";

/// All scenarios of a file, numbered from 1.
pub struct Sweep {
    template: Template,
    expansion: Expansion,
}

impl Sweep {
    /// The scenarios of a pattern.
    pub fn new(template: Template) -> Self {
        let lengths = template.axes().iter().map(|axis| axis.values.len()).collect();
        let expansion = Expansion::new(lengths, template.is_aligned());
        Self { template, expansion }
    }

    /// The pattern.
    pub fn template(&self) -> &Template {
        &self.template
    }

    /// How many scenarios there are, at least 1.
    pub fn count(&self) -> u64 {
        self.expansion.count()
    }

    /// Scenario `id`, checked; see [`Template::scenario`].
    ///
    /// # Errors
    /// Every mistake in it, located in the file of the sweep.
    pub fn scenario(
        &self,
        id: u64,
        files: &mut dyn Files,
        parsed: &mut ParsedTables,
    ) -> Result<Scenario, Diagnostics> {
        self.template.scenario(Choice { id, values: &self.expansion.chosen(id) }, files, parsed)
    }

    /// The text of the file that is scenario `id` alone.
    pub fn scenario_text(&self, id: u64) -> String {
        self.template.scenario_text(Choice { id, values: &self.expansion.chosen(id) })
    }

    /// What makes scenario `to` of scenario `from`, where both are checked; see [`Template::changes`].
    fn changes(&self, from: u64, to: u64) -> Option<Vec<Change>> {
        let (old, new) = (self.expansion.chosen(from), self.expansion.chosen(to));
        self.template.changes(Choice { id: from, values: &old }, Choice { id: to, values: &new })
    }

    /// Where the result of scenario `id` goes.
    pub fn result_file(&self, id: u64) -> String {
        numbered(self.template.monitor_file(), id)
    }

    /// The parameters that the scenarios differ in, `<model>.parameter.<key>`, in the order of the table.
    pub fn parameter_names(&self) -> Vec<String> {
        self.columns().into_iter().map(|axis| self.name(axis)).collect()
    }

    /// The values of these parameters in scenario `id`.
    pub fn parameters(&self, id: u64) -> Vec<&Value> {
        let chosen = self.expansion.chosen(id);
        self.columns().into_iter().map(|axis| &self.template.axes()[axis].values[chosen[axis]]).collect()
    }

    /// The table of all scenarios.
    pub fn table(&self) -> Vec<u8> {
        let mut out = table::header(&self.parameter_names());
        for id in 1..=self.count() {
            table::push_row(id, &self.parameters(id), &mut out);
        }
        out
    }

    /// What tells this sweep from another: a digest of all that its results follow from. `data` are the contents of the
    /// [data files](Template::data_files).
    pub fn fingerprint<'a>(&self, format: ResultFormat, data: impl Iterator<Item = &'a [u8]>) -> String {
        let mut digest = Sha256::new_with_prefix(env!("CARGO_PKG_VERSION"));
        digest.update(format!("{format:?}"));
        let mut add = |part: &[u8]| {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        };
        add(self.template.text().as_bytes());
        data.for_each(add);
        digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The axes as the table has them: by model and parameter.
    fn columns(&self) -> Vec<usize> {
        let axes = self.template.axes();
        let mut columns: Vec<usize> = (0..axes.len()).collect();
        columns.sort_by_key(|&axis| (&axes[axis].model, &axes[axis].key));
        columns
    }

    fn name(&self, axis: usize) -> String {
        let axis = &self.template.axes()[axis];
        format!("{}.parameter.{}", axis.model, axis.key)
    }
}
