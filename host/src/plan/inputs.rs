//! Who feeds each input: connections grouped and combined as spec/scenario-format.md 6.4 says, what the story sets in
//! their place, and the cables that carry them.

use crate::scenario::{Scenario, Story, Target, Via};
use illuminator_node::model::{Origin, Takes};
use std::collections::BTreeMap;

/// A value that a run computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ValueId {
    /// What a model writes: position of the model in the scenario, and of the attribute in the model.
    Attribute(usize, usize),
    /// What the host says of the story before each step, by its number in [`StoryValues`](super::story::StoryValues).
    Story(usize),
}

/// One source of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Source {
    /// The value.
    pub value: ValueId,
    /// Which one of it.
    pub when: When,
}

/// Which of the values that a source has over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum When {
    /// That of the present step.
    Now,
    /// That of the step before, and in step 0 the initial value of the connection.
    Shifted,
    /// That of the step before, and nothing in step 0.
    Before,
}

/// The sources of one input, in the order in which they are added or listed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Feed {
    /// Position of the input in the model type.
    pub input: usize,
    /// With the cable that carries each, if one does. None at all if only the story ever sets the input.
    pub sources: Vec<(Source, Option<Via>)>,
    /// Outputs are added, states listed.
    pub origin: Origin,
    /// Which target of the story it is, if it is one.
    pub target: Option<usize>,
}

/// Connections into one model that come from the same source with the same delay, by position.
#[derive(Clone)]
struct Group {
    from_model: usize,
    shifted: bool,
    members: Vec<usize>,
}

/// For each model of the scenario, its connected inputs.
pub(super) fn feeds(scenario: &Scenario) -> Vec<Vec<Feed>> {
    let mut groups: Vec<Vec<Group>> = vec![Vec::new(); scenario.models.len()];
    for (index, connection) in scenario.connections.iter().enumerate() {
        let (from_model, shifted) = (connection.from_model, connection.shifted.is_some());
        let groups = &mut groups[connection.to_model];
        match groups.iter_mut().find(|group| group.from_model == from_model && group.shifted == shifted) {
            Some(group) => group.members.push(index),
            None => groups.push(Group { from_model, shifted, members: vec![index] }),
        }
    }
    let mut feeds: Vec<Vec<Feed>> = groups.iter().map(|groups| model_feeds(scenario, groups)).collect();
    let targets = scenario.story.as_ref().map(Story::targets).unwrap_or_default();
    for (number, target) in targets.iter().enumerate() {
        if let Target::Input { model, input } = *target {
            set_by_story(&mut feeds[model], input, number);
        }
    }
    feeds
}

fn set_by_story(feeds: &mut Vec<Feed>, input: usize, target: usize) {
    match feeds.iter_mut().find(|feed| feed.input == input) {
        Some(feed) => feed.target = Some(target),
        None => {
            feeds.push(Feed { input, sources: Vec::new(), origin: Origin::State, target: Some(target) });
        }
    }
}

fn model_feeds(scenario: &Scenario, groups: &[Group]) -> Vec<Feed> {
    /// An input and its connections, with the model that each comes from.
    type Draft = (usize, Vec<(usize, (Source, Option<Via>))>);
    let mut inputs: Vec<Draft> = Vec::new();
    for &index in groups.iter().flat_map(|group| &group.members) {
        let connection = &scenario.connections[index];
        let Some(input) = connection.to_input else { continue };
        let when = if connection.shifted.is_some() { When::Shifted } else { When::Now };
        let model = connection.from_model;
        let source = Source { value: ValueId::Attribute(model, connection.from_attribute), when };
        let entry = (model, (source, connection.via.clone()));
        match inputs.iter_mut().find(|(other, _)| *other == input) {
            None => inputs.push((input, vec![entry])),
            // A second attribute of the same source replaces the first, in its place.
            Some((_, sources)) => match sources.iter_mut().find(|(other, _)| *other == model) {
                Some(other) => *other = entry,
                None => sources.push(entry),
            },
        }
    }
    let feed = |(input, sources): Draft| {
        // A checked scenario mixes no outputs and states at an input; what was replaced does not count.
        let origin = match sources[0].1.0.value {
            ValueId::Attribute(model, attribute) => scenario.models[model].attributes[attribute].origin,
            ValueId::Story(_) => Origin::State,
        };
        let sources = sources.into_iter().map(|(_, source)| source).collect();
        Feed { input, sources, origin, target: None }
    };
    inputs.into_iter().map(feed).collect()
}

/// The ids of the sources of those inputs of a model that [`Takes::AnyWithSources`].
pub(super) fn source_ids(scenario: &Scenario, model: usize, feeds: &[Feed]) -> BTreeMap<String, Vec<String>> {
    let ports = scenario.models[model].model_type.inputs;
    let id = |(source, _): &(Source, Option<Via>)| match source.value {
        ValueId::Attribute(model, _) => Some(format!("{}-0.time-based_0", scenario.models[model].name)),
        ValueId::Story(_) => None,
    };
    feeds
        .iter()
        .filter(|feed| ports[feed.input].takes == Takes::AnyWithSources)
        .map(|feed| (ports[feed.input].name.to_owned(), feed.sources.iter().filter_map(id).collect()))
        .collect()
}

/// Every connection that is not time-shifted, as (source model, destination model).
pub(super) fn edges(scenario: &Scenario) -> Vec<(usize, usize)> {
    scenario
        .connections
        .iter()
        .filter(|connection| connection.shifted.is_none())
        .map(|connection| (connection.from_model, connection.to_model))
        .collect()
}
