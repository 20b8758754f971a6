//! Sets of sequence numbers within a window: bit i stands for the i-th part of it.

/// The lowest `count` bits.
pub(crate) const fn below(count: u64) -> u64 {
    if count >= 64 { u64::MAX } else { (1 << count) - 1 }
}

/// `set` after the window has moved on by `count` parts.
pub(crate) const fn above(set: u64, count: u64) -> u64 {
    if count >= 64 { 0 } else { set >> count }
}

/// The members of `set` from the lowest to the highest.
pub(crate) fn bits(mut set: u64) -> impl Iterator<Item = u64> {
    core::iter::from_fn(move || {
        let bit = u64::from(set.trailing_zeros());
        set &= set.wrapping_sub(1);
        (bit < 64).then_some(bit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_the_word_are_no_special_case() {
        assert_eq!((below(0), below(1), below(64), below(65)), (0, 1, u64::MAX, u64::MAX));
        assert_eq!((above(u64::MAX, 0), above(u64::MAX, 63), above(u64::MAX, 64)), (u64::MAX, 1, 0));
        assert!(bits(1 | 1 << 5 | 1 << 63).eq([0, 5, 63]));
        assert_eq!(bits(0).count(), 0);
    }
}
