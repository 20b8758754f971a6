//! The light of cables as text: that of simulated strips, or what strips show somewhere else, drawn once more.
//!
//! A mirror draws with the renderer of the nodes. Where a run on nodes tells its words, their strips show the same
//! picture at the same moment; where there are no strips at all, it shows what they would.

use crate::scenario::Cable;
use illuminator_hal::Rgb8;
use illuminator_node::light::{
    Anchor, CableEnd, CableView, Carrier, Flow, Limits, Palette, Quality, Segment, StripState, render,
};
use std::fmt::Write as _;

/// LEDs of a strip whose length nobody knows.
pub const LEDS: usize = 32;
/// Enough for all of them `[mA]`.
const BUDGET_MA: u32 = 10_000;

/// Six hexadecimal digits per LED.
pub fn pixels(leds: &[Rgb8]) -> String {
    let mut text = String::with_capacity(6 * leds.len());
    for Rgb8 { r, g, b } in leds {
        let _ = write!(text, "{r:02x}{g:02x}{b:02x}");
    }
    text
}

/// What the strips of the cables show, as far as the host knows.
#[derive(Clone, Debug, Default)]
pub struct Mirror {
    cables: Vec<Light>,
}

#[derive(Clone, Debug)]
struct Light {
    full_scale_kw: f64,
    carrier: Carrier,
    palette: Palette,
    flow: Option<Flow>,
    anchor: Anchor,
}

impl Mirror {
    /// Of these cables, without light at first.
    pub fn new(cables: &[Cable]) -> Self {
        Self::of_lights(cables.iter().map(|cable| (cable.full_scale_kw, cable.carrier, cable.palette)))
    }

    /// Of cables with these full scales `[kW]`, carriers and palettes, without light at first.
    pub fn of_lights(lights: impl Iterator<Item = (f64, Carrier, Palette)>) -> Self {
        let light = |(full_scale_kw, carrier, palette)| Light {
            full_scale_kw,
            carrier,
            palette,
            flow: None,
            anchor: Anchor::default(),
        };
        Self { cables: lights.map(light).collect() }
    }

    /// What both strips of a cable show now, each from its end on. `power_kw` is nothing if it is not plugged in.
    pub fn show(&mut self, now_us: u64, cable: usize, power_kw: Option<f64>, stopped: bool) -> [String; 2] {
        let Some(light) = self.cables.get_mut(cable) else { return Default::default() };
        light.follow(now_us, power_kw);
        let (end, palette, anchor) = (CableEnd::A, light.palette, light.anchor);
        Self::same(now_us, light.flow.map(|flow| CableView { flow, end, palette, anchor }), stopped)
    }

    /// What both strips of a cable show that are told so at the run's time `now_us` `[µs]`: `view` is that of either end,
    /// and nothing while no flow is known.
    pub fn same(now_us: u64, view: Option<CableView>, stopped: bool) -> [String; 2] {
        let state = |end| match (stopped, view) {
            (true, _) => StripState::EmergencyStop,
            (false, Some(view)) => StripState::Flow(CableView { end, ..view }),
            (false, None) => StripState::Idle,
        };
        [CableEnd::A, CableEnd::B].map(|end| draw(&state(end), now_us))
    }
}

impl Light {
    /// The light goes on from where it was when the flow changes.
    fn follow(&mut self, now_us: u64, power_kw: Option<f64>) {
        let new = |power_kw| Flow::new(power_kw, self.full_scale_kw, self.carrier, Quality::Live).ok();
        let flow = power_kw.and_then(new);
        if flow != self.flow {
            if let Some(old) = &self.flow {
                self.anchor = self.anchor.moved_to(now_us, old);
            }
            self.flow = flow;
        }
    }
}

fn draw(state: &StripState, now_us: u64) -> String {
    let segment = Segment { leds: LEDS, reversed: false };
    let mut leds = [Rgb8::BLACK; LEDS];
    let limits = Limits { ceiling: 255, budget_ma: BUDGET_MA };
    render(std::iter::once((segment, state)), limits, now_us, 0, &mut leds);
    pixels(&leds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cable() -> Cable {
        Cable {
            id: 1,
            name: None,
            plugged_at_start: true,
            ends: ["a".to_owned(), "b".to_owned()],
            shows: (0, 0),
            full_scale_kw: 10.0,
            carrier: Carrier::Electricity,
            palette: Palette::Carrier,
        }
    }

    /// Whether two LEDs show the same, but for the rounding.
    fn alike(a: &str, led_a: usize, b: &str, led_b: usize) -> bool {
        let channels = |text: &str, led: usize| {
            [0, 2, 4].map(|at| u8::from_str_radix(&text[6 * led + at..6 * led + at + 2], 16).unwrap())
        };
        channels(a, led_a).iter().zip(channels(b, led_b)).all(|(a, b)| a.abs_diff(b) <= 1)
    }

    #[test]
    fn pixels_are_hexadecimal_digits_in_the_order_of_the_leds() {
        assert_eq!(pixels(&[Rgb8::new(0, 1, 255), Rgb8::new(16, 0, 0)]), "0001ff100000");
    }

    #[test]
    fn both_ends_show_one_picture_that_moves_with_the_flow_only() {
        let mut mirror = Mirror::new(&[cable()]);
        let [a, b] = mirror.show(1_000_000, 0, Some(5.0), false);
        assert_eq!(a.len(), 6 * LEDS);
        for led in 0..LEDS {
            assert!(alike(&a, led, &b, LEDS - 1 - led), "but for the rounding: LED {led} of {a} and {b}");
        }
        assert_ne!(mirror.show(1_200_000, 0, Some(5.0), false)[0], a, "it moves");
        let still = mirror.show(1_400_000, 0, None, false);
        assert!(
            (0..LEDS).all(|led| alike(&still[0], led, &still[0], 0)),
            "without a cable nothing runs: {still:?}"
        );
        assert_eq!(mirror.show(1_500_000, 0, Some(5.0), true)[1], "ff0000".repeat(LEDS));
        assert_eq!(mirror.show(0, 9, None, false), [String::new(), String::new()], "no such cable");
    }
}
