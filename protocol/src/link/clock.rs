//! The clock offset between the peers, from four timestamps as in NTP.
//!
//! ```text
//!   own clock     left ----------------------> now     delay  = (now - left) - (returned - arrived)
//!                     \                      /         offset = ((arrived - left) + (returned - now)) / 2
//!   peer's clock       arrived ---> returned
//! ```
//!
//! Each way is taken alone: what arrived with the least delay there says how far the peer's clock is ahead at most, and
//! what came with the least delay back says how far at least. The truth lies between; jitter needs to spare only one
//! datagram each way, not both of one round trip.

use super::body::Echo;
use crate::time::{Duration, Instant};

/// Samples kept: at one probe every 250 ms, those of 16 seconds. The more there are, the surer one of them met no
/// queue; and in that time crystals drift apart by no more than a millisecond or two.
const SAMPLES: usize = 64;

/// The peer's clock minus ours `[µs]`, each with the delay of one way in it.
#[derive(Clone, Copy)]
struct Sample {
    /// At most, by the way there.
    there: i64,
    /// At least, by the way back.
    back: i64,
}

/// Minimum-delay filter over the last samples, for each way.
pub(crate) struct ClockFilter {
    samples: [Option<Sample>; SAMPLES],
    next: usize,
}

impl ClockFilter {
    pub(crate) const fn new() -> Self {
        Self { samples: [None; SAMPLES], next: 0 }
    }

    /// Takes an echo that arrived now; returns the round trip without the time that the peer held the probe.
    ///
    /// An echo of the future is ignored: the peer may be mistaken, but is not to confuse us.
    pub(crate) fn sample(&mut self, now: Instant, echo: &Echo) -> Option<Duration> {
        let away = now.as_micros().checked_sub(echo.left)?;
        let held = echo.returned.checked_sub(echo.arrived)?;
        let delay = Duration::from_micros(away.checked_sub(held)?);
        // The zeros of both clocks are arbitrary: differences wrap.
        let there = echo.arrived.wrapping_sub(echo.left) as i64;
        let back = echo.returned.wrapping_sub(now.as_micros()) as i64;
        self.samples[self.next] = Some(Sample { there, back });
        self.next = (self.next + 1) % SAMPLES;
        Some(delay)
    }

    /// The peer's clock minus ours `[µs]`; `None` before the first echo.
    pub(crate) fn offset_us(&self) -> Option<i64> {
        let zero = self.samples.iter().flatten().next()?.there;
        // Near to each other, wherever they are: compared and halved relative to one of them.
        let samples = || self.samples.iter().flatten();
        let most = samples().map(|sample| sample.there.wrapping_sub(zero)).min()?;
        let least = samples().map(|sample| sample.back.wrapping_sub(zero)).max()?;
        Some(zero.wrapping_add(least / 2 + most / 2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_delay_of_each_way_wins() {
        let mut filter = ClockFilter::new();
        assert_eq!(filter.offset_us(), None);
        // The peer is 5,000 µs ahead. 9,000 µs there and 1,000 µs back:
        let slow_there = Echo { left: 1_000, arrived: 15_000, returned: 16_000 };
        let now = Instant::from_micros(12_000);
        assert_eq!(filter.sample(now, &slow_there), Some(Duration::from_micros(10_000)));
        assert_eq!(filter.offset_us(), Some(9_000));
        // 300 µs there and 5,100 µs back:
        let slow_back = Echo { left: 20_000, arrived: 25_300, returned: 26_300 };
        let now = Instant::from_micros(26_400);
        assert_eq!(filter.sample(now, &slow_back), Some(Duration::from_micros(5_400)));
        assert_eq!(filter.offset_us(), Some(5_000 + (300 - 1_000) / 2));
    }

    #[test]
    fn impossible_echoes_are_ignored() {
        let mut filter = ClockFilter::new();
        for (left, arrived, returned) in [(101, 0, 0), (0, 5, 4), (90, 0, 11)] {
            let echo = Echo { left, arrived, returned };
            assert_eq!(filter.sample(Instant::from_micros(100), &echo), None);
        }
        assert_eq!(filter.offset_us(), None);
    }

    #[test]
    fn clocks_with_far_zeros_do_not_overflow() {
        let mut filter = ClockFilter::new();
        let echo = Echo { left: 0, arrived: u64::MAX, returned: u64::MAX };
        assert!(filter.sample(Instant::from_micros(2), &echo).is_some());
        // Half-way, at 1 by our clock, it was -1 by the peer's.
        assert_eq!(filter.offset_us(), Some(-2));
    }
}
