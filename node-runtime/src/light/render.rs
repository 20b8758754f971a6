//! What each LED shows, before budget and rounding.
//!
//! A flow is a train of pulses, each with a sharp head and a tail, over a faint base that shows the cable:
//!
//! ```text
//!   brightness          ◢█▆▄▂         ◢█▆▄▂       heads lead in the direction of the energy
//!   as seen       ▁▁▁▁▁▁     ▁▁▁▁▁▁▁▁▁     ▁▁     one pulse every 8 LEDs
//! ```
//!
//! The load makes pulses faster, brighter and longer, so that more of the cable is lit. Their distance is fixed:
//! if it depended on the load, every change of it would throw about all pulses but one.
//!
//! Places are counted from the middle of the cable toward end B. The two ends then differ in a sign only, and
//! draw the same picture even with different numbers of LEDs.

use super::phase::SPACING_LEDS;
use super::{Anchor, Flow, Palette, Rgb16, Toward, gamma, portion};
use illuminator_hal::Rgb8;

/// What a strip shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum StripState {
    /// Nothing is known of the cable: a calm, dim white, breathing.
    Idle,
    /// The host is silent: as idle, in blue.
    NoHost,
    /// Something is wrong here: red, on and off, once a second.
    Fault,
    /// "It is me": bright white, on and off, twice a second.
    Identify,
    /// Everything stands still: red.
    EmergencyStop,
    /// A flow of energy. Nearly nothing is a faint steady colour, a stale value the same colour, breathing.
    Flow(CableView),
}

/// A flow as one end of the cable has to show it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CableView {
    /// What flows.
    pub flow: Flow,
    /// The end at which this strip's node is.
    pub end: CableEnd,
    /// What its colour says.
    pub palette: Palette,
    /// Where the pulses are.
    pub anchor: Anchor,
}

/// An end of a cable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CableEnd {
    /// From where a positive power comes.
    A,
    /// Where a positive power goes.
    B,
}

const WHITE: Rgb8 = Rgb8::new(255, 255, 255);
const BLUE: Rgb8 = Rgb8::new(40, 80, 255);
const RED: Rgb8 = Rgb8::new(255, 0, 0);

/// Brightness as seen `[1/65,535]` of a breathing strip at its darkest and brightest.
const BREATH: (u16, u16) = (6_000, 14_000);
const BREATH_US: u64 = 4_000_000;
const FAULT_US: u64 = 1_000_000;
const IDENTIFY_US: u64 = 500_000;

/// Brightness as seen `[1/65,535]` of the base under the pulses, and of a pulse at no load. At full load it is full.
const BASE: u16 = 6_500;
const PULSE_MIN: u16 = 30_000;

/// Lengths along the strip, `[LED/2¹⁶]`.
const LED: i64 = 1 << 16;
const SPACING: i64 = SPACING_LEDS as i64 * LED;
/// A head rises over one LED: a pulse between two LEDs lights both, in proportion.
const HEAD: i64 = LED;
/// A tail at no load, and what it grows by up to full load. Something of the base stays between two pulses.
const TAIL_MIN: i64 = 2 * LED;
const TAIL_GROWTH: i64 = 4 * LED;

const _: () = assert!(HEAD + TAIL_MIN + TAIL_GROWTH < SPACING && SPACING.count_ones() == 1);

/// A frame: the light of every LED, on demand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Picture {
    /// At full brightness, as seen.
    colour: Rgb16,
    brightness: Brightness,
}

/// Brightness as seen of the LEDs.
#[derive(Clone, Copy, Debug)]
enum Brightness {
    /// All alike.
    Even(u16),
    /// Pulses over a base.
    Pulses {
        /// The front of the pulse at which LED 0 is, as a distance from that LED in the direction of the flow.
        front: i64,
        /// By which the front comes closer from LED to LED: one LED, positive if pulses run with the data.
        per_led: i64,
        /// Length of a tail.
        tail: i64,
        /// Brightness of a head, above the base.
        height: u16,
    },
}

