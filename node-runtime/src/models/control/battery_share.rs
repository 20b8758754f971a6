//! The part of a residual load that a battery is asked to take over (spec/models.md 1.13: "b").

use crate::model::{BuildError, Settings};
use crate::scalar::Scalar;

/// The limits that a controller knows of its battery.
pub(super) struct BatteryShare {
    soc_min: Scalar,
    soc_max: Scalar,
    max_p: Scalar,
}

impl BatteryShare {
    /// From the parameters `soc_min` `[%]`, `soc_max` `[%]` and `max_p` `[kW]`.
    pub(super) fn from_settings(settings: &Settings) -> Result<Self, BuildError> {
        Ok(Self {
            soc_min: settings.number("soc_min")?,
            soc_max: settings.number("soc_max")?,
            max_p: settings.number("max_p")?,
        })
    }

    /// The power b into the battery `[kW]` for a residual load r `[kW]` at a state of charge [%]:
    /// −min(r, (soc − `soc_min`)/100·`max_p`) for a deficit, min(−r, ((`soc_max` − soc)/100)·`max_p`) for a
    /// surplus, else 0.
    #[inline]
    pub(super) fn power(&self, residual: Scalar, soc: Scalar) -> Scalar {
        if residual > 0.0 && soc > self.soc_min {
            -residual.min((soc - self.soc_min) / 100.0 * self.max_p)
        } else if residual < 0.0 && soc < self.soc_max {
            (-residual).min((self.soc_max - soc) / 100.0 * self.max_p)
        } else {
            Scalar::ZERO
        }
    }
}
