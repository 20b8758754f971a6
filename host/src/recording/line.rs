//! The lines of a recording, as JSON has them.

use super::Sources;
use crate::view::{Cell, Health, Moment, RunState, Scene, TokenMoment};
use serde::{Deserialize, Serialize};

/// A line: exactly one of these. What a later version adds is passed over.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Line {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) part: Option<PartHead>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) scene: Option<Box<SceneLine>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) steps: Option<Steps>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) moment: Option<Box<Change>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) health: Option<Health>,
}

/// How a part begins.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct PartHead {
    /// The version of the format.
    pub(super) version: u32,
    /// The program that wrote it, for people.
    pub(super) program: String,
    /// The run that it is of.
    pub(super) run: String,
}

/// What there is to see of a run.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct SceneLine {
    pub(super) scene: Scene,
    pub(super) sources: Sources,
}

/// Steps that nobody looked at: `[from, to)`, in buckets of one step each or, where there were too many, of several.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct Steps {
    /// The first of them.
    pub from: u64,
    /// The one after the last.
    pub to: u64,
    /// With which step each bucket begins; empty if each is one step.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub at: Vec<u64>,
    /// For each item the smallest value of each bucket; nothing where there is none.
    pub min: Vec<Vec<Option<f64>>>,
    /// For each item the greatest; empty if they are the same.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub max: Vec<Vec<Option<f64>>>,
    /// What became of values that are no numbers, in order. Behind the last step that is known there is none: it is in a
    /// line of later steps, or in the next moment.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<TextChange>,
}

/// In a step, at a position among the items, there is another text, or none any more.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct TextChange(pub u64, pub usize, pub Option<String>);

/// A bucket of [`Steps`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Its number.
    pub number: usize,
    /// Its first step.
    pub from: u64,
    /// The step after its last one.
    pub to: u64,
}

impl Steps {
    /// How many buckets there are.
    pub fn len(&self) -> usize {
        self.min.first().map_or(0, Vec::len)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A bucket.
    pub fn bucket(&self, number: usize) -> Bucket {
        let begin = |number: usize| match self.at.get(number) {
            Some(&at) => at,
            None if self.at.is_empty() => self.from.saturating_add(number as u64),
            None => self.to,
        };
        let to = if number + 1 == self.len() { self.to } else { begin(number + 1) };
        Bucket { number, from: begin(number), to }
    }

    /// The last bucket up to the step `before` that says how a step was: of several steps only the range is known.
    pub fn last_known(&self, before: u64) -> Option<Bucket> {
        let is_one = |number: usize| {
            self.max.is_empty() || self.min.iter().zip(&self.max).all(|(min, max)| min[number] == max[number])
        };
        let known =
            |bucket: &Bucket| bucket.to <= before && bucket.to - bucket.from == 1 && is_one(bucket.number);
        (0..self.len()).rev().map(|number| self.bucket(number)).find(known)
    }

    /// Whether it is of so many items, and its buckets follow each other from the first step to the last.
    pub(super) fn is_valid(&self, items: usize) -> bool {
        let buckets = self.len();
        let is_table =
            |table: &[Vec<Option<f64>>]| table.len() == items && table.iter().all(|one| one.len() == buckets);
        let begins = match self.at.first() {
            None => self.to.checked_sub(self.from) == Some(buckets as u64),
            Some(&first) => self.at.len() == buckets && first == self.from,
        };
        let grows = (0..buckets).map(|number| self.bucket(number)).all(|bucket| bucket.from < bucket.to);
        let texts = self.texts.iter().all(|TextChange(_, position, _)| *position < items);
        buckets > 0
            && is_table(&self.min)
            && (self.max.is_empty() || is_table(&self.max))
            && begins
            && grows
            && texts
    }
}

/// What is another than before, of how a run stands.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub(super) struct Change {
    /// Real time since the recording began `[ms]`.
    pub(super) ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) state: Option<RunState>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) done: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pace_s: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) phase: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) phase_forced: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) notices: Option<Vec<String>>,
    /// By position among the items.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) values: Vec<(usize, Cell)>,
    /// By position among the cables: where they are plugged, and what flows `[kW]`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) cables: Vec<(usize, [bool; 2], f64)>,
    /// By position among the tokens.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) tokens: Vec<(usize, TokenMoment)>,
}

impl Change {
    /// What is another in `new` than in `old`; nothing if nothing is that is recorded.
    pub(super) fn between(old: &Moment, new: &Moment, ms: u64) -> Option<Self> {
        let other = |is_other: bool| is_other.then_some(());
        let of = |values: &[Cell], at: usize| values.get(at).cloned().unwrap_or_default();
        let values = new.values.iter().enumerate().filter(|(at, cell)| of(&old.values, *at) != **cell);
        let cable = |at: usize| old.cables.get(at).map(|cable| (cable.plugged, cable.power_kw));
        let cables = new.cables.iter().map(|cable| (cable.plugged, cable.power_kw)).enumerate();
        let cables = cables.filter(|(at, now)| cable(*at) != Some(*now));
        let tokens = new.tokens.iter().enumerate().filter(|(at, token)| old.tokens.get(*at) != Some(*token));
        let change = Self {
            ms,
            state: other(old.state != new.state).map(|()| new.state),
            done: other(old.done != new.done).map(|()| new.done),
            pace_s: other(old.pace_s != new.pace_s).map(|()| new.pace_s),
            phase: other(old.phase != new.phase).map(|()| new.phase.clone()),
            phase_forced: other(old.phase_forced != new.phase_forced).map(|()| new.phase_forced),
            notices: other(old.notices != new.notices).map(|()| new.notices.clone()),
            values: values.map(|(at, cell)| (at, cell.clone())).collect(),
            cables: cables.map(|(at, (plugged, power_kw))| (at, plugged, power_kw)).collect(),
            tokens: tokens.map(|(at, token)| (at, token.clone())).collect(),
        };
        (change != Self { ms, ..Self::default() }).then_some(change)
    }

    /// Whether all that it is about is in the scene.
    pub(super) fn is_valid(&self, scene: &Scene) -> bool {
        let components = scene.components.len();
        self.values.iter().all(|(at, _)| *at < scene.items.len())
            && self.cables.iter().all(|(at, _, _)| *at < scene.cables.len())
            && self.tokens.iter().all(|(at, token)| {
                *at < scene.tokens.len() && token.at.iter().all(|component| *component < components)
            })
    }
}
