//! Colours as a strip takes them.

/// A colour in 8 bits per channel, as sent to an LED: 0 is off, 255 is always on. Linear in light.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rgb8 {
    /// Red.
    pub r: u8,
    /// Green.
    pub g: u8,
    /// Blue.
    pub b: u8,
}

impl Rgb8 {
    /// All channels off.
    pub const BLACK: Self = Self::new(0, 0, 0);

    /// The colour of these channels.
    pub const fn new(r: u8, g: u8, b: u8) -> Self {
        Self { r, g, b }
    }
}

/// The order in which a strip takes the channels of a colour from the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColourOrder {
    /// Red, green, blue.
    Rgb,
    /// Red, blue, green.
    Rbg,
    /// Green, red, blue: the WS2812 itself.
    #[default]
    Grb,
    /// Green, blue, red.
    Gbr,
    /// Blue, red, green.
    Brg,
    /// Blue, green, red.
    Bgr,
}

impl ColourOrder {
    /// Every order, for a walk through them.
    pub const ALL: [Self; 6] = [Self::Rgb, Self::Rbg, Self::Grb, Self::Gbr, Self::Brg, Self::Bgr];

    /// The channels of `colour` in the order of the wire.
    pub const fn to_wire(self, colour: Rgb8) -> [u8; 3] {
        let Rgb8 { r, g, b } = colour;
        match self {
            Self::Rgb => [r, g, b],
            Self::Rbg => [r, b, g],
            Self::Grb => [g, r, b],
            Self::Gbr => [g, b, r],
            Self::Brg => [b, r, g],
            Self::Bgr => [b, g, r],
        }
    }

    /// The colour whose channels came from the wire: the inverse of [`to_wire`](Self::to_wire).
    pub const fn from_wire(self, [first, second, third]: [u8; 3]) -> Rgb8 {
        match self {
            Self::Rgb => Rgb8::new(first, second, third),
            Self::Rbg => Rgb8::new(first, third, second),
            Self::Grb => Rgb8::new(second, first, third),
            Self::Gbr => Rgb8::new(third, first, second),
            Self::Brg => Rgb8::new(second, third, first),
            Self::Bgr => Rgb8::new(third, second, first),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ColourOrder, Rgb8};

    #[test]
    fn every_order_is_what_its_name_says() {
        let colour = Rgb8::new(b'r', b'g', b'b');
        for order in ColourOrder::ALL {
            let name = format!("{order:?}").to_lowercase();
            assert_eq!(order.to_wire(colour), name.as_bytes());
            assert_eq!(order.from_wire(order.to_wire(colour)), colour);
        }
    }
}
