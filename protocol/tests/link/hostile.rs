//! What somebody without the key can do to either side: nothing but to be counted. Recordings are his best weapon.

use illuminator_protocol::responder::{ANSWERED_MAX, PENDING_MAX};
use illuminator_protocol::{
    BootId, ClusterKey, Datagram, DropReason, Duration, Header, Hello, Initiator, Instant, KeyId, Kind,
    Responder, VERSION,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

use crate::GOOD;
use crate::net::{Net, Random, W};

/// A node with the smallest window: strangers see no difference.
fn node() -> Box<Responder<u16, 2>> {
    Box::new(Responder::new(ClusterKey::OPEN, Hello::new(BootId(1), "node", "0.1.0")))
}

/// The first Init of a host process of its own: authentic, and nobody will go on with it.
fn recorded_init(seed: u64) -> Vec<u8> {
    let hello = Hello::new(BootId(seed), "host", "0.1.0");
    let mut host = Box::new(Initiator::<2>::new(ClusterKey::OPEN, hello, &mut Random::new(seed)));
    let mut out = Datagram::new();
    assert!(host.poll_transmit(Instant::ZERO, &mut out));
    out.to_vec()
}

/// A datagram that can be made without the key.
#[derive(Clone, Debug)]
enum Hostile {
    Garbage(Vec<u8>),
    /// A header of any kind, version and key before anything.
    Headed {
        version: u8,
        kind: Kind,
        key: bool,
        session: u64,
        packet: u64,
        body: Vec<u8>,
    },
    /// A recorded Init, cut to a length.
    Recorded {
        seed: u64,
        length: usize,
    },
}

impl Hostile {
    fn any() -> impl Strategy<Value = Self> {
        let kind = prop_oneof![Just(Kind::Init), Just(Kind::Accept), Just(Kind::Refuse), Just(Kind::Sealed)];
        // As long as a handshake is what gets furthest.
        let body = prop_oneof![
            prop::collection::vec(any::<u8>(), 106),
            prop::collection::vec(any::<u8>(), 0..1300),
        ];
        let headed = (VERSION..=VERSION + 1, kind, any::<bool>(), any::<u64>(), any::<u64>(), body);
        prop_oneof![
            1 => prop::collection::vec(any::<u8>(), 0..1500).prop_map(Self::Garbage),
            3 => headed.prop_map(|(version, kind, key, session, packet, body)| {
                Self::Headed { version, kind, key, session, packet, body }
            }),
            3 => (1_000u64..1_020, prop_oneof![3 => Just(128usize), 1 => 0..128usize])
                .prop_map(|(seed, length)| Self::Recorded { seed, length }),
        ]
    }

    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Garbage(bytes) => bytes.clone(),
            Self::Headed { version, kind, key, session, packet, body } => {
                let key = if *key { ClusterKey::OPEN.id() } else { KeyId([1, 2, 3, 4]) };
                let header =
                    Header { version: *version, kind: *kind, key, session: *session, packet: *packet };
                [&header.encode()[..], body].concat()
            }
            Self::Recorded { seed, length } => recorded_init(*seed)[..*length].to_vec(),
        }
    }
}

