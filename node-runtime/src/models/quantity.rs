//! Power or energy per step: the choice behind `input_type` and `output_type`.

use crate::model::{BuildError, SectionKind, Settings};
use crate::value::Value;

/// What a number stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quantity {
    /// `power` `[kW]`.
    Power,
    /// `energy` [kWh per step].
    Energy,
}

impl Quantity {
    /// The quantity of this name.
    pub(super) fn named(value: &Value) -> Option<Self> {
        match value.as_text()? {
            "power" => Some(Self::Power),
            "energy" => Some(Self::Energy),
            _ => None,
        }
    }

    /// The quantity that a parameter must name.
    pub(super) fn required(settings: &Settings, key: &'static str) -> Result<Self, BuildError> {
        Self::checked(key, settings.parameter(key)?)
    }

    /// The quantity that a parameter names, or `default` if the key is not there.
    pub(super) fn optional(
        settings: &Settings,
        key: &'static str,
        default: Self,
    ) -> Result<Self, BuildError> {
        settings.parameters.get(key).map_or(Ok(default), |value| Self::checked(key, value))
    }

    fn checked(key: &'static str, value: &Value) -> Result<Self, BuildError> {
        Self::named(value).ok_or_else(|| {
            let found = value.as_text().map_or(value.describe().to_owned(), |text| format!("`{text}`"));
            let problem = format!("`{key}` must be `power` or `energy`, not {found}");
            BuildError::new(SectionKind::Parameters, key, problem)
        })
    }
}
