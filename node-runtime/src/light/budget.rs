//! The current of a strip, and the scale that keeps it within a budget.
//!
//! The model is that of the usual WS2812B: each channel takes 20 mA when it is on, 255 levels of it by pulse
//! width, and each LED 1 mA for its own electronics. Newer parts take less.

use illuminator_hal::Rgb8;

/// Current `[mA]` of an LED that is dark.
pub const IDLE_MA: u32 = 1;

/// Current `[mA]` of a channel at 255.
pub const CHANNEL_MA: u32 = 20;

/// The current of a frame `[mA]`, rounded up.
pub fn current_ma(pixels: &[Rgb8]) -> u64 {
    let levels = |pixel: &Rgb8| u64::from(pixel.r) + u64::from(pixel.g) + u64::from(pixel.b);
    let levels: u64 = pixels.iter().map(levels).sum();
    pixels.len() as u64 * u64::from(IDLE_MA) + (levels * u64::from(CHANNEL_MA)).div_ceil(255)
}

/// What the channels of a strip may be together, in 8-bit levels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    levels: u64,
}

impl Budget {
    pub(super) const fn new(budget_ma: u32, leds: usize) -> Self {
        let for_light_ma = (budget_ma as u64).saturating_sub((leds as u64).saturating_mul(IDLE_MA as u64));
        Self { levels: for_light_ma * 255 / CHANNEL_MA as u64 }
    }

    /// The greatest permitted sum of all channels of a frame, in 8-bit levels.
    pub(super) const fn levels(self) -> u64 {
        self.levels
    }

    /// The factor `[1/2³²]`, at most 2³², for a frame whose channels add up to `total` in 16 bits: with it no
    /// channel exceeds `ceiling`, nor the sum the budget.
    pub(super) fn scale(self, total: u64, ceiling: u8) -> u64 {
        let ceiling = (u64::from(ceiling) << 32) / 255;
        // Both in 16 bits; 128 bits, because the budget may be anything.
        let permitted = u128::from(self.levels) * 257;
        match (permitted << 32).checked_div(u128::from(total)) {
            Some(scale) if scale < u128::from(ceiling) => scale as u64,
            _ => ceiling,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Budget, current_ma};
    use illuminator_hal::Rgb8;

    #[test]
    fn current_follows_the_model() {
        assert_eq!(current_ma(&[]), 0);
        assert_eq!(current_ma(&[Rgb8::BLACK; 20]), 20);
        assert_eq!(current_ma(&[Rgb8::new(255, 255, 255); 2]), 122);
        assert_eq!(current_ma(&[Rgb8::new(1, 0, 0)]), 2, "rounded up");
    }

    #[test]
    fn the_scale_is_the_lesser_of_ceiling_and_budget() {
        let generous = Budget::new(u32::MAX, 10);
        assert_eq!(generous.scale(1 << 20, 255), 1 << 32);
        assert_eq!(generous.scale(1 << 20, 51), (1 << 32) / 5);
        assert_eq!(generous.scale(0, 255), 1 << 32);
        // Ten white LEDs take 610 mA; of 310 mA half goes to the light.
        assert_eq!(Budget::new(310, 10).scale(30 * 65_535, 255), 1 << 31);
        assert_eq!(Budget::new(310, 10).scale(30 * 65_535, 10), (10 << 32) / 255);
    }

    #[test]
    fn a_budget_below_the_idle_current_leaves_no_light() {
        let budget = Budget::new(10, 10);
        assert_eq!((budget.levels(), budget.scale(1, 255)), (0, 0));
        assert_eq!(Budget::new(u32::MAX, usize::MAX).levels(), 0);
    }
}
