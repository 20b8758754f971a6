//! Whole tables in simulated time: for every seed the result bytes are those of a run in one process.
//!
//! `ILLUMINATOR_SEEDS=N` runs seeds 0 to N-1 (300 unless given); `ILLUMINATOR_SEED=S` runs only seed S. A
//! failing seed is named with the command that runs it again.

mod light;

use illuminator::plan::{self, Placement, TablePlan};
use illuminator::scenario::Scenario;
use illuminator_protocol::{DropReason, Duration, RunId};
use illuminator_tests::samples::{Result, local_result, scenario};
use illuminator_tests::tube::{EmulatedTable, Ended, Faults, Limits};
use std::sync::atomic::{AtomicU64, Ordering};

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
fn every_seed_gives_the_bytes_of_the_lossless_run() {
    let table = Sample::table();
    let seeds = match std::env::var("ILLUMINATOR_SEED") {
        Ok(seed) => vec![seed.parse().expect("ILLUMINATOR_SEED is a number")],
        Err(_) => {
            let count = std::env::var("ILLUMINATOR_SEEDS").unwrap_or_else(|_| "300".to_owned());
            (0..count.parse().expect("ILLUMINATOR_SEEDS is a number")).collect::<Vec<u64>>()
        }
    };
    let next = AtomicU64::new(0);
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(&seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed) as usize) {
                    let again = format!(
                        "seed {seed} failed; again: ILLUMINATOR_SEED={seed} cargo test -p illuminator-tests --test seeds"
                    );
                    let outcome = std::panic::catch_unwind(|| table.check(seed));
                    assert!(outcome.is_ok(), "{again}");
                }
            });
        }
    });
}

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

    /// One seed: a first run whose host vanishes half way, then a whole run into which the datagrams of the
    /// first are replayed.
    fn check(&self, seed: u64) {
        let mut tube = EmulatedTable::new(NODES, ROUGH, seed);
        // In every fourth seed one node's answers are lost for so long that its session breaks.
        let mute = seed.is_multiple_of(4);
        if mute {
            tube.mute_often(seed as usize / 4 % NODES, STEPS / 3, Duration::from_secs(3));
        }
        let half = Limits { abandon_after: STEPS / 2, ..Limits::default() };
        let ended = tube.run_and_keep(&self.plan, RunId(2 * seed + 1), half, &mut |_, _| {});
        assert!(matches!(ended, Ended::Abandoned), "the first run: {ended:?}");
        let computed_before: u64 = tube.counters().iter().map(|node| node.computed).sum();

        let mut result = Result::new(&self.scenario, &self.plan);
        let mut next = 0;
        let ended = tube.run(&self.plan, RunId(2 * seed + 2), Limits::default(), &mut |step, values| {
            assert_eq!(step, next, "rows come in order, each once");
            next += 1;
            result.row(step, values);
        });
        assert!(matches!(ended, Ended::Outcome(Ok(()))), "the second run: {ended:?}");
        assert!(result.bytes == self.expected, "the result differs from the lossless run's");

        let computed: u64 = tube.counters().iter().map(|node| node.computed).sum();
        assert_eq!(computed - computed_before, NODES as u64 * STEPS, "each turn is computed once");
        let injected = tube.injected();
        assert!(injected.lost > 0, "{injected:?}");
        assert!(injected.duplicated > 0, "{injected:?}");
        assert!(injected.reordered > 0, "{injected:?}");
        assert!(injected.corrupted > 0, "{injected:?}");
        assert!(injected.replayed > 100, "{injected:?}");
        assert_eq!(mute, injected.muted > 0, "{injected:?}");
        let dropped: u64 = tube.drops().iter().map(|drops| drops.get(DropReason::Session)).sum();
        assert!(dropped > 50, "replayed frames of the first run reached the nodes and were dropped");
    }
}
