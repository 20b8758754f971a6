//! What a checked scenario says of plugs: connections that a cable carries, tokens, and the story.
//!
//! All names are positions here. What follows from them in a run is worked out by [`crate::story`].

use illuminator_node::value::Value;
use std::collections::BTreeSet;

/// An entry of `cables` that joins no nodes: one plug that visitors put in anywhere, to say something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its number, unique among cables and tokens.
    pub id: u16,
    /// What people call it.
    pub name: Option<String>,
    /// Whether it counts as plugged until a node or an event says otherwise; false unless given.
    pub plugged_at_start: bool,
}

/// The key `via` of a connection: it is there only while a cable is plugged.
#[derive(Clone, Debug, PartialEq)]
pub struct Via {
    /// The id of a cable or token of the scenario.
    pub cable: u16,
    /// What arrives from this source while the cable is unplugged; `None`: nothing, as if the connection were not
    /// in the file. A number wherever the destination computes with it or adds it up.
    pub otherwise: Option<Value>,
}

/// The key `story`: what happens when.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Story {
    /// The present phase is the last one whose condition holds. The first one's always holds. May be empty.
    pub phases: Vec<Phase>,
    /// All whose conditions hold apply, in this order, after the phase: the last one to set a target wins.
    pub rules: Vec<Rule>,
}

/// A chapter of the story.
#[derive(Clone, Debug, PartialEq)]
pub struct Phase {
    /// Its name, unique, not empty.
    pub name: String,
    /// When it may be present; contains no [`Condition::Phase`].
    pub when: Condition,
    /// What holds while it is present.
    pub set: Vec<Setting>,
}

/// Something that happens while a condition holds, whatever the phase.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// When it applies.
    pub when: Condition,
    /// What holds then; not empty.
    pub set: Vec<Setting>,
}

/// One entry of `set`.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// What is set.
    pub target: Target,
    /// To what. An input takes the place of what connections bring; a model can be built with the parameters of
    /// each `set`, and writes the same attributes then.
    pub value: Value,
}

/// What a story can set.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// An input of a model.
    Input {
        /// Position of the model in [`Scenario::models`](super::Scenario::models).
        model: usize,
        /// Position of the input in the type's `inputs`.
        input: usize,
    },
    /// A parameter of a model, never of one that reads files.
    Parameter {
        /// Position of the model in [`Scenario::models`](super::Scenario::models).
        model: usize,
        /// Name of the parameter in the type's `parameters`.
        name: String,
    },
}

/// When a phase or a rule holds. Nested at most as deep as the scenario file may be.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// All of them hold; always, if there are none.
    All(Vec<Condition>),
    /// At least one of them holds.
    Any(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
    /// The cable or token of this id is plugged.
    Plugged(u16),
    /// It was plugged at some time within the last steps, the present one included.
    Recently {
        /// The id of a cable or token.
        plugged: u16,
        /// How many steps, at least 1.
        steps: u64,
    },
    /// A value of the step before is a number above one bound and below the other. At least one bound is there.
    /// Does not hold in the first step, when there is no step before.
    Value {
        /// (position in models, position in its attributes)
        of: (usize, usize),
        /// Exclusive.
        above: Option<f64>,
        /// Exclusive.
        below: Option<f64>,
    },
    /// The present phase is this one, by its position. In rules only.
    Phase(usize),
    /// The step lies in this part of the run, of the day, of the year.
    Moment(Moment),
}

/// A condition on the step alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// `from` ≤ step < `to`, in co-simulation steps.
    Steps {
        /// Inclusive.
        from: u64,
        /// Exclusive, above `from`.
        to: u64,
    },
    /// `from` ≤ step modulo `period` < `to`.
    Every {
        /// `[co-simulation steps]`, at least 1.
        period: u64,
        /// Inclusive.
        from: u64,
        /// Exclusive, above `from`, at most `period`.
        to: u64,
    },
    /// The simulated wall clock shows a time from `from_s` on and before `to_s`, over midnight if `to_s` is the
    /// smaller one. They differ.
    Hours {
        /// `[s]` since midnight, inclusive, below 86,400.
        from_s: u32,
        /// `[s]` since midnight, exclusive, below 86,400.
        to_s: u32,
    },
    /// The simulated date lies in one of the months that are true, January first.
    Months([bool; 12]),
}

impl Condition {
    /// The condition that always holds.
    pub const ALWAYS: Self = Self::All(Vec::new());

    /// Hands this condition and every one inside it to `see`, outer ones first, in the order of the file.
    pub fn visit<'a>(&'a self, see: &mut impl FnMut(&'a Self)) {
        see(self);
        match self {
            Self::All(conditions) | Self::Any(conditions) => {
                conditions.iter().for_each(|condition| condition.visit(see));
            }
            Self::Not(condition) => condition.visit(see),
            Self::Plugged(_)
            | Self::Recently { .. }
            | Self::Value { .. }
            | Self::Phase(_)
            | Self::Moment(_) => {}
        }
    }
}

impl Story {
    /// The conditions of all phases and rules, in order.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        let phases = self.phases.iter().map(|phase| &phase.when);
        phases.chain(self.rules.iter().map(|rule| &rule.when))
    }

    /// What all phases and rules set, in order.
    pub fn settings(&self) -> impl Iterator<Item = &Setting> {
        let phases = self.phases.iter().flat_map(|phase| &phase.set);
        phases.chain(self.rules.iter().flat_map(|rule| &rule.set))
    }

    /// The attributes whose values of the step before are needed, each once, in order of first use:
    /// (position in models, position in its attributes).
    pub fn watched(&self) -> Vec<(usize, usize)> {
        let (mut seen, mut watched) = (BTreeSet::new(), Vec::new());
        for condition in self.conditions() {
            condition.visit(&mut |condition| {
                if let Condition::Value { of, .. } = condition
                    && seen.insert(*of)
                {
                    watched.push(*of);
                }
            });
        }
        watched
    }

    /// Everything that is ever set, each once, in order of first use.
    pub fn targets(&self) -> Vec<Target> {
        let mut seen = BTreeSet::new();
        let targets = self.settings().map(|setting| &setting.target);
        targets.filter(|target| seen.insert(*target)).cloned().collect()
    }
}
