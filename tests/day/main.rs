//! A day of the table in simulated time: nothing drifts, and nothing grows.
//!
//! ```text
//!   visitors (seeded): plugs, pauses, emergency stops ─┐
//!   faults: loss, a mute node, clocks that leap ───────┼─▶ Coordinator ⇄ Network ⇄ six Nodes
//!   telemetry ─────────────────────────────────────────┘
//! ```
//!
//! Every hour a visit plays the story of `scenarios/story.yaml`; in between the nodes have no host. The allocator counts
//! what is in use in this whole process, so this program holds one test only.

mod day;

use day::{Day, STEPS};
use illuminator_protocol::Duration;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use std::alloc::System;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Visits of a day.
const VISITS: u64 = 24;
/// After so many visits all buffers have the size that they keep.
const SETTLED: u64 = 2;
/// What may be more in use than at the same point of an earlier visit, for buffers that are as full as never before
/// `[bytes]`.
const GROWTH_MAX: usize = 64 * 1024;

/// What is in use now `[bytes]`.
fn in_use() -> usize {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}

#[test]
fn after_a_day_every_counter_is_exact_and_nothing_has_grown() {
    let held = std::hint::black_box(vec![1u8; 10 * GROWTH_MAX]);
    let with_it = in_use();
    drop(held);
    assert!(with_it - in_use() >= 9 * GROWTH_MAX, "what is in use is counted");

    let mut day = Day::new(20_240_620);
    let mut settled = None;
    for visit in 0..VISITS {
        let (early, late) = day.visit(visit, in_use);
        assert!(late <= early + GROWTH_MAX, "visit {visit}: {early} bytes in use early, {late} late in it");
        day.rest_until(Duration::from_secs(3600 * (visit + 1)));
        let now = in_use();
        if visit < SETTLED {
            settled = Some(now);
        }
        let settled = settled.expect("it was the first visit");
        assert!(now <= settled + GROWTH_MAX, "after visit {visit}: {now} bytes in use, {settled} at first");
    }

    for (place, counters, sessions) in day.counters() {
        let expected = VISITS * STEPS * place.stages.len() as u64;
        assert_eq!(counters.computed, expected, "each turn is computed once: {counters:?}");
        assert_eq!(counters.unreadable, 0, "{counters:?}");
        // One when the host comes, and one after each of the faults that break all sessions.
        assert!(sessions >= VISITS * 4, "only {sessions} sessions");
    }
    let injected = day.injected();
    assert!(injected.lost > 1000 && injected.muted > VISITS && injected.reordered > 1000, "{injected:?}");
    assert!(day.plugged() > VISITS * 10, "visitors plugged {} times", day.plugged());
}
