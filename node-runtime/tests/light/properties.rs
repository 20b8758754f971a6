//! What must hold for any flow, strip and time.

use super::table::{StripConfig, brightest, cable, draw, draw_into, levels, unlimited};
use illuminator_hal::Rgb8;
use illuminator_node::light::{
    Anchor, CableEnd, CableView, Carrier, DITHER_FRAMES, Flow, IDLE_MA, Limits, Palette, Quality,
    SPACING_LEDS, Segment, StripState, current_ma, render, speed_mled_per_s,
};
use proptest::prelude::*;
use proptest::sample::select;
use std::f64::consts::TAU;

const FRAME_US: u64 = 1_000_000 / 60;

fn ends() -> impl Strategy<Value = CableEnd> {
    select(&[CableEnd::A, CableEnd::B][..])
}

fn palettes() -> impl Strategy<Value = Palette> {
    let colour = any::<(u8, u8, u8)>().prop_map(|(r, g, b)| Palette::Fixed(Rgb8::new(r, g, b)));
    prop_oneof![Just(Palette::Carrier), Just(Palette::Load), colour]
}

/// Any flow, at any end, anchored anywhere.
fn cables() -> impl Strategy<Value = CableView> {
    let number = prop_oneof![-2.0..2.0, any::<f64>().prop_filter("finite", |number| number.is_finite())];
    let scale = prop_oneof![Just(1.0), f64::MIN_POSITIVE..f64::MAX];
    let carriers = vec![Carrier::Electricity, Carrier::Heat, Carrier::Hydrogen, Carrier::Other];
    let flow = (number, scale, select(carriers), select(&[Quality::Live, Quality::Stale][..])).prop_map(
        |(power, scale, carrier, quality)| {
            Flow::new(power, scale, carrier, quality).expect("finite and positive")
        },
    );
    (flow, ends(), palettes(), any::<(u64, u32)>()).prop_map(|(flow, end, palette, (host_us, position))| {
        CableView { flow, end, palette, anchor: Anchor { host_us, position } }
    })
}

fn still_states() -> impl Strategy<Value = StripState> {
    use StripState::{EmergencyStop, Fault, Identify, Idle, NoHost};
    select(&[Idle, NoHost, Fault, Identify, EmergencyStop][..])
}

fn states() -> impl Strategy<Value = StripState> {
    prop_oneof![still_states(), cables().prop_map(StripState::Flow)]
}

/// The mean position of the pulses `[LED]` in a frame, modulo their distance: the centre of mass on a circle.
fn centre(frame: &[Rgb8]) -> f64 {
    let spacing = f64::from(SPACING_LEDS);
    let whole = frame.len() - frame.len() % SPACING_LEDS as usize;
    let (x, y) = frame[..whole].iter().enumerate().fold((0.0, 0.0), |(x, y), (led, pixel)| {
        let (angle, mass) = (TAU * led as f64 / spacing, f64::from(levels(&[*pixel])));
        (x + mass * libm::cos(angle), y + mass * libm::sin(angle))
    });
    libm::atan2(y, x) / TAU * spacing
}

/// From one centre to the next `[LED]`, the shorter way round.
fn advance(from: f64, to: f64) -> f64 {
    let spacing = f64::from(SPACING_LEDS);
    let turns = (to - from) / spacing;
    (turns - libm::round(turns)) * spacing
}

/// The direction of a positive power along the data, as on a table: end A is on the left, the data comes from the
/// node's end, or from the other one where the strip is reversed.
fn along_the_data(end: CableEnd, reversed: bool) -> f64 {
    match (end, reversed) {
        (CableEnd::A, false) | (CableEnd::B, true) => 1.0,
        (CableEnd::A, true) | (CableEnd::B, false) => -1.0,
    }
}

