//! The story step by step: which phase it is, and what is set.
//!
//! ```text
//!   Topology ─────────┐
//!   step, its date ───┼─▶ conditions ─▶ phase: the last that holds ─┐
//!   values before ────┘         └─────▶ rules that hold ────────────┴─▶ per target: the last one that sets it
//! ```
//!
//! A phase that a person forces takes the place of the one whose condition holds; rules hold as ever.
//!
//! Invariants: of the past only the last step in which a plug was seen counts, and only for conditions that ask for it,
//! and what is forced ([`StoryMemory`]); a step in which nothing changes allocates nothing.

use super::Topology;
use crate::scenario::{Condition, Moment, Scenario, Setting, Story, Target};
use illuminator_node::value::Value;
use jiff::SignedDuration;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const DAY_S: u64 = 86_400;

/// What holds in one step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Standing {
    /// Position of the present phase in [`Story::phases`]; `None` if there are none.
    pub phase: Option<usize>,
    /// Whether each of [`Scenario::plugs`] is plugged, in that order.
    pub plugged: Vec<bool>,
    /// What each of [`StoryPlay::targets`] is set to, in that order; `None`: nothing sets it.
    pub set: Vec<Option<Value>>,
}

/// What a story remembers from step to step, as plain data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoryMemory {
    /// Of each plug that `recently` asks for, ascending by id.
    recent: Vec<Recent>,
    /// Position of the phase that is forced.
    forced: Option<usize>,
}

/// A story while it is played. A scenario without one has no phase and sets nothing.
#[derive(Clone, Debug)]
pub struct StoryPlay {
    clock: Clock,
    /// The ids of [`Scenario::plugs`].
    plugs: Vec<u16>,
    phases: Vec<Act>,
    rules: Vec<Act>,
    targets: Vec<Target>,
    watched: Vec<(usize, usize)>,
    /// Numbers of watched attributes.
    numbers: BTreeMap<(usize, usize), usize>,
    /// By id, the plugs that `recently` asks for.
    recent: BTreeMap<u16, Recent>,
    /// All values that are ever set.
    values: Vec<Value>,
    /// By target, the value that it has in `standing`, and the one that it gets.
    chosen: Vec<Option<usize>>,
    choice: Vec<Option<usize>>,
    /// Position of the phase that is forced.
    forced: Option<usize>,
    standing: Standing,
}

/// A phase or rule: while `when` holds, targets get values, both by position.
#[derive(Clone, Debug)]
struct Act {
    when: Condition,
    set: Vec<(usize, usize)>,
}

/// When a plug was there last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Recent {
    step: Option<u64>,
    /// The insertions that the topology counted by the last step, if there was one.
    insertions: Option<u64>,
}

impl StoryPlay {
    /// The story of a scenario before its first step.
    pub fn new(scenario: &Scenario) -> Self {
        let none = Story::default();
        let story = scenario.story.as_ref().unwrap_or(&none);
        let (targets, watched) = (story.targets(), story.watched());
        let mut values = Vec::new();
        let positions = targets.iter().enumerate().map(|(position, target)| (target, position)).collect();
        let phases: Vec<Act> =
            story.phases.iter().map(|phase| act(&phase.when, &phase.set, &positions, &mut values)).collect();
        let rules: Vec<Act> =
            story.rules.iter().map(|rule| act(&rule.when, &rule.set, &positions, &mut values)).collect();
        let mut recent = BTreeMap::new();
        for condition in story.conditions() {
            condition.visit(&mut |condition| {
                if let Condition::Recently { plugged, .. } = condition {
                    recent.insert(*plugged, Recent::default());
                }
            });
        }
        let plugs: Vec<u16> = scenario.plugs().collect();
        Self {
            clock: Clock { start: scenario.start, resolution_s: scenario.resolution_s.into() },
            standing: Standing {
                phase: None,
                plugged: vec![false; plugs.len()],
                set: vec![None; targets.len()],
            },
            plugs,
            phases,
            rules,
            numbers: watched.iter().enumerate().map(|(number, attribute)| (*attribute, number)).collect(),
            watched,
            recent,
            values,
            chosen: vec![None; targets.len()],
            choice: vec![None; targets.len()],
            forced: None,
            targets,
        }
    }

    /// The attributes whose values of the step before are asked for, as (position in models, position in its
    /// attributes). Their positions here are their numbers in [`advance`](Self::advance).
    pub fn watched(&self) -> &[(usize, usize)] {
        &self.watched
    }

    /// Everything that the story ever sets, in the order of [`Standing::set`].
    pub fn targets(&self) -> &[Target] {
        &self.targets
    }

    /// Forces the phase at this position of [`Story::phases`] from the next step on, or (`None`) no phase. One that is
    /// not there changes nothing.
    pub fn force(&mut self, phase: Option<usize>) {
        if phase.is_none_or(|phase| phase < self.phases.len()) {
            self.forced = phase;
        }
    }

    /// The phase that is forced.
    pub fn forced(&self) -> Option<usize> {
        self.forced
    }

