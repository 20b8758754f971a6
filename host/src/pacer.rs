//! When steps may start: at a pace that may change, and while the run is held only those that were asked for. Pure.
//!
//! Invariants: neither a change of the pace nor the end of a hold lets more than one step start at once; a run that
//! was kept up by something else catches up; a step that is asked for is one row, however far each place is.

use illuminator_protocol::{Duration, Instant};

/// Most steps that are asked for and have not started: more were asked for by mistake.
const ASKED_MAX: u64 = 64;

/// Admits the steps of a run one after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pacer {
    /// From one step to the next; zero: as fast as possible.
    pace: Duration,
    /// Steps before this one may start.
    open: u64,
    /// When the last of them was admitted; nothing before the run begins.
    last: Option<Instant>,
    /// Since when no step starts by itself.
    held_since: Option<Instant>,
    /// Steps before this one may start while the run is held: somebody asked for them.
    asked: u64,
}

impl Pacer {
    /// A pacer of a run that has not begun.
    pub(crate) const fn new(pace: Duration) -> Self {
        Self { pace, open: 0, last: None, held_since: None, asked: 0 }
    }

    /// The run begins, or goes on: the step `first` may start.
    pub(crate) fn start(&mut self, now: Instant, first: u64) {
        (self.open, self.last) = (first + 1, Some(now));
        // What held it before cost it no time.
        self.held_since = self.held_since.and(Some(now));
    }

    /// Steps before the one that this gives may start now.
    pub(crate) fn admit(&mut self, now: Instant) -> u64 {
        let Some(last) = self.last else { return 0 };
        if self.held_since.is_some() {
            return self.asked;
        }
        match now.saturating_since(last).as_micros().checked_div(self.pace.as_micros()) {
            None => u64::MAX,
            Some(steps) => {
                self.open += steps;
                self.last = Some(last + Duration::from_micros(steps * self.pace.as_micros()));
                self.open
            }
        }
    }

    /// When the next step is admitted, if [`admit`](Self::admit) was called now; `Instant::MAX` if time alone admits none.
    pub(crate) fn next_due(&self) -> Instant {
        match (self.last, self.held_since) {
            (Some(last), None) if self.pace > Duration::ZERO => last + self.pace,
            _ => Instant::MAX,
        }
    }

    /// Goes on at another pace, counted from the step that was admitted last. `started`: the first step that no place
    /// has started.
    pub(crate) fn set_pace(&mut self, now: Instant, pace: Duration, started: u64) {
        let before = std::mem::replace(&mut self.pace, pace);
        let Some(last) = self.last.filter(|_| before != pace) else { return };
        let now = self.held_since.unwrap_or(now);
        if before == Duration::ZERO {
            (self.open, self.last) = (started.max(1), Some(now));
        } else {
            let earliest_us = now.as_micros().saturating_sub(pace.as_micros());
            self.last = Some(last.max(Instant::from_micros(earliest_us)));
        }
    }

    /// Holds the run, or lets it go on where it was. `started` as for [`set_pace`](Self::set_pace).
    pub(crate) fn hold(&mut self, now: Instant, held: bool, started: u64) {
        if held {
            self.held_since.get_or_insert(now);
            return;
        }
        // Of the steps that were asked for, those that have started go on.
        self.open = self.open.max(self.asked.min(started));
        self.asked = 0;
        if let (Some(since), Some(last)) = (self.held_since.take(), self.last) {
            self.last = Some(last + now.saturating_since(since));
        }
    }

    /// Lets so many more steps start while the run is held, at most [`ASKED_MAX`] at once. `given`: the first step that
    /// not every place was given, which is the first one that does not become a row by itself.
    pub(crate) fn step(&mut self, steps: u64, given: u64) {
        if self.held_since.is_some() {
            let wanted = self.asked.max(given).saturating_add(steps);
            self.asked = wanted.min(given.saturating_add(ASKED_MAX));
        }
    }

