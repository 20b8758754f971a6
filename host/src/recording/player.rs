//! Where a recording stands that is played. The time is an argument.

/// The pace at which a recording is played that was made as fast as possible `[µs]` per step.
pub const PACE_USUAL_US: u64 = 250_000;
/// The fastest pace `[µs]` per step: this is what "as fast as possible" means for a recording.
const PACE_LEAST_US: u64 = 1_000;

/// Plays the steps of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Player {
    /// Steps that are done at the end.
    end: u64,
    /// Steps that are done at `since_us`.
    done: u64,
    since_us: u64,
    pace_us: u64,
    plays: bool,
}

impl Player {
    /// At the first of `end` steps, playing.
    pub fn new(now_us: u64, end: u64, pace_us: u64) -> Self {
        Self { end, done: end.min(1), since_us: now_us, pace_us, plays: true }
    }

    /// Steps that are done now.
    pub fn done(&self, now_us: u64) -> u64 {
        let steps = match self.plays {
            true => now_us.saturating_sub(self.since_us) / self.step_us(),
            false => 0,
        };
        self.done.saturating_add(steps).min(self.end)
    }

    /// Whether it goes on by itself now.
    pub fn plays(&self, now_us: u64) -> bool {
        self.plays && self.done(now_us) < self.end
    }

    /// Whether it was playing, and has come to its end: its last step has been seen for as long as any other.
    pub fn is_over(&self, now_us: u64) -> bool {
        let left = (self.end - self.done.min(self.end)).saturating_add(1);
        self.plays && now_us.saturating_sub(self.since_us) >= left.saturating_mul(self.step_us())
    }

    /// Time from one step to the next `[µs]`.
    pub const fn pace_us(&self) -> u64 {
        self.pace_us
    }

    /// Plays, from the beginning if it is at its end; or pauses.
    pub fn hold(&mut self, now_us: u64, held: bool) {
        self.settle(now_us);
        if !held && self.done == self.end {
            self.done = self.end.min(1);
        }
        self.plays = !held;
    }

    /// Another pace from now on `[µs]` per step.
    pub fn pace(&mut self, now_us: u64, pace_us: u64) {
        self.settle(now_us);
        self.pace_us = pace_us;
    }

    /// One step more, and pauses.
    pub fn step(&mut self, now_us: u64) {
        self.settle(now_us);
        (self.done, self.plays) = (self.done.saturating_add(1).min(self.end), false);
    }

    /// To a step, from 0; it goes on playing if it did.
    pub fn seek(&mut self, now_us: u64, step: u64) {
        self.plays = self.plays(now_us);
        (self.done, self.since_us) = (step.saturating_add(1).min(self.end), now_us);
    }

    fn settle(&mut self, now_us: u64) {
        let plays = self.plays(now_us);
        (self.done, self.since_us, self.plays) = (self.done(now_us), now_us, plays);
    }

    fn step_us(&self) -> u64 {
        self.pace_us.max(PACE_LEAST_US)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_plays_step_by_step_to_its_end() {
        let player = Player::new(100, 3, 1_000_000);
        let at = |s: u64| (player.done(100 + s * 1_000_000), player.plays(100 + s * 1_000_000));
        assert_eq!([at(0), at(1), at(2), at(9)], [(1, true), (2, true), (3, false), (3, false)]);
        assert!(!player.is_over(100 + 2_999_999) && player.is_over(100 + 3_000_000));
    }

    #[test]
    fn it_is_paused_moved_and_goes_on_from_there() {
        let mut player = Player::new(0, 100, 10_000);
        player.hold(55_000, true);
        assert_eq!((player.done(55_000), player.done(999_000), player.plays(60_000)), (6, 6, false));
        player.seek(60_000, 41);
        assert_eq!((player.done(90_000), player.plays(90_000)), (42, false));
        player.step(90_000);
        assert_eq!(player.done(99_000), 43);
        player.pace(99_000, 0);
        player.hold(100_000, false);
        assert_eq!(player.done(102_000), 45);
        player.seek(102_000, u64::MAX);
        assert_eq!((player.done(102_000), player.plays(102_000)), (100, false));
        player.hold(103_000, false);
        assert_eq!(player.done(103_000), 1, "from the beginning");
    }

    #[test]
    fn a_run_without_steps_stands_still() {
        let mut player = Player::new(0, 0, 0);
        player.step(1);
        player.seek(2, 7);
        assert_eq!((player.done(1_000_000), player.plays(1_000_000)), (0, false));
    }
}
