//! A flow of energy through a cable.

/// A flow that can be shown: its numbers are finite and its full scale positive.
///
/// A positive power runs from end A of the cable to end B.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flow {
    power_kw: f64,
    full_scale_kw: f64,
    carrier: Carrier,
    quality: Quality,
}

/// What carries the energy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// Electric power.
    Electricity,
    /// Heat in water.
    Heat,
    /// Hydrogen in a pipe.
    Hydrogen,
    /// Anything else.
    Other,
}

/// How far a flow can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quality {
    /// The value of the present step.
    Live,
    /// A value that is no longer renewed. It is shown as a known cable without a flow.
    Stale,
}

/// Which way energy runs through a cable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toward {
    /// From end B to end A.
    A,
    /// From end A to end B.
    B,
}

impl Flow {
    /// Least [`load`](Self::load) that is shown as a movement, 0.5 % of the full scale: what is below may be the
    /// rounding of a model.
    pub const LOAD_MIN: u16 = 328;

    /// A flow of `power_kw` `[kW]`, which is drawn at full speed and brightness at ±`full_scale_kw` `[kW]` and
    /// beyond.
    ///
    /// # Errors
    /// [`FlowError`] if a number is not finite, or the full scale not positive.
    pub fn new(
        power_kw: f64,
        full_scale_kw: f64,
        carrier: Carrier,
        quality: Quality,
    ) -> Result<Self, FlowError> {
        if !power_kw.is_finite() {
            return Err(FlowError::Power(power_kw));
        }
        if !(full_scale_kw.is_finite() && full_scale_kw > 0.0) {
            return Err(FlowError::FullScale(full_scale_kw));
        }
        Ok(Self { power_kw, full_scale_kw, carrier, quality })
    }

    /// Power `[kW]`, positive from end A to end B.
    pub const fn power_kw(&self) -> f64 {
        self.power_kw
    }

    /// Power `[kW]` that is drawn at full speed and brightness.
    pub const fn full_scale_kw(&self) -> f64 {
        self.full_scale_kw
    }

    /// Carrier of the energy.
    pub const fn carrier(&self) -> Carrier {
        self.carrier
    }

    /// The share of the full scale that flows either way `[1/65,535]`; an overload is 65,535, too.
    pub fn load(&self) -> u16 {
        // The divisor is not 0, so this is a number or, in an overload, infinite; the conversion saturates.
        (self.power_kw.abs() / self.full_scale_kw * 65_535.0) as u16
    }

    /// The direction in which something is seen to flow: none if nearly nothing flows, or the value is stale.
    pub fn toward(&self) -> Option<Toward> {
        if self.quality == Quality::Stale || self.load() < Self::LOAD_MIN {
            return None;
        }
        Some(if self.power_kw > 0.0 { Toward::B } else { Toward::A })
    }

    /// Whether the value is no longer renewed.
    pub const fn is_stale(&self) -> bool {
        matches!(self.quality, Quality::Stale)
    }
}

/// Why a flow cannot be shown.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum FlowError {
    /// The power is infinite or not a number.
    #[error("a power of {0} kW cannot be shown")]
    Power(f64),
    /// The full scale is zero, negative, infinite or not a number.
    #[error("a full scale of {0} kW cannot be shown: it must be above 0")]
    FullScale(f64),
}

#[cfg(test)]
mod tests {
    use super::{Carrier, Flow, FlowError, Quality, Toward};

    fn flow(power_kw: f64, full_scale_kw: f64) -> Result<Flow, FlowError> {
        Flow::new(power_kw, full_scale_kw, Carrier::Electricity, Quality::Live)
    }

    #[test]
    fn numbers_that_cannot_be_shown_are_refused() {
        for power_kw in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(matches!(flow(power_kw, 1.0), Err(FlowError::Power(_))));
        }
        for full_scale_kw in [f64::NAN, f64::INFINITY, 0.0, -0.0, -1.0] {
            assert!(matches!(flow(1.0, full_scale_kw), Err(FlowError::FullScale(_))));
        }
    }

    #[test]
    fn load_is_the_share_of_the_full_scale() {
        assert_eq!(flow(0.0, 2.0).unwrap().load(), 0);
        assert_eq!(flow(-1.0, 2.0).unwrap().load(), 32_767);
        assert_eq!(flow(2.0, 2.0).unwrap().load(), 65_535);
        assert_eq!(flow(-3.0, 2.0).unwrap().load(), 65_535);
        assert_eq!(flow(f64::MAX, f64::MIN_POSITIVE).unwrap().load(), 65_535);
        assert_eq!(flow(f64::MIN_POSITIVE, f64::MAX).unwrap().load(), 0);
    }

    #[test]
    fn the_sign_is_the_direction() {
        assert_eq!(flow(1.0, 2.0).unwrap().toward(), Some(Toward::B));
        assert_eq!(flow(-1.0, 2.0).unwrap().toward(), Some(Toward::A));
        assert_eq!(flow(-0.009, 2.0).unwrap().toward(), None, "nearly nothing");
        assert_eq!(flow(0.0, 2.0).unwrap().toward(), None);
        let stale = Flow::new(1.0, 2.0, Carrier::Heat, Quality::Stale).unwrap();
        assert_eq!(stale.toward(), None, "an old value is no flow");
    }
}
