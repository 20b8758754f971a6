//! Scenario files: from text to a [`Scenario`] that is known to run.
//!
//! ```text
//!   text ─▶ yaml (tree with positions) ─▶ schema (raw structs) ─▶ check ─▶ Scenario
//!                                                                ├ inherit: sections of each model
//!                                                                └ Files ─▶ csv: tables
//! ```
//!
//! Only a checked [`Scenario`] travels further. Every mistake becomes a [`Diagnostic`] with file, line,
//! column, the offending text and a suggestion; as many as can be found are reported at once.

mod check;
mod diagnostic;
mod example;
mod inherit;
pub(crate) mod report;
mod schema;
mod story;
pub mod template;
#[cfg(test)]
mod tests;
mod yaml;

pub use check::ParsedTables;
pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub(crate) use example::constant;
pub use example::example;
pub use story::{Condition, Moment, Phase, Rule, Setting, Story, Target, Token, Via};
pub use yaml::TEXT_BYTES_MAX;

use illuminator_node::light::{Carrier, Palette};
use illuminator_node::model::{Attribute, ModelType, Settings};
use illuminator_node::value::Value;
use jiff::civil::DateTime;
use report::Report as Findings;
use std::sync::Arc;

/// Reads and checks a scenario: `text` is its YAML, `file` what messages call it. `files` gives the data files
/// that it names; nothing else is touched. What is accepted: spec/scenario-format.md sections 1 to 6, and
/// our own keys `connect.node`, `cables`, `connections[].via` and `story`.
///
/// # Errors
/// Every mistake that was found, located, together with the warnings.
pub fn load(text: &str, file: &str, files: &mut dyn Files) -> Result<Scenario, Diagnostics> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut report = Findings::new(file, yaml::lines(text));
    let scenario = yaml::parse(text, &mut report)
        .and_then(|tree| schema::read(&tree, &mut report))
        .and_then(|raw| check::check(raw, files, &mut ParsedTables::default(), &mut report));
    let (scenario, warnings) = report.finish(scenario)?;
    Ok(Scenario { warnings, ..scenario })
}

/// What a scenario needs of the file system. Paths are as written in the scenario: relative ones are looked up
/// in the working directory first, else beside the scenario file.
pub trait Files {
    /// The content of a text file.
    ///
    /// # Errors
    /// Why it cannot be read, in words.
    fn read(&mut self, path: &str) -> Result<Arc<str>, String>;

    /// Whether a directory exists, as the place of a result file.
    fn directory_exists(&mut self, path: &str) -> bool;
}

/// A scenario that passed every check.
#[derive(Clone)]
pub struct Scenario {
    /// `scenario.name`
    pub name: String,
    /// `scenario.start_time`, wall clock.
    pub start: DateTime,
    /// `scenario.time_resolution` `[s]`, at least 1: simulated time per co-simulation step.
    pub resolution_s: u32,
    /// Number of co-simulation steps: floor((end − start) / resolution).
    pub steps: u64,
    /// The models in file order, without Collectors.
    pub models: Vec<ModelEntry>,
    /// Every connection between models, in file order, without those to Collectors.
    pub connections: Vec<Connection>,
    /// The result files: first that of `monitor`, then those of Collectors in the model list.
    pub recorders: Vec<Recorder>,
    /// What models report in files of their own, in file order.
    pub reports: Vec<Report>,
    /// The cables of the table, in file order, with distinct ids; none in a plain Illuminator file.
    pub cables: Vec<Cable>,
    /// The entries of `cables` that join no nodes, in file order; ids are unique among cables and tokens.
    pub tokens: Vec<Token>,
    /// What happens when, if the file tells a story.
    pub story: Option<Story>,
    /// What runs but deserves a look (reliance on section inheritance, data that ends early, …).
    pub warnings: Vec<Diagnostic>,
}

impl Scenario {
    /// The ids of all that can be plugged: the cables, then the tokens.
    pub fn plugs(&self) -> impl Iterator<Item = u16> {
        let cables = self.cables.iter().map(|cable| cable.id);
        cables.chain(self.tokens.iter().map(|token| token.id))
    }

    /// Whether the result depends on what is plugged: there is a story, a connection through a cable, or a result
    /// file that records either.
    pub fn follows_plugs(&self) -> bool {
        let records_plugs = |recorder: &Recorder| recorder.attributes().count() < recorder.items.len();
        self.story.is_some()
            || self.connections.iter().any(|connection| connection.via.is_some())
            || self.recorders.iter().any(records_plugs)
    }

    /// The name of a recorded item, as in the file.
    pub fn item_name(&self, item: Item) -> String {
        match item {
            Item::Attribute { model, attribute } => {
                let model = &self.models[model];
                format!("{}.{}", model.name, model.attributes[attribute].name)
            }
            Item::Phase => format!("{STORY}.{PHASE}"),
            Item::Plugged(id) => format!("{STORY}.{PLUG}{id}"),
        }
    }
}

