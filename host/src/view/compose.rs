//! From a scenario to its scene. Drawing and cables never depend on where models run.

use super::components::Components;
use super::flow::AttributeId;
use super::items::Items;
use super::{CableScene, LinkScene, NodeScene, Scene, TokenScene};
use crate::plan::Placement;
use crate::scenario::{Cable, Connection, Item, Scenario};
use illuminator_node::light::Carrier;
use jiff::SignedDuration;
use jiff::civil::DateTime;
use std::collections::BTreeMap;

/// How times of the simulation are written.
const TIME: &str = "%Y-%m-%dT%H:%M:%S";

impl Scene {
    /// The scene of a run of `scenario`, placed so, on these nodes. What differs from run to run (`run`, `replay`,
    /// `pluggable`) or follows from the cluster file (`rack`) is left empty.
    pub fn of(scenario: &Scenario, placement: &Placement, nodes: Vec<NodeScene>) -> Self {
        let items = Items::of(scenario);
        let components = Components::of(scenario);
        let token = |token: &crate::scenario::Token| TokenScene {
            id: token.id,
            name: token.name.clone().unwrap_or_default(),
        };
        let phases = scenario.story.iter().flat_map(|story| &story.phases);
        Self {
            run: String::new(),
            title: scenario.name.clone(),
            start: scenario.start.strftime(TIME).to_string(),
            resolution_s: scenario.resolution_s,
            steps: scenario.steps,
            replay: false,
            pluggable: false,
            components: components.scene(scenario, placement, &items),
            cables: scenario.cables.iter().map(|cable| cable_scene(cable, &components)).collect(),
            tokens: scenario.tokens.iter().map(token).collect(),
            links: links(scenario, &components),
            phases: phases.map(|phase| phase.name.clone()).collect(),
            items: items.scene(scenario, &components.of_model),
            nodes,
            rack: None,
        }
    }
}

/// Where the views of a scenario find what they need in a row of values, by position in [`Scene::items`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Places {
    /// The present phase.
    pub phase: Option<usize>,
    /// For each cable its power.
    pub powers: Vec<Option<usize>>,
    /// For each cable whether it is plugged.
    pub cables: Vec<Option<usize>>,
    /// For each token whether it is plugged.
    pub tokens: Vec<Option<usize>>,
    /// Wall clock of step 0.
    pub start: DateTime,
    /// Simulated time per step `[s]`.
    pub resolution_s: u32,
}

impl Places {
    /// The places in the scene of `scenario`.
    pub fn of(scenario: &Scenario) -> Self {
        let items = Items::of(scenario);
        let plugged = |id| items.position(Item::Plugged(id));
        Self {
            phase: items.position(Item::Phase),
            powers: scenario.cables.iter().map(|cable| items.attribute(cable.shows)).collect(),
            cables: scenario.cables.iter().map(|cable| plugged(cable.id)).collect(),
            tokens: scenario.tokens.iter().map(|token| plugged(token.id)).collect(),
            start: scenario.start,
            resolution_s: scenario.resolution_s,
        }
    }

    /// The simulated time of a step.
    pub fn time(&self, step: u64) -> String {
        let seconds = i64::try_from(step.saturating_mul(self.resolution_s.into())).unwrap_or(i64::MAX);
        let time = self.start.checked_add(SignedDuration::from_secs(seconds));
        time.unwrap_or(DateTime::MAX).strftime(TIME).to_string()
    }
}

fn cable_scene(cable: &Cable, components: &Components) -> CableScene {
    let carrier = match cable.carrier {
        Carrier::Electricity => "electricity",
        Carrier::Heat => "heat",
        Carrier::Hydrogen => "hydrogen",
        Carrier::Other => "other",
    };
    CableScene {
        id: cable.id,
        name: cable.name.clone().unwrap_or_default(),
        ends: cable.ends.each_ref().map(|end| components.at(end)),
        carrier: carrier.to_owned(),
        full_scale_kw: cable.full_scale_kw,
    }
}

/// What components give each other besides the cables, by pair and direction.
fn links(scenario: &Scenario, components: &Components) -> Vec<LinkScene> {
    let mut links: BTreeMap<(usize, usize), Vec<String>> = BTreeMap::new();
    for connection in &scenario.connections {
        let (from, to) =
            (components.of_model[connection.from_model], components.of_model[connection.to_model]);
        let source: AttributeId = (connection.from_model, connection.from_attribute);
        if from == to || connection.via.is_some() || is_shown(scenario, components, connection, source) {
            continue;
        }
        let (model, attribute) = source;
        let name = scenario.item_name(Item::Attribute { model, attribute });
        let what = links.entry((from, to)).or_default();
        if !what.contains(&name) {
            what.push(name);
        }
    }
    links.into_iter().map(|((from, to), what)| LinkScene { from, to, what }).collect()
}

/// Whether a cable between the two components shows this very value.
fn is_shown(
    scenario: &Scenario,
    components: &Components,
    connection: &Connection,
    source: AttributeId,
) -> bool {
    let ends = [connection.from_model, connection.to_model].map(|model| Some(components.of_model[model]));
    scenario.cables.iter().filter(|cable| cable.shows == source).any(|cable| {
        let [a, b] = cable.ends.each_ref().map(|end| components.at(end));
        [a, b] == ends || [b, a] == ends
    })
}
