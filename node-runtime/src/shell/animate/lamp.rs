//! A strip and the picture on it: draws, sends what has changed, and tries again what failed.

use super::LitStrip;
use crate::light::{Limits, Segment, StripState, render};
use illuminator_hal::{Rgb8, Strip, StripError};

/// How long an unchanged picture stands before it is sent again `[µs]`: a strip that lost power shows nothing.
const RESEND_US: u64 = 1_000_000;

/// The time and number of a frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    /// The local clock `[µs]`.
    pub(super) now_us: u64,
    /// The host's clock `[µs]`.
    pub(super) host_us: u64,
    /// The frame's number; it may wrap.
    pub(super) frame: u32,
}

/// What became of a frame.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Sent {
    /// The strip shows it; whether it had failed before.
    Shown {
        /// The transfer before this one failed.
        recovered: bool,
    },
    /// The strip shows it already.
    Unchanged,
    /// The strip did not take it.
    Failed {
        /// Why.
        error: StripError,
        /// The transfer before this one went well.
        first: bool,
    },
}

/// A strip as the animation drives it. Its buffers are as long as the strip from the start: no frame allocates.
pub(super) struct Lamp {
    strip: Box<dyn Strip>,
    /// What shows a cable each, in the order of the data.
    segments: Vec<Segment>,
    limits: Limits,
    picture: Vec<Rgb8>,
    shown: Vec<Rgb8>,
    /// When `shown` was sent; nothing if it is not on the strip.
    shown_us: Option<u64>,
    failing: bool,
}

impl Lamp {
    pub(super) fn new(lit: LitStrip) -> Self {
        let leds = lit.strip.len();
        Self {
            strip: lit.strip,
            segments: lit.segments.into_iter().map(|(_, segment)| segment).collect(),
            limits: lit.limits,
            picture: vec![Rgb8::BLACK; leds],
            shown: vec![Rgb8::BLACK; leds],
            shown_us: None,
            failing: false,
        }
    }

    /// How many cables it shows.
    pub(super) const fn segments(&self) -> usize {
        self.segments.len()
    }

    /// Draws a frame of `states`, one for each segment, and sends it if it is not on the strip, or was sent a second ago.
    pub(super) fn frame(&mut self, states: &[StripState], at: Moment) -> Sent {
        let segments = self.segments.iter().copied().zip(states);
        render(segments, self.limits, at.host_us, at.frame, &mut self.picture);
        let stands = self.shown_us.is_some_and(|sent_us| at.now_us.saturating_sub(sent_us) < RESEND_US);
        if stands && self.picture == self.shown {
            return Sent::Unchanged;
        }
        match self.strip.show(&self.picture) {
            Ok(()) => {
                self.shown.copy_from_slice(&self.picture);
                self.shown_us = Some(at.now_us);
                Sent::Shown { recovered: std::mem::take(&mut self.failing) }
            }
            Err(error) => {
                self.shown_us = None;
                Sent::Failed { error, first: !std::mem::replace(&mut self.failing, true) }
            }
        }
    }

    /// Turns all LEDs off, for the end.
    pub(super) fn black(&mut self) -> Result<(), StripError> {
        self.picture.fill(Rgb8::BLACK);
        self.strip.show(&self.picture)
    }
}

#[cfg(test)]
mod tests {
    use super::{Lamp, LitStrip, Moment, Sent};
    use crate::light::{IDLE_MA, Limits, Segment, StripState, current_ma};
    use illuminator_hal::sim::SimStrip;
    use illuminator_hal::{ColourOrder, Rgb8};

    fn lamp() -> (Lamp, SimStrip) {
        let strip = SimStrip::new("s", 4, ColourOrder::Grb);
        let segments = vec![(1, Segment { leds: 4, reversed: false })];
        let limits = Limits { ceiling: 255, budget_ma: 1_000 };
        (Lamp::new(LitStrip { segments, limits, strip: Box::new(strip.clone()) }), strip)
    }

    fn at(now_us: u64) -> Moment {
        Moment { now_us, host_us: now_us, frame: (now_us / 10_000) as u32 }
    }

    #[test]
    fn an_unchanged_picture_is_sent_once_a_second() {
        let (mut lamp, strip) = lamp();
        // Full red: nothing to dither, nothing that moves.
        let state = [StripState::EmergencyStop];
        for now_us in (0..3_000_000).step_by(10_000) {
            lamp.frame(&state, at(now_us));
        }
        assert_eq!(strip.shown(), 3);
        assert_eq!(strip.picture(), Some(vec![Rgb8::new(255, 0, 0); 4]));
    }

    #[test]
    fn a_changed_picture_is_sent_at_once() {
        let (mut lamp, strip) = lamp();
        lamp.frame(&[StripState::EmergencyStop], at(0));
        assert_eq!(lamp.frame(&[StripState::Identify], at(10_000)), Sent::Shown { recovered: false });
        assert_eq!(strip.picture(), Some(vec![Rgb8::new(255, 255, 255); 4]));
    }

    #[test]
    fn a_strip_that_fails_is_tried_again_on_every_frame() {
        let (mut lamp, strip) = lamp();
        strip.fail_next(2);
        let state = [StripState::EmergencyStop];
        assert!(matches!(lamp.frame(&state, at(0)), Sent::Failed { first: true, .. }));
        assert!(matches!(lamp.frame(&state, at(10_000)), Sent::Failed { first: false, .. }));
        assert_eq!(lamp.frame(&state, at(20_000)), Sent::Shown { recovered: true });
        assert_eq!(lamp.frame(&state, at(30_000)), Sent::Unchanged);
        strip.fail_next(1);
        assert!(matches!(lamp.frame(&[StripState::Identify], at(40_000)), Sent::Failed { first: true, .. }));
        assert_eq!(lamp.frame(&state, at(50_000)), Sent::Shown { recovered: true }, "it may show anything");
    }

    #[test]
    fn segments_show_their_own_states_within_one_budget() {
        let strip = SimStrip::new("s", 5, ColourOrder::Grb);
        let segments = [(1, 2), (2, 3)].map(|(cable, leds)| (cable, Segment { leds, reversed: false }));
        let show = |budget_ma| {
            let limits = Limits { ceiling: 255, budget_ma };
            let lit = LitStrip { segments: segments.to_vec(), limits, strip: Box::new(strip.clone()) };
            Lamp::new(lit).frame(&[StripState::EmergencyStop, StripState::Identify], at(0));
            strip.picture().unwrap()
        };
        let (red, white) = (Rgb8::new(255, 0, 0), Rgb8::new(255, 255, 255));
        assert_eq!(show(1_000), [red, red, white, white, white]);
        // 11 channels at 20 mA; half of that is left, and both segments become dimmer alike.
        let tight = show(5 * IDLE_MA + 110);
        assert!(current_ma(&tight) <= 115 && tight[0].r.abs_diff(tight[2].r) <= 1, "{tight:?}");
        assert!((120..=128).contains(&tight[0].r), "{tight:?}");
    }

    #[test]
    fn black_is_black() {
        let (mut lamp, strip) = lamp();
        lamp.frame(&[StripState::EmergencyStop], at(0));
        lamp.black().unwrap();
        assert_eq!(strip.picture(), Some(vec![Rgb8::BLACK; 4]));
    }
}
