//! Target `frame`: any datagram at any end.

use super::pair::{Pair, Way};
use illuminator_protocol::{Datagram, Header, Instant};

const NOW: Instant = Instant::from_micros(1_000);

/// Shows a datagram to both ends of the wire, before and within a session.
///
/// Promise: no end panics; a header that is read is written back as it was; a datagram that is dropped is counted once
/// and leaves the session as it was; an answer is never larger than its question.
pub fn frame(data: &[u8]) {
    if let Ok(header) = Header::decode(data) {
        assert_eq!(data.strip_prefix(&header.encode()), data.get(header.encode().len()..));
    }
    for way in [Way::ToNode, Way::ToHost] {
        show(Pair::new(), way, data);
        show(Pair::connected(NOW).0, way, data);
    }
}

fn show(mut pair: Pair<2>, way: Way, data: &[u8]) {
    let mut out = Datagram::new();
    // What the end says unasked is out of the way.
    let answer_way = if way == Way::ToNode { Way::ToHost } else { Way::ToNode };
    while pair.transmit(answer_way, NOW, &mut out) {}
    let (drops, stats) = (pair.drops(way), pair.session(way).map(|session| session.stats()));
    let taken = pair.deliver(way, NOW, &mut data.to_vec());
    assert_eq!(pair.drops(way) - drops, u64::from(taken.is_err()), "{taken:?}");
    if taken.is_err() {
        assert_eq!(pair.session(way).map(|session| session.stats()), stats, "{taken:?}");
    }
    let in_session = taken.is_ok() && stats.is_some();
    let mut answers = 0;
    while pair.transmit(answer_way, NOW, &mut out) {
        answers += 1;
        assert!(answers == 1, "one answer at most");
        // Whoever speaks within a session has shown that he holds the key.
        assert!(in_session || out.len() <= data.len(), "{} bytes for {}", out.len(), data.len());
    }
    assert!(pair.timeout(way) > NOW, "an end that has nothing to say waits for the future");
}
