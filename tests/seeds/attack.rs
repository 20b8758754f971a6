//! Somebody who sees every datagram and sends what he likes changes nothing of a run but the counters of what is
//! dropped: not the result, not a moment of its time, not what nodes and coordinator count and measure.

use super::{NODES, ROUGH, STEPS, Sample};
use illuminator::view::NodeHealth;
use illuminator_protocol::{Duration, RunId};
use illuminator_tests::samples::Result;
use illuminator_tests::tube::{EmulatedTable, Ended, Faults, Limits};

/// A network on which everything arrives after so long, so that what an attacker has nodes answer (the short refusals
/// of strangers) moves nothing else.
const EVEN: Faults =
    Faults { delay_min: Duration::from_millis(3), delay_max: Duration::from_millis(3), ..Faults::NONE };

#[test]
fn hostile_datagrams_change_no_counter_but_those_of_drops() {
    let table = Sample::table();
    let calm = run(&table, EmulatedTable::new(NODES, EVEN, 1));
    for seed in 0..4 {
        let mut attacked = EmulatedTable::new(NODES, EVEN, 1);
        attacked.attack(seed);
        let attacked = run(&table, attacked);
        assert_eq!(attacked.now(), calm.now());
        assert_eq!(attacked.counters(), calm.counters(), "what nodes count");
        assert_eq!(attacked.links(), calm.links(), "what nodes count and measure of their links");
        assert_eq!(told(&attacked), told(&calm), "what the coordinator counts and measures");
        were_dropped(&attacked, 0);
    }
}

#[test]
fn hostile_datagrams_change_no_byte_on_a_bad_network() {
    let table = Sample::table();
    for seed in 0..4 {
        let mut attacked = EmulatedTable::new(NODES, ROUGH, seed);
        attacked.attack(seed);
        let attacked = run(&table, attacked);
        assert!(attacked.injected().lost > 100, "the network was bad");
        assert!(attacked.counters().iter().all(|node| node.computed == STEPS), "each turn is computed once");
        // One that came before its session and was not taken then may be taken when it is sent again.
        were_dropped(&attacked, NODES as u64);
    }
}

fn run(table: &Sample, mut tube: EmulatedTable) -> EmulatedTable {
    let mut result = Result::new(&table.scenario, &table.plan);
    let mut row = |step, values: &_| result.row(step, values);
    let ended = tube.run(&table.plan, RunId(1), Limits::default(), &mut row);
    assert!(matches!(ended, Ended::Outcome(Ok(()))), "{ended:?}");
    assert!(result.bytes == table.expected, "the result differs");
    tube
}

/// Each hostile datagram was counted as dropped, at the host and at nodes, but for so many.
fn were_dropped(tube: &EmulatedTable, but: u64) {
    let (arrived, counted) = tube.attacked();
    for (arrived, counted) in arrived.into_iter().zip(counted) {
        assert!(counted <= arrived && arrived - counted <= but, "{arrived} arrived, {counted} were dropped");
        assert!(arrived > 10 * STEPS * NODES as u64, "{arrived} arrived");
    }
}

/// All but the drops.
fn told(tube: &EmulatedTable) -> Vec<NodeHealth> {
    let health = tube.health().to_vec();
    health.into_iter().map(|health| NodeHealth { dropped: 0, ..health }).collect()
}
