//! A frame allocates nothing: not to be drawn, not to be encoded, not in the thread of the animation, and neither do
//! what changes the picture and what is asked of it meanwhile.
//!
//! The allocator counts for the whole process, so this is a program of its own, without the threads of the test
//! harness. It fails by a panic.

use illuminator_hal::encode::ws2812;
use illuminator_hal::{ColourOrder, Rgb8, Strip, StripError};
use illuminator_node::light::{
    Anchor, CableEnd, CableView, Carrier, Flow, Limits, Palette, Quality, Segment, StripState, render,
};
use illuminator_node::shell::{Animation, Clock, LitStrip};
use illuminator_protocol::CableFlow;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Frames of each state.
const FRAMES: u32 = 10_000;

const LIMITS: Limits = Limits { ceiling: 200, budget_ma: 2_000 };

/// A strip of two cables.
const CABLES: [(u16, Segment); 2] =
    [(1, Segment { leds: 100, reversed: false }), (2, Segment { leds: 44, reversed: true })];
const LEDS: usize = CABLES[0].1.leds + CABLES[1].1.leds;

fn main() {
    an_allocation_is_counted();
    drawing_and_encoding();
    animation();
}

/// How often `work` takes memory, whatever else happens in this process meanwhile included.
fn allocations(work: impl FnOnce()) -> usize {
    let region = Region::new(ALLOCATOR);
    work();
    let change = region.change();
    change.allocations + change.reallocations
}

fn an_allocation_is_counted() {
    assert_eq!(allocations(|| drop(black_box(Box::new(1)))), 1, "the allocator counts");
    let mut grown = Vec::with_capacity(1);
    assert_eq!(allocations(|| grown.extend(black_box([1, 2, 3]))), 1, "and so does growth");
    let elsewhere = |strip| allocations(|| draw(strip, |animation| wait(animation, 1)));
    let (honest, wasteful) = (Wire::new(), Wire { wasteful: true, ..Wire::new() });
    assert!(elsewhere(wasteful) > elsewhere(honest), "in the thread of the animation as well");
}

fn drawing_and_encoding() {
    for state in states() {
        let mut picture = vec![Rgb8::BLACK; LEDS];
        let mut transfer = vec![0; ws2812::encoded_len(LEDS)];
        let mut lit = 0;
        let count = allocations(|| {
            for frame in 0..FRAMES {
                let segments = CABLES.into_iter().map(|(_, segment)| (segment, &state));
                render(segments, LIMITS, u64::from(frame) * 16_667, frame, &mut picture);
                let encoded = ws2812::encode(&picture, ColourOrder::Grb, &mut transfer);
                lit += usize::from(picture[0] != Rgb8::BLACK && encoded.is_ok());
            }
        });
        assert!(lit > FRAMES as usize / 4, "frames are drawn: {state:?}");
        assert_eq!(count, 0, "{state:?}");
    }
}

/// Every state of a strip.
fn states() -> [StripState; 7] {
    let flow = |quality| {
        let flow = Flow::new(-7.0, 10.0, Carrier::Heat, quality).expect("it can be shown");
        let (end, palette, anchor) = (CableEnd::B, Palette::Load, Anchor::default());
        StripState::Flow(CableView { flow, end, palette, anchor })
    };
    [
        StripState::Idle,
        StripState::NoHost,
        StripState::Fault,
        StripState::Identify,
        StripState::EmergencyStop,
        flow(Quality::Live),
        flow(Quality::Stale),
    ]
}

fn animation() {
    let strip = Wire::new();
    let pictures = Arc::clone(&strip.pictures);
    let mut count = None;
    draw(strip, |animation| {
        count = Some(allocations(|| {
            wait(animation, FRAMES);
            animation.host_silent(false);
            animation.host_clock(1_000);
            wait(animation, FRAMES);
            (0..100).for_each(|step| {
                animation.show(flow(1, step));
                animation.show(flow(2, -step));
                wait(animation, FRAMES / 100);
            });
            animation.hide(1);
            wait(animation, FRAMES);
            animation.identify(true);
            wait(animation, FRAMES);
            animation.emergency_stop(true);
            wait(animation, FRAMES);
            animation.dark();
            assert!(animation.report().stats.frames > 6 * u64::from(FRAMES));
        }));
    });
    assert!(pictures.load(Ordering::Relaxed) > u64::from(FRAMES), "pictures are sent");
    assert_eq!(count, Some(0), "in the animation");
}

fn flow(cable: u16, step: i32) -> CableFlow {
    let (carrier, colour, anchor_position, anchor_us) = (0, 1, 0, 0);
    let (power_kw, full_scale_kw, at_sink) = (f64::from(step) / 10.0, 10.0, cable == 2);
    CableFlow { cable, at_sink, power_kw, full_scale_kw, carrier, colour, anchor_position, anchor_us }
}

/// Animates a strip as fast as it can, and does `work` once that runs.
fn draw(strip: Wire, work: impl FnOnce(&Animation)) {
    let lit = LitStrip { segments: CABLES.to_vec(), limits: LIMITS, strip: Box::new(strip) };
    let animation = Animation::start(vec![lit], 1_000_000, Clock::start()).expect("a thread");
    wait(&animation, 100);
    work(&animation);
}

/// Waits until this many frames more were drawn.
fn wait(animation: &Animation, frames: u32) {
    let until = animation.stats().frames + u64::from(frames);
    while animation.stats().frames < until {
        std::thread::yield_now();
    }
}

/// A strip that encodes its pictures and remembers nothing of them.
struct Wire {
    buffer: Vec<u8>,
    pictures: Arc<AtomicU64>,
    /// It takes memory for every picture.
    wasteful: bool,
}

impl Wire {
    fn new() -> Self {
        Self { buffer: vec![0; ws2812::encoded_len(LEDS)], pictures: Arc::default(), wasteful: false }
    }
}

impl Strip for Wire {
    fn show(&mut self, pixels: &[Rgb8]) -> Result<(), StripError> {
        let transfer = ws2812::encode(pixels, ColourOrder::Grb, &mut self.buffer).expect("there is room");
        black_box(transfer);
        if self.wasteful {
            black_box(pixels.to_vec());
        }
        self.pictures.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn len(&self) -> usize {
        LEDS
    }
}
