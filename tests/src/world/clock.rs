//! The clock of a machine: it begins at zero when the machine's program does, runs a little too fast or too slow, and
//! leaps. It never goes back, as the clock of an operating system for such purposes never does.

use illuminator_protocol::{Duration, Instant};

const MILLION: i128 = 1_000_000;

/// A clock, seen from the true time of the simulation.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// True time since which it has run as it runs now.
    since: Instant,
    /// What it showed then `[µs]`.
    shown_us: u64,
    /// How much too fast it runs `[µs/s]`; negative: too slow.
    drift_ppm: i32,
}

impl Clock {
    /// A clock that shows zero at `now`.
    pub const fn new(now: Instant) -> Self {
        Self { since: now, shown_us: 0, drift_ppm: 0 }
    }

    /// What it shows.
    pub fn shows(&self, now: Instant) -> Instant {
        let passed_us = i128::from(now.saturating_since(self.since).as_micros());
        let shown_us = passed_us * (MILLION + i128::from(self.drift_ppm)) / MILLION;
        Instant::from_micros(self.shown_us + shown_us as u64)
    }

    /// When it shows `own`, at the latest; never before it began to run as it does.
    pub fn when(&self, own: Instant) -> Instant {
        if own == Instant::MAX {
            return Instant::MAX;
        }
        let left_us = i128::from(own.as_micros().saturating_sub(self.shown_us));
        let passed_us = left_us * MILLION / (MILLION + i128::from(self.drift_ppm)) + 1;
        self.since + Duration::from_micros(u64::try_from(passed_us).unwrap_or(u64::MAX))
    }

    /// Leaps ahead.
    pub fn leap(&mut self, now: Instant, by: Duration) {
        *self = Self { since: now, shown_us: (self.shows(now) + by).as_micros(), ..*self };
    }

    /// Runs at another speed from now on.
    pub fn set_drift(&mut self, now: Instant, drift_ppm: i32) {
        *self = Self { since: now, shown_us: self.shows(now).as_micros(), drift_ppm };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_shows_and_when_it_does_agree() {
        let at = Instant::from_micros;
        let mut clock = Clock::new(at(5_000_000));
        assert_eq!(clock.shows(at(6_000_000)), at(1_000_000));
        clock.set_drift(at(6_000_000), 500);
        assert_eq!(clock.shows(at(16_000_000)), at(11_005_000), "5 ms in 10 s too fast");
        clock.leap(at(16_000_000), Duration::from_secs(60));
        assert_eq!(clock.shows(at(16_000_000)), at(71_005_000));
        clock.set_drift(at(17_000_000), -300);
        for own_us in (72_100_000..90_000_000).step_by(777_777) {
            let when = clock.when(at(own_us));
            assert!(clock.shows(when) >= at(own_us), "by then it shows it");
            let before = Instant::from_micros(when.as_micros() - 3);
            assert!(clock.shows(before) < at(own_us), "not long before");
        }
        assert_eq!(clock.when(at(1)), at(17_000_001), "it was shown long ago");
        assert_eq!(clock.when(Instant::MAX), Instant::MAX);
    }
}
