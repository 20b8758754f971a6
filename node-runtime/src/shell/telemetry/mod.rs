//! Tells a host every few seconds how its node does.
//!
//! ```text
//!   Animation ─▶ frames, lateness ─────────────┐
//!   /proc/self ─▶ processor, memory ───────────┴▶ Reporter ── while a host is there ─▶ Telemetry
//!   /proc, /sys ─▶ what the whole machine does ──▶ Watched ──────────────────────────▶ MachineReport
//! ```
//!
//! Invariant: without a host nothing is read, and nobody is woken. Of the process, what the system does not tell is 0; of
//! the machine it is absent.

mod proc;
mod route;
mod system;
mod watched;

use super::{Animation, AnimationReport};
use illuminator_protocol::{MachineReport, Telemetry};
use std::net::IpAddr;
use std::path::Path;
use watched::Watched;

/// When a host first hears of its node `[µs]`, counted from the beginning of the session.
const FIRST_US: u64 = 1_000_000;

/// How often it hears of it from then on `[µs]`.
const INTERVAL_US: u64 = 5_000_000;

/// Says when the next report is due, and makes it.
#[derive(Debug, Default)]
pub(super) struct Reporter {
    /// `[µs]`; nothing without a host.
    due_us: Option<u64>,
    /// At the last report, or at the beginning of the session.
    before: Spent,
    machine: Watched,
}

/// Processor time spent up to a moment.
#[derive(Clone, Copy, Debug, Default)]
struct Spent {
    /// `[µs]`
    at_us: u64,
    /// `[µs]`
    animation_us: u64,
    /// `[µs]`
    process_us: u64,
}

impl Reporter {
    /// Takes that the host has fallen silent, or that a session with one has begun.
    pub(super) fn host_silent(&mut self, silent: bool, animation: Option<&Animation>, now_us: u64) {
        self.due_us = None;
        if !silent {
            self.due_us = Some(now_us.saturating_add(FIRST_US));
            self.before = Spent::read(animation, now_us);
            self.machine.begin();
            if let Some(animation) = animation {
                // How late frames were before is not of this session.
                animation.report();
            }
        }
    }

    /// When the next report is due `[µs]`; `None` if there is no host.
    pub(super) const fn due_us(&self) -> Option<u64> {
        self.due_us
    }

    /// A report to the host at this address, if one is due.
    pub(super) fn poll(
        &mut self,
        animation: Option<&Animation>,
        host: Option<IpAddr>,
        now_us: u64,
    ) -> Option<(Telemetry, MachineReport)> {
        self.due_us.filter(|due_us| *due_us <= now_us)?;
        self.due_us = Some(now_us.saturating_add(INTERVAL_US));
        let spent = Spent::read(animation, now_us);
        let before = std::mem::replace(&mut self.before, spent);
        let memory_kib = read(Path::new("/proc/self/status"), proc::resident_kib).unwrap_or_default();
        let animation = animation.map(Animation::report).unwrap_or_default();
        Some((telemetry(before, spent, animation, memory_kib), self.machine.report(host)))
    }
}

impl Spent {
    fn read(animation: Option<&Animation>, at_us: u64) -> Self {
        let task = animation.and_then(Animation::task);
        let animation_us = task.and_then(|task| read(&task.join("schedstat"), proc::thread_us));
        let process_us = read(Path::new("/proc/self/stat"), proc::process_us);
        let (animation_us, process_us) = (animation_us.unwrap_or_default(), process_us.unwrap_or_default());
        Self { at_us, animation_us, process_us }
    }
}

/// What a file of the system says, if it is there.
fn read<T>(file: &Path, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
    parse(&std::fs::read_to_string(file).ok()?)
}

fn telemetry(before: Spent, now: Spent, animation: AnimationReport, memory_kib: u32) -> Telemetry {
    let AnimationReport { stats, late_us_p50, late_us_p99 } = animation;
    let elapsed_us = now.at_us.saturating_sub(before.at_us);
    let permille = |before_us: u64, now_us: u64| {
        let spent = now_us.saturating_sub(before_us).saturating_mul(1000).checked_div(elapsed_us);
        u16::try_from(spent.unwrap_or_default()).unwrap_or(u16::MAX)
    };
    Telemetry {
        frames: stats.frames,
        frames_skipped: stats.skipped,
        strip_errors: stats.errors,
        late_us_p50,
        late_us_p99,
        late_us_max: u32::try_from(stats.late_us_max).unwrap_or(u32::MAX),
        animation_cpu_permille: permille(before.animation_us, now.animation_us),
        cpu_permille: permille(before.process_us, now.process_us),
        memory_kib,
    }
}

