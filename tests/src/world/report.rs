//! What happened in runs, to be added up over seeds.

use super::machine::sum;
use crate::tube::Injected;
use illuminator_node::node::NodeCounters;
use std::collections::BTreeMap;

/// What happened in a run that went well.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// How often each kind of fault happened, by name.
    pub fired: BTreeMap<&'static str, u64>,
    /// What the network did.
    pub injected: Injected,
    /// What the nodes counted.
    pub counted: NodeCounters,
    /// How often the host went on from a journal.
    pub resumed: u64,
    /// Runs that ended because a node was lost, as they were told to.
    pub aborted: u64,
    /// Runs whose rows are complete and differ, because nodes stood still, as they were told to.
    pub frozen: u64,
    /// Plugs and unplugs that hosts have recorded.
    pub heard: u64,
    /// Runs.
    pub runs: u64,
}

impl Report {
    /// Adds another one.
    pub fn add(&mut self, other: &Self) {
        for (name, times) in &other.fired {
            *self.fired.entry(name).or_default() += times;
        }
        self.injected = self.injected.plus(other.injected);
        self.counted = sum(self.counted, other.counted);
        self.resumed += other.resumed;
        self.aborted += other.aborted;
        self.frozen += other.frozen;
        self.heard += other.heard;
        self.runs += other.runs;
    }
}