proptest! {
    #[test]
    fn light_moves_with_the_energy_and_at_its_speed(
        power in prop_oneof![-3.0..-0.006, 0.006..3.0_f64], end in ends(), reversed: bool,
        palette in prop_oneof![Just(Palette::Carrier), Just(Palette::Load)],
        leds in 8_usize..80, ceiling in 40_u8.., mled_ma in 3_u32..60, start_us: u64, first: u32,
    ) {
        let budget_ma = leds as u32 * (IDLE_MA + mled_ma);
        let config = StripConfig { leds, reversed, ceiling, budget_ma };
        let anchor = Anchor { host_us: start_us, position: first };
        let view = CableView { end, palette, anchor, ..cable(power) };
        let at = |index: u32| {
            let host_us = start_us.wrapping_add(u64::from(index) * FRAME_US);
            centre(&draw(config, StripState::Flow(view), host_us, first.wrapping_add(index)))
        };
        let centres: Vec<_> = (0..=60).map(at).collect();
        let moved: f64 = centres.windows(2).map(|pair| advance(pair[0], pair[1])).sum();
        let speed = f64::from(speed_mled_per_s(view.flow.load())) / 1000.0;
        let expected = speed * power.signum() * along_the_data(end, reversed);
        prop_assert!((moved - expected).abs() < 1.0, "moved {moved} LEDs in 1 s, not {expected}");
    }

    #[test]
    fn pulses_stay_where_they_are_when_the_load_changes(loads in prop::collection::vec(0.01..1.2_f64, 1..40)) {
        // The brightest LED is one of two at the head: unlike the centre of mass it stays when the tail grows.
        let head = |view: CableView, host_us| {
            let frame = draw(unlimited(8), StripState::Flow(view), host_us, 0);
            let peak = frame.iter().map(levels_of).max().unwrap();
            frame.iter().position(|pixel| levels_of(pixel) == peak).unwrap()
        };
        let mut view = cable(0.5);
        for (index, load) in (1..).zip(loads) {
            let host_us = index * 3 * FRAME_US;
            let before = head(view, host_us);
            view = CableView { anchor: view.anchor.moved_to(host_us, &view.flow), ..cable(load) };
            let after = head(view, host_us);
            prop_assert!([0, 1, 7].contains(&((after + 8 - before) % 8)), "from {before} to {after}");
        }
    }

    #[test]
    fn the_budget_is_never_exceeded(
        state in states(), leds in 0_usize..120, reversed: bool, ceiling: u8,
        budget_ma in prop_oneof![0_u32..200, 0_u32..8000], host_us: u64, frame: u32,
    ) {
        let config = StripConfig { leds, reversed, ceiling, budget_ma };
        let dark_ma = leds as u64 * u64::from(IDLE_MA);
        for index in 0..DITHER_FRAMES {
            let frame = draw(config, state, host_us, frame.wrapping_add(index));
            prop_assert!(current_ma(&frame) <= u64::from(budget_ma).max(dark_ma));
            prop_assert!(frame.iter().all(|pixel| brightest(pixel) <= ceiling));
        }
    }

    #[test]
    fn segments_share_a_budget_and_nothing_else(
        parts in prop::collection::vec((states(), 0_usize..30, any::<bool>()), 0..5), ceiling: u8,
        budget_ma in prop_oneof![0_u32..200, 0_u32..8000], host_us: u64, frame: u32,
    ) {
        let leds: usize = parts.iter().map(|(_, leds, _)| leds).sum();
        let whole = |limits| {
            let segments = parts.iter().map(|(state, leds, reversed)| {
                (Segment { leds: *leds, reversed: *reversed }, state)
            });
            let mut out = vec![Rgb8::new(9, 9, 9); leds];
            render(segments, limits, host_us, frame, &mut out);
            out
        };
        let limited = whole(Limits { ceiling, budget_ma });
        prop_assert!(current_ma(&limited) <= u64::from(budget_ma).max(leds as u64 * u64::from(IDLE_MA)));
        prop_assert!(limited.iter().all(|pixel| brightest(pixel) <= ceiling));
        // With current to spare, each is as a strip of its own.
        let free = whole(Limits { ceiling, budget_ma: u32::MAX });
        let alone = parts.iter().flat_map(|(state, leds, reversed)| {
            draw(StripConfig { reversed: *reversed, ceiling, ..unlimited(*leds) }, *state, host_us, frame)
        });
        for (pixel, alone) in free.iter().zip(alone) {
            prop_assert!(close(pixel, &alone), "{pixel:?}, alone {alone:?}");
        }
    }

    #[test]
    fn both_ends_draw_one_picture(view in cables(), leds in 0_usize..80, host_us: u64, frame: u32) {
        let strip = |end, reversed| {
            let state = StripState::Flow(CableView { end, ..view });
            draw(StripConfig { reversed, ..unlimited(leds) }, state, host_us, frame)
        };
        let (at_a, mut at_b) = (strip(CableEnd::A, false), strip(CableEnd::B, false));
        prop_assert_eq!(&strip(CableEnd::B, true), &at_a, "the same strip, held by the other end");
        prop_assert_eq!(&strip(CableEnd::A, true), &at_b);
        at_b.reverse();
        for (a, b) in at_a.iter().zip(&at_b) {
            // Dithering goes by the place in the data, which differs.
            prop_assert!(close(a, b), "{a:?} at one end, {b:?} at the other");
        }
    }

    #[test]
    fn a_longer_strip_goes_on_at_both_sides(view in cables(), leds in 0_usize..40, more in 0_usize..20, host_us: u64) {
        let short = draw(unlimited(leds), StripState::Flow(view), host_us, 0);
        let long = draw(unlimited(leds + 2 * more), StripState::Flow(view), host_us, 0);
        prop_assert!(short.iter().zip(&long[more..]).all(|(short, long)| close(short, long)));
    }

    #[test]
    fn more_power_is_more_light_everywhere(
        less in 0.0..1.5_f64, more in 0.0..1.5_f64, leds in 1_usize..40, position: u32, frame: u32, ceiling: u8,
    ) {
        let draw = |power| {
            let view = CableView { anchor: Anchor { host_us: 0, position }, ..cable(power) };
            draw(StripConfig { ceiling, ..unlimited(leds) }, StripState::Flow(view), 0, frame)
        };
        let (dim, bright) = (draw(less.min(more)), draw(less.max(more)));
        for (dim, bright) in dim.iter().zip(&bright) {
            prop_assert!(dim.r <= bright.r && dim.g <= bright.g && dim.b <= bright.b);
        }
    }

    #[test]
    fn the_faintest_light_stays_visible(host_us: u64, ceiling in 10_u8.., frame: u32) {
        for state in [StripState::Idle, StripState::NoHost, StripState::Flow(cable(0.0))] {
            let mut seen = [0; 20];
            for index in 0..DITHER_FRAMES {
                let frame = draw(StripConfig { ceiling, ..unlimited(20) }, state, host_us, frame.wrapping_add(index));
                seen.iter_mut().zip(&frame).for_each(|(seen, pixel)| *seen += u32::from(brightest(pixel)));
            }
            prop_assert!(seen.iter().all(|seen| *seen > 0), "{seen:?}");
        }
    }

    #[test]
    fn nothing_moves_without_a_flow(state in still_states(), stale in cables(), host_us: u64, frame: u32) {
        let stale = Flow::new(stale.flow.power_kw(), 1.0, stale.flow.carrier(), Quality::Stale).map(|flow| {
            StripState::Flow(CableView { flow, ..stale })
        });
        for state in [state, stale.unwrap(), StripState::Flow(cable(0.0))] {
            let frame = draw(unlimited(40), state, host_us, frame);
            prop_assert!(frame.iter().all(|pixel| close(pixel, &frame[0])), "{frame:?}");
        }
    }

    #[test]
    fn a_tight_budget_keeps_the_hue(budget_ma in 30_u32..60, host_us in 0..1_u64 << 40) {
        let palette = Palette::Fixed(Rgb8::new(255, 128, 64));
        let state = StripState::Flow(CableView { palette, ..cable(1.0) });
        let mean = |budget_ma| {
            let config = StripConfig { budget_ma, ..unlimited(20) };
            let frames = (0..DITHER_FRAMES).flat_map(|frame| draw(config, state, host_us, frame));
            frames.fold([0.0; 3], |[r, g, b], pixel| {
                [r + f64::from(pixel.r), g + f64::from(pixel.g), b + f64::from(pixel.b)]
            })
        };
        let (free, tight) = (mean(u32::MAX), mean(budget_ma));
        prop_assert!(tight[0] < free[0] / 2.0, "the budget matters");
        prop_assert!((tight[1] / tight[0] - free[1] / free[0]).abs() < 0.05, "{tight:?} of {free:?}");
        prop_assert!((tight[2] / tight[0] - free[2] / free[0]).abs() < 0.05, "{tight:?} of {free:?}");
    }

    #[test]
    fn no_input_is_too_strange(
        state in states(), leds in prop_oneof![0_usize..40, any::<usize>()], drawn in 0_usize..40, reversed: bool,
        ceiling: u8, budget_ma: u32, host_us in prop_oneof![any::<u64>(), Just(u64::MAX)], frame: u32,
    ) {
        let config = StripConfig { leds, reversed, ceiling, budget_ma };
        let mut out = vec![Rgb8::new(9, 9, 9); drawn];
        draw_into(config, state, host_us, frame, &mut out);
        prop_assert!(out.iter().skip(leds).all(|pixel| *pixel == Rgb8::BLACK), "dark beyond the strip");
    }
}

#[test]
fn nothing_flashes_more_than_twice_a_second() {
    let states = [StripState::Idle, StripState::NoHost, StripState::Fault, StripState::Identify];
    let flashes = states.map(|state| {
        let lit: Vec<_> =
            (0..1000).map(|ms| levels(&draw(unlimited(1), state, ms * 1000, 0)) > 100).collect();
        lit.windows(2).filter(|pair| pair[0] && !pair[1]).count()
    });
    assert_eq!(flashes, [0, 0, 1, 2]);
}

fn levels_of(pixel: &Rgb8) -> u32 {
    levels(&[*pixel])
}

/// Whether two pixels are the same but for the dithering.
fn close(one: &Rgb8, other: &Rgb8) -> bool {
    one.r.abs_diff(other.r) <= 1 && one.g.abs_diff(other.g) <= 1 && one.b.abs_diff(other.b) <= 1
}
