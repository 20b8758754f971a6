//! How fast a run is. Pure: the time is an argument.

use std::collections::VecDeque;

/// Over how long a speed is measured `[µs]`.
const OVER_US: u64 = 1_000_000;
/// Most samples that are kept.
const SAMPLES_MAX: usize = 64;

/// Counts the steps of the last second.
#[derive(Clone, Debug, Default)]
pub struct Speed {
    /// When so many steps were done.
    samples: VecDeque<(u64, u64)>,
}

impl Speed {
    /// So many steps are done now. Gives steps per second over the last second, or since the first sample; fewer steps
    /// than before begin anew.
    pub fn at(&mut self, now_us: u64, done: u64) -> f64 {
        if self.samples.back().is_some_and(|&(_, before)| done < before) {
            self.samples.clear();
        }
        self.samples.push_back((now_us, done));
        // The first one that is kept is the last before that second began.
        while self.samples.len() > SAMPLES_MAX
            || self.samples.get(1).is_some_and(|&(at_us, _)| at_us + OVER_US <= now_us)
        {
            self.samples.pop_front();
        }
        let &(since_us, before) = self.samples.front().unwrap_or(&(now_us, done));
        match now_us.saturating_sub(since_us) {
            0 => 0.0,
            elapsed_us => (done - before) as f64 * 1e6 / elapsed_us as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Speed;

    #[test]
    fn a_speed_is_that_of_the_last_second() {
        let mut speed = Speed::default();
        assert_eq!(speed.at(0, 0), 0.0);
        assert_eq!(speed.at(500_000, 50), 100.0);
        let last = (6..=21).map(|tenth| speed.at(tenth * 100_000, 50)).last();
        assert_eq!(last, Some(0.0), "it stands still");
        assert_eq!(speed.at(2_200_000, 10), 0.0, "another run");
        assert_eq!(speed.at(2_300_000, 11), 10.0);
    }
}
