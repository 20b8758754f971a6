//! Target `link`: two ends, and whatever a network or a peer that lies can do between them.

use super::pair::{Forger, Pair, Way};
use arbitrary::{Arbitrary, Unstructured};
use illuminator_protocol::{Datagram, Duration, Instant, Join, PART_MAX, Session, initiator, responder};

const W: usize = 4;
/// Frames that may be under way each way; more are lost.
const UNDER_WAY_MAX: usize = 16;
/// Frames that an end may have to say at one moment: all parts, an answer and a handshake.
const BURST_MAX: usize = W + 3;
/// Messages that may wait for room in a window.
const WAITING_MAX: usize = 8;
/// Longest message `[bytes]`: more parts than a window has.
const MESSAGE_MAX: usize = 6 * PART_MAX;
/// Operations of one run.
const OPS_MAX: usize = 400;
/// Handshakes whose frames somebody who holds the key remembers.
const HANDSHAKES_MAX: usize = 4;
/// Moments after which a network without faults must have brought everything.
const RECOVERY_MAX: usize = 4_000;

/// What happens next. The numbers choose among the frames that are under way, and among the bytes of one.
#[derive(Clone, Copy, Debug, Arbitrary)]
enum Op {
    Send(Way, u16),
    Transmit(Way),
    Deliver(Way, u8),
    Lose(Way, u8),
    Double(Way, u8),
    Swap(Way, u8, u8),
    Damage(Way, u8, u16, u8),
    /// Changes the body of a frame and seals it again, as only a holder of the key can.
    Lie(Way, u8, u16, u8),
    Receive(Way),
    /// Time passes `[µs]`.
    Wait(u32),
}

/// Carries out operations between two ends.
///
/// Promise: no end panics; what is in flight, and what an end says at one moment, is bounded; as long as nobody lies,
/// the messages of a session arrive whole, unchanged, once and in order, whatever the network does, and once the network
/// is well again both ends hear each other.
pub fn link(data: &[u8]) {
    let mut world = World::new();
    let mut input = Unstructured::new(data);
    for _ in 0..OPS_MAX {
        if input.is_empty() {
            break;
        }
        let Ok(op) = input.arbitrary() else { break };
        world.carry_out(op);
    }
    world.recover();
}

/// One way from one end to the other.
struct Lane {
    frames: Vec<Vec<u8>>,
    waiting: Vec<Vec<u8>>,
    /// Bytes of the first waiting message that the session has taken.
    offset: usize,
    /// Sessions that the sender has had, and messages that it was given in the present one.
    session: u32,
    sent: u32,
    join: Join<MESSAGE_MAX>,
    /// Which session of the sender the receiver hears, and how many messages of it.
    heard: Option<(u32, u32)>,
}

struct World {
    pair: Pair<W>,
    lanes: [Lane; 2],
    inits: Vec<Vec<u8>>,
    forgers: Vec<Forger>,
    now: Instant,
    lied: bool,
}

impl World {
    fn new() -> Self {
        let lane = || Lane {
            frames: Vec::new(),
            waiting: Vec::new(),
            offset: 0,
            session: 0,
            sent: 0,
            join: Join::new(),
            heard: None,
        };
        let now = Instant::from_micros(1_000);
        let (inits, forgers) = (Vec::new(), Vec::new());
        Self { pair: Pair::new(), lanes: [lane(), lane()], inits, forgers, now, lied: false }
    }