#[cfg(test)]
mod tests {
    use super::{FIRST_US, INTERVAL_US, Reporter, Spent, telemetry};
    use crate::light::{Limits, Segment};
    use crate::shell::{Animation, AnimationReport, AnimationStats, Clock, LitStrip};
    use illuminator_hal::ColourOrder;
    use illuminator_hal::sim::SimStrip;

    #[test]
    fn a_host_hears_after_a_second_and_then_every_five() {
        let mut reporter = Reporter::default();
        assert_eq!((reporter.due_us(), reporter.poll(None, None, u64::MAX)), (None, None), "no host");
        reporter.host_silent(false, None, 100);
        assert_eq!(reporter.poll(None, None, 99 + FIRST_US), None);
        assert!(reporter.poll(None, None, 100 + FIRST_US).is_some());
        assert_eq!(reporter.due_us(), Some(100 + FIRST_US + INTERVAL_US));
        assert!(reporter.poll(None, None, 20_000_000).is_some());
        assert_eq!(reporter.due_us(), Some(20_000_000 + INTERVAL_US), "none is made up for");
        reporter.host_silent(true, None, 21_000_000);
        assert_eq!((reporter.due_us(), reporter.poll(None, None, u64::MAX)), (None, None), "silent");
    }

    #[test]
    fn processor_time_is_a_share_of_one_core() {
        let before = Spent { at_us: 1_000_000, animation_us: 5, process_us: 10_000 };
        let now = Spent { at_us: 6_000_000, animation_us: 25_005, process_us: 7_510_000 };
        let stats = AnimationStats { frames: 7, skipped: 6, errors: 5, failing: 1, late_us_max: u64::MAX };
        let told = telemetry(before, now, AnimationReport { stats, late_us_p50: 3, late_us_p99: 4 }, 2160);
        assert_eq!((told.animation_cpu_permille, told.cpu_permille), (5, 1500));
        assert_eq!((told.frames, told.frames_skipped, told.strip_errors), (7, 6, 5));
        assert_eq!((told.late_us_p50, told.late_us_p99, told.late_us_max), (3, 4, u32::MAX));
        assert_eq!(told.memory_kib, 2160);
        let backwards = telemetry(now, before, AnimationReport::default(), 0);
        assert_eq!((backwards.animation_cpu_permille, backwards.cpu_permille), (0, 0));
        let much = Spent { at_us: 1_000_001, process_us: u64::MAX, ..before };
        assert_eq!(telemetry(before, much, AnimationReport::default(), 0).cpu_permille, u16::MAX);
    }

    #[test]
    fn an_animation_at_work_is_seen() {
        let strip = Box::new(SimStrip::new("s", 300, ColourOrder::Grb));
        let segments = vec![(1, Segment { leds: 300, reversed: false })];
        let limits = Limits { ceiling: 255, budget_ma: 5_000 };
        let clock = Clock::start();
        // As many frames a second as it can.
        let animation =
            Animation::start(vec![LitStrip { segments, limits, strip }], 1_000_000, clock).unwrap();
        while animation.stats().frames == 0 {
            std::thread::yield_now();
        }
        let mut reporter = Reporter::default();
        reporter.host_silent(false, Some(&animation), 0);
        let from = animation.stats().frames;
        while animation.stats().frames < from + 10_000 {
            std::thread::yield_now();
        }
        let (told, _) = reporter.poll(Some(&animation), None, FIRST_US).unwrap();
        assert!(
            told.frames >= from + 10_000 && told.frames_skipped > 0 && told.strip_errors == 0,
            "{told:?}"
        );
        assert!(told.animation_cpu_permille > 0 && told.cpu_permille > 0, "{told:?}");
        assert!(told.late_us_p50 <= told.late_us_p99 && told.late_us_p99 <= told.late_us_max, "{told:?}");
        assert!(told.memory_kib > 100, "{told:?}");
    }
}
