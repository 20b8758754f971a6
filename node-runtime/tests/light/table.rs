//! Strips and flows for the tests.

use illuminator_hal::Rgb8;
use illuminator_node::light::{
    Anchor, CableEnd, CableView, Carrier, Flow, Palette, Quality, Renderer, StripConfig, StripState,
};

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
    Renderer::new(config).render(&state, host_us, frame, &mut out);
    out
}

/// The brightest channel of a pixel.
pub(crate) fn brightest(pixel: &Rgb8) -> u8 {
    pixel.r.max(pixel.g).max(pixel.b)
}

/// The sum of the channels of all pixels.
pub(crate) fn levels(frame: &[Rgb8]) -> u32 {
    frame.iter().map(|pixel| u32::from(pixel.r) + u32::from(pixel.g) + u32::from(pixel.b)).sum()
}
