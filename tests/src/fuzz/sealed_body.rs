//! Target `sealed_body`: what only a holder of the key can say.

use super::pair::{Forger, Pair, Way};
use arbitrary::{Arbitrary, Unstructured};
use illuminator_protocol::{Datagram, DropReason, Duration, Instant, PART_MAX, Session};

const W: usize = 4;
/// Longest body of a frame `[bytes]`.
const BODY_MAX: usize = 1_162;
/// Most frames that an end may have to send at one moment: all parts, an answer, and the end of a session.
const BURST_MAX: usize = W + 3;

/// A frame with a body of the fuzzer's choice.
///
/// The order is that of the bytes: an input can be put together by hand.
#[derive(Debug, Arbitrary)]
struct Step {
    /// Even: to the node, odd: to the host. From 128 on it is an introduction.
    kind: u8,
    /// Packet number after the one before; 0 repeats it.
    ahead: u8,
    /// Time before it `[ms]`.
    after_ms: u8,
    len: u16,
}

/// Seals bodies with the right key and hands them to the ends.
///
/// Promise: no end panics; a malformed body is dropped without an effect on what was measured; parts that come out are
/// neither empty nor too long; an end is never busy without end.
pub fn sealed_body(data: &[u8]) {
    let mut now = Instant::from_micros(1_000);
    let (mut pair, forger) = Pair::<W>::connected(now);
    for way in [Way::ToNode, Way::ToHost] {
        // Something is in flight, so that there is something to acknowledge.
        if let Some(session) = pair.session(way) {
            session.send(&[1; 3 * PART_MAX], 0);
        }
    }
    drain(&mut pair, now);
    let mut input = Unstructured::new(data);
    // Behind those of the handshake, which nobody else may take.
    let mut packets = [100_u64; 2];
    while !input.is_empty() {
        let Ok(Step { kind, ahead, after_ms, len }) = input.arbitrary() else { return };
        let len = usize::from(len).min(BODY_MAX).min(input.len());
        let Ok(body) = input.bytes(len) else { return };
        now = now + Duration::from_millis(after_ms.into());
        if kind >= 128 {
            let taken = pair.deliver(Way::ToNode, now, &mut Forger::init(&[kind; 32], body));
            assert_ne!(taken, Err(DropReason::Forged), "an introduction under the right key opens");
        } else {
            let way = if kind % 2 == 0 { Way::ToNode } else { Way::ToHost };
            let packet = &mut packets[usize::from(kind % 2)];
            *packet += u64::from(ahead);
            say(&mut pair, way, now, &mut forger.seal(way, *packet, body));
        }
        drain(&mut pair, now);
    }
}

/// Hands over an authentic frame, if there still is a session.
fn say(pair: &mut Pair<W>, way: Way, now: Instant, frame: &mut [u8]) {
    let Some(before) = pair.session(way).map(|session| session.stats()) else { return };
    let taken = pair.deliver(way, now, frame);
    assert_ne!(taken, Err(DropReason::Forged), "a frame under the right key opens");
    let after = pair.session(way).map(|session| session.stats());
    if taken.is_err() {
        assert_eq!(after, Some(before), "{taken:?}");
    }
}

/// Takes all that the ends have to give.
fn drain(pair: &mut Pair<W>, now: Instant) {
    let mut out = Datagram::new();
    for way in [Way::ToNode, Way::ToHost] {
        while let Some(part) = pair.session(way).and_then(Session::receive) {
            assert!((1..=PART_MAX).contains(&part.bytes.len()));
        }
    }
    for way in [Way::ToNode, Way::ToHost] {
        let mut frames = 0;
        while pair.transmit(way, now, &mut out) {
            frames += 1;
            assert!(frames <= BURST_MAX, "a frame begets frames");
        }
        while pair.host.poll_event().is_some() || pair.node.poll_event().is_some() {}
    }
    for way in [Way::ToNode, Way::ToHost] {
        assert!(pair.timeout(way) > now, "an end that has nothing to say waits for the future");
        assert!(pair.session(way).is_none_or(|session| session.in_flight() <= W));
    }
}