    fn carry_out(&mut self, op: Op) {
        match op {
            Op::Send(way, len) => self.send(way, len.into()),
            Op::Transmit(way) => self.transmit(way),
            Op::Deliver(way, at) => {
                if let Some(frame) = self.take(way, at) {
                    self.deliver(way, frame);
                }
            }
            Op::Lose(way, at) => drop(self.take(way, at)),
            Op::Double(way, at) => {
                if let Some(frame) = self.take(way, at) {
                    self.launch(way, frame.clone());
                    self.launch(way, frame);
                }
            }
            Op::Swap(way, one, other) => {
                let frames = &mut self.lanes[way as usize].frames;
                if let Some(len) = Some(frames.len()).filter(|len| *len > 0) {
                    frames.swap(usize::from(one) % len, usize::from(other) % len);
                }
            }
            Op::Damage(way, at, byte, flip) => {
                if let Some(mut frame) = self.take(way, at) {
                    let len = frame.len();
                    frame[usize::from(byte) % len] ^= flip;
                    self.launch(way, frame);
                }
            }
            Op::Lie(way, at, byte, flip) => {
                if let Some(frame) = self.take(way, at) {
                    let lie = self.forgers.iter().find_map(|forger| {
                        let (packet, mut body) = forger.open(way, &frame)?;
                        let len = body.len();
                        body[usize::from(byte) % len] ^= flip;
                        Some(forger.seal(way, packet, &body))
                    });
                    self.lied |= lie.as_ref().is_some_and(|lie| *lie != frame);
                    self.launch(way, lie.unwrap_or(frame));
                }
            }
            Op::Receive(way) => self.receive(way),
            Op::Wait(span_us) => self.now = self.now + Duration::from_micros(span_us.into()),
        }
    }

    fn take(&mut self, way: Way, at: u8) -> Option<Vec<u8>> {
        let frames = &mut self.lanes[way as usize].frames;
        (!frames.is_empty()).then(|| frames.remove(usize::from(at) % frames.len()))
    }

    fn launch(&mut self, way: Way, frame: Vec<u8>) {
        let frames = &mut self.lanes[way as usize].frames;
        if frames.len() < UNDER_WAY_MAX {
            frames.push(frame);
        }
    }

    /// Gives the sender a message that says of which session it is, and its number.
    fn send(&mut self, way: Way, len: usize) {
        let lane = &mut self.lanes[way as usize];
        if lane.waiting.len() < WAITING_MAX {
            lane.waiting.push(message(lane.session, lane.sent, len));
            lane.sent += 1;
        }
        self.hand_over(way);
    }

    /// Hands waiting messages to the sender's session as far as its window allows.
    fn hand_over(&mut self, way: Way) {
        let lane = &mut self.lanes[way as usize];
        let Some(session) = self.pair.session(opposite(way)) else { return };
        while let Some(message) = lane.waiting.first() {
            lane.offset = session.send(message, lane.offset);
            assert!(session.in_flight() + session.writable() == W);
            if lane.offset < message.len() {
                return;
            }
            lane.waiting.remove(0);
            lane.offset = 0;
        }
    }

    /// Lets a sender say all that it has to say.
    fn transmit(&mut self, way: Way) {
        self.hand_over(way);
        let mut out = Datagram::new();
        let mut frames = 0;
        while self.pair.transmit(way, self.now, &mut out) {
            frames += 1;
            assert!(frames <= BURST_MAX, "an end has no end of things to say");
            self.remember(way, &out);
            self.launch(way, out.to_vec());
            self.events();
        }
        self.events();
        assert!(self.pair.timeout(opposite(way)) > self.now, "an end that has said all waits for the future");
    }

    /// Looks for handshakes in what is said.
    fn remember(&mut self, way: Way, frame: &[u8]) {
        let is_new = self.inits.last().is_none_or(|init| init != frame);
        if way == Way::ToNode && self.pair.session(Way::ToHost).is_none() && is_new {
            self.inits.push(frame.to_vec());
        }
        if way == Way::ToHost {
            self.forgers.extend(self.inits.iter().find_map(|init| Forger::new(init, frame)));
        }
        let (inits, forgers) = (self.inits.len(), self.forgers.len());
        self.inits.drain(..inits.saturating_sub(HANDSHAKES_MAX));
        self.forgers.drain(..forgers.saturating_sub(HANDSHAKES_MAX));
    }