proptest! {
    #[test]
    fn nobody_gets_more_bytes_than_he_sent(
        datagrams in prop::collection::vec((0u16..6, 0u64..30_000, any::<bool>(), Hostile::any()), 1..120),
    ) {
        let (mut node, mut random, mut out) = (node(), Random::new(9), Datagram::new());
        let mut sent: BTreeMap<u16, usize> = BTreeMap::new();
        let mut answered: BTreeMap<u16, usize> = BTreeMap::new();
        let mut now = Instant::ZERO;
        for (from, wait_us, asked, hostile) in datagrams {
            now = now + Duration::from_micros(wait_us);
            let mut bytes = hostile.bytes();
            *sent.entry(from).or_default() += bytes.len();
            let _ = node.handle(now, from, &mut bytes, &mut random);
            // Sometimes more comes in before an answer goes out.
            while asked && let Some(to) = node.poll_transmit(now, &mut out) {
                *answered.entry(to).or_default() += out.len();
            }
            for (to, bytes) in &answered {
                prop_assert!(Some(bytes) <= sent.get(to), "{to}: {bytes} bytes for {:?}", sent.get(to));
            }
        }
        prop_assert!(node.session().is_none() && node.poll_event().is_none());
    }

    #[test]
    fn nothing_hostile_changes_a_counter_but_those_of_drops(
        datagrams in prop::collection::vec((any::<u8>(), Hostile::any()), 1..60),
        cut in 0usize..60,
        bit in 0usize..300,
    ) {
        let mut net = Net::connected(1, GOOD);
        net.check_alive();
        let real = net.last_frame_to_node.clone();
        let mut flipped = real.clone();
        flipped[bit % real.len()] ^= 1 << (bit % 8);
        // What was on the wire: again, damaged, cut, and back to who sent it.
        let wire = [real.clone(), flipped, real[..cut.min(real.len() - 1)].to_vec()];
        let strange = datagrams.into_iter().map(|(from, hostile)| (from, hostile.bytes()));
        let before = counters(&mut net);
        for (from, bytes) in wire.into_iter().map(|bytes| (0, bytes)).chain(strange) {
            let drops = (net.node.drops().total(), net.host.drops().total());
            let at_node = net.inject_to_node(from, &mut bytes.clone());
            let now = net.host_now();
            let at_host = net.host.handle(now, &mut bytes.clone());
            let dropped = (net.node.drops().total() - drops.0, net.host.drops().total() - drops.1);
            prop_assert_eq!(dropped, (u64::from(at_node.is_err()), 1));
            prop_assert!(at_host.is_err());
            // The one thing that a node answers is an authentic Init, for it may be a new one.
            prop_assert!(at_node.is_err() || (bytes.len() == 128 && bytes[1] == Kind::Init as u8));
        }
        prop_assert_eq!(counters(&mut net), before);
        prop_assert!(net.host.poll_event().is_none() && net.node.poll_event().is_none());
        net.check_alive();
        prop_assert_eq!(net.reconnections, 0);
    }
}

/// Everything that both sides count of their session.
fn counters(net: &mut Net) -> impl PartialEq + std::fmt::Debug + use<> {
    (net.host.session().map(|session| session.stats()), net.node.session().map(|session| session.stats()))
}

#[test]
fn ten_thousand_senders_take_no_more_room_than_four() {
    let (mut node, mut random, mut out) = (node(), Random::new(9), Datagram::new());
    for sender in 0..10_000 {
        let mut init = recorded_init(u64::from(sender) + 1);
        node.handle(Instant::ZERO, sender, &mut init, &mut random).expect("each is authentic and new");
    }
    // The crate has no allocator: what it keeps is in the value itself, and this much of it was used.
    let answers = std::iter::from_fn(|| node.poll_transmit(Instant::ZERO, &mut out)).collect::<Vec<u16>>();
    assert_eq!(answers, [9_996, 9_997, 9_998, 9_999]);
    assert_eq!(answers.len(), PENDING_MAX);
}

#[test]
fn a_flood_of_recorded_handshakes_keeps_no_host_away() {
    const HOST: u16 = 7;
    let (mut node, mut random, mut out) = (node(), Random::new(9), Datagram::new());
    let hello = Hello::new(BootId(2), "host", "0.1.0");
    let mut host = Box::new(Initiator::<W>::new(ClusterKey::OPEN, hello, &mut Random::new(5)));
    let recorded: Vec<Vec<u8>> = (0..ANSWERED_MAX as u64 - 6).map(|seed| recorded_init(seed + 10)).collect();
    let mut flood = recorded.iter().cycle();
    // What flies, a millisecond each way.
    let (mut to_node, mut to_host): (Vec<Vec<u8>>, Vec<Vec<u8>>) = Default::default();
    let connected = (0..3_000).find(|ms| {
        let now = Instant::from_micros(ms * 1_000);
        // A handshake that was under way when the flood began may be lost; the next attempt is not.
        for init in flood.by_ref().take(100) {
            let _ = node.handle(now, 9, &mut init.clone(), &mut random);
        }
        for mut datagram in std::mem::take(&mut to_node) {
            let _ = node.handle(now, HOST, &mut datagram, &mut random);
        }
        for mut datagram in std::mem::take(&mut to_host) {
            let _ = host.handle(now, &mut datagram);
        }
        while host.poll_transmit(now, &mut out) {
            to_node.push(out.to_vec());
        }
        while let Some(to) = node.poll_transmit(now, &mut out) {
            if to == HOST {
                to_host.push(out.to_vec());
            }
        }
        node.host_address() == Some(HOST)
    });
    assert!(connected.is_some_and(|ms| ms < 2_500), "connected after {connected:?} ms");
    assert!(node.drops().get(DropReason::Replayed) > 100, "the flood was there");
}
