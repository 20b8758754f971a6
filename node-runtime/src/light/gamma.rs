//! From 16 bits as seen to 8 bits of light: gamma, and dithering in time.
//!
//! The eye tells dark greys apart that 8 bits of light do not have. Gamma is therefore done in 16 bits, and what
//! lies between two of the 256 levels is shown by switching between them from frame to frame, in another order
//! for each LED, so that nothing flickers as a whole and nothing seems to move.

use super::Rgb16;
use illuminator_hal::Rgb8;

/// Frames after which the dithering repeats. The mean light over so many frames is exact to 1/16 of a level,
/// never above what was asked for.
pub const DITHER_FRAMES: u32 = 16;

/// 16-bit light per 8-bit level: 255 of them are 65,535.
const LEVEL: u16 = 257;

/// Light for a brightness as seen. (4x² + x³)/5 follows x^2.2 to within 1 % of the full scale, with a little more
/// light in the dark, and in integers, so that all machines agree.
pub(super) const fn light(seen: u16) -> u16 {
    let x = seen as u64;
    (x * x * (4 * 65_535 + x) / (5 * 65_535 * 65_535)) as u16
}

/// Rounds light to 8 bits, up or down by the dither. Down only, once the sum of all channels has come to
/// `levels_max`: `lights` must not be more than that by itself.
pub(super) fn quantise(
    lights: impl Iterator<Item = Rgb16> + Clone,
    frame: u32,
    levels_max: u64,
    out: &mut [Rgb8],
) {
    let down =
        |light: Rgb16| u64::from(light.r / LEVEL) + u64::from(light.g / LEVEL) + u64::from(light.b / LEVEL);
    let mut spare = levels_max.saturating_sub(lights.clone().take(out.len()).map(down).sum());
    for (led, (light, pixel)) in lights.zip(out).enumerate() {
        let threshold = threshold(frame, led);
        let mut round = |channel: u16| {
            let up = channel % LEVEL >= threshold && spare > 0;
            spare -= u64::from(up);
            // 255 has no remainder, so it is never rounded up.
            (channel / LEVEL) as u8 + u8::from(up)
        };
        *pixel = Rgb8 { r: round(light.r), g: round(light.g), b: round(light.b) };
    }
}

/// The part of a level from which an LED is rounded up in a frame: in 16 frames every LED meets all sixteenths
/// of [`LEVEL`], and in a frame so do 16 LEDs in a row.
const fn threshold(frame: u32, led: usize) -> u16 {
    // Found by search among the orders whose highest bits have the irregular rhythm of Thue and Morse: at every
    // light, a frame is found again in the next one as often any way to the left as that way to the right.
    const PLACE: [u8; 16] = [2, 10, 15, 5, 13, 6, 0, 8, 9, 1, 7, 12, 4, 14, 11, 3];
    // Bits reversed: the frames in which a level is lit are spread over the cycle.
    let turn = (frame as u8 & 15).reverse_bits() >> 4;
    (LEVEL * ((turn ^ PLACE[led % 16]) as u16 + 1)).div_ceil(16)
}

#[cfg(test)]
mod tests {
    use super::{DITHER_FRAMES, LEVEL, light, quantise, threshold};
    use crate::light::Rgb16;
    use illuminator_hal::Rgb8;

    /// One frame of `leds` LEDs that all have this light in red.
    fn frame(red: u16, frame: u32, leds: usize) -> Vec<u8> {
        let mut out = vec![Rgb8::BLACK; leds];
        quantise(std::iter::repeat(Rgb16 { r: red, g: 0, b: 0 }), frame, u64::MAX, &mut out);
        out.iter().map(|pixel| pixel.r).collect()
    }

    #[test]
    fn gamma_is_monotone_and_close_to_2_2() {
        assert_eq!((light(0), light(65_535)), (0, 65_535));
        for seen in 1..=u16::MAX {
            assert!(light(seen - 1) <= light(seen));
            let exact = libm::pow(f64::from(seen) / 65_535.0, 2.2);
            assert!((f64::from(light(seen)) / 65_535.0 - exact).abs() < 0.01, "{seen}");
        }
    }

    #[test]
    fn the_mean_of_a_cycle_is_the_light_to_a_sixteenth_of_a_level() {
        for red in (0..=u16::MAX).step_by(7).chain([u16::MAX]) {
            for led in 0..16 {
                let sum: u32 = (0..DITHER_FRAMES).map(|index| u32::from(frame(red, index, 16)[led])).sum();
                assert_eq!(sum, u32::from(red) * 16 / u32::from(LEVEL), "{red}, rounded down");
            }
        }
    }

    #[test]
    fn a_frame_has_as_much_light_as_the_next() {
        for red in 0..2 * LEVEL {
            let sums = (0..DITHER_FRAMES).map(|index| frame(red, index, 16).into_iter().map(u32::from).sum());
            let sums: Vec<u32> = sums.collect();
            assert!(sums.iter().all(|sum| *sum == sums[0]), "{red}: {sums:?}");
        }
    }

    #[test]
    fn the_dither_does_not_travel_along_the_strip() {
        for red in 0..LEVEL {
            let frames: Vec<_> = (0..DITHER_FRAMES).map(|index| frame(red, index, 64)).collect();
            // How much of a frame is found again in the next one, `shift` LEDs further in the pattern of 16.
            let alike = |shift: usize| -> u32 {
                let next = frames.iter().skip(1).chain(&frames[..1]);
                let pairs = frames.iter().zip(next).flat_map(|(now, next)| {
                    (0..16).map(move |led| u32::from(now[led] & next[(led + shift) % 16]))
                });
                pairs.sum()
            };
            for shift in 1..8 {
                assert_eq!(alike(shift), alike(16 - shift), "{red}/{LEVEL}, {shift} LEDs");
            }
        }
    }

    #[test]
    fn thresholds_cover_a_level() {
        for led in 0..16 {
            let mut seen: Vec<_> = (0..16).map(|frame| threshold(frame, led)).collect();
            seen.sort_unstable();
            assert_eq!((seen[0], seen[7], seen[15]), (17, 129, 257));
            assert!(seen.windows(2).all(|pair| [16, 17].contains(&(pair[1] - pair[0]))));
        }
        assert_eq!(threshold(u32::MAX, 3), threshold(15, 3), "a cycle fits the count of frames");
    }

    #[test]
    fn rounding_up_ends_where_the_levels_end() {
        let half = Rgb16 { r: 128 + 3 * LEVEL, g: 128, b: 128 };
        let mut out = [Rgb8::BLACK; 10];
        for index in 0..DITHER_FRAMES {
            quantise(std::iter::repeat(half), index, 33, &mut out);
            let sum: u32 =
                out.iter().map(|pixel| u32::from(pixel.r) + u32::from(pixel.g) + u32::from(pixel.b)).sum();
            assert_eq!(sum, 33);
        }
    }
}
