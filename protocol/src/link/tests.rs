//! Tests of one link against a peer made of frame bodies.

extern crate std;
use std::vec::Vec;

use super::body::{RawPart, decode};
use super::*;
use crate::frame::BODY_MAX;

const W: usize = 8;

fn at(millis: u64) -> Instant {
    Instant::from_micros(millis * 1_000)
}

/// A body that acknowledges nothing and carries the parts `sequences`.
fn body(sequences: impl IntoIterator<Item = u64>) -> Vec<u8> {
    let mut buffer = [0; BODY_MAX];
    let mut writer = Writer::new(&mut buffer);
    Head { taken: 0, received: 0, probe: None, echo: None }.write(&mut writer).unwrap();
    for sequence in sequences {
        RawPart { sequence, last: true, bytes: b"x" }.write(&mut writer).unwrap();
    }
    writer.into_written().to_vec()
}

/// Writes the frame that is due: its head and the sequence numbers in it.
fn due(link: &mut Link<W>, now: Instant) -> Option<(Head, Vec<u64>)> {
    link.is_due(now).then(|| {
        let mut buffer = [0; BODY_MAX];
        let mut writer = Writer::new(&mut buffer);
        link.write(now, &mut writer).unwrap();
        let (head, parts) = decode(writer.into_written()).unwrap();
        (head, parts.map(|part| part.sequence).collect())
    })
}

/// A link that has sent its first frame and heard one at 0 ms.
fn link() -> Link<W> {
    let mut link = Link::new();
    assert!(due(&mut link, at(0)).is_some());
    link.handle(at(0), &body([])).unwrap();
    assert_eq!(due(&mut link, at(0)), None);
    link
}

#[test]
fn an_acknowledgement_waits_for_company_only_so_long() {
    let mut link = link();
    link.handle(at(10), &body([0])).unwrap();
    assert!(link.receive().is_some());
    assert_eq!((due(&mut link, at(11)), link.poll_timeout()), (None, at(12)));
    let (head, parts) = due(&mut link, at(12)).unwrap();
    assert_eq!((head.taken, head.received, parts.len()), (1, 0, 0));
    assert_eq!(link.poll_timeout(), at(12) + PROBE_INTERVAL);
}

#[test]
fn half_a_window_and_a_gap_are_acknowledged_at_once() {
    let mut half = link();
    half.handle(at(10), &body(0..3)).unwrap();
    assert_eq!(due(&mut half, at(10)), None);
    half.handle(at(10), &body(3..4)).unwrap();
    assert_eq!(due(&mut half, at(10)).unwrap().0.received, 0b1111);

    let mut gap = link();
    gap.handle(at(10), &body([1])).unwrap();
    assert_eq!(due(&mut gap, at(10)).unwrap().0.received, 0b10);
}

#[test]
fn parts_taken_late_open_the_window_at_once() {
    let mut link = link();
    link.handle(at(10), &body([0])).unwrap();
    assert_eq!(due(&mut link, at(12)).unwrap().0.taken, 0);
    assert!(link.receive().is_some());
    assert_eq!(due(&mut link, at(13)).unwrap().0.taken, 1);
    assert_eq!(due(&mut link, at(13)), None);
}

#[test]
fn a_malformed_body_has_no_effect() {
    let mut link = link();
    let mut cut = body([0, 1]);
    cut.pop();
    assert_eq!(link.handle(at(10), &cut), Err(DecodeError::Truncated));
    // Acknowledges a part that was never sent, beside parts that would be welcome.
    let mut lie = body([0, 1]);
    lie[1] = 1;
    assert_eq!(link.handle(at(10), &lie), Err(DecodeError::Malformed));
    assert!(link.receive().is_none());
    assert_eq!((link.stats().parts_received, link.poll_timeout()), (0, at(0) + PROBE_INTERVAL));
}

#[test]
fn a_lost_part_is_sent_again_with_a_probe_and_ever_later() {
    let mut link = link();
    link.send(b"x", 0);
    assert_eq!(due(&mut link, at(10)).unwrap().1, [0]);
    // Initial timeout of 100 ms, doubled each time.
    for millis in [110, 310, 710] {
        assert_eq!(due(&mut link, at(millis - 1)).map(|(_, parts)| parts.len()).unwrap_or(0), 0);
        let (head, parts) = due(&mut link, at(millis)).unwrap();
        assert_eq!((head.probe, parts), (Some(millis * 1_000), [0].into()));
    }
    assert_eq!((link.stats().parts_sent, link.stats().parts_retransmitted), (1, 3));
}

#[test]
fn an_echo_measures_round_trip_and_clock_offset() {
    let mut link = Link::<W>::new();
    let probe = due(&mut link, at(10)).unwrap().0.probe;
    let mut peer = Link::<W>::new();
    let mut buffer = [0; BODY_MAX];
    let mut writer = Writer::new(&mut buffer);
    Head { taken: 0, received: 0, probe, echo: None }.write(&mut writer).unwrap();
    // The peer's clock is a second ahead, the way takes 3 ms each way, and the peer holds the probe for 1 ms.
    peer.handle(at(1_013), writer.into_written()).unwrap();
    let mut writer = Writer::new(&mut buffer);
    peer.write(at(1_014), &mut writer).unwrap();
    link.handle(at(17), writer.into_written()).unwrap();
    let stats = link.stats();
    assert_eq!((stats.rtt_us, stats.clock_offset_us), (6_000, Some(1_000_000)));
}
