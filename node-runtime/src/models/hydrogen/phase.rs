//! The phases of an electrolyser, which it tells the models behind it in `phase_step`.

use crate::scalar::Scalar;

/// What an electrolyser is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Off, or warming up.
    Standby,
    /// From warm to its least power.
    RampUp,
    /// Follows its production rate.
    On,
    /// From its last power to its least power.
    RampDown,
    /// At its least power, before it is off.
    Hold,
}

impl Phase {
    const ALL: [Self; 5] = [Self::Standby, Self::RampUp, Self::On, Self::RampDown, Self::Hold];

    /// The phase of this number, 0 to 4.
    pub(super) fn numbered(number: Scalar) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.number() == number)
    }

    /// Its number.
    pub(super) const fn number(self) -> Scalar {
        Scalar::int(self as i64)
    }
}

/// Whether the models behind an electrolyser in the phase of this number take its hydrogen unasked.
pub(super) fn takes_hydrogen(phase: Scalar) -> bool {
    matches!(Phase::numbered(phase), Some(Phase::On | Phase::RampDown | Phase::Hold))
}
