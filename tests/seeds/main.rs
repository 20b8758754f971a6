//! Whole tables in simulated time: whatever happens, the result bytes are those of a run in one process.

mod attack;
mod light;
mod plans;
mod snapshots;

use illuminator::plan::{self, Placement, TablePlan};
use illuminator::scenario::Scenario;
use illuminator_protocol::{Duration, RunId};
use illuminator_tests::samples::{Result, local_result, scenario};
use illuminator_tests::tube::{EmulatedTable, Ended, Faults, Limits};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use std::alloc::System;

/// 20 % loss, 20 % duplication, 1 to 120 ms of delay with reordering, and now and then a flipped bit.
const ROUGH: Faults = Faults {
    loss: 0.2,
    duplication: 0.2,
    corruption: 0.01,
    delay_min: Duration::from_millis(1),
    delay_max: Duration::from_millis(120),
};
const NODES: usize = 6;
const STEPS: u64 = 96;

#[test]
fn the_same_seed_gives_the_same_datagrams() {
    let table = Sample::table();
    let run = |seed| {
        let mut tube = EmulatedTable::new(NODES, ROUGH, seed);
        let ended = tube.run(&table.plan, RunId(1), Limits::default(), &mut |_, _| {});
        assert!(matches!(ended, Ended::Outcome(Ok(()))), "{ended:?}");
        (tube.now(), tube.injected())
    };
    assert_eq!(run(5), run(5));
    assert_ne!(run(5), run(6));
}

#[test]
fn a_perfect_network_needs_no_repetition() {
    let table = Sample::table();
    let mut tube = EmulatedTable::new(NODES, Faults::NONE, 1);
    let mut result = Result::new(&table.scenario, &table.plan);
    let ended =
        tube.run(&table.plan, RunId(1), Limits::default(), &mut |step, values| result.row(step, values));
    assert!(matches!(ended, Ended::Outcome(Ok(()))), "{ended:?}");
    assert_eq!(result.bytes, table.expected);
    assert!(
        tube.counters().iter().all(|node| node.computed == STEPS && node.repeated == 0 && node.stale == 0)
    );
}

/// A node whose answers are lost for so long that its session breaks comes back with its state. What it was
/// asked is asked again, and it answers from its cache what it had computed.
#[test]
fn a_node_that_was_mute_goes_on_where_it_was() {
    let table = Sample::table();
    for node in 0..NODES {
        let mut tube = EmulatedTable::new(NODES, ROUGH, node as u64);
        tube.mute_often(node, 16, Duration::from_secs(3));
        let mut result = Result::new(&table.scenario, &table.plan);
        let ended =
            tube.run(&table.plan, RunId(1), Limits::default(), &mut |step, values| result.row(step, values));
        assert!(matches!(ended, Ended::Outcome(Ok(()))), "node {node}: {ended:?}");
        assert!(result.bytes == table.expected, "node {node}: the result differs");
        assert!(tube.injected().muted > 10, "node {node}: it was mute");
        let counters = tube.counters();
        assert!(counters[node].repeated > 0, "node {node}: it was asked again, {:?}", counters[node]);
        assert!(counters.iter().all(|counters| counters.computed == STEPS), "each turn is computed once");
    }
}

#[test]
fn models_spread_over_any_number_of_nodes_give_the_same_bytes() {
    for path in ["scenarios/table.yaml", "scenarios/house.yaml", "scenarios/battery_day.yaml"] {
        let scenario = scenario(path);
        let expected = local_result(&scenario);
        for count in 1..=8 {
            let placement = Placement::simulated(&scenario, count);
            let plan = plan::plan(&scenario, &placement, &[]).expect("few stages");
            let mut tube = EmulatedTable::new(placement.nodes.len(), Faults::NONE, 1);
            let mut result = Result::new(&scenario, &plan);
            let ended =
                tube.run(&plan, RunId(1), Limits::default(), &mut |step, values| result.row(step, values));
            assert!(matches!(ended, Ended::Outcome(Ok(()))), "{path} on {count}: {ended:?}");
            assert!(result.bytes == expected, "{path} on {count} nodes differs");
        }
    }
}

/// The table's scenario, its plan and what its result must be.
struct Sample {
    scenario: Scenario,
    plan: TablePlan,
    expected: Vec<u8>,
}

impl Sample {
    fn table() -> Self {
        let scenario = scenario("scenarios/table.yaml");
        assert_eq!(scenario.steps, STEPS);
        let placement = Placement::from_connect(&scenario).expect("the table is placed");
        assert_eq!(placement.nodes.len(), NODES);
        let plan = plan::plan(&scenario, &placement, &[]).expect("few stages");
        let expected = local_result(&scenario);
        Self { scenario, plan, expected }
    }
}

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// What is in use in this process now `[bytes]`.
fn in_use() -> usize {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated.saturating_sub(stats.bytes_deallocated)
}
