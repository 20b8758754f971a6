//! What the status LED says.

/// How a node is, as its status LED says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeLight {
    /// No host is heard: on and off, once a second.
    NoHost,
    /// A host is heard: on, with a gap of 100 ms every two seconds.
    Connected,
    /// "It is me": on and off, five times a second.
    Identify,
    /// Something is wrong here: two short flashes every two seconds.
    Fault,
    /// Everything stands still: on.
    EmergencyStop,
}

/// A light that repeats itself: it changes at these times `[µs]` of its period, and is on from the first.
struct Pattern {
    period_us: u64,
    changes_us: &'static [u64],
}

impl NodeLight {
    const fn pattern(self) -> Pattern {
        let (period_us, changes_us): (u64, &[u64]) = match self {
            Self::NoHost => (1_000_000, &[0, 500_000]),
            Self::Connected => (2_000_000, &[0, 1_900_000]),
            Self::Identify => (200_000, &[0, 100_000]),
            Self::Fault => (2_000_000, &[0, 150_000, 350_000, 500_000]),
            Self::EmergencyStop => (1_000_000, &[0]),
        };
        Pattern { period_us, changes_us }
    }
}

/// Whether the status LED is on at `now_us` `[µs]`.
pub fn status_level(light: NodeLight, now_us: u64) -> bool {
    let Pattern { period_us, changes_us } = light.pattern();
    let phase_us = now_us % period_us;
    changes_us.iter().filter(|at_us| **at_us <= phase_us).count() % 2 == 1
}

/// When the status LED changes next after `now_us` `[µs]`; `None` if it is steady.
pub fn next_change_us(light: NodeLight, now_us: u64) -> Option<u64> {
    let Pattern { period_us, changes_us } = light.pattern();
    if changes_us.len() < 2 {
        return None;
    }
    let phase_us = now_us % period_us;
    let next_us = changes_us.iter().copied().find(|at_us| *at_us > phase_us).unwrap_or(period_us);
    Some(now_us.saturating_add(next_us - phase_us))
}

#[cfg(test)]
mod tests {
    use super::NodeLight::{Connected, EmergencyStop, Fault, Identify, NoHost};
    use super::{next_change_us, status_level};
    use proptest::prelude::*;
    use proptest::sample::select;

    /// Two seconds, a character for 50 ms.
    #[test]
    fn lights_look_as_described() {
        let two_seconds = |light| -> String {
            (0..40).map(|index| if status_level(light, index * 50_000) { '#' } else { '.' }).collect()
        };
        assert_eq!(two_seconds(NoHost), "##########..........##########..........");
        assert_eq!(two_seconds(Connected), "######################################..");
        assert_eq!(two_seconds(Identify), "##..##..##..##..##..##..##..##..##..##..");
        assert_eq!(two_seconds(Fault), "###....###..............................");
        assert_eq!(two_seconds(EmergencyStop), "########################################");
        assert_eq!(next_change_us(EmergencyStop, 7), None);
    }

    proptest! {
        #[test]
        fn the_next_change_is_one_and_the_next(
            light in select(&[NoHost, Connected, Identify, Fault][..]), now_us in 0..u64::MAX / 2, share in 0.0..1.0_f64,
        ) {
            let next_us = next_change_us(light, now_us).unwrap();
            prop_assert!(next_us > now_us);
            let before_us = now_us + ((next_us - 1 - now_us) as f64 * share) as u64;
            prop_assert_eq!(status_level(light, before_us), status_level(light, now_us));
            prop_assert_ne!(status_level(light, next_us), status_level(light, now_us));
        }
    }
}
