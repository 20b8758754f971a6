use super::*;
use illuminator_protocol::Duration;
use proptest::prelude::*;

const BROADCAST: Mac = [0xFF; 6];
const LATE: Instant = Instant::from_micros(1_000_000_000);

fn mac(host: usize) -> Mac {
    [2, 0, 0, 0, 0, host as u8]
}

fn frame(to: Mac, from: Mac, number: u32) -> Vec<u8> {
    [&to[..], &from, &[0x88, 0xB5], &number.to_be_bytes()].concat()
}

fn number(frame: &[u8]) -> u32 {
    u32::from_be_bytes(*frame[HEADER_BYTES..].first_chunk().unwrap())
}

/// A switch that knows where every host is: host N at port N.
fn settled(ports: usize, faults: Faults) -> Switch {
    let mut switch = Switch::new(ports, Faults::NONE, 1);
    for port in 0..ports {
        switch.handle(Instant::ZERO, port, &frame(mac(port), mac(port), 0));
    }
    assert_eq!(switch.poll_timeout(), None, "a frame to oneself goes nowhere");
    switch.obey(Order::impair(&faults));
    switch
}

fn drained(switch: &mut Switch, now: Instant) -> Vec<(usize, u32)> {
    std::iter::from_fn(|| switch.poll(now)).map(|(port, frame)| (port, number(&frame))).collect()
}

/// Sends numbered frames from host 0 to host 1, a millisecond apart, and gives what goes out, in order.
fn exchange(switch: &mut Switch, count: u32) -> Vec<u32> {
    for number in 0..count {
        let now = Instant::from_micros(u64::from(number) * 1000);
        switch.handle(now, 0, &frame(mac(1), mac(0), number));
    }
    drained(switch, LATE).into_iter().map(|(_, number)| number).collect()
}

#[test]
fn a_frame_for_a_stranger_goes_everywhere_and_its_answer_to_one() {
    let mut switch = Switch::new(4, Faults::NONE, 1);
    switch.handle(Instant::ZERO, 2, &frame(mac(0), mac(2), 1));
    assert_eq!(drained(&mut switch, LATE), [(0, 1), (1, 1), (3, 1)]);
    switch.handle(Instant::ZERO, 0, &frame(mac(2), mac(0), 2));
    assert_eq!(drained(&mut switch, LATE), [(2, 2)]);
    switch.handle(Instant::ZERO, 0, &frame(BROADCAST, mac(0), 3));
    assert_eq!(drained(&mut switch, LATE), [(1, 3), (2, 3), (3, 3)]);
}

#[test]
fn a_host_that_moves_is_found_at_its_new_port() {
    let mut switch = settled(3, Faults::NONE);
    switch.handle(Instant::ZERO, 2, &frame(mac(0), mac(1), 1));
    switch.handle(Instant::ZERO, 0, &frame(mac(1), mac(0), 2));
    assert_eq!(drained(&mut switch, LATE), [(0, 1), (2, 2)]);
}

#[test]
fn a_perfect_switch_delivers_everything_in_order_and_not_too_early() {
    let delay = Duration::from_millis(5);
    let mut switch = settled(2, Faults { delay_min: delay, delay_max: delay, ..Faults::NONE });
    switch.handle(Instant::ZERO, 0, &frame(mac(1), mac(0), 7));
    assert_eq!(switch.poll_timeout(), Some(Instant::ZERO + delay));
    assert_eq!(switch.poll(Instant::from_micros(4999)), None);
    assert_eq!(drained(&mut switch, Instant::ZERO + delay), [(1, 7)]);
    assert!(exchange(&mut switch, 1000).into_iter().eq(0..1000));
}

#[test]
fn loss_and_duplication_come_at_the_rate_asked_for_and_are_counted() {
    let mut switch = settled(2, Faults { loss: 0.1, duplication: 0.05, ..Faults::NONE });
    let out = exchange(&mut switch, 20_000);
    let counts = switch.counts().ports[1];
    assert!((1800..2200).contains(&counts.lost), "{counts:?}");
    assert!((800..1000).contains(&counts.duplicated), "{counts:?}");
    assert_eq!(counts.offered, 20_000);
    assert_eq!(counts.delivered, 20_000 - counts.lost + counts.duplicated);
    assert_eq!(counts.delivered, out.len() as u64);
    let twice = out.windows(2).filter(|pair| pair[0] == pair[1]).count();
    assert_eq!(twice as u64, counts.duplicated);
}

#[test]
fn jitter_reorders_within_its_bounds_and_is_counted() {
    let (delay_min, delay_max) = (Duration::from_millis(1), Duration::from_millis(5));
    let mut switch = settled(2, Faults { delay_min, delay_max, ..Faults::NONE });
    let mut overtaken = 0;
    let mut newest = 0;
    for number in 0..10_000_u32 {
        let now = Instant::from_micros(u64::from(number) * 1000);
        switch.handle(now, 0, &frame(mac(1), mac(0), number));
        let due = drained(&mut switch, now);
        for (_, number) in due {
            let age_us = now.as_micros() - u64::from(number) * 1000;
            assert!(
                (1000..=6000).contains(&age_us),
                "{number} took {age_us} us, looked at once a millisecond"
            );
            overtaken += u64::from(number < newest);
            newest = newest.max(number);
        }
    }
    assert!(overtaken > 1000, "{overtaken}");
    assert_eq!(switch.counts().ports[1].reordered, overtaken);
}

