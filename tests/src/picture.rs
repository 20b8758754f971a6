//! What is to be seen on a strip.

use illuminator_hal::Rgb8;
use std::f64::consts::TAU;

/// Distance of the pulses of a flow `[LED]`.
const SPACING: f64 = illuminator_node::light::SPACING_LEDS as f64;

/// Light of a pixel, 0 to 765.
fn brightness(pixel: &Rgb8) -> f64 {
    f64::from(pixel.r) + f64::from(pixel.g) + f64::from(pixel.b)
}

/// Whether there is any light.
pub fn lit(picture: &[Rgb8]) -> bool {
    picture.iter().any(|pixel| brightness(pixel) > 0.0)
}

/// Whether all LEDs are as bright as they can be, in white: a node that says "it is me", while it is on.
pub fn white(picture: &[Rgb8]) -> bool {
    picture.iter().all(|pixel| *pixel == Rgb8::new(255, 255, 255))
}

/// Whether some LEDs are much brighter than others: pulses of a flow, not the calm light of any other state.
pub fn pulses(picture: &[Rgb8]) -> bool {
    let least = picture.iter().map(brightness).fold(f64::MAX, f64::min);
    let most = picture.iter().map(brightness).fold(0.0, f64::max);
    most > 20.0 && most > 3.0 * least
}

/// Where the pulses are `[turns of the spacing]`, from the first harmonic of the picture.
pub fn phase(picture: &[Rgb8]) -> f64 {
    let (mut sine, mut cosine) = (0.0, 0.0);
    for (led, pixel) in picture.iter().enumerate() {
        let angle = TAU * led as f64 / SPACING;
        sine += brightness(pixel) * libm::sin(angle);
        cosine += brightness(pixel) * libm::cos(angle);
    }
    libm::atan2(sine, cosine) / TAU
}

/// A difference of phases, from -1/2 to 1/2 turn.
pub fn wrapped(turns: f64) -> f64 {
    turns - libm::round(turns)
}
