//! The handshake: who gets a session, who gets an answer, and what a recording is worth.

use illuminator_protocol::{
    BootId, ClusterKey, ClusterKeys, Datagram, DropReason, Duration, Hello, Initiator, Instant, Refusal,
    Responder, WATCH, initiator,
};

use crate::net::{Net, Random, W};
use crate::{BAD, GOOD};

const SECOND_HOST: u8 = 1;

fn host(seed: u64, key: ClusterKey) -> Box<Initiator<W>> {
    Box::new(Initiator::new(key, Hello::new(BootId(seed), "other", "0.1.0"), &mut Random::new(seed)))
}

fn init(host: &mut Initiator<W>, now: Instant) -> Vec<u8> {
    let mut out = Datagram::new();
    assert!(host.poll_transmit(now, &mut out));
    out.to_vec()
}

/// Everything that the node has to send.
fn drain(node: &mut Responder<u8, W>, now: Instant) -> Vec<(u8, Vec<u8>)> {
    let mut out = Datagram::new();
    std::iter::from_fn(|| node.poll_transmit(now, &mut out).map(|to| (to, out.to_vec()))).collect()
}

fn node() -> Box<Responder<u8, W>> {
    Box::new(Responder::new(ClusterKey::OPEN, Hello::new(BootId(1), "node", "0.1.0")))
}

#[test]
fn both_sides_learn_who_the_other_is() {
    let net = Net::connected(1, GOOD);
    let [initiator::Event::Connected { hello, rebooted: false }] = &net.host_events[..] else { panic!() };
    assert_eq!((hello.name.as_str(), hello.software.as_str()), ("node", "0.1.0"));
    assert_eq!(net.node_events.len(), 1);
}

#[test]
fn a_bad_network_is_connected_all_the_same() {
    for seed in 0..200 {
        let mut net = Net::connected(seed, BAD);
        net.check_alive();
    }
}

#[test]
fn the_same_init_gets_the_same_accept() {
    let (mut node, mut random) = (node(), Random::new(9));
    let question = init(&mut host(2, ClusterKey::OPEN), Instant::ZERO);
    let mut answers = Vec::new();
    for _ in 0..2 {
        node.handle(Instant::ZERO, SECOND_HOST, &mut question.clone(), &mut random).unwrap();
        answers.extend(drain(&mut node, Instant::ZERO));
    }
    assert!(answers.len() == 2 && answers[0] == answers[1]);
    assert_eq!(answers[0].1.len(), question.len());
}

#[test]
fn a_damaged_init_or_accept_is_dropped_without_an_answer() {
    let (mut node, mut random) = (node(), Random::new(9));
    let mut host = host(2, ClusterKey::OPEN);
    let question = init(&mut host, Instant::ZERO);
    node.handle(Instant::ZERO, SECOND_HOST, &mut question.clone(), &mut random).unwrap();
    let answer = drain(&mut node, Instant::ZERO).remove(0).1;
    for bit in (6 * 8)..(128 * 8) {
        let damage = |datagram: &[u8]| {
            let mut damaged = datagram.to_vec();
            damaged[bit / 8] ^= 1 << (bit % 8);
            damaged
        };
        let result = node.handle(Instant::ZERO, SECOND_HOST, &mut damage(&question), &mut random);
        assert_eq!(result, Err(DropReason::Forged), "bit {bit}");
        assert_eq!(host.handle(Instant::ZERO, &mut damage(&answer)), Err(DropReason::Forged), "bit {bit}");
    }
    assert!(drain(&mut node, Instant::ZERO).is_empty());
    host.handle(Instant::ZERO, &mut answer.clone()).unwrap();
}

#[test]
fn replayed_inits_do_not_disturb_the_session() {
    let mut net = Net::connected(1, GOOD);
    // Recorded from earlier lives of the same host: authentic, never confirmed.
    for seed in 0..50 {
        let same_boot = Hello::new(net_boot(), "host", "0.1.0");
        let mut past = Initiator::<W>::new(ClusterKey::OPEN, same_boot, &mut Random::new(1_000 + seed));
        let _ = net.inject_to_node(SECOND_HOST, &mut init(&mut past, Instant::ZERO));
    }
    net.check_alive();
    assert_eq!(net.reconnections, 0);
}

/// The boot id that the host draws in a network of seed 1.
fn net_boot() -> BootId {
    BootId(Random::new(1).next())
}

/// Makes a session with a node; tells why that is not possible.
fn join(
    node: &mut Responder<u8, W>,
    host: &mut Initiator<W>,
    from: u8,
    now: Instant,
) -> Result<(), DropReason> {
    let mut random = Random::new(u64::from(from));
    node.handle(now, from, &mut init(host, now), &mut random)?;
    let (_, mut accept) = drain(node, now).into_iter().find(|(to, _)| *to == from).expect("an answer");
    host.handle(now, &mut accept).expect("the answer is of the node");
    node.handle(now, from, &mut init(host, now), &mut random)
}

