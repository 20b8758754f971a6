//! The colour of a flow.

use super::{Carrier, Flow, Rgb16};
use illuminator_hal::Rgb8;

/// What the colour of a flow says. Colours are as seen: half of a channel looks half as bright.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Palette {
    /// The carrier: electricity is yellow, heat orange, hydrogen cyan, anything else white.
    #[default]
    Carrier,
    /// The load: green at nothing, yellow at half of the full scale, red at all of it and more.
    Load,
    /// Nothing: always this colour.
    Fixed(Rgb8),
}

const ELECTRICITY: Rgb8 = Rgb8::new(255, 220, 0);
const HEAT: Rgb8 = Rgb8::new(255, 110, 0);
const HYDROGEN: Rgb8 = Rgb8::new(0, 220, 255);
const WHITE: Rgb8 = Rgb8::new(255, 255, 255);

impl Palette {
    /// The colour of `flow` at full brightness, as seen.
    pub(super) fn colour(self, flow: &Flow) -> Rgb16 {
        match self {
            Self::Fixed(colour) => colour.into(),
            Self::Load => by_load(flow.load()),
            Self::Carrier => match flow.carrier() {
                Carrier::Electricity => ELECTRICITY.into(),
                Carrier::Heat => HEAT.into(),
                Carrier::Hydrogen => HYDROGEN.into(),
                Carrier::Other => WHITE.into(),
            },
        }
    }
}

/// From green over yellow to red: one of the two channels is always full.
const fn by_load(load: u16) -> Rgb16 {
    let (rising, falling) = (load.saturating_mul(2), (u16::MAX - load).saturating_mul(2));
    Rgb16 { r: rising, g: falling, b: 0 }
}

#[cfg(test)]
mod tests {
    use super::{Palette, by_load};
    use crate::light::{Carrier, Flow, Quality, Rgb16};
    use illuminator_hal::Rgb8;

    #[test]
    fn load_goes_from_green_over_yellow_to_red() {
        assert_eq!(by_load(0), Rgb16 { r: 0, g: 65_535, b: 0 });
        assert_eq!(by_load(32_768), Rgb16 { r: 65_535, g: 65_534, b: 0 });
        assert_eq!(by_load(65_535), Rgb16 { r: 65_535, g: 0, b: 0 });
        for load in 1..=u16::MAX {
            let (before, now) = (by_load(load - 1), by_load(load));
            assert!(before.r <= now.r && before.g >= now.g, "{load}");
        }
    }

    #[test]
    fn every_carrier_has_its_own_colour() {
        let carriers = [Carrier::Electricity, Carrier::Heat, Carrier::Hydrogen, Carrier::Other];
        let colours = carriers.map(|carrier| {
            let flow = Flow::new(1.0, 1.0, carrier, Quality::Live).unwrap();
            assert_eq!(Palette::Fixed(Rgb8::new(1, 2, 3)).colour(&flow), Rgb16 { r: 257, g: 514, b: 771 });
            Palette::Carrier.colour(&flow)
        });
        for (index, colour) in colours.iter().enumerate() {
            assert!(!colours[..index].contains(colour));
        }
    }
}
