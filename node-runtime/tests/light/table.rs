//! Strips and flows for the tests.

use illuminator_hal::Rgb8;
use illuminator_node::light::{
    Anchor, CableEnd, CableView, Carrier, Flow, Limits, Palette, Quality, Segment, StripState, render,
};

/// A strip of one segment.
#[derive(Clone, Copy)]
pub(crate) struct StripConfig {
    pub(crate) leds: usize,
    pub(crate) reversed: bool,
    pub(crate) ceiling: u8,
    pub(crate) budget_ma: u32,
}

/// A strip that may take all the current there is.
pub(crate) fn unlimited(leds: usize) -> StripConfig {
    StripConfig { leds, reversed: false, ceiling: 255, budget_ma: u32::MAX }
}

/// A live flow of electricity with a full scale of 1 kW, at end A, coloured by carrier, anchored at 0.
pub(crate) fn cable(power_kw: f64) -> CableView {
    let flow = Flow::new(power_kw, 1.0, Carrier::Electricity, Quality::Live).expect("finite and positive");
    CableView { flow, end: CableEnd::A, palette: Palette::Carrier, anchor: Anchor::default() }
}

/// A frame.
pub(crate) fn draw(config: StripConfig, state: StripState, host_us: u64, frame: u32) -> Vec<Rgb8> {
    let mut out = vec![Rgb8::new(1, 2, 3); config.leds];
    draw_into(config, state, host_us, frame, &mut out);
    out
}

/// A frame, into a buffer that may not have the strip's length.
pub(crate) fn draw_into(config: StripConfig, state: StripState, host_us: u64, frame: u32, out: &mut [Rgb8]) {
    let StripConfig { leds, reversed, ceiling, budget_ma } = config;
    let segment = (Segment { leds, reversed }, &state);
    render([segment].into_iter(), Limits { ceiling, budget_ma }, host_us, frame, out);
}

/// The brightest channel of a pixel.
pub(crate) fn brightest(pixel: &Rgb8) -> u8 {
    pixel.r.max(pixel.g).max(pixel.b)
}

/// The sum of the channels of all pixels.
pub(crate) fn levels(frame: &[Rgb8]) -> u32 {
    frame.iter().map(|pixel| u32::from(pixel.r) + u32::from(pixel.g) + u32::from(pixel.b)).sum()
}
