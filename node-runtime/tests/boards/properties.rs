//! Whatever happens in whatever order: the bench checks writes and events, and in the end all is as it should be.

use super::bench::{Bench, MS, S};
use illuminator_hal::sim::BoardFault;
use illuminator_node::boards::BOARDS_MAX;
use proptest::prelude::*;
use std::collections::BTreeSet;

const PORTS: [&str; 4] = ["a", "b", "c", "d"];

#[derive(Clone, Debug)]
enum Act {
    Plug(&'static str, u16),
    Unplug(&'static str),
    Fault(&'static str, BoardFault),
    Cable(&'static str, u16),
    Reset(&'static str),
    Bytes(&'static str, Vec<u8>),
    WriteFails(&'static str),
    Show(u16, f64),
    Line(u16, Option<[u8; 4]>),
    HostSilent(bool),
    Stop(bool),
    Dark,
    Wait(u64),
}

fn act() -> impl Strategy<Value = Act> {
    let port = || prop::sample::select(&PORTS[..]);
    let fault = prop::sample::select(vec![BoardFault::None, BoardFault::Garbage, BoardFault::Silence]);
    let line = prop::sample::select(vec![None, Some(*b"2b0\n"), Some(*b"9x1\n"), Some(*b"1g-\n")]);
    prop_oneof![
        4 => (port(), 0..4u16).prop_map(|(port, cable)| Act::Plug(port, cable)),
        2 => port().prop_map(Act::Unplug),
        2 => (port(), fault).prop_map(|(port, fault)| Act::Fault(port, fault)),
        1 => (port(), 0..4u16).prop_map(|(port, cable)| Act::Cable(port, cable)),
        1 => port().prop_map(Act::Reset),
        1 => (port(), prop::collection::vec(any::<u8>(), 0..20)).prop_map(|(port, bytes)| Act::Bytes(port, bytes)),
        1 => port().prop_map(Act::WriteFails),
        4 => (0..4u16, -12.0..12.0f64).prop_map(|(cable, power_kw)| Act::Show(cable, power_kw)),
        1 => (0..4u16, line).prop_map(|(cable, line)| Act::Line(cable, line)),
        1 => any::<bool>().prop_map(Act::HostSilent),
        1 => any::<bool>().prop_map(Act::Stop),
        1 => Just(Act::Dark),
        8 => prop_oneof![0..60 * MS, 0..S, 0..6 * S].prop_map(Act::Wait),
    ]
}

fn carry_out(bench: &mut Bench, act: Act) {
    let now_us = bench.now_us;
    match act {
        Act::Plug(port, cable) => bench.plug(port, cable),
        Act::Unplug(port) => bench.unplug(port),
        Act::Fault(port, fault) => {
            bench.boards.entry(port).and_modify(|board| board.set_fault(fault));
        }
        Act::Cable(port, cable) => {
            bench.boards.entry(port).and_modify(|board| board.set_cable(cable));
        }
        Act::Reset(port) => {
            bench.boards.entry(port).and_modify(|board| board.reset(now_us));
        }
        Act::Bytes(port, bytes) => bench.tracker.received(port, &bytes, bench.now()),
        Act::WriteFails(port) => bench.tracker.write_failed(port, "x", bench.now()),
        Act::Show(cable, power_kw) => bench.show(cable, power_kw),
        Act::Line(cable, line) => bench.tracker.set_line(cable, line),
        Act::HostSilent(silent) => bench.tracker.host_silent(silent),
        Act::Stop(on) => bench.tracker.emergency_stop(on),
        Act::Dark => bench.tracker.dark(),
        Act::Wait(span_us) => bench.run(span_us),
    }
    bench.settle();
}

proptest! {
    #[test]
    fn whatever_happens_it_ends_well(acts in prop::collection::vec(act(), 0..80)) {
        let mut bench = Bench::new();
        for act in acts {
            carry_out(&mut bench, act);
        }
        // From here on nothing goes wrong, and every cable has its own line.
        for board in bench.boards.values_mut() {
            board.set_fault(BoardFault::None);
        }
        bench.tracker.host_silent(false);
        bench.tracker.emergency_stop(false);
        bench.tracker.dark();
        let lines = [*b"1g1\n", *b"2g0\n", *b"3b1\n", *b"4r0\n"];
        for (cable, line) in (0..).zip(lines) {
            bench.tracker.set_line(cable, Some(line));
        }
        bench.run(8 * S);
        let answered_for = |board: &illuminator_hal::sim::SimBoard| {
            let told = board.shows();
            lines.iter().position(|line| line[..3] == told).map(|cable| cable as u16)
        };
        let shown: BTreeSet<u16> = bench.boards.values().filter_map(answered_for).collect();
        prop_assert_eq!(&bench.seen, &shown, "each board shows the line of the cable that it is");
        prop_assert!(bench.boards.values().all(|board| answered_for(board).is_some()));
        for port in PORTS {
            bench.unplug(port);
        }
        prop_assert!(bench.seen.is_empty());
    }

    #[test]
    fn no_bytes_make_more_events_than_answers(pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..40)) {
        let mut bench = Bench::new();
        bench.plug("a", 7);
        bench.board("a").set_fault(BoardFault::Silence);
        let answers = pieces.len() + pieces.iter().flatten().filter(|byte| b" \r\n".contains(byte)).count();
        for piece in pieces {
            bench.tracker.received("a", &piece, bench.now());
            bench.run(30 * MS);
        }
        prop_assert!(bench.notices.len() <= answers + 1);
        prop_assert!(bench.seen.len() <= BOARDS_MAX);
    }
}