    /// Takes back all steps that were asked for; those that have started stop where they are.
    pub(crate) fn forget_steps(&mut self) {
        self.asked = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::{ASKED_MAX, Pacer};
    use illuminator_protocol::{Duration, Instant};

    fn at(millis: u64) -> Instant {
        Instant::from_micros(millis * 1_000)
    }

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn started(pace: Duration) -> Pacer {
        let mut pacer = Pacer::new(pace);
        assert_eq!((pacer.admit(at(0)), pacer.next_due()), (0, Instant::MAX), "not begun");
        pacer.start(at(1_000), 0);
        pacer
    }

    #[test]
    fn steps_are_admitted_one_pace_apart_and_caught_up() {
        let mut pacer = started(ms(100));
        assert_eq!((pacer.admit(at(1_000)), pacer.next_due()), (1, at(1_100)));
        assert_eq!((pacer.admit(at(1_099)), pacer.admit(at(1_100))), (1, 2));
        assert_eq!((pacer.admit(at(1_550)), pacer.next_due()), (6, at(1_600)), "late, and in step again");
    }

    #[test]
    fn without_a_pace_every_step_is_admitted() {
        let mut pacer = started(Duration::ZERO);
        assert_eq!((pacer.admit(at(1_000)), pacer.next_due()), (u64::MAX, Instant::MAX));
    }

    #[test]
    fn a_hold_moves_what_is_due() {
        let mut pacer = started(ms(100));
        pacer.admit(at(1_000));
        pacer.hold(at(1_070), true, 0);
        pacer.hold(at(5_000), true, 0);
        assert_eq!((pacer.admit(at(9_000)), pacer.next_due()), (0, Instant::MAX));
        pacer.hold(at(9_000), false, 0);
        assert_eq!((pacer.admit(at(9_029)), pacer.next_due(), pacer.admit(at(9_030))), (1, at(9_030), 2));
        pacer.hold(at(9_040), false, 0);
        assert_eq!(pacer.next_due(), at(9_130), "no hold, no change");
    }

    #[test]
    fn a_hold_from_before_the_run_costs_it_no_time() {
        let mut pacer = Pacer::new(ms(100));
        pacer.hold(at(0), true, 0);
        pacer.start(at(1_000), 0);
        assert_eq!(pacer.admit(at(1_500)), 0);
        pacer.hold(at(2_000), false, 0);
        assert_eq!((pacer.admit(at(2_000)), pacer.next_due()), (1, at(2_100)));
    }

    #[test]
    fn another_pace_counts_from_the_last_step() {
        let mut pacer = started(ms(1_000));
        pacer.admit(at(1_000));
        pacer.set_pace(at(1_900), ms(100), 1);
        assert_eq!((pacer.admit(at(1_900)), pacer.next_due()), (2, at(2_000)), "one at once, not nine");
        pacer.set_pace(at(1_950), ms(400), 2);
        assert_eq!((pacer.admit(at(1_950)), pacer.next_due()), (2, at(2_300)));
        pacer.set_pace(at(2_000), Duration::ZERO, 2);
        assert_eq!(pacer.admit(at(2_000)), u64::MAX);
        pacer.set_pace(at(2_010), ms(50), 77);
        assert_eq!((pacer.admit(at(2_010)), pacer.next_due()), (77, at(2_060)), "from where it is");
    }

    #[test]
    fn a_pace_that_changes_during_a_hold_holds() {
        let mut pacer = started(ms(1_000));
        pacer.admit(at(1_000));
        pacer.hold(at(1_500), true, 0);
        pacer.set_pace(at(8_000), ms(100), 1);
        assert_eq!(pacer.admit(at(9_000)), 0);
        pacer.hold(at(9_000), false, 0);
        assert_eq!((pacer.admit(at(9_000)), pacer.next_due()), (2, at(9_100)));
    }

    #[test]
    fn a_run_that_goes_on_waits_for_no_step_that_it_has() {
        let mut pacer = Pacer::new(ms(100));
        pacer.start(at(1_000), 70);
        assert_eq!((pacer.admit(at(1_000)), pacer.admit(at(1_100))), (71, 72));
    }

    #[test]
    fn a_held_run_does_the_steps_that_are_asked_for() {
        for pace in [Duration::ZERO, ms(100)] {
            let mut pacer = started(pace);
            pacer.step(1, 0);
            assert_eq!(pacer.asked, 0, "it is not held");
            pacer.hold(at(1_000), true, 1);
            assert_eq!(pacer.admit(at(9_000)), 0);
            pacer.step(1, 5);
            assert_eq!((pacer.admit(at(9_000)), pacer.next_due()), (6, Instant::MAX));
            pacer.step(2, 5);
            assert_eq!(pacer.admit(at(9_000)), 8, "requests add up");
            pacer.step(1, 8);
            assert_eq!(pacer.admit(at(9_000)), 9);
            pacer.step(u64::MAX, 8);
            assert_eq!(pacer.admit(at(9_000)), 8 + ASKED_MAX, "and are bounded");
            pacer.forget_steps();
            assert_eq!(pacer.admit(at(9_000)), 0);
        }
    }

    #[test]
    fn the_end_of_a_hold_takes_back_what_was_asked_for() {
        let mut pacer = started(ms(100));
        pacer.admit(at(1_000));
        pacer.hold(at(1_050), true, 1);
        pacer.step(10, 1);
        pacer.hold(at(2_050), false, 4);
        assert_eq!((pacer.admit(at(2_050)), pacer.next_due()), (4, at(2_100)), "what has started goes on");
        pacer.hold(at(2_060), true, 4);
        assert_eq!(pacer.admit(at(2_060)), 0, "and no more in the next hold");
    }

    #[test]
    fn steps_of_a_hold_from_before_the_run_wait_for_it() {
        let mut pacer = Pacer::new(ms(100));
        pacer.hold(at(0), true, 0);
        pacer.step(1, 0);
        assert_eq!(pacer.admit(at(500)), 0);
        pacer.start(at(1_000), 0);
        assert_eq!(pacer.admit(at(1_500)), 1);
    }
}
