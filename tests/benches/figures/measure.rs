//! Time, medians and other quantiles.

use illuminator::shell::{OutputError, StepObserver};
use illuminator_node::model::Slots;
use illuminator_node::shell::Clock;

/// Runs `work` and says how long it took `[s]`.
pub(crate) fn seconds<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let clock = Clock::start();
    let result = work();
    (clock.now().as_micros() as f64 / 1e6, result)
}

/// The middle of the samples.
///
/// # Panics
/// If there are none.
pub(crate) fn median(samples: &[f64]) -> f64 {
    quantile(samples, 500)
}

/// What so many `[‰]` of the samples do not exceed.
///
/// # Panics
/// If there are none.
pub(crate) fn quantile(samples: &[f64], permille: usize) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[(sorted.len() * permille).div_ceil(1000) - 1]
}

/// Times the steps of a run, but those at its start.
pub(crate) struct Stopwatch {
    clock: Clock,
    /// The steps at whose ends the time is taken.
    first: u64,
    last: u64,
    first_us: u64,
    last_us: u64,
}

impl Stopwatch {
    /// Times the steps after `first` up to `last`.
    pub(crate) fn new(first: u64, last: u64) -> Self {
        assert!(first < last, "there is a step to time");
        Self { clock: Clock::start(), first, last, first_us: 0, last_us: 0 }
    }

    /// Mean time of a step `[us]`, once the run is over.
    pub(crate) fn us_per_step(&self) -> f64 {
        (self.last_us - self.first_us) as f64 / (self.last - self.first) as f64
    }
}

impl StepObserver for Stopwatch {
    fn step(&mut self, step: u64, _values: &Slots) -> Result<(), OutputError> {
        if step == self.first {
            self.first_us = self.clock.now().as_micros();
        } else if step == self.last {
            self.last_us = self.clock.now().as_micros();
        }
        Ok(())
    }
}
