//! Tests of the sending half.

extern crate std;
use std::vec::Vec;

use super::*;
use crate::link::body::{Head, decode};

const TIMEOUT: Duration = Duration::from_millis(100);

fn at(millis: u64) -> Instant {
    Instant::from_micros(millis * 1_000)
}

/// A ring with `count` parts of one byte, all sent at 0 ms.
fn sent<const W: usize>(count: usize) -> SendRing<W> {
    let mut ring = SendRing::new();
    for _ in 0..count {
        assert_eq!(ring.push(b"x", 0), 1);
    }
    assert_eq!(fill(&mut ring, at(0)).len(), count);
    ring
}

/// Fills one frame and returns the sequence numbers in it.
fn fill<const W: usize>(ring: &mut SendRing<W>, now: Instant) -> Vec<u64> {
    let mut buffer = [0; 1162];
    let mut writer = Writer::new(&mut buffer);
    Head { taken: 0, received: 0, probe: None, echo: None }.write(&mut writer).unwrap();
    ring.fill(now, &mut writer).unwrap();
    decode(writer.into_written()).unwrap().1.map(|part| part.sequence).collect()
}

#[test]
fn a_message_is_split_and_only_its_final_part_is_last() {
    let mut ring = SendRing::<4>::new();
    let message = [7; 2 * PART_MAX + 1];
    assert_eq!(ring.push(&message, 0), message.len());
    assert!(ring.slots[..3].iter().map(|slot| (slot.len, slot.last)).eq([
        (PART_MAX, false),
        (PART_MAX, false),
        (1, true)
    ]));
    assert_eq!((ring.in_flight(), ring.free()), (3, 1));
}

#[test]
fn a_full_window_accepts_nothing_until_the_peer_has_taken_something() {
    let mut ring = SendRing::<2>::new();
    let message = [7; 3 * PART_MAX];
    assert_eq!(ring.push(&message, 0), 2 * PART_MAX);
    assert_eq!(ring.push(&message, 2 * PART_MAX), 2 * PART_MAX);
    assert_eq!((fill(&mut ring, at(0)), fill(&mut ring, at(0))), ([0].into(), [1].into()));
    // Arrived, but not taken: no room yet.
    assert!(ring.acknowledge(at(1), 0, 0b11).unwrap().progress);
    assert_eq!((ring.free(), ring.deadline(TIMEOUT)), (0, None));
    assert!(!ring.acknowledge(at(1), 1, 0b1).unwrap().progress);
    assert_eq!(ring.push(&message, 2 * PART_MAX), 3 * PART_MAX);
    assert_eq!(fill(&mut ring, at(2)), [2]);
}

#[test]
fn many_small_messages_share_one_frame() {
    assert_eq!(sent::<64>(64).in_flight(), 64);
}

#[test]
fn nonsense_about_parts_never_sent_is_rejected() {
    let mut ring = sent::<64>(3);
    for (taken, received) in [(4, 0), (0, 0b1000), (3, 1), (u64::MAX, 0), (u64::MAX, u64::MAX), (0, 1 << 63)]
    {
        assert_eq!(ring.acknowledge(at(1), taken, received), None, "{taken} {received:b}");
    }
    assert_eq!(ring.in_flight(), 3);
}

#[test]
fn a_round_trip_is_taken_from_parts_sent_once_only() {
    let mut ring = sent::<64>(2);
    assert!(ring.expire(at(100), TIMEOUT));
    assert_eq!(fill(&mut ring, at(100)), [0, 1]);
    assert_eq!(ring.push(b"y", 0), 1);
    assert_eq!(fill(&mut ring, at(110)), [2]);
    let karn = ring.acknowledge(at(120), 2, 0).unwrap();
    assert_eq!(karn, Acknowledged { progress: true, round_trip: None });
    let clear = ring.acknowledge(at(125), 3, 0).unwrap();
    assert_eq!(clear.round_trip, Some(Duration::from_millis(15)));
}

#[test]
fn a_part_expires_by_its_own_time_and_is_sent_again() {
    let mut ring = sent::<64>(1);
    ring.push(b"y", 0);
    fill(&mut ring, at(50));
    assert_eq!(ring.deadline(TIMEOUT), Some(at(100)));
    assert!(!ring.expire(at(99), TIMEOUT));
    assert!(ring.expire(at(100), TIMEOUT) && ring.is_waiting());
    assert_eq!(ring.deadline(TIMEOUT), Some(at(150)));
    assert_eq!(fill(&mut ring, at(100)), [0]);
    assert!(!ring.is_waiting());
}

#[test]
fn three_later_parts_make_a_missing_one_lost_once() {
    let mut ring = sent::<64>(6);
    ring.acknowledge(at(1), 1, 0b0110).unwrap();
    assert!(!ring.has_lost());
    ring.acknowledge(at(1), 1, 0b1110).unwrap();
    assert_eq!(fill(&mut ring, at(1)), [1]);
    ring.acknowledge(at(2), 1, 0b1_1110).unwrap();
    assert!(!ring.has_lost());
}

#[test]
fn overtaken_acknowledgements_still_count() {
    let mut ring = sent::<64>(6);
    ring.acknowledge(at(1), 3, 0).unwrap();
    // Older: says that parts 0 and 1 were taken and that 4 has arrived.
    assert!(ring.acknowledge(at(1), 2, 0b101).unwrap().progress);
    assert!(ring.expire(at(200), TIMEOUT));
    assert_eq!(fill(&mut ring, at(200)), [3, 5]);
}

#[test]
fn a_whole_window_of_64_is_acknowledged_at_once() {
    let mut ring = sent::<64>(64);
    ring.acknowledge(at(1), 0, u64::MAX).unwrap();
    assert_eq!((ring.free(), ring.deadline(TIMEOUT)), (0, None));
    ring.acknowledge(at(1), 64, 0).unwrap();
    assert_eq!((ring.free(), ring.acked, ring.lost), (64, 0, 0));
    assert_eq!(highest(0), 0);
    assert_eq!((highest(1), highest(0b110), highest(u64::MAX)), (1, 0b100, 1 << 63));
}
