//! Frames of light: what one costs, and how punctual the animation is.
//!
//! A frame is compared with the time that its data takes on the wire, and the delay of frames with that of a thread
//! that only waits, at the same time: what the machine does to both is no fault of the animation.

use super::Outcome;
use super::measure::{median, quantile, seconds};
use super::report::{Figure, Reach, Report};
use illuminator_hal::encode::ws2812::{CLOCK_HZ, encode, encoded_len};
use illuminator_hal::sim::SimStrip;
use illuminator_hal::{ColourOrder, Rgb8};
use illuminator_node::light::{
    Anchor, CableEnd, CableView, Carrier, Flow, FlowError, Limits, Palette, Quality, Segment, StripState,
    render,
};
use illuminator_node::shell::{Animation, AnimationReport, Clock, LitStrip};
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, available_parallelism};
use std::time::Duration;

/// LEDs of a strip, and the share of the wire's time that a frame may take.
const STRIPS: [(usize, Reach); 3] = [(20, Reach::Open), (144, Reach::AtMost(0.01)), (300, Reach::Open)];

/// Repetitions, and LEDs that are drawn in each.
const ROUNDS: usize = 15;
const LEDS_PER_ROUND: usize = 300_000;

/// A budget that a full flow exceeds: the picture is scaled as well.
const LIMITS: Limits = Limits { ceiling: 255, budget_ma: 500 };

/// Frames per second of the animation.
const PACES: [u32; 2] = [60, 200];

/// Strips of an animation: as many as a Pi has buses for, and their LEDs.
const BUSES: u16 = 2;
const LEDS: usize = 144;

/// How long an animation is watched `[us]`.
const WATCH_US: u64 = 5_000_000;

pub(crate) fn run(report: &mut Report) -> Outcome {
    for (leds, reach) in STRIPS {
        frame(report, leds, reach)?;
    }
    for frames_per_s in PACES {
        for busy in [false, true] {
            jitter(report, frames_per_s, busy)?;
        }
    }
    Ok(())
}

/// What it takes to draw and to encode a moving flow.
fn frame(report: &Report, leds: usize, reach: Reach) -> Outcome {
    let (name, per_led) = (format!("frame_{leds}_leds"), format!("frame_{leds}_leds_per_led"));
    if ![&name, &per_led].into_iter().any(|name| report.wants(name)) {
        return Ok(());
    }
    let state = flow()?;
    let mut picture = vec![Rgb8::BLACK; leds];
    let mut transfer = vec![0; encoded_len(leds)];
    let frames = LEDS_PER_ROUND / leds;
    let mut frame_us = Vec::new();
    for _ in 0..ROUNDS {
        let (elapsed_s, encoded) = seconds(|| {
            (0..frames).try_for_each(|frame| {
                let segments = [(Segment { leds, reversed: false }, black_box(&state))];
                render(segments.into_iter(), LIMITS, frame as u64 * 16_667, frame as u32, &mut picture);
                encode(&picture, ColourOrder::Grb, &mut transfer).map(|transfer| {
                    black_box(transfer);
                })
            })
        });
        encoded?;
        frame_us.push(elapsed_s * 1e6 / frames as f64);
    }
    let value = median(&frame_us);
    let wire_us = encoded_len(leds) as f64 * 8e6 / f64::from(CLOCK_HZ);
    report.figure(&Figure { name: &name, value, unit: "us", against: Some(wire_us), reach });
    let (value, reach) = (value * 1e3 / leds as f64, Reach::Open);
    report.figure(&Figure { name: &per_led, value, unit: "ns", against: None, reach });
    Ok(())
}

fn flow() -> Result<StripState, FlowError> {
    let flow = Flow::new(7.0, 10.0, Carrier::Electricity, Quality::Live)?;
    let (end, palette, anchor) = (CableEnd::A, Palette::Load, Anchor::default());
    Ok(StripState::Flow(CableView { flow, end, palette, anchor }))
}

/// How late the frames of an animation are, and how many are skipped.
fn jitter(report: &Report, frames_per_s: u32, busy: bool) -> Outcome {
    let machine = if busy { "busy" } else { "idle" };
    let name = |what: &str| format!("animation_{frames_per_s}_per_s_{machine}_{what}");
    let names = ["late_p50", "late_p99", "skipped"].map(name);
    if !names.iter().any(|name| report.wants(name)) {
        return Ok(());
    }
    let _spinners = if busy { Spinners::start()? } else { Spinners::default() };
    let strips = (1..=BUSES).map(|cable| LitStrip {
        segments: vec![(cable, Segment { leds: LEDS, reversed: false })],
        limits: LIMITS,
        strip: Box::new(SimStrip::new("strip", LEDS, ColourOrder::Grb)),
    });
    let animation = Animation::start(strips.collect(), frames_per_s, Clock::start())?;
    let bare_us = metronome(frames_per_s);
    let AnimationReport { stats, late_us_p50, late_us_p99 } = animation.report();
    let rows = [
        (f64::from(late_us_p50), "us", quantile(&bare_us, 500)),
        (f64::from(late_us_p99), "us", quantile(&bare_us, 990)),
        (stats.skipped as f64, "frames", (stats.frames + stats.skipped) as f64),
    ];
    for (name, (value, unit, against)) in names.iter().zip(rows) {
        report.figure(&Figure { name, value, unit, against: Some(against), reach: Reach::Open });
    }
    Ok(())
}

/// A thread that does nothing but wait for the same deadlines, beside the animation; how late it was each time
/// `[us]`. Like the animation it waits for no deadline that is over.
#[expect(clippy::disallowed_methods, reason = "how long a sleep takes is what is measured")]
fn metronome(beats_per_s: u32) -> Vec<f64> {
    let clock = Clock::start();
    let deadline_us = |beat: u64| beat * 1_000_000 / u64::from(beats_per_s);
    let mut late_us = Vec::new();
    let mut beat = 1;
    while deadline_us(beat) <= WATCH_US {
        let early_us = deadline_us(beat).saturating_sub(clock.now().as_micros());
        std::thread::sleep(Duration::from_micros(early_us));
        let now_us = clock.now().as_micros();
        late_us.push(now_us.saturating_sub(deadline_us(beat)) as f64);
        beat = (beat + 1).max((now_us * u64::from(beats_per_s)).div_ceil(1_000_000));
    }
    late_us
}

/// Threads that keep all cores busy until they are dropped.
#[derive(Default)]
struct Spinners {
    over: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Spinners {
    fn start() -> std::io::Result<Self> {
        let mut spinners = Self::default();
        for _ in 0..available_parallelism()?.get() {
            let over = Arc::clone(&spinners.over);
            let spin = move || while !over.load(Ordering::Relaxed) {};
            spinners.threads.push(std::thread::Builder::new().spawn(spin)?);
        }
        Ok(spinners)
    }
}

impl Drop for Spinners {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
