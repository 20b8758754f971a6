//! The part of a residual load that a battery is asked to take over (spec/models.md 1.13: "b").

use crate::model::{BuildError, Const, Parameter, Settings};
use crate::scalar::Scalar;
use illuminator_protocol::Unit;

/// The parameter `soc_min`.
pub(super) const SOC_MIN: Parameter =
    Parameter::required("soc_min", Unit::Percent, "the battery is not discharged below", Const::Int(0));
/// The parameter `soc_max`.
pub(super) const SOC_MAX: Parameter =
    Parameter::required("soc_max", Unit::Percent, "the battery is not charged above", Const::Int(100));
/// The parameter `max_p`.
pub(super) const MAX_P: Parameter =
    Parameter::required("max_p", Unit::Kilowatt, "power at 100 % of usable charge, ≥ 0", Const::Int(100));

/// The limits that a controller knows of its battery.
pub(super) struct BatteryShare {
    soc_min: Scalar,
    soc_max: Scalar,
    max_p: Scalar,
}

impl BatteryShare {
    /// From the parameters [`SOC_MIN`], [`SOC_MAX`] and [`MAX_P`].
    pub(super) fn from_settings(settings: &Settings) -> Result<Self, BuildError> {
        Ok(Self {
            soc_min: settings.number(SOC_MIN.name)?,
            soc_max: settings.number(SOC_MAX.name)?,
            max_p: settings.number(MAX_P.name)?,
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
