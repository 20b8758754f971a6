//! When frames are due. Pure.

/// The deadlines of the frames: each counts from the first, so that no delay adds up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    start_us: u64,
    frames_per_s: u64,
    /// The frame that is waited for, counted from the start.
    next: u64,
}

/// A frame that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Due {
    /// Its number, counted from the start.
    pub(super) frame: u64,
    /// Frames before it that are over before they were drawn.
    pub(super) skipped: u64,
    /// How late the frame that was waited for would have been `[µs]`.
    pub(super) late_us: u64,
}

const SECOND_US: u64 = 1_000_000;

impl Pace {
    /// `frames_per_s` frames a second, at least one; the first is due at `start_us` `[µs]`.
    pub(super) fn new(start_us: u64, frames_per_s: u32) -> Self {
        Self { start_us, frames_per_s: u64::from(frames_per_s.max(1)), next: 0 }
    }

    /// When the next frame is due `[µs]`.
    pub(super) const fn deadline_us(&self) -> u64 {
        self.start_us + (self.next * SECOND_US).div_ceil(self.frames_per_s)
    }

    /// The latest frame that is due at `now_us`; frames that it overtakes are skipped.
    pub(super) fn due(&mut self, now_us: u64) -> Option<Due> {
        let late_us = now_us.checked_sub(self.deadline_us())?;
        let frame = (now_us - self.start_us) * self.frames_per_s / SECOND_US;
        let skipped = frame - self.next;
        self.next = frame + 1;
        Some(Due { frame, skipped, late_us })
    }
}

#[cfg(test)]
mod tests {
    use super::{Due, Pace};

    #[test]
    fn deadlines_do_not_drift() {
        let mut pace = Pace::new(500, 60);
        for frame in 0..600 {
            // Every frame is drawn a little late; the next deadline does not move.
            let deadline_us = 500 + (frame * 1_000_000_u64).div_ceil(60);
            assert_eq!(pace.deadline_us(), deadline_us);
            assert_eq!(pace.due(deadline_us - 1), None);
            assert_eq!(pace.due(deadline_us + 900), Some(Due { frame, skipped: 0, late_us: 900 }));
        }
        assert_eq!(pace.deadline_us(), 10_000_500, "600 frames are 10 s");
    }

    #[test]
    fn frames_that_are_over_are_skipped_and_counted() {
        let mut pace = Pace::new(0, 100);
        assert_eq!(pace.due(9_999), Some(Due { frame: 0, skipped: 0, late_us: 9_999 }));
        assert_eq!(pace.due(20_000), Some(Due { frame: 2, skipped: 1, late_us: 10_000 }));
        assert_eq!(pace.due(20_001), None, "once each");
        assert_eq!(pace.due(1_005_000), Some(Due { frame: 100, skipped: 97, late_us: 975_000 }));
        assert_eq!(pace.deadline_us(), 1_010_000);
    }

    #[test]
    fn no_frames_a_second_is_one() {
        let mut pace = Pace::new(0, 0);
        assert!(pace.due(0).is_some());
        assert_eq!(pace.deadline_us(), 1_000_000);
    }
}
