//! Nodes without a run: how they do, and what they are asked for, while nobody steps them.
//!
//! ```text
//!   nodes ⇄ NodeLink ─▶ health, notices        no plan, no step: whoever has a run takes them
//!             ▲
//!   a person ─┴─ controls
//! ```
//!
//! Invariants: a node that is watched stays free for a run of any host, but while it is at a command that was asked for
//! here; one that has such a run, that is not there, or that cannot be understood is waited for, and holds up no other. An
//! emergency stop is shown, and stops nobody else: that is for whoever has a run.

use super::{Coordinator, NodeLink, Phase, Timing};
use crate::plan::TablePlan;
use crate::story::LiveTable;
use illuminator_node::engine::PlacePlan;
use illuminator_protocol::{Instant, RunId};

impl Coordinator {
    /// Keeps in touch with `nodes` of these names, without a run, until it is [stopped](Self::stop).
    pub fn watching(names: Vec<String>, nodes: Vec<NodeLink>, now: Instant) -> Self {
        let places = vec![PlacePlan::default(); names.len() + 1];
        let plan = TablePlan { places, nodes: names, ..TablePlan::default() };
        let coordinator = Self::new(&plan, RunId(0), nodes, LiveTable::bare(), Timing::default(), now);
        let coordinator = coordinator.expect("where there is no model none can be wrong");
        Self { phase: Phase::Watching, ..coordinator }
    }

    /// Notices nodes that are lost: they are waited for.
    pub(super) fn look_around(&mut self, now: Instant) {
        let lost_after = self.timing.lost_after;
        self.seats.each(|node| {
            if node.is_lost(now, lost_after) {
                node.give_up(now);
            }
        });
    }
}