    fn deliver(&mut self, way: Way, mut frame: Vec<u8>) {
        // What is dropped is a part of the game: the ends count it.
        let _ = self.pair.deliver(way, self.now, &mut frame);
        self.events();
    }

    /// A new session of an end: what it said before may be lost, what it heard belongs to the old one.
    fn events(&mut self) {
        let mut begun = [false; 2];
        while let Some(event) = self.pair.host.poll_event() {
            begun[Way::ToNode as usize] |= matches!(event, initiator::Event::Connected { .. });
        }
        while let Some(event) = self.pair.node.poll_event() {
            begun[Way::ToHost as usize] |= matches!(event, responder::Event::Connected { .. });
        }
        for way in [Way::ToNode, Way::ToHost] {
            if begun[way as usize] {
                let said = &mut self.lanes[way as usize];
                said.waiting.clear();
                said.offset = 0;
                said.session += 1;
                said.sent = 0;
                let heard = &mut self.lanes[opposite(way) as usize];
                heard.join.reset();
                heard.heard = None;
            }
        }
    }

    /// Takes all that has arrived, and compares it with what was sent.
    fn receive(&mut self, way: Way) {
        let Lane { join, heard, .. } = &mut self.lanes[way as usize];
        while let Some(part) = self.pair.session(way).and_then(Session::receive) {
            let arrived = match join.push(part) {
                Ok(Some(arrived)) => arrived,
                Ok(None) => continue,
                Err(error) => {
                    assert!(self.lied, "{error}");
                    continue;
                }
            };
            if self.lied {
                continue;
            }
            let (session, number) = heard.unwrap_or_else(|| (word(arrived, 0), 0));
            assert!(
                arrived == message(session, number, arrived.len()),
                "message {number} is not what was sent"
            );
            *heard = Some((session, number + 1));
        }
    }

    /// From here on nothing is lost: all that is said now arrives.
    fn recover(&mut self) {
        for _ in 0..RECOVERY_MAX {
            for way in [Way::ToNode, Way::ToHost] {
                if self.pair.session(opposite(way)).is_some() && self.lanes[way as usize].sent == 0 {
                    self.send(way, 1);
                }
                self.transmit(way);
                for frame in std::mem::take(&mut self.lanes[way as usize].frames) {
                    self.deliver(way, frame);
                }
                self.receive(way);
            }
            let done = |lane: &Lane| lane.sent > 0 && lane.heard == Some((lane.session, lane.sent));
            if self.lied || self.lanes.iter().all(done) {
                return;
            }
            let next = self.pair.timeout(Way::ToNode).min(self.pair.timeout(Way::ToHost));
            self.now = next.max(self.now + Duration::from_micros(1));
        }
        panic!("the ends do not find each other again");
    }
}

const fn opposite(way: Way) -> Way {
    match way {
        Way::ToNode => Way::ToHost,
        Way::ToHost => Way::ToNode,
    }
}

/// A message of `len` bytes, or of as many as its label needs: its session, its number, and bytes that follow from them.
fn message(session: u32, number: u32, len: usize) -> Vec<u8> {
    let label = [session.to_le_bytes(), number.to_le_bytes()].concat();
    let len = len.clamp(label.len(), MESSAGE_MAX);
    let rest = (label.len()..len).map(|at| (at as u32).wrapping_mul(31).wrapping_add(number) as u8);
    label.iter().copied().chain(rest).collect()
}

fn word(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).map_or(u32::MAX, |word| u32::from_le_bytes(*word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_without_faults_recovers_at_once() {
        let mut world = World::new();
        world.recover();
        assert!(world.now < Instant::from_micros(100_000) && world.forgers.len() == 1);
    }

    #[test]
    #[should_panic(expected = "is not what was sent")]
    fn a_message_that_is_missing_is_noticed() {
        let mut world = World::new();
        world.recover();
        world.lanes[Way::ToNode as usize].sent += 1;
        world.send(Way::ToNode, 9);
        world.recover();
    }
}