impl Picture {
    pub(super) fn new(state: &StripState, host_us: u64, leds: usize, reversed: bool) -> Self {
        let (colour, brightness) = match state {
            StripState::Idle => (WHITE.into(), Brightness::Even(breath(host_us))),
            StripState::NoHost => (BLUE.into(), Brightness::Even(breath(host_us))),
            StripState::Fault => (RED.into(), Brightness::Even(blink(host_us, FAULT_US))),
            StripState::Identify => (WHITE.into(), Brightness::Even(blink(host_us, IDENTIFY_US))),
            StripState::EmergencyStop => (RED.into(), Brightness::Even(u16::MAX)),
            StripState::Flow(view) => {
                (view.palette.colour(&view.flow), flow_brightness(view, host_us, leds, reversed))
            }
        };
        Self { colour, brightness }
    }

    /// The light of an LED, counted in the order of the data.
    pub(super) fn light(&self, led: usize) -> Rgb16 {
        let brightness = self.brightness.of(led);
        self.colour.map(|channel| gamma::light(portion(channel, brightness)))
    }
}

impl Brightness {
    fn of(self, led: usize) -> u16 {
        match self {
            Self::Even(brightness) => brightness,
            Self::Pulses { front, per_led, tail, height } => {
                // A spacing is a power of two: modulo is a mask, for negative numbers as well.
                let behind = front.wrapping_sub((led as i64).wrapping_mul(per_led)) & (SPACING - 1);
                BASE + portion(height, pulse(behind, tail))
            }
        }
    }
}

/// Brightness `[1/65,535]` of a pulse at this distance behind its front, both in the same unit.
const fn pulse(behind: i64, tail: i64) -> u16 {
    let full = u16::MAX as i64;
    if behind < HEAD {
        (behind * full / HEAD) as u16
    } else if behind < HEAD + tail {
        ((HEAD + tail - behind) * full / tail) as u16
    } else {
        0
    }
}

fn flow_brightness(view: &CableView, host_us: u64, leds: usize, reversed: bool) -> Brightness {
    let Some(toward) = view.flow.toward() else {
        return Brightness::Even(if view.flow.is_stale() { breath(host_us) } else { BASE });
    };
    let load = view.flow.load();
    // The data runs toward B from a node at A, and to a node at B, whose strip is reversed.
    let data_toward_b = (view.end == CableEnd::A) != reversed;
    let with_data = (toward == Toward::B) == data_toward_b;
    // Distances in the direction of the flow. The middle of the strip is the middle of the cable.
    let first_from_middle = (leds as i64).wrapping_sub(1).wrapping_mul(LED / 2);
    let position = (i64::from(view.anchor.position_at(host_us, &view.flow)) * SPACING) >> 32;
    let moved = if toward == Toward::B { position } else { -position };
    let (front, per_led) = if with_data {
        (moved.wrapping_add(first_from_middle), LED)
    } else {
        (moved.wrapping_sub(first_from_middle), -LED)
    };
    Brightness::Pulses {
        front,
        per_led,
        tail: TAIL_MIN + TAIL_GROWTH * i64::from(load) / i64::from(u16::MAX),
        height: PULSE_MIN - BASE + portion(u16::MAX - PULSE_MIN, load),
    }
}

/// Brightness as seen `[1/65,535]`, slowly up and down.
const fn breath(time_us: u64) -> u16 {
    let (darkest, brightest) = BREATH;
    let half = BREATH_US / 2;
    let time = time_us % BREATH_US;
    let rise = if time < half { time } else { BREATH_US - time };
    // 3x² − 2x³, in 16 bits: it turns gently at both ends.
    let x = rise * 65_535 / half;
    let eased = x * x * (3 * 65_535 - 2 * x) / (65_535 * 65_535);
    darkest + portion(brightest - darkest, eased as u16)
}

/// Full brightness in the first half of every period, else nothing.
const fn blink(time_us: u64, period_us: u64) -> u16 {
    if time_us % period_us < period_us / 2 { u16::MAX } else { 0 }
}
