//! What there is to see, and does not change during a run.

use super::Rack;
use serde::{Deserialize, Serialize};

/// The scene of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scene {
    /// The run; another one is another scene.
    pub run: String,
    /// `scenario.name`.
    pub title: String,
    /// Wall clock of step 0, `YYYY-MM-DDThh:mm:ss`.
    pub start: String,
    /// Simulated time per co-simulation step `[s]`.
    pub resolution_s: u32,
    /// Number of co-simulation steps.
    pub steps: u64,
    /// Whether this is a recording: it can be moved to another step, and nothing else.
    pub replay: bool,
    /// Whether cables can be plugged from here: the hardware of the nodes is simulated.
    pub pluggable: bool,
    /// What stands on the table, in the order of the file.
    pub components: Vec<Component>,
    /// The cables with light, in the order of the file.
    pub cables: Vec<CableScene>,
    /// What can be plugged and joins nothing.
    pub tokens: Vec<TokenScene>,
    /// Connections between components that run through no cable, one per pair and direction.
    pub links: Vec<LinkScene>,
    /// The phases of the story, in the order of the file.
    pub phases: Vec<String>,
    /// What has values; [`Moment::values`](super::Moment::values) has theirs, in this order.
    pub items: Vec<ItemScene>,
    /// The nodes of the run; none if it runs in one process.
    pub nodes: Vec<NodeScene>,
    /// Where nodes stand in their rack, if the cluster file says so. There may be nodes in it that are not in this run.
    #[serde(default)]
    pub rack: Option<Rack>,
}

/// A component: the models that the scenario puts on one node, or one model that it puts nowhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Component {
    /// The node's name in the scenario, or the model's. Unique.
    pub name: String,
    /// How it is drawn.
    pub icon: Icon,
    /// What it runs.
    pub models: Vec<ModelScene>,
    /// What is shown beside it, the most telling first: positions in [`Scene::items`].
    pub main: Vec<usize>,
    /// Its exchange of power with the rest, where it has one.
    pub flow: Option<ComponentFlow>,
    /// The node that runs it: a position in [`Scene::nodes`]; nothing if the host does.
    pub node: Option<usize>,
}

/// How a component exchanges power.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComponentFlow {
    /// The power `[kW]`: a position in [`Scene::items`].
    pub item: usize,
    /// 1 if a positive value feeds the rest, -1 if it draws from it.
    pub sign: f64,
    /// What the component does when it feeds the rest, in a word (generates, discharges, import).
    pub feeds: String,
    /// What it does when it draws from it (charges, uses, feed-in).
    pub draws: String,
}

/// A model of a component.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelScene {
    /// Its name.
    pub name: String,
    /// Its type, as `illuminator models` lists it.
    #[serde(rename = "type")]
    pub model_type: String,
}

/// What a component is drawn as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Icon {
    /// A wind turbine.
    Wind,
    /// Solar panels.
    Pv,
    /// A battery.
    Battery,
    /// Homes.
    House,
    /// An office building.
    Office,
    /// The public grid.
    Grid,
    /// An electric vehicle.
    Vehicle,
    /// Hydrogen: electrolyser, fuel cell, store.
    Hydrogen,
    /// Heat: pump, boiler, store.
    Heat,
    /// Networks and valves.
    Network,
    /// A controller.
    Control,
    /// A market and who bids on it.
    Market,
    /// Data from files, and small helpers.
    Data,
    /// Another source of power.
    Source,
}

/// A cable with a light strip at each end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CableScene {
    /// Its number.
    pub id: u16,
    /// What people call it; empty if nothing.
    pub name: String,
    /// The components at its ends, by position in [`Scene::components`]; nothing where none is. Positive power runs
    /// from the first to the second.
    pub ends: [Option<usize>; 2],
    /// What carries the energy: `electricity`, `heat`, `hydrogen`, `other`.
    pub carrier: String,
    /// Power at which the light runs fastest `[kW]`.
    pub full_scale_kw: f64,
}

/// Something to plug that joins nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TokenScene {
    /// Its number, unique among cables and tokens.
    pub id: u16,
    /// What people call it; empty if nothing.
    pub name: String,
}

/// What one component gives another besides the cables.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinkScene {
    /// Who gives: a position in [`Scene::components`].
    pub from: usize,
    /// Who takes.
    pub to: usize,
    /// What, as `Model.attribute`.
    pub what: Vec<String>,
}

/// Something with a value in every step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ItemScene {
    /// `Model.attribute`, as in the result file. Unique.
    pub item: String,
    /// Its unit; empty if it has none.
    pub unit: String,
    /// Whose it is: a position in [`Scene::components`]; nothing for items of the story.
    pub component: Option<usize>,
    /// Whether it is in the result file.
    pub monitored: bool,
}

/// A node of the run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NodeScene {
    /// Its name.
    pub name: String,
    /// Where it listens, as `address:port`.
    pub address: String,
}
