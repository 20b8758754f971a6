//! Where the pulses of a flow are: a function of the host's clock.
//!
//! ```text
//!   position = anchor + speed(load) · (now − anchor time)         in spacings, toward end B; modulo 1
//! ```
//!
//! Whoever knows the anchor, the flow and the host's time knows the position, so both ends of a cable agree,
//! and an end that restarts falls in step at once. When the flow changes, the host moves the anchor to that
//! moment; without this the pulses would jump, because a speed acts on all the time since the anchor.

use super::{Flow, Toward};

/// Distance of the pulses `[LED]`.
pub const SPACING_LEDS: u32 = 8;

/// Speed of the pulses `[mLED/s]` at no load and at full load. At 60 frames/s the fastest pulse advances 0.6 LED
/// per frame, far less than half of the spacing, from where on it would seem to run backwards.
const SPEED_MLED_PER_S: (u32, u32) = (3_000, 36_000);

/// A position of the pulses at a time of the host's clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Anchor {
    /// The host's clock `[µs]`.
    pub host_us: u64,
    /// How far the pulses have moved toward end B `[spacing/2³²]`, modulo one spacing.
    pub position: u32,
}

impl Anchor {
    /// The position of the pulses at `host_us`, `[spacing/2³²]` toward end B. The time may be before the anchor,
    /// and the clock may wrap.
    pub fn position_at(self, host_us: u64, flow: &Flow) -> u32 {
        let (sign, speed) = match flow.toward() {
            Some(Toward::B) => (1, speed_mled_per_s(flow.load())),
            Some(Toward::A) => (-1, speed_mled_per_s(flow.load())),
            None => (0, 0),
        };
        let elapsed_us = i128::from(host_us.wrapping_sub(self.host_us).cast_signed());
        // Below 2⁶³·2¹⁶·2³² = 2¹¹¹. A spacing takes as many of these units:
        let spacing = i128::from(SPACING_LEDS) * 1_000_000_000;
        let moved = ((elapsed_us * i128::from(speed)) << 32).div_euclid(spacing);
        // Modulo one spacing is modulo 2³².
        self.position.wrapping_add((sign * moved) as u32)
    }

    /// The same movement, anchored at `host_us`. Taken when the flow changes, with the flow so far, it makes the
    /// new flow go on from where the old one was.
    #[must_use]
    pub fn moved_to(self, host_us: u64, flow: &Flow) -> Self {
        Self { host_us, position: self.position_at(host_us, flow) }
    }
}

/// Speed of the pulses `[mLED/s]` at a [`load`](Flow::load): from 3 to 36 LED/s.
pub const fn speed_mled_per_s(load: u16) -> u32 {
    let (slowest, fastest) = SPEED_MLED_PER_S;
    slowest + ((fastest - slowest) as u64 * load as u64 / 65_535) as u32
}

#[cfg(test)]
mod tests {
    use super::{Anchor, SPACING_LEDS, speed_mled_per_s};
    use crate::light::{Carrier, Flow, Quality};
    use proptest::prelude::*;

    fn flow(power_kw: f64) -> Flow {
        Flow::new(power_kw, 1.0, Carrier::Electricity, Quality::Live).unwrap()
    }

    #[test]
    fn a_full_flow_moves_36_leds_in_a_second() {
        let anchor = Anchor { host_us: 5_000_000, position: 0 };
        // 36 LEDs are 4 1/2 spacings.
        assert_eq!(anchor.position_at(6_000_000, &flow(1.0)), 1 << 31);
        assert_eq!(anchor.position_at(6_000_000, &flow(-1.0)), 1 << 31);
        let quarter_us = 1_000_000 / 18;
        let quarter = anchor.position_at(5_000_000 + quarter_us, &flow(1.0));
        let quarter = libm::ldexp(f64::from(quarter), -32);
        assert!((quarter - 0.25).abs() < 1e-4, "2 of {SPACING_LEDS} LEDs: {quarter}");
        assert_eq!(anchor.position_at(9_000_000, &flow(0.0)), 0);
    }

    #[test]
    fn speed_grows_with_the_load() {
        assert_eq!((speed_mled_per_s(0), speed_mled_per_s(u16::MAX)), (3_000, 36_000));
        assert!((1..=u16::MAX).all(|load| speed_mled_per_s(load - 1) <= speed_mled_per_s(load)));
        assert!(speed_mled_per_s(20_000) < speed_mled_per_s(40_000));
    }

    proptest! {
        #[test]
        fn a_moved_anchor_changes_nothing(
            host_us: u64, position: u32, later in 0..1_u64 << 40, much_later in 0..1_u64 << 40, power in -2.0..2.0,
        ) {
            let (anchor, flow) = (Anchor { host_us, position }, flow(power));
            let (then, end) = (host_us.wrapping_add(later), host_us.wrapping_add(later).wrapping_add(much_later));
            let moved = anchor.moved_to(then, &flow);
            prop_assert_eq!(moved.host_us, then);
            let difference = moved.position_at(end, &flow).wrapping_sub(anchor.position_at(end, &flow));
            prop_assert!(difference.cast_signed().abs() <= 1, "but for rounding");
        }

        #[test]
        fn no_time_is_too_strange(host_us: u64, anchor_us: u64, position: u32, power in -1e9..1e9_f64) {
            let anchor = Anchor { host_us: anchor_us, position };
            let now = anchor.position_at(host_us, &flow(power));
            let soon = anchor.position_at(host_us.wrapping_add(1000), &flow(power));
            let step = soon.wrapping_sub(now).cast_signed();
            // A clock that wraps against the anchor, after 292,000 years, may jump.
            let elapsed = host_us.wrapping_sub(anchor_us).cast_signed();
            prop_assume!(elapsed.checked_add(1000).is_some() && power.abs() > 0.01);
            prop_assert_eq!(step > 0, power > 0.0, "{} in 1 ms", step);
        }
    }
}
