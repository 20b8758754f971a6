//! What stands on the table: models that belong together, by the scenario alone.

use super::flow::ModelFlow;
use super::items::Items;
use super::{Component, ComponentFlow, Icon, ModelScene};
use crate::plan::{HOST, Placement, node_name};
use crate::scenario::{Item, Scenario};
use illuminator_node::model::Family;
use std::collections::{BTreeMap, BTreeSet};

/// Most values beside a component.
const MAIN_MAX: usize = 3;

/// The components of a scenario, each with its models.
pub(super) struct Components {
    /// By component: its name, and the positions of its models.
    groups: Vec<(String, Vec<usize>)>,
    /// By model: its component.
    pub(super) of_model: Vec<usize>,
    /// The component of each node that the scenario names.
    of_node: BTreeMap<String, usize>,
}

impl Components {
    pub(super) fn of(scenario: &Scenario) -> Self {
        let nodes: Vec<Option<String>> = scenario.models.iter().map(node_name).collect();
        let mut taken: BTreeSet<String> = nodes.iter().flatten().cloned().collect();
        let mut groups: Vec<(String, Vec<usize>)> = Vec::new();
        let mut of_model = Vec::with_capacity(nodes.len());
        let mut of_node: BTreeMap<String, usize> = BTreeMap::new();
        for (model, node) in nodes.into_iter().enumerate() {
            let place = node.as_ref().and_then(|node| of_node.get(node).copied()).unwrap_or_else(|| {
                let name = node.clone().unwrap_or_else(|| distinct(&scenario.models[model].name, &mut taken));
                of_node.extend(node.map(|node| (node, groups.len())));
                groups.push((name, Vec::new()));
                groups.len() - 1
            });
            groups[place].1.push(model);
            of_model.push(place);
        }
        Self { groups, of_model, of_node }
    }

    /// The component at a node of this name in the scenario.
    pub(super) fn at(&self, node: &str) -> Option<usize> {
        self.of_node.get(node).copied()
    }

    /// The components as people see them, in a run that is placed so.
    pub(super) fn scene(&self, scenario: &Scenario, placement: &Placement, items: &Items) -> Vec<Component> {
        let groups = self.groups.iter();
        groups.map(|(name, models)| component(scenario, placement, items, name, models)).collect()
    }
}

/// A name that is not taken; it is from now on.
fn distinct(name: &str, taken: &mut BTreeSet<String>) -> String {
    let mut names =
        std::iter::once(name.to_owned()).chain((2_u64..).map(|number| format!("{name} ({number})")));
    let free = names.find(|name| !taken.contains(name)).expect("numbers do not run out");
    taken.insert(free.clone());
    free
}

fn component(
    scenario: &Scenario,
    placement: &Placement,
    items: &Items,
    name: &str,
    models: &[usize],
) -> Component {
    let entry = |&model: &usize| &scenario.models[model];
    let flow = models.iter().find_map(|&model| Some((model, ModelFlow::of(scenario, model)?)));
    let telling = |model: &&usize| {
        !matches!(entry(model).model_type.family, Family::Control | Family::Data | Family::Utility)
    };
    let face = flow.map(|(model, _)| model).or_else(|| models.iter().find(telling).copied());
    let face = face.unwrap_or(models[0]);
    let node = placement.of_model[models[0]];
    Component {
        name: name.to_owned(),
        icon: Icon::of(&scenario.models[face], name),
        models: models
            .iter()
            .map(entry)
            .map(|model| ModelScene {
                name: model.name.clone(),
                model_type: model.model_type.name.to_owned(),
            })
            .collect(),
        main: main(scenario, items, models, flow.map(|(_, flow)| flow)),
        flow: flow.and_then(|(_, flow)| {
            let ModelFlow { attribute, sign, feeds, draws } = flow;
            let item = items.attribute(attribute)?;
            Some(ComponentFlow { item, sign, feeds: feeds.to_owned(), draws: draws.to_owned() })
        }),
        node: (node != HOST).then(|| node - 1),
    }
}

/// The flow and how full it is; of a component without a flow the first numbers that it has.
fn main(scenario: &Scenario, items: &Items, models: &[usize], flow: Option<ModelFlow>) -> Vec<usize> {
    let named = |&model: &usize| super::flow::attribute(scenario, model, "soc");
    let socs = models.iter().filter_map(named).filter_map(|id| items.attribute(id));
    if let Some(flow) = flow {
        let mut main: Vec<usize> = items.attribute(flow.attribute).into_iter().chain(socs).collect();
        main.truncate(MAIN_MAX);
        return main;
    }
    let all = models.iter().flat_map(|&model| {
        let attributes = 0..scenario.models[model].attributes.len();
        attributes.map(move |attribute| Item::Attribute { model, attribute })
    });
    let mut main: Vec<usize> = socs.chain(all.filter_map(|item| items.position(item))).collect();
    let mut seen = BTreeSet::new();
    main.retain(|&item| seen.insert(item));
    main.truncate(MAIN_MAX);
    main
}
