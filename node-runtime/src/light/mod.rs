//! Light: what a strip shows. From a flow of energy, or another state of the table, to 8-bit pixels.
//!
//! ```text
//!   Flow ─▶ palette ─▶ colour ┐
//!   Anchor, host time ─▶ phase ┴─▶ render ─▶ gamma ─▶ ceiling, budget ─▶ dither ─▶ [Rgb8]
//!                        as seen, 16 bits    as light, 16 bits                    8 bits
//! ```
//!
//! Pure, and with nothing but `core`: no clock, no allocation, no state from frame to frame. A pixel is a
//! function of the state, the time and its place, in integers, so that the two ends of a cable draw one picture
//! without talking to each other.
//!
//! Invariants:
//! - Light moves along the strip only where energy flows, and only in its direction. Every other state colours
//!   all LEDs alike.
//! - The current of a strip stays within its budget in every frame, rounding included.
//! - Nothing blinks more than two times a second: faster can harm people.

mod budget;
mod code;
mod flow;
mod gamma;
mod palette;
mod phase;
mod render;

pub use budget::{CHANNEL_MA, IDLE_MA, current_ma};
pub use flow::{Carrier, Flow, FlowError, Quality, Toward};
pub use gamma::DITHER_FRAMES;
pub use palette::Palette;
pub use phase::{Anchor, SPACING_LEDS, speed_mled_per_s};
pub use render::{CableEnd, CableView, StripState};

use budget::Budget;
use illuminator_hal::Rgb8;
use render::Picture;

/// The LEDs that are one end of a cable: a strip, or a part of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Number of LEDs.
    pub leds: usize,
    /// The data runs towards this node: the first LED is the one at the other end of the cable.
    pub reversed: bool,
}

/// What holds for all LEDs of a strip together, however many segments they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Brightest permitted light of a channel, linear in light: 255 is all that the LED can. Below 10 the
    /// faintest light of a frame, the base of a flow, is lost in rounding.
    pub ceiling: u8,
    /// Greatest current `[mA]`. What the LEDs take when dark counts; a budget below that leaves them dark. A strip
    /// that would exceed it becomes dimmer as a whole.
    pub budget_ma: u32,
}

/// Draws a frame of a strip into `out`, one pixel per LED in the order of the data. `segments` follow each other on
/// the strip, each with what it shows. Pixels beyond the last are set to black; if `out` is shorter than the strip,
/// the rest of the frame is not drawn.
///
/// `host_us` is the host's clock `[µs]`, or the local one as long as there is no host. `frame` counts the frames; it
/// may wrap.
pub fn render<'a>(
    segments: impl Iterator<Item = (Segment, &'a StripState)> + Clone,
    limits: Limits,
    host_us: u64,
    frame: u32,
    out: &mut [Rgb8],
) {
    let leds = segments.clone().fold(0, |leds: usize, (segment, _)| leds.saturating_add(segment.leds));
    let (drawn, beyond) = out.split_at_mut(leds.min(out.len()));
    beyond.fill(Rgb8::BLACK);
    let lights = segments.flat_map(|(Segment { leds, reversed }, state)| {
        let picture = Picture::new(state, host_us, leds, reversed);
        (0..leds).map(move |led| picture.light(led))
    });
    let budget = Budget::new(limits.budget_ma, leds);
    let total = lights.clone().take(drawn.len()).map(Rgb16::sum).sum();
    let scale = budget.scale(total, limits.ceiling);
    gamma::quantise(lights.map(|light| light.scaled(scale)), frame, budget.levels(), drawn);
}

/// A colour with 16 bits per channel: 0 is off, 65,535 all that the LED can.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Rgb16 {
    r: u16,
    g: u16,
    b: u16,
}

impl Rgb16 {
    fn map(self, channel: impl Fn(u16) -> u16) -> Self {
        Self { r: channel(self.r), g: channel(self.g), b: channel(self.b) }
    }

    fn sum(self) -> u64 {
        u64::from(self.r) + u64::from(self.g) + u64::from(self.b)
    }

    /// Scaled by `scale`/2³², rounded down, all channels alike: the hue stays.
    fn scaled(self, scale: u64) -> Self {
        self.map(|channel| ((u64::from(channel) * scale) >> 32) as u16)
    }
}

impl From<Rgb8> for Rgb16 {
    fn from(colour: Rgb8) -> Self {
        // 255 becomes 65,535.
        let wide = |channel: u8| u16::from(channel) * 257;
        Self { r: wide(colour.r), g: wide(colour.g), b: wide(colour.b) }
    }
}

/// `value`·`share`/65,535, rounded down: exact at both ends.
const fn portion(value: u16, share: u16) -> u16 {
    (value as u32 * share as u32 / 65_535) as u16
}
