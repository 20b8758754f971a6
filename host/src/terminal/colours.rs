//! The light of an LED as the colour of a terminal.

use illuminator_hal::Rgb8;
use ratatui_core::style::Color;
use std::ffi::OsStr;

/// How many colours a terminal has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colours {
    /// None are wanted.
    None,
    /// The 256 of `xterm`.
    Indexed,
    /// 24 bits.
    True,
}

/// Below this a level of an LED is shown as if it were this: there the renderer dithers, and a terminal would flicker.
const LEVEL_MIN: u8 = 3;

impl Colours {
    /// As the variables `NO_COLOR` and `COLORTERM` of the environment say.
    pub fn of(no_color: Option<&OsStr>, depth: Option<&OsStr>) -> Self {
        match depth.and_then(OsStr::to_str) {
            _ if no_color.is_some_and(|value| !value.is_empty()) => Self::None,
            Some("truecolor" | "24bit") => Self::True,
            _ => Self::Indexed,
        }
    }

    /// The light of an LED.
    pub(super) fn light(self, light: Rgb8) -> Color {
        let Rgb8 { r, g, b } = as_seen(light);
        match self {
            Self::None => Color::Reset,
            Self::Indexed => Color::Indexed(nearest([r, g, b])),
            Self::True => Color::Rgb(r, g, b),
        }
    }
}

/// The LEDs of a strip from six hexadecimal digits each; what is none is dark.
pub(super) fn leds(pixels: &str) -> Vec<Rgb8> {
    let level = |digits: &[u8]| {
        let text = std::str::from_utf8(digits).unwrap_or_default();
        u8::from_str_radix(text, 16).unwrap_or(0)
    };
    let leds = pixels.as_bytes().chunks_exact(6);
    leds.map(|led| Rgb8::new(level(&led[..2]), level(&led[2..4]), level(&led[4..]))).collect()
}

/// From light, linear as an LED takes it, to brightness as a terminal takes it.
fn as_seen(Rgb8 { r, g, b }: Rgb8) -> Rgb8 {
    let channel = |level: u8| match level {
        0 => 0,
        level => (f64::from(level.max(LEVEL_MIN)) * 255.0).sqrt() as u8,
    };
    Rgb8::new(channel(r), channel(g), channel(b))
}

/// The nearest of the 256 colours that is not one of the first 16, which any terminal paints as it likes.
fn nearest(colour: [u8; 3]) -> u8 {
    const CUBE: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let distance = |other: [u8; 3]| -> u32 {
        colour.iter().zip(other).map(|(&a, b)| u32::from(a.abs_diff(b)).pow(2)).sum()
    };
    let in_cube = colour.map(|channel| {
        let levels = (0_u8..).zip(CUBE);
        levels.min_by_key(|(_, level)| level.abs_diff(channel)).map_or(0, |(number, _)| number)
    });
    let [r, g, b] = in_cube;
    let cube = (distance(in_cube.map(|number| CUBE[usize::from(number)])), 16 + 36 * r + 6 * g + b);
    let greys = (0..24).map(|number| (distance([8 + 10 * number; 3]), 232 + number));
    greys.chain([cube]).min_by_key(|(distance, _)| *distance).map_or(16, |(_, number)| number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_as_near_as_they_can_be() {
        assert_eq!(
            [[0, 0, 0], [255, 255, 255], [255, 0, 0], [250, 215, 0]].map(nearest),
            [16, 231, 196, 220]
        );
        assert_eq!(nearest([28, 28, 28]), 234, "a grey");
    }

    #[test]
    fn light_is_brighter_as_seen_and_dark_is_dark() {
        assert_eq!(as_seen(Rgb8::new(0, 64, 255)), Rgb8::new(0, 127, 255));
        assert_eq!(as_seen(Rgb8::new(1, 2, 3)), as_seen(Rgb8::new(3, 3, 3)), "no flicker");
    }

    #[test]
    fn a_terminal_gets_what_it_understands() {
        let red = Rgb8::new(255, 0, 0);
        assert_eq!(Colours::True.light(red), Color::Rgb(255, 0, 0));
        assert_eq!(Colours::Indexed.light(red), Color::Indexed(196));
        assert_eq!(Colours::None.light(red), Color::Reset);
        let of = |no: &str, depth: &str| Colours::of(Some(no.as_ref()), Some(depth.as_ref()));
        assert_eq!(of("1", "truecolor"), Colours::None);
        assert_eq!((of("", "24bit"), of("", "yes")), (Colours::True, Colours::Indexed));
        assert_eq!(Colours::of(None, None), Colours::Indexed);
    }

    #[test]
    fn pixels_are_read_whatever_they_are() {
        assert_eq!(leds("0001ff10"), [Rgb8::new(0, 1, 255)]);
        assert_eq!(leds("0000ffzz€"), [Rgb8::new(0, 0, 255)], "what is cut off is none");
        assert_eq!(leds("zzz€12"), [Rgb8::BLACK]);
    }
}
