//! Where the host puts what it says of the story before each step: which cables are plugged, the phase, what is set.

use super::NodeTarget;
use super::inputs::ValueId;
use crate::scenario::{ModelEntry, Scenario};
use std::collections::BTreeSet;

/// Where the values of the story stand in the host's place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StoryPlan {
    /// The slot of the present phase's name.
    pub phase: u32,
    /// For each cable and token, in the order of [`Scenario::plugs`], the slot that says whether it is plugged.
    pub plugged: Vec<u32>,
    /// For each target, in the order of [`Story::targets`](crate::scenario::Story::targets), the slot of its value; null while it is not set.
    pub targets: Vec<u32>,
    /// Nodes of which a model must know which cables it sees: by name, with the slot of the list of ids.
    pub seen_at: Vec<(String, u32)>,
    /// For each attribute of [`Story::watched`](crate::scenario::Story::watched), the slot with its value of the step before.
    pub watched: Vec<u32>,
}

/// The numbers of the values of a story: first the phase, then the plugs, the targets, and what nodes see.
pub(super) struct StoryValues {
    plugs: Vec<u16>,
    targets: usize,
    nodes: Vec<String>,
}

/// The input of a model that tells it which cables its node sees, if it has one.
pub(super) fn boards_input(model: &ModelEntry) -> Option<usize> {
    model.model_type.inputs.iter().position(|port| port.of_table)
}

/// The name of the node on which a model belongs, wherever this run places it.
pub(crate) fn node_name(model: &ModelEntry) -> Option<String> {
    model.connect.clone().map(|connect| NodeTarget::Running(connect).to_string())
}

impl StoryValues {
    /// The values that a run of this scenario needs; `None` if nothing at all can be plugged.
    pub(super) fn of(scenario: &Scenario) -> Option<Self> {
        let boards = scenario.models.iter().filter(|model| boards_input(model).is_some());
        let nodes: BTreeSet<String> = boards.filter_map(node_name).collect();
        let plugs: Vec<u16> = scenario.plugs().collect();
        let any = !plugs.is_empty() || scenario.follows_plugs() || !nodes.is_empty();
        any.then(|| Self {
            plugs,
            targets: scenario.story.as_ref().map_or(0, |story| story.targets().len()),
            nodes: nodes.into_iter().collect(),
        })
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        1 + self.plugs.len() + self.targets + self.nodes.len()
    }

    /// The name of the present phase.
    pub(super) const PHASE: ValueId = ValueId::Story(0);

    /// Whether the cable or token of this id is plugged.
    pub(super) fn plugged(&self, id: u16) -> ValueId {
        let position = self.plugs.iter().position(|&plug| plug == id);
        ValueId::Story(1 + position.expect("a checked scenario names its own cables and tokens only"))
    }

    /// The value of a target.
    pub(super) fn target(&self, number: usize) -> ValueId {
        ValueId::Story(1 + self.plugs.len() + number)
    }

    /// The ids of the cables that the node of a model with boards sees.
    pub(super) fn seen_at(&self, node: &str) -> ValueId {
        let position = self.nodes.iter().position(|other| other == node);
        let position = position.expect("the nodes of all models with boards are known");
        ValueId::Story(1 + self.plugs.len() + self.targets + position)
    }

    /// The plan, for values that stand in the host's slots from `first` on.
    pub(super) fn plan(&self, first: u32, watched: Vec<u32>) -> StoryPlan {
        let slot = |value: ValueId| match value {
            ValueId::Story(number) => first + number as u32,
            ValueId::Attribute(..) => unreachable!("only values of the story are asked for"),
        };
        StoryPlan {
            phase: slot(Self::PHASE),
            plugged: self.plugs.iter().map(|&id| slot(self.plugged(id))).collect(),
            targets: (0..self.targets).map(|number| slot(self.target(number))).collect(),
            seen_at: self.nodes.iter().map(|node| (node.clone(), slot(self.seen_at(node)))).collect(),
            watched,
        }
    }
}
