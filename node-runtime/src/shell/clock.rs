//! The monotonic clock as transport time.

use illuminator_protocol::Instant;
use std::time::Duration;

/// Counts transport time from the moment it was made.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: std::time::Instant,
}

impl Clock {
    /// A clock that shows zero now.
    #[expect(clippy::disallowed_methods, reason = "this is the one place where the clock is read")]
    pub fn start() -> Self {
        Self { start: std::time::Instant::now() }
    }

    /// The time now.
    #[expect(clippy::disallowed_methods, reason = "this is the one place where the clock is read")]
    pub fn now(&self) -> Instant {
        Instant::from_micros(std::time::Instant::now().duration_since(self.start).as_micros() as u64)
    }

    /// A transport time as the operating system's. Times beyond a day are a day away: whoever waits for
    /// them looks again then.
    pub fn system(&self, at: Instant) -> std::time::Instant {
        const DAY_US: u64 = 86_400_000_000;
        let from_now = at.as_micros().saturating_sub(self.now().as_micros()).min(DAY_US);
        self.start + Duration::from_micros(self.now().as_micros() + from_now)
    }
}