#[test]
fn corruption_flips_one_bit_at_the_rate_asked_for_and_is_counted() {
    let mut switch = settled(2, Faults { corruption: 0.2, ..Faults::NONE });
    let sent = frame(mac(1), mac(0), 0);
    let mut changed = 0;
    for _ in 0..10_000 {
        switch.handle(Instant::ZERO, 0, &sent);
        let (_, got) = switch.poll(LATE).unwrap();
        let bits: u32 = sent.iter().zip(&got).map(|(sent, got)| (sent ^ got).count_ones()).sum();
        assert!(bits <= 1);
        changed += u64::from(bits);
    }
    assert!((1800..2200).contains(&changed), "{changed}");
    assert_eq!(switch.counts().ports[1].corrupted, changed);
}

#[test]
fn a_pulled_cable_parts_one_port_until_it_is_put_back() {
    let mut switch = settled(3, Faults::NONE);
    let to_1 = frame(mac(1), mac(0), 1);
    switch.handle(Instant::ZERO, 0, &to_1);
    switch.obey(Order::Cut(1));
    assert_eq!(drained(&mut switch, LATE), [], "what was under way is lost as well");
    switch.handle(Instant::ZERO, 0, &to_1);
    switch.handle(Instant::ZERO, 1, &frame(mac(0), mac(1), 2));
    switch.handle(Instant::ZERO, 0, &frame(mac(2), mac(0), 3));
    assert_eq!(drained(&mut switch, LATE), [(2, 3)]);
    assert_eq!(switch.counts().ports.iter().map(|port| port.cut).collect::<Vec<_>>(), [1, 2, 0]);
    switch.obey(Order::Mend(1));
    switch.handle(Instant::ZERO, 0, &to_1);
    assert_eq!(drained(&mut switch, LATE), [(1, 1)]);
}

#[test]
fn what_is_no_frame_goes_nowhere() {
    let mut switch = Switch::new(2, Faults::NONE, 1);
    for length in 0..HEADER_BYTES {
        switch.handle(Instant::ZERO, 0, &frame(BROADCAST, mac(0), 0)[..length]);
    }
    switch.obey(Order::Cut(2));
    assert_eq!(drained(&mut switch, LATE), []);
    assert_eq!(switch.counts().ports[0].malformed, HEADER_BYTES as u64);
}

#[test]
fn a_flood_is_bounded_and_what_does_not_fit_is_counted() {
    let mut switch = settled(2, Faults::NONE);
    let flood = frame(mac(1), mac(0), 0);
    for _ in 0..IN_FLIGHT_MAX + 10 {
        switch.handle(Instant::ZERO, 0, &flood);
    }
    assert_eq!(switch.counts().ports[1].overflowed, 10);
    assert_eq!(drained(&mut switch, LATE).len(), IN_FLIGHT_MAX);
}

#[test]
fn strangers_without_end_are_not_all_remembered() {
    let mut switch = settled(2, Faults::NONE);
    for stranger in 0..2 * MACS_MAX {
        let [high, low] = (stranger as u16).to_be_bytes();
        switch.handle(Instant::ZERO, 0, &frame(mac(0), [2, 1, 0, 0, high, low], 0));
    }
    assert_eq!(switch.macs.len(), MACS_MAX);
    switch.handle(Instant::ZERO, 0, &frame(mac(1), mac(0), 1));
    assert_eq!(drained(&mut switch, LATE), [(1, 1)], "who was known stays known");
}

proptest! {
    /// Nothing is lost without a count, and nothing goes back where it came from.
    #[test]
    fn the_counts_add_up(
        loss in 0.0..1.0, duplication in 0.0..1.0, corruption in prop_oneof![Just(0.0), 0.0..1.0],
        jitter_us in 0..5000_u64, seed: u64,
        frames in prop::collection::vec((0..5_usize, 0..7_usize), 1..200),
    ) {
        let delay_min = Duration::from_millis(1);
        let delay_max = delay_min + Duration::from_micros(jitter_us);
        let faults = Faults { loss, duplication, corruption, delay_min, delay_max };
        let run = || {
            let mut switch = Switch::new(5, faults, seed);
            for &(port, to) in &frames {
                switch.handle(Instant::ZERO, port, &frame(mac(to), mac(port), port as u32));
            }
            let out: Vec<_> = std::iter::from_fn(|| switch.poll(LATE)).collect();
            (out, switch.counts())
        };
        let (out, counts) = run();
        let sum = counts.total();
        prop_assert_eq!(counts.under_way, 0);
        prop_assert_eq!(sum.received, frames.len() as u64);
        prop_assert_eq!(sum.delivered, out.len() as u64);
        prop_assert_eq!(sum.delivered, sum.offered - sum.lost + sum.duplicated);
        if corruption == 0.0 {
            prop_assert!(out.iter().all(|(port, frame)| *port as u32 != number(frame)));
        }
        prop_assert_eq!((out, counts), run());
    }
}