#[test]
fn who_only_watches_takes_a_node_from_nobody_and_keeps_it_from_nobody() {
    let mut node = node();
    let watching = |seed: u64| {
        let hello = Hello::new(BootId(seed), WATCH, "0.1.0");
        Box::new(Initiator::<W>::new(ClusterKey::OPEN, hello, &mut Random::new(seed)))
    };
    let at = |ms: u64| Instant::ZERO + Duration::from_millis(ms);
    node.set_exclusive(false);
    assert_eq!(join(&mut node, &mut watching(3), 3, at(0)), Ok(()));
    assert_eq!(join(&mut node, &mut watching(4), 4, at(100)), Err(DropReason::Busy), "nor from its like");
    assert_eq!(join(&mut node, &mut host(2, ClusterKey::OPEN), 2, at(200)), Ok(()));
    assert_eq!(node.host_address(), Some(2));
    assert_eq!(join(&mut node, &mut watching(3), 3, at(300)), Err(DropReason::Busy), "though it is free");
    assert_eq!(join(&mut node, &mut watching(5), 5, at(1_700)), Ok(()), "the host is silent");
}

#[test]
fn a_second_host_waits_until_the_first_is_silent() {
    let mut net = Net::connected(1, GOOD);
    let mut second = host(2, ClusterKey::OPEN);
    let question = init(&mut second, net.host_now());
    assert_eq!(net.inject_to_node(SECOND_HOST, &mut question.clone()), Err(DropReason::Busy));
    net.run_for(Duration::from_millis(1));
    let mut refusal = net.answers_elsewhere.remove(0);
    assert!(refusal.len() < question.len());
    second.handle(net.host_now(), &mut refusal).unwrap();
    assert_eq!(second.poll_event(), Some(initiator::Event::Refused(Refusal::Busy)));
    net.check_alive();

    net.faults.loss = 100;
    net.run_for(Duration::from_millis(2_500));
    assert_eq!(net.inject_to_node(SECOND_HOST, &mut question.clone()), Ok(()));
    net.run_for(Duration::from_millis(1));
    second.handle(net.host_now(), &mut net.answers_elsewhere.remove(0)).unwrap();
    assert_eq!(net.inject_to_node(SECOND_HOST, &mut init(&mut second, net.host_now())), Ok(()));
    assert_eq!(net.node.host_address(), Some(SECOND_HOST));
}

#[test]
fn the_first_of_two_hosts_to_confirm_wins() {
    let (mut node, mut random, now) = (node(), Random::new(9), Instant::ZERO);
    let mut hosts = [host(2, ClusterKey::OPEN), host(3, ClusterKey::OPEN)];
    for (address, host) in hosts.iter_mut().enumerate() {
        node.handle(now, address as u8, &mut init(host, now), &mut random).unwrap();
    }
    for (address, mut answer) in drain(&mut node, now) {
        hosts[usize::from(address)].handle(now, &mut answer).unwrap();
    }
    let [first, second] = &mut hosts;
    assert_eq!(node.handle(now, 0, &mut init(first, now), &mut random), Ok(()));
    assert_eq!(node.handle(now, 1, &mut init(second, now), &mut random), Err(DropReason::Busy));
    assert_eq!(node.host_address(), Some(0));
}

#[test]
fn a_late_frame_of_an_older_handshake_does_not_win() {
    let (mut node, mut random, now) = (node(), Random::new(9), Instant::ZERO);
    // Two attempts of one host process, as after a silence.
    let mut attempts = [4, 5].map(|seed| {
        let hello = Hello::new(BootId(2), "host", "0.1.0");
        Box::new(Initiator::<W>::new(ClusterKey::OPEN, hello, &mut Random::new(seed)))
    });
    for attempt in &mut attempts {
        node.handle(now, 0, &mut init(attempt, now), &mut random).unwrap();
        let mut answer = drain(&mut node, now).remove(0).1;
        attempt.handle(now, &mut answer).unwrap();
    }
    let [mut older, mut newer] = attempts.map(|mut attempt| init(&mut attempt, now));
    assert_eq!(node.handle(now, 0, &mut newer, &mut random), Ok(()));
    assert_eq!(node.handle(now, 0, &mut older, &mut random), Err(DropReason::Session));
}

#[test]
fn a_session_follows_its_host_to_a_new_address() {
    let mut net = Net::connected(1, GOOD);
    let mut out = Datagram::new();
    assert_eq!(net.host.session().unwrap().send(b"moved", 0), 5);
    assert!(net.host.poll_transmit(net.host_now(), &mut out));
    let recorded = out.clone();
    assert_eq!(net.inject_to_node(SECOND_HOST, &mut out), Ok(()));
    assert_eq!(net.node.host_address(), Some(SECOND_HOST));
    // A copy of it from elsewhere moves nothing.
    assert_eq!(net.inject_to_node(7, &mut recorded.clone()), Err(DropReason::Replayed));
    assert_eq!(net.node.host_address(), Some(SECOND_HOST));
}