    /// What holds in `step`. Steps are taken in order. `value_of` gives the number that a watched attribute had in the
    /// step before; `None` if there was no step or it was no number.
    pub fn advance(
        &mut self,
        step: u64,
        topology: &Topology,
        value_of: impl Fn(usize) -> Option<f64>,
    ) -> &Standing {
        for (plugged, &id) in self.standing.plugged.iter_mut().zip(&self.plugs) {
            *plugged = topology.plugged(id);
        }
        for (&id, recent) in &mut self.recent {
            let insertions = topology.insertions(id);
            // A short visit between two steps counts for the later one.
            let visited = recent.insertions.is_some_and(|before| before != insertions);
            if topology.plugged(id) || visited {
                recent.step = Some(step);
            }
            recent.insertions = Some(insertions);
        }
        let scene = Scene {
            step,
            clock: self.clock,
            topology,
            recent: &self.recent,
            numbers: &self.numbers,
            value_of: &value_of,
        };
        let found = || self.phases.iter().rposition(|phase| scene.holds(&phase.when, None));
        let phase = self.forced.or_else(found);
        let rules = self.rules.iter().filter(|rule| scene.holds(&rule.when, phase));
        self.choice.fill(None);
        for &(target, value) in
            phase.iter().map(|&phase| &self.phases[phase]).chain(rules).flat_map(|act| &act.set)
        {
            self.choice[target] = Some(value);
        }
        self.standing.phase = phase;
        for ((choice, chosen), set) in self
            .choice
            .iter()
            .zip(&mut self.chosen)
            .zip(&mut self.standing.set)
            .filter(|((new, old), _)| new != old)
        {
            *chosen = *choice;
            *set = choice.map(|value| self.values[value].clone());
        }
        &self.standing
    }

    /// What it would remember in the next step.
    pub fn snapshot(&self) -> StoryMemory {
        StoryMemory { recent: self.recent.values().copied().collect(), forced: self.forced }
    }

    /// Takes back what [`snapshot`](Self::snapshot) gave. Answers false, and changes nothing, if that was of another
    /// story.
    pub fn restore(&mut self, memory: &StoryMemory) -> bool {
        let fits = memory.recent.len() == self.recent.len()
            && memory.forced.is_none_or(|phase| phase < self.phases.len());
        if fits {
            self.forced = memory.forced;
            self.recent.values_mut().zip(&memory.recent).for_each(|(recent, &kept)| *recent = kept);
        }
        fits
    }
}

/// A phase or rule with its targets by position; its values go behind the others.
fn act(
    when: &Condition,
    set: &[Setting],
    positions: &BTreeMap<&Target, usize>,
    values: &mut Vec<Value>,
) -> Act {
    let place = |setting: &Setting| {
        values.push(setting.value.clone());
        (positions[&setting.target], values.len() - 1)
    };
    Act { when: when.clone(), set: set.iter().map(place).collect() }
}

/// Everything that a condition can ask for in one step.
struct Scene<'a> {
    step: u64,
    clock: Clock,
    topology: &'a Topology,
    recent: &'a BTreeMap<u16, Recent>,
    numbers: &'a BTreeMap<(usize, usize), usize>,
    value_of: &'a dyn Fn(usize) -> Option<f64>,
}

impl Scene<'_> {
    fn holds(&self, condition: &Condition, phase: Option<usize>) -> bool {
        match condition {
            Condition::All(conditions) => conditions.iter().all(|condition| self.holds(condition, phase)),
            Condition::Any(conditions) => conditions.iter().any(|condition| self.holds(condition, phase)),
            Condition::Not(condition) => !self.holds(condition, phase),
            Condition::Plugged(id) => self.topology.plugged(*id),
            Condition::Recently { plugged, steps } => {
                let last = self.recent.get(plugged).and_then(|recent| recent.step);
                last.is_some_and(|last| self.step.saturating_sub(last) < *steps)
            }
            // Whatever is compared with NaN, the answer is no.
            Condition::Value { of, above, below } => {
                self.numbers.get(of).and_then(|&number| (self.value_of)(number)).is_some_and(|value| {
                    above.is_none_or(|above| value > above) && below.is_none_or(|below| value < below)
                })
            }
            Condition::Phase(asked) => phase == Some(*asked),
            Condition::Moment(moment) => self.clock.is_in(self.step, moment),
        }
    }
}

/// The simulated wall clock.
#[derive(Clone, Copy, Debug)]
struct Clock {
    start: DateTime,
    /// Per co-simulation step.
    resolution_s: u64,
}

impl Clock {
    fn is_in(self, step: u64, moment: &Moment) -> bool {
        match *moment {
            Moment::Steps { from, to } => (from..to).contains(&step),
            Moment::Every { period, from, to } => (from..to).contains(&(step % period)),
            Moment::Hours { from_s, to_s } => {
                let (from_s, to_s) = (u64::from(from_s), u64::from(to_s));
                let time_s = self.time_of_day_s(step);
                if from_s < to_s {
                    (from_s..to_s).contains(&time_s)
                } else {
                    time_s >= from_s || time_s < to_s
                }
            }
            Moment::Months(months) => {
                let month = self.date(step).map(|date| usize::from(date.month().unsigned_abs()));
                month.is_some_and(|month| months[month - 1])
            }
        }
    }

    /// Seconds since midnight. Exact for any step: the factors are reduced before they are multiplied.
    fn time_of_day_s(self, step: u64) -> u64 {
        let midnight = self.start.date().at(0, 0, 0, 0);
        let start_s = self.start.duration_since(midnight).as_secs().unsigned_abs();
        (start_s + (step % DAY_S) * (self.resolution_s % DAY_S)) % DAY_S
    }

    /// `None` behind the end of the calendar.
    fn date(self, step: u64) -> Option<DateTime> {
        let passed_s = i64::try_from(step.checked_mul(self.resolution_s)?).ok()?;
        self.start.checked_add(SignedDuration::from_secs(passed_s)).ok()
    }
}
