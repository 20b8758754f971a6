//! How often somebody may do something: be wrong, or command. Pure: the time is an argument.

use std::collections::BTreeMap;
use std::net::IpAddr;

/// Most addresses that are remembered.
const ADDRESSES_MAX: usize = 1_024;

/// How often.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rate {
    /// So many times at once.
    pub(super) at_once: u64,
    /// And once more after this time `[µs]`.
    pub(super) every_us: u64,
}

/// Counts what each address does.
#[derive(Debug)]
pub(super) struct Limiter {
    rate: Rate,
    /// When all that an address has done is forgotten `[µs]`.
    forgotten_us: BTreeMap<IpAddr, u64>,
}

impl Limiter {
    /// Nobody has done anything yet.
    pub(super) const fn new(rate: Rate) -> Self {
        Self { rate, forgotten_us: BTreeMap::new() }
    }

    /// Whether an address may do it now; if not, after how many seconds.
    pub(super) fn may(&self, now_us: u64, from: IpAddr) -> Result<(), u64> {
        let until_us = self.forgotten_us.get(&from).copied().unwrap_or(0);
        let over_us = until_us.saturating_sub(now_us + (self.rate.at_once - 1) * self.rate.every_us);
        if over_us == 0 { Ok(()) } else { Err(over_us.div_ceil(1_000_000)) }
    }

    /// An address has done it. Where too many are remembered, those that are forgotten first make room.
    pub(super) fn done(&mut self, now_us: u64, from: IpAddr) {
        self.forgotten_us.retain(|_, until_us| *until_us > now_us);
        if self.forgotten_us.len() >= ADDRESSES_MAX && !self.forgotten_us.contains_key(&from) {
            let first = self.forgotten_us.iter().min_by_key(|(_, until_us)| **until_us);
            if let Some(address) = first.map(|(&address, _)| address) {
                self.forgotten_us.remove(&address);
            }
        }
        let until_us = self.forgotten_us.entry(from).or_insert(now_us);
        *until_us = (*until_us).max(now_us) + self.rate.every_us;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY_US: u64 = 10_000_000;
    const RATE: Rate = Rate { at_once: 5, every_us: EVERY_US };

    #[test]
    fn five_at_once_and_then_one_every_ten_seconds() {
        let (mut limiter, me, other) =
            (Limiter::new(RATE), IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        for time in 0..RATE.at_once {
            assert_eq!(limiter.may(0, me), Ok(()), "{time}");
            limiter.done(0, me);
        }
        assert_eq!((limiter.may(0, me), limiter.may(0, other)), (Err(10), Ok(())));
        assert_eq!((limiter.may(9_000_000, me), limiter.may(EVERY_US, me)), (Err(1), Ok(())));
        limiter.done(EVERY_US, me);
        assert!(limiter.may(EVERY_US, me).is_err());
        assert_eq!(limiter.may(100 * EVERY_US, me), Ok(()));
    }

    #[test]
    fn any_number_of_addresses_takes_bounded_room() {
        let mut limiter = Limiter::new(RATE);
        (0..100_000_u32).for_each(|number| limiter.done(number.into(), IpAddr::from(number.to_be_bytes())));
        assert_eq!(limiter.forgotten_us.len(), ADDRESSES_MAX);
    }
}
