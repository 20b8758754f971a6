//! What becomes of a plug, an unplug, a flow, and of everything that goes wrong between them.

use super::bench::{Bench, MS, S, flow};
use illuminator_hal::sim::BoardFault;
use illuminator_node::boards::{BOARDS_MAX, BoardTracker};
use illuminator_protocol::responder::HOST_SILENT_AFTER;

/// A bench with cable 7 on port `a` for a while.
fn plugged() -> Bench {
    let mut bench = Bench::new();
    bench.plug("a", 7);
    bench.run(S);
    assert_eq!(bench.seen, [7].into());
    bench
}

#[test]
fn a_plug_is_light_in_a_fifth_of_a_second() {
    let mut bench = Bench::new();
    bench.show(7, 8.0);
    bench.plug("a", 7);
    let light = bench.time_until(S, |bench| bench.shown("a") == "4r1");
    assert!(light.is_some_and(|span_us| span_us <= 200 * MS), "{light:?} µs");
    bench.run(S);
    assert_eq!(bench.notices, ["board a is cable 7"]);
    let board = bench.board("a");
    assert!(board.stats().answers >= 3 && board.colour().r == 254, "{:?}", board.stats());
}

#[test]
fn one_answer_is_not_believed() {
    let mut bench = Bench::new();
    bench.plug("a", 7);
    bench.time_until(S, |bench| bench.boards["a"].stats().answers == 1).expect("it answers");
    bench.board("a").set_cable(8);
    bench.run(S);
    assert_eq!((&bench.seen, &bench.notices[..]), (&[8].into(), &["board a is cable 8".to_owned()][..]));
}

#[test]
fn an_unplug_is_known_at_once() {
    let mut bench = plugged();
    bench.unplug("a");
    assert!(bench.seen.is_empty());
    assert_eq!(bench.notices[1..], ["board a of cable 7 is gone"]);
    bench.run(10 * S);
    bench.plug("a", 9);
    bench.run(S);
    assert_eq!(bench.seen, [9].into());
}

#[test]
fn a_flow_that_no_longer_holds_is_not_shown() {
    let mut bench = plugged();
    let mut shows = |change: &dyn Fn(&mut BoardTracker), shown: &str| {
        change(&mut bench.tracker);
        let took = bench.time_until(2 * S, |bench| bench.shown("a") == shown);
        assert!(took.is_some(), "{shown}, not {}", bench.shown("a"));
        bench.run(5 * S);
        assert_eq!(bench.shown("a"), shown);
    };
    shows(&|tracker| tracker.show(&flow(7, -3.0)), "2g0");
    shows(&|tracker| tracker.host_silent(true), "0g0");
    shows(&|tracker| tracker.host_silent(false), "2g0");
    shows(&|tracker| tracker.emergency_stop(true), "0g0");
    shows(&|tracker| tracker.emergency_stop(false), "2g0");
    shows(&|tracker| tracker.show(&flow(7, f64::NAN)), "0g0");
    shows(&|tracker| tracker.show(&flow(7, 6.0)), "3g1");
    shows(&|tracker| tracker.dark(), "0g0");
    // A line of a model wins over the flow, until it is cleared or the run is over.
    shows(&|tracker| tracker.show(&flow(7, 6.0)), "3g1");
    shows(&|tracker| tracker.set_line(7, Some(*b"2b0\n")), "2b0");
    shows(&|tracker| tracker.host_silent(true), "0g0");
    shows(&|tracker| tracker.host_silent(false), "2b0");
    shows(&|tracker| tracker.clear_lines(), "3g1");
    shows(&|tracker| tracker.set_line(7, Some(*b"2b0\n")), "2b0");
    shows(&|tracker| tracker.set_line(7, None), "3g1");
    shows(&|tracker| tracker.set_line(7, Some(*b"2b0\n")), "2b0");
    shows(&|tracker| tracker.dark(), "0g0");
}

#[test]
fn a_reversed_board_runs_the_other_way() {
    let mut bench = Bench::new();
    bench.tracker = BoardTracker::new([7]);
    bench.tracker.host_silent(false);
    bench.show(7, 6.0);
    bench.show(8, 6.0);
    bench.plug("a", 7);
    bench.plug("b", 8);
    bench.run(S);
    assert_eq!([bench.shown("a"), bench.shown("b")], ["3g0", "3g1"]);
}

