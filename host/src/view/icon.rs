//! What a component is drawn as.

use super::Icon;
use crate::scenario::ModelEntry;
use illuminator_node::model::Family;

impl Icon {
    /// The icon of a model in a component of this name. A load is an office where its name says so.
    pub(super) fn of(model: &ModelEntry, component: &str) -> Self {
        let is_office = |name: &str| name.to_ascii_lowercase().contains("office");
        match (model.model_type.name, model.model_type.family) {
            ("PV", _) => Self::Pv,
            ("Wind", _) => Self::Wind,
            ("EV" | "LoadEV", _) => Self::Vehicle,
            ("LoadHeatpump", _) | (_, Family::Heat) => Self::Heat,
            (_, Family::Demand) if is_office(component) || is_office(&model.name) => Self::Office,
            (_, Family::Demand) => Self::House,
            (_, Family::Generation) => Self::Source,
            (_, Family::Storage) => Self::Battery,
            (_, Family::Grid) => Self::Grid,
            (_, Family::Hydrogen) => Self::Hydrogen,
            (_, Family::Networks) => Self::Network,
            (_, Family::Market) => Self::Market,
            (_, Family::Control) => Self::Control,
            (_, Family::Data | Family::Utility) => Self::Data,
        }
    }
}
