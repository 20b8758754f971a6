//! How often somebody may be wrong. Pure: the time is an argument.

use std::collections::BTreeMap;
use std::net::IpAddr;

/// So many mistakes at once are forgiven.
const AT_ONCE: u64 = 5;
/// One more is after this time `[µs]`.
const EVERY_US: u64 = 10_000_000;
/// Most addresses that are remembered.
const ADDRESSES_MAX: usize = 1_024;

/// Counts the mistakes of each address.
#[derive(Debug, Default)]
pub(super) struct Limiter {
    /// When the mistakes of an address are forgotten `[µs]`.
    forgotten_us: BTreeMap<IpAddr, u64>,
}

impl Limiter {
    /// Whether an address may try now; if not, after how many seconds.
    pub(super) fn may_try(&self, now_us: u64, from: IpAddr) -> Result<(), u64> {
        let until_us = self.forgotten_us.get(&from).copied().unwrap_or(0);
        let over_us = until_us.saturating_sub(now_us + (AT_ONCE - 1) * EVERY_US);
        if over_us == 0 { Ok(()) } else { Err(over_us.div_ceil(1_000_000)) }
    }

    /// An address was wrong. Where too many are remembered, those whose mistakes are forgotten first make room.
    pub(super) fn wrong(&mut self, now_us: u64, from: IpAddr) {
        self.forgotten_us.retain(|_, until_us| *until_us > now_us);
        if self.forgotten_us.len() >= ADDRESSES_MAX && !self.forgotten_us.contains_key(&from) {
            let first = self.forgotten_us.iter().min_by_key(|(_, until_us)| **until_us);
            if let Some(address) = first.map(|(&address, _)| address) {
                self.forgotten_us.remove(&address);
            }
        }
        let until_us = self.forgotten_us.entry(from).or_insert(now_us);
        *until_us = (*until_us).max(now_us) + EVERY_US;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_mistakes_are_forgiven_and_then_one_every_ten_seconds() {
        let (mut limiter, me, other) =
            (Limiter::default(), IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        for mistake in 0..AT_ONCE {
            assert_eq!(limiter.may_try(0, me), Ok(()), "{mistake}");
            limiter.wrong(0, me);
        }
        assert_eq!((limiter.may_try(0, me), limiter.may_try(0, other)), (Err(10), Ok(())));
        assert_eq!((limiter.may_try(9_000_000, me), limiter.may_try(EVERY_US, me)), (Err(1), Ok(())));
        limiter.wrong(EVERY_US, me);
        assert!(limiter.may_try(EVERY_US, me).is_err());
        assert_eq!(limiter.may_try(100 * EVERY_US, me), Ok(()));
    }

    #[test]
    fn any_number_of_addresses_takes_bounded_room() {
        let mut limiter = Limiter::default();
        (0..100_000_u32).for_each(|number| limiter.wrong(number.into(), IpAddr::from(number.to_be_bytes())));
        assert_eq!(limiter.forgotten_us.len(), ADDRESSES_MAX);
    }
}
