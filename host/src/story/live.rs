//! The table while a run goes on: hears what is plugged, and says before each step what that means for it.
//!
//! ```text
//!   nodes ─▶ LiveTable::seen ─────────┐
//!   a person ─▶ LiveTable::force_phase ┤                 ┌─▶ slots: phase, plugs, what is set, what each node sees
//!   script (events file) ──────────────┴─▶ before step N ┴─▶ log: what changed before step N
//! ```
//!
//! Invariant: what is plugged in a step, and so the story and what cables carry, follows from the scenario and the log
//! alone. A script takes the place of what nodes report: with the log of a run as script, the run repeats. Boards that
//! belong to no cable of the scenario are not in the log; only LED_connection, in files without `cables`, sees them.

use super::events::fits;
use super::{Event, EventLog, Happening, Notice, Standing, StoryMemory, StoryPlay, Topology};
use crate::plan::{StoryPlan, TablePlan};
use crate::scenario::Scenario;
use illuminator_node::model::Slots;
use illuminator_node::scalar::Scalar;
use illuminator_node::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Most notices that wait to be shown.
const NOTICES_MAX: usize = 256;

/// Most events that are recorded: a cable plugged every second for a day is half of it, in 10 MB.
const RECORDED_MAX: usize = 250_000;

/// What is plugged at the table, and the story.
pub struct LiveTable {
    topology: Topology,
    /// The story and where the host's place has its values; nothing if no value depends on the table.
    story: Option<(StoryPlay, StoryPlan)>,
    /// The ids of all cables and tokens, in the order of the scenario.
    plugs: Vec<u16>,
    phases: Vec<String>,
    /// The phase that is to be forced from the next step on, or that none is to be.
    asked: Option<Option<usize>>,
    script: Option<EventLog>,
    /// What changed, where that is recorded.
    log: Option<EventLog>,
    /// What the slots hold, so that a step in which nothing changes writes nothing.
    told: Option<Standing>,
    notices: VecDeque<String>,
}

/// What a [`LiveTable`] remembers from step to step, as plain data.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TableMemory {
    topology: Topology,
    story: Option<StoryMemory>,
    asked: Option<Option<usize>>,
    log: Option<EventLog>,
}

impl LiveTable {
    /// The table of a run before its first step. With a `script`, what nodes report of cables is ignored.
    pub fn new(scenario: &Scenario, plan: &TablePlan, script: Option<EventLog>) -> Self {
        let phases = scenario.story.iter().flat_map(|story| &story.phases);
        Self {
            topology: Topology::new(&scenario.cables, &scenario.tokens),
            story: plan.story.clone().map(|plan| (StoryPlay::new(scenario), plan)),
            plugs: scenario.plugs().collect(),
            phases: phases.map(|phase| phase.name.clone()).collect(),
            asked: None,
            script,
            log: None,
            told: None,
            notices: VecDeque::new(),
        }
    }

    /// Records what changes, for [`into_log`](Self::into_log).
    #[must_use]
    pub fn recording(self) -> Self {
        Self { log: Some(EventLog::default()), ..self }
    }

    /// A table without cables, on which nothing depends.
    pub fn bare() -> Self {
        Self {
            topology: Topology::new(&[], &[]),
            story: None,
            plugs: Vec::new(),
            phases: Vec::new(),
            asked: None,
            script: None,
            log: None,
            told: None,
            notices: VecDeque::new(),
        }
    }

    /// What it must remember to go on elsewhere.
    pub fn memory(&self) -> TableMemory {
        let story = self.story.as_ref().map(|(play, _)| play.snapshot());
        TableMemory { topology: self.topology.clone(), story, asked: self.asked, log: self.log.clone() }
    }

    /// Takes back what [`memory`](Self::memory) gave. Answers false, and changes nothing, if that was of another
    /// scenario.
    pub fn restore(&mut self, memory: &TableMemory) -> bool {
        let fits = self.topology.ids().eq(memory.topology.ids())
            && memory.asked.flatten().is_none_or(|phase| phase < self.phases.len())
            && match (&mut self.story, &memory.story) {
                (Some((play, _)), Some(story)) => play.restore(story),
                (story, memory) => story.is_none() && memory.is_none(),
            };
        if fits {
            self.topology = memory.topology.clone();
            self.asked = memory.asked;
            self.log = self.log.take().map(|log| memory.log.clone().unwrap_or(log));
            self.told = None;
        }
        fits
    }

    /// A node begins to report, of so many `cables`: then what it said before holds no longer. `boards`: a cable that it
    /// does not name is not plugged in there.
    pub fn detects(&mut self, node: &str, boards: bool, cables: u16) {
        if self.script.is_none() {
            self.topology.detects(node, boards, cables);
        }
    }

    /// A node sees a cable, or sees it no longer.
    pub fn seen(&mut self, node: &str, cable: u16, plugged: bool) {
        if self.script.is_none() {
            self.topology.seen(node, cable, plugged);
            let notices = self.topology.notices();
            notices.iter().for_each(|notice: &Notice| self.note(notice.to_string()));
        }
    }

    /// A person forces the phase of this name from the next step on, whatever its condition says, or (`None`) lets the
    /// story find its phase by itself again. Answers whether there is such a phase; if not, a notice says so.
    pub fn force_phase(&mut self, name: Option<&str>) -> bool {
        let Some(name) = name else {
            self.asked = Some(None);
            return true;
        };
        let why = match self.phases.iter().position(|phase| phase == name) {
            Some(phase) if fits(name) => {
                self.asked = Some(Some(phase));
                return true;
            }
            Some(_) => "its name has a line break or outer blanks",
            None if self.phases.is_empty() => "the scenario has no phases",
            None => "the story has none of that name",
        };
        self.note(format!("phase `{}` cannot be forced: {why}", name.escape_debug()));
        false
    }

