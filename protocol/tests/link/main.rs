//! The link over a bad network, in simulated time: what was sent arrives, once and in order.

mod handshake;
mod hostile;
mod net;

use illuminator_protocol::{DropReason, Duration, initiator, responder};
use net::{Faults, Net};
use proptest::prelude::*;

const BAD: Faults = Faults { loss: 20, duplication: 20, corruption: 5, delay_us: (1_000, 120_000) };
const GOOD: Faults = Faults { loss: 0, duplication: 0, corruption: 0, delay_us: (100, 100) };

/// Messages of a few bytes, of one part, of two, and more than a window holds.
fn messages() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let length = prop_oneof![8 => 1usize..100, 2 => 1_000usize..3_000, 1 => 60_000usize..100_000];
    let message = (length, any::<u8>()).prop_map(|(length, seed)| {
        (0..length).map(|index| (index as u8).wrapping_mul(31).wrapping_add(seed)).collect()
    });
    prop::collection::vec(message, 1..30)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn everything_arrives_once_and_in_order_over_a_bad_network(
        seed in any::<u64>(),
        to_node in messages(),
        to_host in messages(),
    ) {
        let mut net = Net::new(seed, BAD);
        net.outbox_host.extend(to_node.clone());
        net.outbox_node.extend(to_host.clone());
        let done = net.run_until(Duration::from_secs(120), |net| {
            net.inbox_node.len() >= to_node.len() && net.inbox_host.len() >= to_host.len()
        });
        prop_assert!(done, "not delivered after two minutes");
        prop_assert!(net.inbox_node == to_node && net.inbox_host == to_host);
        prop_assert_eq!(net.reconnections, 0);
    }

    #[test]
    fn a_network_that_only_reorders_loses_nothing(seed in any::<u64>(), sent in messages()) {
        let mut net = Net::new(seed, Faults { loss: 0, duplication: 0, corruption: 0, ..BAD });
        net.outbox_host.extend(sent.clone());
        let done = net.run_until(Duration::from_secs(60), |net| net.inbox_node.len() >= sent.len());
        prop_assert!(done && net.inbox_node == sent);
    }

    #[test]
    fn garbage_is_counted_and_changes_nothing(
        datagrams in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..1300), 1..40),
        well_headed in any::<bool>(),
    ) {
        let mut net = Net::connected(1, GOOD);
        let count = datagrams.len() as u64;
        let header = net.last_frame_to_node[..14].to_vec();
        for mut datagram in datagrams {
            if well_headed && datagram.len() >= header.len() {
                datagram[..header.len()].copy_from_slice(&header);
            }
            net.inject_to_node(9, &mut datagram).unwrap_err();
        }
        prop_assert_eq!(net.node.drops().total(), count);
        // An Init of another version is told so, in fewer bytes; nothing else is answered.
        net.run_for(Duration::from_millis(1));
        prop_assert!(net.answers_elsewhere.iter().all(|answer| answer.len() == 23));
        net.check_alive();
    }
}

#[test]
fn every_fault_of_the_network_is_met() {
    let mut net = Net::new(7, BAD);
    net.outbox_host.extend((0..200).map(|index| vec![index; 900]));
    assert!(net.run_until(Duration::from_secs(120), |net| net.inbox_node.len() == 200));
    let fired = net.fired;
    assert!(
        fired.lost > 0 && fired.duplicated > 0 && fired.corrupted > 0 && fired.reordered > 0,
        "{fired:?}"
    );
    assert!(net.node.drops().get(DropReason::Replayed) > 0);
    assert!(net.node.drops().get(DropReason::Forged) > 0);
    let stats = net.host.session().unwrap().stats();
    assert!(stats.parts_retransmitted > 0);
    assert!((20_000..250_000).contains(&stats.rtt_us), "{stats:?}");
}