#[test]
fn a_slow_animation_is_no_silence_and_loses_no_command() {
    let mut bench = plugged();
    bench.show(7, 1.0);
    bench.run(60 * S);
    assert_eq!((bench.shown("a").as_str(), &bench.seen), ("1g1", &[7].into()));
    // Two commands wait while the light stands: the board takes the first and drops the second.
    let dropped = bench.board("a").stats().dropped;
    bench.show(7, 6.0);
    bench.run(100 * MS);
    bench.show(7, 9.0);
    let took = bench.time_until(2 * S, |bench| bench.shown("a") == "4r1");
    assert!(took.is_some_and(|span_us| span_us <= S), "{took:?}");
    assert!(bench.board("a").stats().dropped >= dropped + 5, "a newline, and a command with its newline");
    assert_eq!(bench.notices.len(), 1, "{:?}", bench.notices);
}

/// The slowest animation looks at USB once in 500 ms, and takes the first command that it finds there.
#[test]
fn a_slow_board_is_idle_within_two_seconds_of_the_hosts_last_word() {
    let silent_after_us = HOST_SILENT_AFTER.as_micros();
    let mut longest_us = 0;
    // Two refreshes and more, at every phase of board and refresh; the last word may be a new flow.
    for last_word_us in (0..5 * S).step_by(5 * MS as usize) {
        for last_kw in [1.0, -1.0] {
            let mut bench = plugged();
            bench.show(7, 1.0);
            bench.time_until(2 * S, |bench| bench.shown("a") == "1g1").expect("it animates slowly");
            bench.run(last_word_us);
            bench.show(7, last_kw);
            bench.run(silent_after_us);
            assert_ne!(bench.shown("a"), "0g0");
            bench.tracker.host_silent(true);
            let took_us = bench.time_until(2 * S, |bench| bench.shown("a") == "0g0").expect("it gets idle");
            longest_us = longest_us.max(silent_after_us + took_us);
        }
    }
    assert!(longest_us <= 2 * S, "{longest_us} µs");
}

#[test]
fn flows_that_flicker_are_thinned_out_and_the_last_one_stays() {
    let mut bench = plugged();
    let before = bench.writes.len();
    for round in 0..200 {
        bench.show(7, if round % 2 == 0 { 9.0 } else { -9.0 });
        bench.run(5 * MS);
    }
    assert!(bench.writes.len() - before <= 21, "at most every 50 ms in a second");
    bench.run(2 * S);
    assert_eq!(bench.shown("a"), "4r0");
}

#[test]
fn a_board_that_lost_its_power_is_told_again() {
    let mut bench = plugged();
    bench.show(7, 6.0);
    bench.run(10 * S);
    let now_us = bench.now_us;
    bench.board("a").reset(now_us);
    assert_eq!(bench.shown("a"), "0g0");
    let took = bench.time_until(5 * S, |bench| bench.shown("a") == "3g1");
    assert!(took.is_some_and(|span_us| span_us <= 2_100 * MS), "{took:?}");
}

#[test]
fn a_silent_board_is_gone_and_comes_back() {
    let mut bench = plugged();
    bench.board("a").set_fault(BoardFault::Silence);
    bench.run(2 * S);
    assert_eq!(bench.seen, [7].into(), "not yet");
    let took = bench.time_until(10 * S, |bench| bench.seen.is_empty());
    assert!(took.is_some_and(|span_us| span_us <= 4 * S), "{took:?}");
    bench.run(60 * S);
    assert!(bench.boards["a"].stats().silent >= 8 + 25, "it is still asked");
    assert_eq!(bench.notices[1..], ["board a of cable 7 no longer answers"]);
    bench.board("a").set_fault(BoardFault::None);
    let took = bench.time_until(10 * S, |bench| bench.seen == [7].into());
    assert!(took.is_some_and(|span_us| span_us <= 2_500 * MS), "{took:?}");
}

#[test]
fn something_that_never_answers_is_named_once() {
    let mut bench = Bench::new();
    bench.plug("a", 7);
    bench.board("a").set_fault(BoardFault::Silence);
    bench.run(60 * S);
    assert_eq!(bench.notices, ["board a does not answer: is it a cable board?"]);
    assert!(bench.writes.len() <= 8 + 30, "{} writes", bench.writes.len());
}

#[test]
fn garbage_is_named_once_until_there_is_an_answer() {
    let mut bench = plugged();
    let garbage = "board a answers with something that is no cable number: ignored";
    for round in 1..=2 {
        bench.board("a").set_fault(BoardFault::Garbage);
        bench.run(2_800 * MS);
        bench.board("a").set_fault(BoardFault::None);
        bench.run(8 * S);
        assert!(bench.boards["a"].stats().garbage >= 2 * round, "{:?}", bench.boards["a"].stats());
        assert_eq!(bench.notices.iter().filter(|text| **text == garbage).count() as u64, round);
        assert_eq!(bench.seen, [7].into());
    }
    for _ in 0..10_000 {
        bench.tracker.received("a", &[0xA5; 100], bench.now());
    }
    bench.settle();
    assert_eq!(bench.notices.len(), 3, "nothing came to its end");
}

