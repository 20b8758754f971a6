//! The light of an LED as the colour of a terminal.

use illuminator_hal::Rgb8;
use std::env;

/// How many colours a terminal has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Colours {
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
    /// As the environment says: `NO_COLOR`, `COLORTERM`.
    pub(super) fn of_terminal() -> Self {
        let depth = env::var("COLORTERM").unwrap_or_default();
        match () {
            () if env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) => Self::None,
            () if matches!(depth.as_str(), "truecolor" | "24bit") => Self::True,
            () => Self::Indexed,
        }
    }

    /// The parameters of the sequence that sets a colour of characters (`38`) or of what is behind them (`48`).
    pub(super) fn sequence(self, ground: u8, light: Rgb8) -> String {
        let Rgb8 { r, g, b } = as_seen(light);
        match self {
            Self::None => String::new(),
            Self::Indexed => format!("{ground};5;{}", nearest([r, g, b])),
            Self::True => format!("{ground};2;{r};{g};{b}"),
        }
    }

    /// A text in one of the eight usual colours or in another rendition, where there are any.
    pub(super) fn paint(self, rendition: u8, text: &str) -> String {
        if self == Self::None { text.to_owned() } else { format!("\x1b[{rendition}m{text}\x1b[0m") }
    }
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
    use super::{Colours, as_seen, nearest};
    use illuminator_hal::Rgb8;

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
        assert_eq!(Colours::True.sequence(38, red), "38;2;255;0;0");
        assert_eq!(Colours::Indexed.sequence(48, red), "48;5;196");
        assert_eq!(Colours::None.paint(31, "text"), "text");
    }
}