#[test]
fn lockstep_is_one_datagram_each_way() {
    let mut net = Net::connected(1, GOOD);
    let before = (net.frames_to_node, net.frames_to_host);
    for step in 0..100u32 {
        net.outbox_host.push_back(step.to_le_bytes().to_vec());
        assert!(net.run_until(Duration::from_millis(10), |net| !net.inbox_node.is_empty()));
        let request = net.inbox_node.remove(0);
        net.outbox_node.push_back(request);
        assert!(net.run_until(Duration::from_millis(10), |net| !net.inbox_host.is_empty()));
        assert_eq!(net.inbox_host.remove(0), step.to_le_bytes());
    }
    assert_eq!((net.frames_to_node - before.0, net.frames_to_host - before.1), (100, 100));
    assert_eq!(net.host.session().unwrap().stats().parts_retransmitted, 0);
}

#[test]
fn small_messages_share_datagrams() {
    let mut net = Net::connected(1, GOOD);
    let before = net.frames_to_node;
    net.outbox_host.extend((0..60).map(|index| vec![index; 15]));
    assert!(net.run_until(Duration::from_millis(50), |net| net.inbox_node.len() == 60));
    assert_eq!(net.frames_to_node - before, 1);
}

#[test]
fn an_idle_link_stays_alive_on_few_frames_and_knows_the_clock_offset() {
    let mut net = Net::connected(1, Faults { delay_us: (300, 900), ..GOOD });
    let before = net.frames_to_node;
    net.run_for(Duration::from_secs(10));
    assert_eq!(net.reconnections, 0);
    let frames = net.frames_to_node - before;
    assert!((30..=90).contains(&frames), "{frames} frames in ten idle seconds");
    let offset_us = net.host.session().unwrap().stats().clock_offset_us.unwrap();
    assert!(offset_us.abs_diff(net::NODE_CLOCK_AHEAD_US) <= 300, "{offset_us}");
}

#[test]
fn a_reader_that_stops_stops_the_writer_and_nothing_is_lost() {
    let mut net = Net::connected(3, BAD);
    net.node_reads = false;
    let sent: Vec<_> = (0..300u32).map(|index| index.to_le_bytes().to_vec()).collect();
    net.outbox_host.extend(sent.clone());
    net.run_for(Duration::from_secs(5));
    assert_eq!(net.host.session().unwrap().writable(), 0);
    assert!(net.inbox_node.is_empty());
    net.node_reads = true;
    assert!(net.run_until(Duration::from_secs(60), |net| net.inbox_node.len() == 300));
    assert_eq!(net.inbox_node, sent);
}

#[test]
fn silence_is_noticed_by_both_and_ends_in_a_new_session() {
    let mut net = Net::connected(5, GOOD);
    net.faults.loss = 100;
    net.run_for(Duration::from_millis(1_300));
    assert!(net.host.session().is_some() && net.node.session().is_some());
    net.run_for(Duration::from_millis(1_000));
    assert!(net.host.session().is_none() && net.node.session().is_none());
    assert!(net.host_events.contains(&initiator::Event::Silent));
    assert!(net.node_events.contains(&responder::Event::Silent));
    net.faults.loss = 0;
    net.host_events.clear();
    net.run_for(Duration::from_millis(500));
    assert!(matches!(net.host_events[..], [initiator::Event::Connected { rebooted: false, .. }]));
    net.check_alive();
}

#[test]
fn a_rebooted_node_is_known_by_its_boot_id() {
    let mut net = Net::connected(5, GOOD);
    net.host_events.clear();
    net.reboot_node();
    net.run_for(Duration::from_secs(3));
    assert!(matches!(
        net.host_events[..],
        [initiator::Event::Silent, initiator::Event::Connected { rebooted: true, .. }]
    ));
    net.check_alive();
}

#[test]
fn recorded_frames_are_dropped_within_their_session_and_after_it() {
    let mut net = Net::connected(5, GOOD);
    net.check_alive();
    let recorded = net.last_frame_to_node.clone();
    assert_eq!(net.inject_to_node(0, &mut recorded.clone()), Err(DropReason::Replayed));
    net.reboot_node();
    net.run_for(Duration::from_secs(3));
    assert_eq!(net.inject_to_node(0, &mut recorded.clone()), Err(DropReason::Session));
    net.check_alive();
}
