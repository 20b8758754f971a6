//! The emulator itself: every fault happens as often as asked, and is counted.

use super::{Faults, Injected, Network};
use illuminator_protocol::{Duration, Instant};

/// Sends `count` numbered datagrams a millisecond apart and collects what arrives.
fn exchange(faults: Faults, count: u32, seed: u64) -> (Vec<u32>, Injected) {
    let mut network = Network::new(faults, 2, seed);
    let mut arrived = Vec::new();
    for number in 0..count {
        network.send(Instant::from_micros(u64::from(number) * 1000), 0, 1, &number.to_le_bytes());
    }
    while let Some(now) = network.next_arrival() {
        while let Some((0, 1, bytes)) = network.receive(now) {
            arrived.push(u32::from_le_bytes(bytes.try_into().unwrap()));
        }
    }
    (arrived, network.injected())
}

#[test]
fn a_perfect_network_delivers_everything_in_order() {
    let (arrived, injected) = exchange(Faults::NONE, 1000, 1);
    assert!(arrived.iter().copied().eq(0..1000));
    assert_eq!(injected, Injected { sent: 1000, ..Injected::default() });
}

#[test]
fn each_fault_happens_as_often_as_asked_and_is_counted() {
    let faults = Faults {
        loss: 0.2,
        duplication: 0.1,
        corruption: 0.0,
        delay_min: Duration::from_millis(1),
        delay_max: Duration::from_millis(120),
    };
    let (arrived, injected) = exchange(faults, 10_000, 2);
    assert!((1800..2200).contains(&injected.lost), "{injected:?}");
    assert!((700..900).contains(&injected.duplicated), "{injected:?}");
    assert_eq!(arrived.len() as u64, injected.sent - injected.lost + injected.duplicated);
    let mut latest = 0;
    let mut overtaken = 0;
    for number in arrived {
        overtaken += u32::from(number < latest);
        latest = latest.max(number);
    }
    assert!(overtaken > 5000 && injected.reordered > 5000, "{injected:?}");
}

#[test]
fn corruption_changes_exactly_one_bit() {
    let mut network = Network::new(Faults { corruption: 1.0, ..Faults::NONE }, 2, 3);
    network.send(Instant::ZERO, 0, 1, &[0; 100]);
    let (_, _, bytes) = network.receive(Instant::from_micros(1000)).unwrap();
    assert_eq!(bytes.iter().map(|byte| byte.count_ones()).sum::<u32>(), 1);
}

#[test]
fn what_happened_is_known_for_each_end() {
    let mut network = Network::new(Faults { loss: 1.0, ..Faults::NONE }, 3, 4);
    network.send(Instant::ZERO, 0, 1, &[1]);
    network.set_faults(Faults { duplication: 1.0, ..Faults::NONE });
    network.send(Instant::ZERO, 0, 2, &[2]);
    assert_eq!(network.in_flight(), 2);
    assert_eq!(network.injected_to(1), Injected { sent: 1, lost: 1, ..Injected::default() });
    assert_eq!(network.injected_to(2), Injected { sent: 1, duplicated: 1, ..Injected::default() });
    assert_eq!(network.injected(), network.injected_to(1).plus(network.injected_to(2)));
}

#[test]
fn the_same_seed_gives_the_same_network() {
    let faults = Faults { loss: 0.3, duplication: 0.3, delay_max: Duration::from_millis(50), ..Faults::NONE };
    assert_eq!(exchange(faults, 1000, 7), exchange(faults, 1000, 7));
    assert_ne!(exchange(faults, 1000, 7).0, exchange(faults, 1000, 8).0);
}

#[test]
fn parted_ends_hear_nothing_of_each_other_and_all_of_others_until_they_are_joined() {
    let mut network = Network::new(Faults::NONE, 3, 5);
    let at = |millis| Instant::ZERO + Duration::from_millis(millis);
    network.send(at(0), 0, 1, &[0]);
    network.part(0, 1, at(100));
    network.part(1, 0, at(50));
    let arrives = |network: &mut Network, millis| {
        [(0, 1), (1, 0), (0, 2), (2, 1)].map(|(from, to)| network.send(at(millis), from, to, &[1]))
    };
    assert_eq!(arrives(&mut network, 1), [false, false, true, true]);
    assert_eq!(arrives(&mut network, 99), [false, false, true, true], "a shorter parting ends no longer one");
    assert_eq!(arrives(&mut network, 100), [true; 4]);
    assert_eq!((network.injected().parted, network.injected().lost), (4, 0));
    assert_eq!(network.in_flight(), 1 + 2 + 2 + 4, "what was under way arrives");
}

#[test]
fn a_bad_way_loses_as_much_as_asked_and_the_way_back_nothing() {
    let mut network = Network::new(Faults::NONE, 2, 6);
    let until = Instant::from_micros(10_000);
    network.worsen(0, 1, 0.4, until);
    for micros in 0..20_000 {
        network.send(Instant::from_micros(micros), 0, 1, &[1]);
        assert!(network.send(Instant::from_micros(micros), 1, 0, &[1]));
    }
    let there = network.injected_to(1);
    assert!((3800..4200).contains(&there.one_way), "{there:?}");
    assert_eq!(network.in_flight() as u64, 40_000 - there.one_way, "{there:?}");
    assert_eq!(network.injected_to(0), Injected { sent: 20_000, ..Injected::default() });
}
