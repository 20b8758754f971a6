//! What has values that people see: a bounded list, the same wherever the models run.

use super::ItemScene;
use super::flow::{AttributeId, ModelFlow};
use crate::scenario::{Item, Scenario};
use illuminator_node::model::Port;
use std::collections::{BTreeMap, BTreeSet};

/// Most items of a scene. What the picture needs comes first, then what the result files have, then the rest.
pub const ITEMS_MAX: usize = 1_000;

/// The items of a scenario.
pub(super) struct Items {
    list: Vec<Item>,
    positions: BTreeMap<Item, usize>,
}

/// What a run is to watch for a [`Scene`](super::Scene): its items, in their order.
pub fn watched(scenario: &Scenario) -> Vec<Item> {
    Items::of(scenario).list
}

impl Items {
    pub(super) fn of(scenario: &Scenario) -> Self {
        let attribute = |(model, attribute)| Item::Attribute { model, attribute };
        let story = scenario.story.as_ref().map(|_| Item::Phase).into_iter();
        let plugs = scenario.plugs().map(Item::Plugged);
        let cables = scenario.cables.iter().map(|cable| attribute(cable.shows));
        let models = 0..scenario.models.len();
        let flows = models.clone().filter_map(|model| ModelFlow::of(scenario, model));
        let flows = flows.map(|flow| attribute(flow.attribute));
        let monitored = scenario.recorders.iter().flat_map(|recorder| recorder.items.iter().copied());
        let rest = models.flat_map(|model| {
            let attributes = 0..scenario.models[model].attributes.len();
            attributes.map(move |number| (model, number)).filter(|&id| is_seen(scenario, id)).map(attribute)
        });
        let mut seen = BTreeSet::new();
        let all = story.chain(plugs).chain(cables).chain(flows).chain(monitored).chain(rest);
        let list: Vec<Item> = all.filter(|&item| seen.insert(item)).take(ITEMS_MAX).collect();
        let positions = list.iter().enumerate().map(|(position, &item)| (item, position)).collect();
        Self { list, positions }
    }

    /// The position of an item, if it is among them.
    pub(super) fn position(&self, item: Item) -> Option<usize> {
        self.positions.get(&item).copied()
    }

    /// The position of an attribute, if it is among them.
    pub(super) fn attribute(&self, (model, attribute): AttributeId) -> Option<usize> {
        self.position(Item::Attribute { model, attribute })
    }

    /// The items as people see them; `component_of` tells whose a model is.
    pub(super) fn scene(&self, scenario: &Scenario, component_of: &[usize]) -> Vec<ItemScene> {
        let monitored: BTreeSet<Item> =
            scenario.recorders.iter().flat_map(|recorder| recorder.items.iter().copied()).collect();
        let scene = |&item: &Item| {
            let id = item.attribute();
            let unit = id.and_then(|id| port(scenario, id)).map_or("", |port| port.unit.symbol());
            ItemScene {
                item: scenario.item_name(item),
                unit: unit.to_owned(),
                component: id.map(|(model, _)| component_of[model]),
                monitored: monitored.contains(&item),
            }
        };
        self.list.iter().map(scene).collect()
    }
}

/// The port of an attribute; nothing where the type does not name it, as the columns of a data file.
fn port(scenario: &Scenario, (model, attribute): AttributeId) -> Option<&'static Port> {
    let entry = &scenario.models[model];
    let name = &entry.attributes[attribute].name;
    let ports = entry.model_type.outputs.iter().chain(entry.model_type.states);
    ports.into_iter().find(|port| port.name == name)
}

/// Whether an attribute is for people: not for the table's hardware, and no report.
fn is_seen(scenario: &Scenario, id: AttributeId) -> bool {
    port(scenario, id).is_none_or(|port| !port.is_hidden())
}