    /// The phase that is forced in the step that was taken last.
    pub fn forced_phase(&self) -> Option<&str> {
        let (play, _) = self.story.as_ref()?;
        Some(&self.phases[play.forced()?])
    }

    /// A node has something to say to the person at the table.
    pub fn notice(&mut self, node: &str, text: &str) {
        self.note(format!("node `{node}`: {text}"));
    }

    /// The next notice for the person at the table.
    pub fn poll_notice(&mut self) -> Option<String> {
        self.notices.pop_front()
    }

    /// What is plugged where.
    pub const fn topology(&self) -> &Topology {
        &self.topology
    }

    /// Every cable and token, and whether it is plugged.
    pub fn plugs(&self) -> impl Iterator<Item = (u16, bool)> + '_ {
        self.plugs.iter().map(|&id| (id, self.topology.plugged(id)))
    }

    /// What changed, by the step that was the first to see it; nothing unless it was [recorded](Self::recording).
    pub fn into_log(self) -> EventLog {
        self.log.unwrap_or_default()
    }

    /// Writes what holds in `step` to the host's slots, which still have the values of the step before. Steps are taken
    /// in order.
    pub fn advance(&mut self, step: u64, slots: &mut Slots) {
        let forced = self.force(step);
        self.record(step, forced);
        let Self { story: Some((play, plan)), topology, told, phases, .. } = self else { return };
        let value_of = |number: usize| {
            let scalar = slots.scalar(plan.watched[number]);
            scalar.is_number().then(|| scalar.value())
        };
        let standing = play.advance(step, topology, value_of);
        if told.as_ref() != Some(standing) {
            let phase = standing.phase.map_or(Value::Null, |phase| Value::Text(phases[phase].clone()));
            slots.set_value(plan.phase, phase);
            for (&slot, &plugged) in plan.plugged.iter().zip(&standing.plugged) {
                slots.set(slot, Scalar::int(plugged.into()));
            }
            for (&slot, value) in plan.targets.iter().zip(&standing.set) {
                slots.set_value(slot, value.clone().unwrap_or(Value::Null));
            }
            *told = Some(standing.clone());
        }
        for (node, slot) in &plan.seen_at {
            let ids = topology.at(node).into_iter().map(|id| Value::Text(id.to_string())).collect();
            slots.set_value(*slot, Value::List(ids));
        }
    }

    /// Does what the script says of a step, and then what a person asked for. Returns the change of the phase that is
    /// forced, if that changes.
    fn force(&mut self, step: u64) -> Option<Happening> {
        let Self { script, topology, phases, story, asked, .. } = self;
        let before = story.as_ref().and_then(|(play, _)| play.forced());
        let mut forced = before;
        for event in script.iter().flat_map(|script| script.of_step(step)) {
            match &event.what {
                Happening::Plug { .. } => drop(topology.apply(event)),
                Happening::Phase(name) => {
                    forced = name.as_ref().and_then(|name| phases.iter().position(|phase| phase == name));
                }
            }
        }
        if let Some(asked) = asked.take() {
            forced = asked;
        }
        let (play, _) = story.as_mut()?;
        play.force(forced);
        (forced != before).then(|| Happening::Phase(forced.map(|phase| phases[phase].clone())))
    }

    /// Notes what is otherwise than in the step before: what is plugged, and which phase is `forced` from now on.
    fn record(&mut self, step: u64, forced: Option<Happening>) {
        let plugs = self.topology.changes().into_iter();
        let Some(log) = &mut self.log else { return };
        let plugs = plugs.map(|(cable, plugged)| Happening::Plug { cable, node: None, plugged });
        let changes: Vec<Happening> = plugs.chain(forced).collect();
        if log.is_cut() || changes.is_empty() {
            return;
        }
        // A step is recorded as a whole or not at all.
        if log.events().len() + changes.len() > RECORDED_MAX {
            log.cut(step);
            return self.note(format!(
                "the recording of events is full: it repeats the run up to step {step}, and not beyond"
            ));
        }
        for what in changes {
            log.push(Event { step, what }).expect("steps ascend, no node is named, a forced phase can be");
        }
    }

    fn note(&mut self, notice: String) {
        if self.notices.len() == NOTICES_MAX {
            self.notices.pop_front();
        }
        self.notices.push_back(notice);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Token;

    #[test]
    fn a_recording_is_bounded_and_says_where_it_ends() {
        let token = Token { id: 0, name: None, plugged_at_start: false };
        let mut table = LiveTable { topology: Topology::new(&[], &[token]), ..LiveTable::bare() }.recording();
        let mut slots = Slots::new(0);
        for step in 0..RECORDED_MAX as u64 + 100 {
            table.seen("node", 0, step.is_multiple_of(2));
            table.advance(step, &mut slots);
        }
        let notices: Vec<String> = std::iter::from_fn(|| table.poll_notice()).collect();
        assert!(matches!(&notices[..], [only] if only.contains("up to step 250000")), "{notices:?}");
        let log = table.into_log();
        assert_eq!(log.events().len(), RECORDED_MAX);
        assert!(
            log.to_string()
                .ends_with("\n# The recording was full: events from step 250000 on are missing.\n")
        );
    }
}
