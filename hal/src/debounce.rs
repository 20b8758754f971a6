//! From the noise of a contact to one change. Pure.
//!
//! ```text
//!   level   ▁▁▁▁▔▁▔▁▁▔▔▔▔▔▔▔▔▔▔▔▁▔▔▔
//!   told             settle_us ▲ active
//! ```
//!
//! Invariants: a level is told only after it stayed for the settling time, with no edge within, unless it is assumed;
//! each change once; the level told is never the one told before.

/// Tells the stable levels of an input. Inactive until shown otherwise.
#[derive(Clone, Copy, Debug)]
pub struct Debounce {
    settle_us: u64,
    /// The last level told.
    stable: bool,
    /// The last level seen.
    seen: bool,
    /// Since when the level seen has differed from the stable one, without an edge `[µs]`.
    since_us: Option<u64>,
}

impl Debounce {
    /// A level counts when it stayed for `settle_us` `[µs]`.
    pub const fn new(settle_us: u64) -> Self {
        Self { settle_us, stable: false, seen: false, since_us: None }
    }

    /// An edge was seen at `now_us` `[µs]`, and `level` after it. The settling begins anew even where the level is
    /// the one before: there were two edges, then.
    pub fn edge(&mut self, level: bool, now_us: u64) {
        self.seen = level;
        self.since_us = (level != self.stable).then_some(now_us);
    }

    /// The level was looked at, without an edge that is known of: one may have been missed.
    pub fn sample(&mut self, level: bool, now_us: u64) {
        if level != self.seen {
            self.edge(level, now_us);
        }
    }

    /// Takes this level for the stable one at once, because the input cannot be read. Returns whether that is a change.
    /// What the input shows afterwards counts when it stayed, as ever.
    pub fn assume(&mut self, level: bool) -> bool {
        let before = self.stable;
        (self.stable, self.seen, self.since_us) = (level, level, None);
        before != level
    }

    /// The new stable level, once.
    pub fn poll(&mut self, now_us: u64) -> Option<bool> {
        let since_us = self.since_us?;
        if now_us.saturating_sub(since_us) < self.settle_us {
            return None;
        }
        self.since_us = None;
        self.stable = self.seen;
        Some(self.stable)
    }

    /// When [`poll`](Self::poll) wants to be called `[µs]`; `None` if not before the next edge.
    pub const fn poll_timeout(&self) -> Option<u64> {
        match self.since_us {
            Some(since_us) => Some(since_us.saturating_add(self.settle_us)),
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Debounce;
    use proptest::prelude::*;

    /// Plays edges `[µs after the one before, level]` and tells what was reported, and when.
    fn play(settle_us: u64, edges: &[(u64, bool)]) -> Vec<(u64, bool)> {
        let mut debounce = Debounce::new(settle_us);
        let mut told = Vec::new();
        let mut now_us = 0;
        for (after_us, level) in edges {
            now_us += after_us;
            // A thread that waits for the deadline at most is there before an edge behind it.
            if let Some(deadline_us) = debounce.poll_timeout().filter(|deadline_us| *deadline_us < now_us) {
                told.extend(debounce.poll(deadline_us).map(|level| (deadline_us, level)));
            }
            debounce.edge(*level, now_us);
        }
        if let Some(deadline_us) = debounce.poll_timeout() {
            assert_eq!(debounce.poll(deadline_us - 1), None, "not before its time");
            told.extend(debounce.poll(deadline_us).map(|level| (deadline_us, level)));
        }
        assert_eq!(debounce.poll(u64::MAX), None, "once each");
        told
    }

    proptest! {
        #[test]
        fn a_bouncing_contact_is_one_change(
            settle_us in 2_u64..50_000, gaps in prop::collection::vec(0.0..1.0_f64, 0..100),
        ) {
            // Back and forth faster than the settling time; the last edge is to active.
            let bounce = gaps.iter().map(|share| (share * (settle_us - 1) as f64) as u64);
            let edges: Vec<_> = bounce.clone().zip((0..).map(|index| (gaps.len() - index) % 2 == 0)).collect();
            let edges: Vec<_> = edges.into_iter().chain([(settle_us - 1, true)]).collect();
            let last_us: u64 = edges.iter().map(|(after_us, _)| after_us).sum();
            prop_assert_eq!(play(settle_us, &edges), [(last_us + settle_us, true)]);
        }

        #[test]
        fn only_what_was_stable_is_told(
            settle_us in 1_u64..20, edges in prop::collection::vec((0_u64..40, any::<bool>()), 0..60),
        ) {
            let mut at_us = 0;
            let times: Vec<_> = edges.iter().map(|(after_us, level)| { at_us += after_us; (at_us, *level) }).collect();
            let mut before = false;
            for (told_us, level) in play(settle_us, &edges) {
                prop_assert_ne!(level, before, "each change once");
                before = level;
                let begun_us = told_us - settle_us;
                let last = times.iter().rfind(|(edge_us, _)| *edge_us <= begun_us);
                prop_assert_eq!(last, Some(&(begun_us, level)), "it began then");
                let within = times.iter().any(|(edge_us, _)| (begun_us + 1..told_us).contains(edge_us));
                prop_assert!(!within, "an edge while it settled");
            }
            // What stays in the end is told in the end.
            prop_assert_eq!(before, times.last().is_some_and(|(_, level)| *level));
        }
    }

    #[test]
    fn a_look_finds_a_missed_edge_and_disturbs_nothing_else() {
        let mut debounce = Debounce::new(100);
        debounce.sample(true, 1_000);
        debounce.sample(true, 1_050);
        assert_eq!((debounce.poll_timeout(), debounce.poll(1_099)), (Some(1_100), None));
        assert_eq!(debounce.poll(1_100), Some(true));
        debounce.sample(true, 2_000);
        assert_eq!((debounce.poll_timeout(), debounce.poll(9_000)), (None, None));
    }

    #[test]
    fn a_pulse_shorter_than_the_settling_time_is_nothing() {
        assert_eq!(play(100, &[(0, true), (99, false)]), []);
        assert_eq!(
            play(1, &[(5, true), (9, false)]),
            [(6, true), (15, false)],
            "a longer one is two changes"
        );
    }

    #[test]
    fn extreme_times_do_no_harm() {
        let mut unsettled = Debounce::new(0);
        unsettled.edge(true, 7);
        assert_eq!(
            (unsettled.poll_timeout(), unsettled.poll(7)),
            (Some(7), Some(true)),
            "every level counts"
        );
        let mut debounce = Debounce::new(u64::MAX);
        debounce.edge(true, u64::MAX);
        assert_eq!((debounce.poll(0), debounce.poll_timeout()), (None, Some(u64::MAX)));
    }
}