#[test]
fn another_key_and_another_version_are_told_so() {
    let (mut node, mut random) = (node(), Random::new(9));
    let mut stranger = host(2, ClusterKey::from_bytes([1; 32]));
    let question = init(&mut stranger, Instant::ZERO);
    let mut newer = question.clone();
    newer[0] = 2;
    let cases = [
        (question, DropReason::Key, Refusal::Key(ClusterKey::OPEN.id())),
        (newer, DropReason::Version, Refusal::Version(1)),
    ];
    for (mut question, reason, refusal) in cases {
        assert_eq!(node.handle(Instant::ZERO, 5, &mut question, &mut random), Err(reason));
        let (to, mut answer) = drain(&mut node, Instant::ZERO).remove(0);
        assert_eq!((to, answer.len()), (5, 23));
        assert_eq!(host(3, ClusterKey::OPEN).handle(Instant::ZERO, &mut answer), Err(DropReason::Session));
        stranger.handle(Instant::ZERO, &mut answer).unwrap();
        assert_eq!(stranger.poll_event(), Some(initiator::Event::Refused(refusal)));
    }
    assert!(stranger.session().is_none());
}

/// Shakes hands and sends a first sealed frame, which is given back.
fn connect(host: &mut Initiator<W>, node: &mut Responder<u8, W>, random: &mut Random) -> Vec<u8> {
    let now = Instant::ZERO;
    node.handle(now, 0, &mut init(host, now), random).expect("an Init with a key of the node's");
    let (_, mut answer) = drain(node, now).remove(0);
    host.handle(now, &mut answer).expect("its answer");
    let sealed = init(host, now);
    node.handle(now, 0, &mut sealed.clone(), random).expect("the first sealed frame");
    sealed
}

#[test]
fn a_node_with_two_keys_takes_a_host_with_either_and_names_the_first_to_others() {
    let [old, new, foreign] = [1, 2, 3].map(|byte| ClusterKey::from_bytes([byte; 32]));
    let mut random = Random::new(9);
    let keys = ClusterKeys::from(old.clone()).and(new.clone()).unwrap();
    for key in [&old, &new] {
        let mut node = Responder::<u8, W>::new(keys.clone(), Hello::new(BootId(1), "node", "0.1.0"));
        let sealed = connect(&mut host(2, key.clone()), &mut node, &mut random);
        assert_eq!(sealed[2..6], key.id().0, "all that is sent names the key that is used");
        // The other key is known as well, but not this session's.
        let other = if key.id() == old.id() { new.id() } else { old.id() };
        let mut swapped = sealed.clone();
        swapped[2..6].copy_from_slice(&other.0);
        assert_eq!(node.handle(Instant::ZERO, 0, &mut swapped, &mut random), Err(DropReason::Key));
        let mut stranger = host(4, foreign.clone());
        let mut question = init(&mut stranger, Instant::ZERO);
        assert_eq!(node.handle(Instant::ZERO, 5, &mut question, &mut random), Err(DropReason::Key));
        stranger.handle(Instant::ZERO, &mut drain(&mut node, Instant::ZERO).remove(0).1).unwrap();
        assert_eq!(stranger.poll_event(), Some(initiator::Event::Refused(Refusal::Key(old.id()))));
    }
}

#[test]
fn a_host_without_an_answer_begins_a_new_attempt_every_second() {
    let mut host = host(2, ClusterKey::OPEN);
    let attempts: Vec<Vec<u8>> =
        (0..11).map(|copy| init(&mut host, Instant::from_micros(copy * 200_000))).collect();
    assert!(attempts[..5].iter().all(|init| *init == attempts[0]));
    assert!(attempts[5..10].iter().all(|init| *init == attempts[5]));
    assert!(attempts[0] != attempts[5] && attempts[5] != attempts[10]);
}

#[test]
fn refusals_are_few() {
    let (mut node, mut random) = (node(), Random::new(9));
    let question = init(&mut host(2, ClusterKey::from_bytes([1; 32])), Instant::ZERO);
    let mut answers = 0;
    for millis in 0..1_000 {
        let now = Instant::from_micros(millis * 1_000);
        node.handle(now, 5, &mut question.clone(), &mut random).unwrap_err();
        answers += drain(&mut node, now).len();
    }
    assert!((9..=15).contains(&answers), "{answers}");
}

#[test]
fn short_frames_of_strangers_are_not_answered() {
    let (mut node, mut random) = (node(), Random::new(9));
    let question = init(&mut host(2, ClusterKey::from_bytes([1; 32])), Instant::ZERO);
    for len in 0..question.len() {
        let result = node.handle(Instant::ZERO, 5, &mut question[..len].to_vec(), &mut random);
        assert_eq!(result, Err(DropReason::Malformed), "{len}");
    }
    assert!(drain(&mut node, Instant::ZERO).is_empty());
}