#[test]
fn a_noisy_board_is_named_now_and_then_only() {
    let mut bench = plugged();
    let seconds = 60;
    for round in 0..seconds * 5 {
        let board = bench.board("a");
        board.set_fault(if round % 5 == 0 { BoardFault::Garbage } else { BoardFault::None });
        board.set_cable(7 + (round / 4 % 2) as u16);
        for cable in [7, 8] {
            bench.show(cable, if round % 2 == 0 { 9.0 } else { -9.0 });
        }
        bench.run(200 * MS);
    }
    let stats = bench.boards["a"].stats();
    assert!(stats.garbage > 20 && stats.answers > 100, "{stats:?}");
    for kind in ["no cable number", "was cable"] {
        let count = bench.notices.iter().filter(|text| text.contains(kind)).count() as u64;
        assert!((2..=seconds / 10).contains(&count), "{count} of {kind}: {:?}", bench.notices);
    }
}

#[test]
fn a_loose_contact_is_named_now_and_then_only() {
    let mut bench = Bench::new();
    for _ in 0..20 {
        bench.plug("a", 7);
        bench.time_until(S, |bench| bench.seen == [7].into()).expect("it is known");
        bench.unplug("a");
        bench.run(S);
    }
    let span_s = (bench.now_us - S) / S;
    for kind in ["is cable 7", "is gone"] {
        let count = bench.notices.iter().filter(|text| text.contains(kind)).count() as u64;
        assert!((2..=span_s / 10 + 1).contains(&count), "{count} of {kind}: {:?}", bench.notices);
    }
}

#[test]
fn another_number_on_the_same_port_is_another_cable() {
    let mut bench = plugged();
    bench.show(8, 9.0);
    bench.board("a").set_cable(8);
    bench.run(3 * S);
    assert_eq!((&bench.seen, bench.shown("a").as_str()), (&[8].into(), "4r1"));
    assert_eq!(bench.notices[1..], ["board a was cable 7 and is cable 8 now"]);
}

#[test]
fn both_ends_of_a_cable_in_one_node_are_driven_and_gone_together() {
    let mut bench = plugged();
    bench.show(7, 6.0);
    bench.plug("b", 7);
    bench.run(S);
    assert_eq!([bench.shown("a"), bench.shown("b")], ["3g1", "3g1"]);
    let twins = "boards a and b are both cable 7: both are driven";
    assert_eq!(bench.notices[1..], ["board b is cable 7", twins]);
    bench.unplug("a");
    assert_eq!(bench.seen, [7].into(), "one is left");
    bench.unplug("b");
    assert!(bench.seen.is_empty());
}

#[test]
fn boards_beyond_the_limit_are_ignored_until_there_is_room() {
    let mut bench = Bench::new();
    let ports: Vec<&'static str> =
        (0..=BOARDS_MAX).map(|port| &*Box::leak(format!("p{port:02}").into_boxed_str())).collect();
    for (port, cable) in ports.iter().zip(0..) {
        bench.plug(port, cable);
    }
    bench.plug(ports[BOARDS_MAX], 99);
    bench.run(S);
    assert_eq!(bench.seen.len(), BOARDS_MAX);
    let ignored = bench.notices.iter().filter(|text| text.contains("is ignored: 16 boards")).count();
    assert_eq!(ignored, 1, "{:?}", bench.notices);
    assert_eq!(bench.boards[ports[BOARDS_MAX]].stats().commands, 0);
    bench.unplug(ports[3]);
    assert!(bench.tracker.room_for(ports[BOARDS_MAX], bench.now()));
    bench.plug(ports[BOARDS_MAX], 99);
    bench.run(S);
    assert!(bench.seen.contains(&99));
}

#[test]
fn a_write_that_fails_is_named_once_and_tried_again() {
    let mut bench = plugged();
    let before = bench.writes.len();
    for _ in 0..3 {
        bench.tracker.write_failed("a", "the buffer is full", bench.now());
    }
    bench.run(5 * S);
    assert_eq!(
        bench.notices[1..],
        ["board a does not take its command, and is tried again: the buffer is full"]
    );
    assert!(bench.writes.len() >= before + 2);
}
