//! The animation: a thread that draws the strips of this node at a fixed rate.
//!
//! ```text
//!   serve ── show, dark, … ─▶ Stage ─▶ states ─┐
//!                 Clock ─▶ Pace ─▶ frame due ──┴▶ Lamp: render, compare, send ─▶ dyn Strip
//! ```
//!
//! Invariants:
//! - The network never waits for a strip: the stage is locked to be changed and to be read, never while a strip
//!   is written.
//! - Deadlines count from the first frame and never drift. What is over is skipped and counted.
//! - A frame allocates nothing. A strip that fails is told of once, and does not stop the others.
//! - The strips are black when the animation has ended.

mod lamp;
mod lateness;
mod pace;
mod stage;

use super::{Clock, spawn};
use crate::light::{Limits, Segment, StripState};
use illuminator_hal::Strip;
use illuminator_protocol::CableFlow;
use lamp::{Lamp, Moment, Sent};
use lateness::Lateness;
use pace::{Due, Pace};
use stage::{Stage, Update};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// A strip, and the cables whose flows it shows.
pub struct LitStrip {
    /// The number of each cable and the LEDs that show it, in the order of the data.
    pub segments: Vec<(u16, Segment)>,
    /// What holds for all its LEDs together.
    pub limits: Limits,
    /// The strip itself.
    pub strip: Box<dyn Strip>,
}

/// What the animation has done since its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AnimationStats {
    /// Frames drawn.
    pub frames: u64,
    /// Frames that were over before they could be drawn.
    pub skipped: u64,
    /// Pictures that did not reach a strip.
    pub errors: u64,
    /// Strips that do not show their last picture.
    pub failing: u64,
    /// The most that a frame was behind its deadline when its drawing began `[µs]`.
    pub late_us_max: u64,
}

/// What the animation has done, and how punctual it was lately.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AnimationReport {
    /// What was done since its start.
    pub stats: AnimationStats,
    /// Median of how much frames were behind their deadlines when their drawing began, since the last report `[µs]`;
    /// up to a sixteenth too great.
    pub late_us_p50: u32,
    /// What 99 % of the frames did not exceed, likewise `[µs]`.
    pub late_us_p99: u32,
}

