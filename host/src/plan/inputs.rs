//! Who feeds each input: connections grouped and combined as spec/scenario-format.md 6.4 says.

use crate::scenario::Scenario;
use illuminator_node::model::{Origin, Takes};
use std::collections::BTreeMap;

/// One source of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Source {
    /// Position of the model in the scenario.
    pub model: usize,
    /// Position of the attribute in the model.
    pub attribute: usize,
    /// Whether the value of the step before is meant.
    pub shifted: bool,
}

/// The sources of one input, in the order in which they are added or listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Feed {
    /// Position of the input in the model type.
    pub input: usize,
    /// At least one.
    pub sources: Vec<Source>,
    /// Outputs are added, states listed.
    pub origin: Origin,
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
    groups.iter().map(|groups| model_feeds(scenario, groups)).collect()
}

fn model_feeds(scenario: &Scenario, groups: &[Group]) -> Vec<Feed> {
    let mut inputs: Vec<(usize, Vec<Source>)> = Vec::new();
    for &index in groups.iter().flat_map(|group| &group.members) {
        let connection = &scenario.connections[index];
        let Some(input) = connection.to_input else { continue };
        let source = Source {
            model: connection.from_model,
            attribute: connection.from_attribute,
            shifted: connection.shifted.is_some(),
        };
        match inputs.iter_mut().find(|(other, _)| *other == input) {
            None => inputs.push((input, vec![source])),
            // A second attribute of the same source replaces the first, in its place.
            Some((_, sources)) => match sources.iter_mut().find(|other| other.model == source.model) {
                Some(other) => *other = source,
                None => sources.push(source),
            },
        }
    }
    let feed = |(input, sources): (usize, Vec<Source>)| {
        // A checked scenario mixes no outputs and states at an input; what was replaced does not count.
        let origin = scenario.models[sources[0].model].attributes[sources[0].attribute].origin;
        Feed { input, sources, origin }
    };
    inputs.into_iter().map(feed).collect()
}

/// The ids of the sources of those inputs of a model that [`Takes::AnyWithSources`].
pub(super) fn source_ids(scenario: &Scenario, model: usize, feeds: &[Feed]) -> BTreeMap<String, Vec<String>> {
    let ports = scenario.models[model].model_type.inputs;
    let id = |source: &Source| format!("{}-0.time-based_0", scenario.models[source.model].name);
    feeds
        .iter()
        .filter(|feed| ports[feed.input].takes == Takes::AnyWithSources)
        .map(|feed| (ports[feed.input].name.to_owned(), feed.sources.iter().map(id).collect()))
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
