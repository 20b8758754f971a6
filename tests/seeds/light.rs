//! The light of the table's cables, under jitter and loss, with clocks that do not agree.

use crate::{NODES, Sample};
use illuminator_node::light::{CableEnd, CableView};
use illuminator_protocol::{Duration, RunId};
use illuminator_tests::tube::{EmulatedTable, Ended, Faults, Limits, Shown};
use std::collections::BTreeMap;

/// 20 % loss, and delays that jitter by 50 ms.
const JITTER: Faults = Faults {
    loss: 0.2,
    duplication: 0.0,
    corruption: 0.0,
    delay_min: Duration::from_millis(1),
    delay_max: Duration::from_millis(51),
};
/// A frame of the animation `[µs]`.
const FRAME_US: u64 = 1_000_000 / 60;
/// The clocks are measured now and then; after so long they agree `[µs]`.
const SETTLED_US: u64 = 10_000_000;

/// The day of the table, a step every 250 ms, with node clocks that are ahead by up to three seconds.
fn day(seed: u64) -> Vec<Shown> {
    let table = Sample::table();
    let mut tube = EmulatedTable::new(NODES, JITTER, seed);
    for node in 0..NODES {
        tube.set_skew(node, Duration::from_millis(node as u64 * 600));
    }
    let limits = Limits { pace: Duration::from_millis(250), ..Limits::default() };
    let ended = tube.run(&table.plan, RunId(1), limits, &mut |_, _| {});
    assert!(matches!(ended, Ended::Outcome(Ok(()))), "seed {seed}: {ended:?}");
    assert!(tube.injected().lost > 0 && tube.injected().reordered > 0, "seed {seed}");
    tube.shown().to_vec()
}

#[test]
fn both_ends_of_a_cable_move_as_one() {
    for seed in 0..10 {
        let shown = day(seed);
        // What each end takes the host's clock to be, against what it is.
        let mut errors_us: BTreeMap<u16, [Option<i64>; 2]> = BTreeMap::new();
        let mut compared = 0;
        for shown in shown.iter().filter(|shown| shown.at.as_micros() > SETTLED_US) {
            let error_us = shown.believed_us.expect("measured by now") - shown.at.as_micros() as i64;
            let ends = errors_us.entry(shown.flow.cable).or_default();
            ends[usize::from(shown.flow.at_sink)] = Some(error_us);
            if let [Some(source_us), Some(sink_us)] = *ends {
                let apart_us = source_us.abs_diff(sink_us);
                assert!(apart_us <= FRAME_US, "seed {seed}, cable {}: {apart_us} us apart", shown.flow.cable);
                compared += 1;
            }
        }
        assert!(compared > 100, "seed {seed}: {compared} comparisons");
    }
}

#[test]
fn both_ends_are_told_the_same_flow_and_each_its_own_end() {
    let shown = day(1);
    let mut told: BTreeMap<(u16, u64), Vec<Shown>> = BTreeMap::new();
    for shown in shown {
        told.entry((shown.flow.cable, shown.flow.anchor_us)).or_default().push(shown);
    }
    let cables: Vec<u16> = told.keys().map(|(cable, _)| *cable).collect();
    assert!((1..=5).all(|cable| cables.contains(&cable)), "every cable shows something");
    for ((cable, _), shown) in told {
        let [a, b] = shown[..] else { panic!("cable {cable}: told {} times", shown.len()) };
        assert_ne!(a.node, b.node, "cable {cable}");
        assert_ne!(a.flow.at_sink, b.flow.at_sink, "cable {cable}");
        let view = |shown: &Shown| CableView::from_wire(&shown.flow).expect("it can be shown").1;
        assert_eq!(view(&a).flow, view(&b).flow, "cable {cable}");
        assert!([&a, &b].iter().any(|shown| view(shown).end == CableEnd::A));
    }
}