/// The running animation. Dropped, it ends its thread and leaves the strips black.
pub struct Animation {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// What the thread shares with the rest of the node.
struct Shared {
    script: Mutex<Script>,
    ended: Condvar,
    /// Where the system tells of the thread, once it runs.
    task: OnceLock<PathBuf>,
}

/// What the strips are to show, and what became of it.
struct Script {
    stage: Stage,
    stats: AnimationStats,
    /// Of the frames since the last report.
    lateness: Lateness,
    end: bool,
}

impl Animation {
    /// Starts to draw `frames_per_s` frames a second (0 counts as 1). The strips show that there is no host until
    /// told otherwise.
    ///
    /// # Errors
    /// A system without room for a thread.
    pub fn start(strips: Vec<LitStrip>, frames_per_s: u32, clock: Clock) -> io::Result<Self> {
        let stage = Stage::new(strips.iter().flat_map(|lit| &lit.segments).map(|(cable, _)| *cable));
        let states = stage.states().collect();
        let (stats, lateness) = (AnimationStats::default(), Lateness::new());
        let script = Mutex::new(Script { stage, stats, lateness, end: false });
        let shared = Arc::new(Shared { script, ended: Condvar::new(), task: OnceLock::new() });
        let player = Player {
            names: strips.iter().map(name).collect(),
            states,
            lamps: strips.into_iter().map(Lamp::new).collect(),
            failing: 0,
            shared: Arc::clone(&shared),
            clock,
        };
        let pace = Pace::new(clock.now().as_micros(), frames_per_s);
        let thread = spawn("animation", move || player.play(pace))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Shows a flow on the strip of its cable, from now until told otherwise. A flow of a cable that has no strip
    /// here is ignored; one that cannot be drawn makes its strip idle.
    pub fn show(&self, flow: CableFlow) {
        self.update(Update::Show(flow));
    }

    /// Forgets the flow of a cable, because nothing flows through it: its strip is idle.
    pub fn hide(&self, cable: u16) {
        self.update(Update::Hide(cable));
    }

    /// Forgets all flows, because the run is over: all strips are idle.
    pub fn dark(&self) {
        self.update(Update::Dark);
    }

    /// Says whether the host is silent. While it is, no flow is shown; those that are not forgotten come back with
    /// it.
    pub fn host_silent(&self, silent: bool) {
        self.update(Update::HostSilent(silent));
    }

    /// Lets all strips say "it is me", whatever else they would show, until told otherwise.
    pub fn identify(&self, on: bool) {
        self.update(Update::Identify(on));
    }

    /// Lets all strips say that everything stands still, whatever else they would show, until told otherwise.
    pub fn emergency_stop(&self, pressed: bool) {
        self.update(Update::EmergencyStop(pressed));
    }

    /// Lets all strips say that something here does not work, until told otherwise. An emergency stop and identifying
    /// win over it.
    pub fn fault(&self, fault: bool) {
        self.update(Update::Fault(fault));
    }

    /// Sets the host's clock minus ours `[µs]`, which keeps the ends of a cable in step.
    pub fn host_clock(&self, offset_us: i64) {
        self.update(Update::HostClock(offset_us));
    }

    /// What was done so far.
    pub fn stats(&self) -> AnimationStats {
        self.shared.lock().stats
    }

    /// What was done so far, and how late frames were since this was asked for last.
    pub fn report(&self) -> AnimationReport {
        let mut script = self.shared.lock();
        let (stats, lateness) = (script.stats, std::mem::replace(&mut script.lateness, Lateness::new()));
        drop(script);
        // What is known exactly bounds what is rounded up.
        let late_us = |permille| u64::from(lateness.quantile_us(permille)).min(stats.late_us_max) as u32;
        AnimationReport { stats, late_us_p50: late_us(500), late_us_p99: late_us(990) }
    }

    /// The folder in `/proc` that tells of the thread; `None` until it runs, or on a system without one.
    pub(super) fn task(&self) -> Option<&Path> {
        self.shared.task.get().map(PathBuf::as_path)
    }

    fn update(&self, update: Update) {
        self.shared.lock().stage.apply(update);
    }
}

impl Drop for Animation {
    fn drop(&mut self) {
        self.shared.lock().end = true;
        self.shared.ended.notify_all();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the thread owns.
struct Player {
    shared: Arc<Shared>,
    clock: Clock,
    lamps: Vec<Lamp>,
    /// For messages: what each lamp is called.
    names: Vec<String>,
    /// What each segment of each lamp shows; kept from frame to frame for its room only.
    states: Vec<StripState>,
    /// Strips that failed in the last frame.
    failing: u64,
}

impl Player {
    fn play(mut self, mut pace: Pace) {
        if let Ok(task) = std::fs::read_link("/proc/thread-self") {
            // Nobody else sets it.
            let _ = self.shared.task.set(Path::new("/proc").join(task));
        }
        while self.wait_until(pace.deadline_us()) {
            let now_us = self.clock.now().as_micros();
            if let Some(due) = pace.due(now_us) {
                self.frame(now_us, due);
            }
        }
        for (lamp, name) in self.lamps.iter_mut().zip(&self.names) {
            if let Err(error) = lamp.black() {
                log(name, &format!("cannot be turned off: {error}"));
            }
        }
    }

    /// Waits for a deadline `[µs]`; false if the animation is to end.
    fn wait_until(&self, deadline_us: u64) -> bool {
        let wait = Duration::from_micros(deadline_us.saturating_sub(self.clock.now().as_micros()));
        let waited = self.shared.ended.wait_timeout_while(self.shared.lock(), wait, |script| !script.end);
        !waited.unwrap_or_else(PoisonError::into_inner).0.end
    }

    fn frame(&mut self, now_us: u64, due: Due) {
        let host_us = {
            let mut script = self.shared.lock();
            let Script { stage, stats, lateness, .. } = &mut *script;
            self.states.iter_mut().zip(stage.states()).for_each(|(state, now)| *state = now);
            stats.frames += 1;
            stats.skipped += due.skipped;
            stats.late_us_max = stats.late_us_max.max(due.late_us);
            lateness.add(due.late_us);
            stage.host_us(now_us)
        };
        let moment = Moment { now_us, host_us, frame: due.frame as u32 };
        let mut failing = 0;
        let mut states = &self.states[..];
        for (lamp, name) in self.lamps.iter_mut().zip(&self.names) {
            let (own, others) = states.split_at(lamp.segments());
            states = others;
            match lamp.frame(own, moment) {
                Sent::Shown { recovered: true } => log(name, "works again"),
                Sent::Shown { recovered: false } | Sent::Unchanged => {}
                Sent::Failed { error, first } => {
                    failing += 1;
                    if first {
                        log(name, &format!("does not show its picture, and is tried again: {error}"));
                    }
                }
            }
        }
        if failing > 0 || self.failing > 0 {
            let stats = &mut self.shared.lock().stats;
            stats.errors += failing;
            stats.failing = failing;
        }
        self.failing = failing;
    }
}

/// What a strip is called: by its first cable.
fn name(lit: &LitStrip) -> String {
    lit.segments.first().map_or_else(|| "strip".to_owned(), |(cable, _)| format!("strip of cable {cable}"))
}

/// Tells the person at the table of a strip. Where nobody listens, it is lost.
fn log(name: &str, message: &str) {
    let _ = writeln!(io::stderr(), "{name} {message}");
}

#[cfg(test)]
mod tests {
    use super::{Animation, AnimationReport, LitStrip};
    use crate::light::{Limits, Segment};
    use crate::shell::Clock;
    use illuminator_hal::sim::SimStrip;
    use illuminator_hal::{ColourOrder, Rgb8};

    #[test]
    fn strips_are_lit_while_it_runs_and_black_when_it_has_ended() {
        let observer = SimStrip::new("s", 3, ColourOrder::Grb);
        observer.fail_next(1);
        let segments = vec![(1, Segment { leds: 3, reversed: false })];
        let limits = Limits { ceiling: 255, budget_ma: 500 };
        let strip = LitStrip { segments, limits, strip: Box::new(observer.clone()) };
        let animation = Animation::start(vec![strip], 200, Clock::start()).unwrap();
        while observer.shown() == 0 || animation.stats().failing > 0 {
            std::thread::yield_now();
        }
        let lit = observer.picture().unwrap();
        assert!(lit.iter().all(|pixel| pixel.b > 0), "no host: blue, {lit:?}");
        let stats = animation.stats();
        assert!(stats.frames >= 2 && stats.errors == 1, "{stats:?}");
        drop(animation);
        assert_eq!(observer.picture(), Some(vec![Rgb8::BLACK; 3]));
    }
    #[test]
    fn a_report_is_of_the_frames_since_the_last_one() {
        // A frame in a second: the first is drawn at once, and no other while this test looks.
        let animation = Animation::start(Vec::new(), 1, Clock::start()).unwrap();
        while animation.stats().frames == 0 {
            std::thread::yield_now();
        }
        let AnimationReport { stats, late_us_p50, late_us_p99 } = animation.report();
        assert!(late_us_p50 <= late_us_p99 && u64::from(late_us_p99) <= stats.late_us_max, "{stats:?}");
        assert!(animation.task().is_some_and(|task| task.join("stat").is_file()));
        let again = animation.report();
        if again.stats.frames == stats.frames {
            assert_eq!((again.late_us_p50, again.late_us_p99), (0, 0), "no frame since");
        }
    }
}