/// The model name under which `monitor.items` finds the story.
const STORY: &str = "story";
/// Its attribute: the name of the present phase.
const PHASE: &str = "phase";
/// Its attributes: whether the cable or token of the id that follows is plugged.
const PLUG: &str = "cable_";

/// One model of a scenario.
#[derive(Clone)]
pub struct ModelEntry {
    /// Its name. Unique among those that connections can reach.
    pub name: String,
    /// Its type.
    pub model_type: &'static ModelType,
    /// Its resolved settings.
    pub settings: Settings,
    /// What it writes with these settings, numbered by position.
    pub attributes: Vec<Attribute>,
    /// Where it is placed, if the file says so.
    pub connect: Option<Connect>,
}

/// The key `connect` of a model: on which node it runs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Connect {
    /// `{ip, port}`; port 5123 unless given.
    Address {
        /// The IPv4 address as written.
        ip: String,
        /// The UDP port.
        port: u16,
    },
    /// `{node: name}`: a node of the cluster file.
    Node(String),
}

/// A connection between two models, with names resolved to positions.
#[derive(Clone, Debug, PartialEq)]
pub struct Connection {
    /// Position of the source in [`Scenario::models`].
    pub from_model: usize,
    /// Position of the source attribute in its `attributes`.
    pub from_attribute: usize,
    /// Position of the destination in [`Scenario::models`].
    pub to_model: usize,
    /// Position of the input in the destination type's `inputs`; `None` if the model never reads this name
    /// (allowed: any declared name may be a destination).
    pub to_input: Option<usize>,
    /// Name of the destination input.
    pub to_name: String,
    /// `time_shifted`: the initial value, delivered in the first step instead of the value of the step before.
    /// It is the destination's `inputs` value of the LAST shifted connection from this source attribute.
    pub shifted: Option<Value>,
    /// The cable that carries it, if it is not always there.
    pub via: Option<Via>,
}

/// A result file and what goes into it.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorder {
    /// The path as written in the scenario.
    pub file: String,
    /// Column separator.
    pub delimiter: String,
    /// The date of step 0, wall clock.
    pub start: DateTime,
    /// Co-simulation steps per row, at least 1.
    pub step_size: u32,
    /// Time zone in which the dates are printed.
    pub zone: String,
    /// The items in the order of the file, repeats kept.
    pub items: Vec<Item>,
}

impl Recorder {
    /// The attributes of models among the items: (position in models, position in its attributes).
    pub fn attributes(&self) -> impl Iterator<Item = (usize, usize)> {
        self.items.iter().filter_map(Item::attribute)
    }
}

/// What a model reports in files of its own: `<directory>/<name>_<t>.csv` at co-simulation step t.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The hidden attribute that holds it: (position in models, position in its attributes).
    pub attribute: (usize, usize),
    /// `results_dir` as written in the scenario; it, or else its parent, exists.
    pub directory: String,
    /// How its files are called.
    pub name: String,
    /// Co-simulation steps between two steps of the model, at least 1.
    pub step_size: u32,
}

/// What a result file records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item {
    /// An attribute of a model.
    Attribute {
        /// Position in [`Scenario::models`].
        model: usize,
        /// Position in its `attributes`.
        attribute: usize,
    },
    /// `story.phase`: the name of the present phase.
    Phase,
    /// `story.cable_ID`: 1 while the cable or token of this id is plugged, else 0.
    Plugged(u16),
}

impl Item {
    /// The attribute, if it is one of a model: (position in models, position in its attributes).
    pub fn attribute(&self) -> Option<(usize, usize)> {
        match *self {
            Self::Attribute { model, attribute } => Some((model, attribute)),
            Self::Phase | Self::Plugged(_) => None,
        }
    }
}

/// An entry of the key `cables` with two ends: a light strip between two nodes, and the flow of energy that it shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Cable {
    /// Its number, unique among cables and tokens.
    pub id: u16,
    /// What people call it.
    pub name: Option<String>,
    /// Whether it counts as plugged until a node or an event says otherwise; true unless given.
    pub plugged_at_start: bool,
    /// Its two nodes, by the names that `connect: {node: NAME}` uses; they differ. The energy of a positive value
    /// runs from the first to the second. A node on which no model is placed is accepted, with a warning.
    pub ends: [String; 2],
    /// Whose value is the power `[kW]`: (position in models, position in its attributes). Whether it is a number
    /// shows in the run only.
    pub shows: (usize, usize),
    /// `full_scale` `[kW]`, finite and above 0: the power, either way, at which the light runs fastest.
    pub full_scale_kw: f64,
    /// What carries the energy.
    pub carrier: Carrier,
    /// What its colour says: [`Palette::Carrier`] or [`Palette::Load`].
    pub palette: Palette,
}
