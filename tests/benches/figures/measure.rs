//! Time and medians.

use illuminator_node::shell::Clock;

/// Runs `work` and says how long it took [s].
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
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}
