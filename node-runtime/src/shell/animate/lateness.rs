//! How late frames were, in a fixed amount of memory. Pure.
//!
//! Each lateness is counted in a bucket. Up to 32 µs a bucket is a microsecond wide, beyond that a sixteenth of the
//! power of two below it:
//!
//! ```text
//!   0 1 2 … 31 | 32-33 34-35 … 62-63 | 64-67 … 124-127 | …  up to 71 minutes
//! ```

/// Buckets per power of two: a quantile is at most a sixteenth too great.
const PER_OCTAVE: usize = 16;

/// Enough for every `u32`.
const BUCKETS: usize = PER_OCTAVE * (u32::BITS as usize - 3);

/// Counts of how late frames were.
#[derive(Clone, Debug)]
pub(super) struct Lateness {
    counts: [u64; BUCKETS],
    total: u64,
}

impl Lateness {
    /// No frame yet.
    pub(super) const fn new() -> Self {
        Self { counts: [0; BUCKETS], total: 0 }
    }

    /// Counts a frame that was this late `[µs]`. Beyond 71 minutes it counts as that.
    pub(super) fn add(&mut self, late_us: u64) {
        self.counts[bucket(u32::try_from(late_us).unwrap_or(u32::MAX))] += 1;
        self.total += 1;
    }

    /// The lateness `[µs]` that this share of the frames `[‰]` did not exceed; 0 if there was no frame.
    pub(super) fn quantile_us(&self, permille: u64) -> u32 {
        let rank = (self.total * permille).div_ceil(1000);
        let mut counted = 0;
        let found = self.counts.iter().position(|count| {
            counted += count;
            counted >= rank.max(1)
        });
        found.map_or(0, greatest_us)
    }
}

/// The bucket of a lateness `[µs]`.
const fn bucket(late_us: u32) -> usize {
    // How often its 5 highest bits have to be doubled.
    let doubled = (late_us | 1).ilog2().saturating_sub(4);
    PER_OCTAVE * doubled as usize + (late_us >> doubled) as usize
}

/// The greatest lateness `[µs]` in a bucket.
const fn greatest_us(bucket: usize) -> u32 {
    let doubled = (bucket / PER_OCTAVE).saturating_sub(1);
    let above = (bucket - PER_OCTAVE * doubled + 1) as u64;
    ((above << doubled) - 1) as u32
}

#[cfg(test)]
mod tests {
    use super::{BUCKETS, Lateness, bucket, greatest_us};
    use proptest::prelude::*;

    #[test]
    fn buckets_follow_each_other_without_a_gap() {
        assert_eq!((bucket(0), bucket(u32::MAX)), (0, BUCKETS - 1));
        assert_eq!(greatest_us(BUCKETS - 1), u32::MAX);
        for index in 1..BUCKETS {
            assert_eq!(bucket(greatest_us(index - 1) + 1), index, "the next begins behind the one before");
        }
    }

    #[test]
    fn no_frame_is_no_lateness() {
        assert_eq!(Lateness::new().quantile_us(990), 0);
    }

    #[test]
    fn one_late_frame_in_two_hundred_is_beyond_99_percent() {
        let mut lateness = Lateness::new();
        (0..199).for_each(|_| lateness.add(20));
        lateness.add(u64::MAX);
        assert_eq!((lateness.quantile_us(500), lateness.quantile_us(990)), (20, 20));
        assert_eq!(lateness.quantile_us(1000), u32::MAX);
    }

    proptest! {
        #[test]
        fn a_quantile_is_at_most_a_sixteenth_too_great(
            mut late in prop::collection::vec((0..32_u32).prop_flat_map(|bits| 0..=u32::MAX >> bits), 1..300),
            permille in 1..=1000_u64,
        ) {
            let mut lateness = Lateness::new();
            late.iter().for_each(|late_us| lateness.add(u64::from(*late_us)));
            late.sort_unstable();
            let rank = (late.len() as u64 * permille).div_ceil(1000) as usize;
            let (exact, told) = (u64::from(late[rank - 1]), u64::from(lateness.quantile_us(permille)));
            prop_assert!((exact..=exact + exact / 16).contains(&told), "{} for {}", told, exact);
        }
    }
}
