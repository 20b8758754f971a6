//! How a model exchanges power with the rest, as people say it.

use crate::scenario::Scenario;
use illuminator_node::model::Family;

/// An attribute of a scenario: position of the model, and in its attributes.
pub(crate) type AttributeId = (usize, usize);

/// The exchange of power of a model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ModelFlow {
    /// Whose value it is.
    pub(crate) attribute: AttributeId,
    /// 1 if a positive value feeds the rest, -1 if it draws from it.
    pub(crate) sign: f64,
    /// What the model does when it feeds the rest.
    pub(crate) feeds: &'static str,
    /// What it does when it draws from it.
    pub(crate) draws: &'static str,
}

impl ModelFlow {
    /// The flow of a model, if its family has one.
    pub(crate) fn of(scenario: &Scenario, model: usize) -> Option<Self> {
        let first = |names: &[&str]| names.iter().find_map(|name| attribute(scenario, model, name));
        let (attribute, sign, feeds, draws) = match scenario.models[model].model_type.family {
            Family::Generation => (first(&["pv_gen", "wind_gen"])?, 1.0, "generates", "draws"),
            Family::Demand => (first(&["load_dem", "load_EV", "load_HP", "demand"])?, -1.0, "feeds", "uses"),
            Family::Storage => (first(&["p_out"])?, -1.0, "discharges", "charges"),
            Family::Hydrogen => (first(&["flow2e", "p_out_fuelcell", "eflow2c"])?, 1.0, "generates", "uses"),
            Family::Grid => (surplus(scenario, model)?, -1.0, "import", "feed-in"),
            Family::Heat
            | Family::Networks
            | Family::Market
            | Family::Control
            | Family::Data
            | Family::Utility => return None,
        };
        Some(Self { attribute, sign, feeds, draws })
    }
}

/// The attribute of a model by its name.
pub(crate) fn attribute(scenario: &Scenario, model: usize, name: &str) -> Option<AttributeId> {
    let attributes = &scenario.models[model].attributes;
    attributes.iter().position(|attribute| attribute.name == name).map(|index| (model, index))
}

/// A grid connection shows what arrives at its input: the surplus of the table.
fn surplus(scenario: &Scenario, model: usize) -> Option<AttributeId> {
    let mut arriving = scenario.connections.iter().filter(|connection| connection.to_model == model);
    let connection = arriving.find(|connection| connection.to_name == "dump")?;
    Some((connection.from_model, connection.from_attribute))
}
