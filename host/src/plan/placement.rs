//! Which model runs where.

use super::inputs;
use super::order::topological_order;
use crate::scenario::{Connect, Scenario};
use illuminator_node::model::Build;
use std::collections::BTreeMap;

/// A place: the host process or a node.
pub type PlaceId = usize;

/// The host process.
pub const HOST: PlaceId = 0;

/// Where each model runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// The place of each model of the scenario.
    pub of_model: Vec<PlaceId>,
    /// The nodes: place 1 is the first of them.
    pub nodes: Vec<NodeTarget>,
}

/// A node as the scenario names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NodeTarget {
    /// One of the simulated nodes in this process, by number.
    Simulated(usize),
    /// A running node, by address or by its name in the cluster file.
    Running(Connect),
}

/// Why a placement cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlacementError {
    /// A model that reads files has `connect`.
    #[error(
        "model `{model}` is of type {model_type}, which reads files and runs on the host: remove its `connect`"
    )]
    HostOnly {
        /// The model.
        model: String,
        /// Its type.
        model_type: &'static str,
    },
}

impl Placement {
    /// Everything in this process.
    pub fn local(scenario: &Scenario) -> Self {
        Self { of_model: vec![HOST; scenario.models.len()], nodes: Vec::new() }
    }

    /// As the `connect` keys say; models without it run in this process.
    ///
    /// # Errors
    /// [`PlacementError::HostOnly`].
    pub fn from_connect(scenario: &Scenario) -> Result<Self, PlacementError> {
        let mut nodes: Vec<NodeTarget> = Vec::new();
        let mut places: BTreeMap<&Connect, PlaceId> = BTreeMap::new();
        let mut of_model = Vec::with_capacity(scenario.models.len());
        for model in &scenario.models {
            let Some(connect) = &model.connect else {
                of_model.push(HOST);
                continue;
            };
            if !runs_anywhere(&model.model_type.build) {
                return Err(PlacementError::HostOnly {
                    model: model.name.clone(),
                    model_type: model.model_type.name,
                });
            }
            of_model.push(*places.entry(connect).or_insert_with(|| {
                nodes.push(NodeTarget::Running(connect.clone()));
                nodes.len()
            }));
        }
        Ok(Self { of_model, nodes })
    }

    /// Spread over `count` simulated nodes: equal runs of neighbours in topological order, so that few values
    /// cross. Models that read files stay on the host. Nodes that would be empty are left out.
    pub fn simulated(scenario: &Scenario, count: usize) -> Self {
        let edges = inputs::edges(scenario);
        let order = topological_order(scenario.models.len(), &edges)
            .expect("a checked scenario has no loop without time shift");
        let movable: Vec<usize> = order
            .into_iter()
            .filter(|&model| runs_anywhere(&scenario.models[model].model_type.build))
            .collect();
        let nodes = count.min(movable.len());
        let mut of_model = vec![HOST; scenario.models.len()];
        for (rank, model) in movable.iter().enumerate() {
            of_model[*model] = 1 + rank * nodes / movable.len();
        }
        Self { of_model, nodes: (0..nodes).map(NodeTarget::Simulated).collect() }
    }

    /// The models of a place, in file order.
    pub fn models_of(&self, place: PlaceId) -> impl Iterator<Item = usize> + '_ {
        self.of_model.iter().enumerate().filter(move |&(_, &of)| of == place).map(|(model, _)| model)
    }
}

fn runs_anywhere(build: &Build) -> bool {
    matches!(build, Build::Anywhere(_))
}
