//! The round-trip estimate and the retransmission timeout, after RFC 6298.
//!
//! Two differences: the peer's ACK_DELAY is part of every timeout, because it may wait that long before it
//! acknowledges, and the back-off ends with any progress. That is safe here, as each retransmission carries a
//! probe, whose echo gives an unambiguous sample where Karn's rule rejects that of the part itself.

use super::ACK_DELAY;
use crate::time::Duration;

/// Timeout before the first sample.
pub(crate) const RTO_INITIAL: Duration = Duration::from_millis(100);
/// Least timeout.
pub(crate) const RTO_MIN: Duration = Duration::from_millis(5);
/// Largest timeout, back-off included.
pub(crate) const RTO_MAX: Duration = Duration::from_secs(1);

/// What a clock and a scheduler may add to any round trip `[µs]`.
const GRANULARITY_US: u64 = 1_000;
/// Doublings after which [`RTO_MAX`] is reached from [`RTO_MIN`].
const BACK_OFF_MAX: u32 = 8;

/// Round-trip estimator of one link.
pub(crate) struct Rtt {
    /// Smoothed round trip and its mean deviation `[µs]`.
    estimate: Option<(u64, u64)>,
    back_off: u32,
}

impl Rtt {
    pub(crate) const fn new() -> Self {
        Self { estimate: None, back_off: 0 }
    }

    /// Smoothed round trip `[µs]`; 0 before the first sample.
    pub(crate) fn smoothed_us(&self) -> u64 {
        self.estimate.map_or(0, |(smoothed, _)| smoothed)
    }

    /// Mean deviation of the round trip `[µs]`; 0 before the first sample.
    pub(crate) fn deviation_us(&self) -> u64 {
        self.estimate.map_or(0, |(_, deviation)| deviation)
    }

    /// Takes one measured round trip.
    pub(crate) fn sample(&mut self, round_trip: Duration) {
        // A sample beyond a minute says only that a process was stopped; the bound keeps the sums small.
        let sample = round_trip.as_micros().min(60_000_000);
        self.estimate = Some(match self.estimate {
            None => (sample, sample / 2),
            Some((smoothed, deviation)) => {
                ((7 * smoothed + sample) / 8, (3 * deviation + smoothed.abs_diff(sample)) / 4)
            }
        });
        self.back_off = 0;
    }

    /// A timeout expired.
    pub(crate) fn back_off(&mut self) {
        self.back_off = (self.back_off + 1).min(BACK_OFF_MAX);
    }

    /// The peer acknowledged something new.
    pub(crate) fn progress(&mut self) {
        self.back_off = 0;
    }

    /// How long to wait for an acknowledgement before a part is sent again.
    pub(crate) fn timeout(&self) -> Duration {
        let base = match self.estimate {
            None => RTO_INITIAL,
            Some((smoothed, deviation)) => {
                let margin = (4 * deviation).max(GRANULARITY_US);
                (Duration::from_micros(smoothed + margin) + ACK_DELAY).max(RTO_MIN)
            }
        };
        Duration::from_micros(base.as_micros() << self.back_off).min(RTO_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_samples_follow_the_rfc() {
        let mut rtt = Rtt::new();
        assert_eq!(rtt.timeout(), RTO_INITIAL);
        rtt.sample(Duration::from_millis(80));
        assert_eq!((rtt.smoothed_us(), rtt.deviation_us()), (80_000, 40_000));
        rtt.sample(Duration::from_millis(40));
        assert_eq!((rtt.smoothed_us(), rtt.deviation_us()), (75_000, 40_000));
        assert_eq!(rtt.timeout(), Duration::from_millis(75 + 160) + ACK_DELAY);
    }

    #[test]
    fn the_timeout_doubles_up_to_a_second_and_falls_back_on_progress() {
        let mut rtt = Rtt::new();
        for millis in [200, 400, 800, 1_000, 1_000] {
            rtt.back_off();
            assert_eq!(rtt.timeout(), Duration::from_millis(millis));
        }
        rtt.progress();
        assert_eq!(rtt.timeout(), RTO_INITIAL);
    }

    #[test]
    fn the_timeout_has_a_floor_and_a_ceiling() {
        let mut rtt = Rtt::new();
        for _ in 0..100 {
            rtt.sample(Duration::from_micros(50));
        }
        assert_eq!(rtt.timeout(), RTO_MIN);
        rtt.sample(Duration::from_micros(u64::MAX));
        assert_eq!(rtt.timeout(), RTO_MAX);
    }
}
