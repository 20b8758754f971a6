//! Cable boards, from a scenario on the host to the characters that the boards read: the host program, two nodes,
//! real UDP between them, and boards with the timing of their sketch on real ports.

use illuminator_hal::sim::{BoardFault, SimBoard};
use illuminator_node::shell::Clock;
use illuminator_tests::attiny::PtyBoard;
use illuminator_tests::board_table::{FLOWS, IDLE, Table, show_flows, shows};
use illuminator_tests::programs::until;

/// Every command that a board has read, without repetitions.
fn history(board: &PtyBoard) -> Vec<String> {
    let text = |read: [u8; 3]| String::from_utf8_lossy(&read).into_owned();
    let mut lines: Vec<String> =
        board.with(|board, _| board.reads().map(|read| text(read.characters)).collect());
    lines.dedup();
    lines
}

#[test]
fn boards_show_the_flow_of_their_cables_as_long_as_it_holds() {
    let table = Table::start();
    let mut boards = table.four();
    let mut said: Vec<String> = boards.iter().map(|_| table.a.said(" is cable ")).collect();
    said.sort_unstable();
    for (line, number) in said.iter().zip(1..) {
        assert!(line.ends_with(&format!("ttyACM{number} is cable {number}")), "{said:?}");
    }
    let run = table.run();
    show_flows(&boards);
    // One that comes later shows its flow, too, and so does one that comes back, on another port.
    boards.push(table.plug(5, 5));
    drop(boards.remove(1));
    table.a.said("ttyACM2 of cable 2 is gone");
    boards.insert(1, table.plug(6, 2));
    show_flows(&boards);
    run.end();
    for (board, (_, line)) in boards.iter().zip(FLOWS) {
        shows(board, IDLE);
        assert_eq!(history(board), [IDLE, line, IDLE], "nothing else in between");
        let stats = board.with(|board, _| board.stats());
        assert_eq!(stats.torn, 0, "every command arrived whole: {stats:?}");
    }
}

#[test]
fn boards_are_idle_after_the_host_was_killed_and_show_the_next_run() {
    let table = Table::start();
    let boards = table.four();
    let run = table.run();
    show_flows(&boards);
    let clock = Clock::start();
    run.kill();
    boards.iter().for_each(|board| shows(board, IDLE));
    println!("all four idle {} ms after the host was killed", clock.now().as_micros() / 1_000);
    let run = table.run();
    show_flows(&boards);
    run.end();
    boards.iter().for_each(|board| shows(board, IDLE));
}

#[test]
fn a_node_that_ends_leaves_its_boards_idle() {
    let mut table = Table::start();
    let boards = table.four();
    let run = table.run();
    show_flows(&boards);
    table.a.terminate();
    for board in &boards {
        assert!(board.with(|board, _| board.reads().any(|read| read.characters != *b"0g0")));
        shows(board, IDLE);
    }
    run.kill();
}

#[test]
fn what_goes_wrong_with_one_board_does_not_reach_the_others() {
    let table = Table::start();
    let mut boards = table.four();
    let run = table.run();
    show_flows(&boards);

    boards[0].with(|board, _| board.set_fault(BoardFault::Garbage));
    let said = table.a.said("no cable number");
    assert!(said.contains("ttyACM1"), "{said}");
    let garbage = || boards[0].with(|board, _| board.stats().garbage);
    until("more garbage", || garbage() >= 3);
    boards[0].with(|board, _| board.set_fault(BoardFault::None));

    boards[1].with(|board, _| board.set_fault(BoardFault::Silence));
    table.a.said("ttyACM2 of cable 2 no longer answers");
    assert!(boards[1].with(|board, _| board.stats().silent) >= 8);
    boards[1].with(|board, _| board.set_fault(BoardFault::None));
    table.a.said("ttyACM2 is cable 2");

    // A board that lost its power has forgotten all, and is told again.
    boards[2].with(SimBoard::reset);
    assert_eq!(boards[2].with(|board, _| board.stats().resets), 1);
    show_flows(&boards);

    // A board that goes while its device is still there.
    boards[3].hang_up();
    table.a.said("ttyACM4 of cable 4 is gone");
    drop(boards.pop());
    boards.push(table.plug(4, 4));
    show_flows(&boards);
    run.end();
}

#[test]
fn two_boards_of_one_cable_and_a_board_that_changes_its_number() {
    let table = Table::start();
    let run = table.run();
    let first = table.plug(1, 1);
    shows(&first, "4r1");
    let second = table.plug(2, 1);
    table.a.said("are both cable 1: both are driven");
    shows(&second, "4r1");
    drop(first);
    table.a.said("ttyACM1 of cable 1 is gone");
    second.with(|board, _| board.set_cable(2));
    table.a.said("ttyACM2 was cable 1 and is cable 2 now");
    shows(&second, "2g0");
    assert_eq!(history(&second), [IDLE, "4r1", "2g0"]);
    run.end();
}

#[test]
fn a_board_that_is_plugged_in_again_at_once_is_another_one() {
    let table = Table::start();
    let run = table.run();
    for _ in 0..20 {
        for (cable, (_, line)) in (1..).zip(FLOWS) {
            shows(&table.plug(1, cable), line);
        }
    }
    run.end();
}

#[test]
fn a_second_node_is_refused_the_boards_of_the_first_until_that_has_ended() {
    let mut table = Table::start();
    let board = table.plug(1, 1);
    table.a.said("is cable 1");
    let other = table.another_a();
    let said = other.said("in use by another program");
    assert!(said.contains("ttyACM1"), "{said}");
    let run = table.run();
    shows(&board, "4r1");
    run.end();
    table.a.terminate();
    other.said("ttyACM1 is cable 1");
}

#[test]
fn a_file_that_is_no_port_is_named_and_left_alone() {
    let table = Table::start();
    let file = table.devices.path().join("ttyUSB0");
    std::fs::write(&file, "as it was").expect("it can be written");
    let _board = table.plug(1, 1);
    table.a.said("ttyACM1 is cable 1");
    table.a.said("ttyUSB0 is no serial port");
    assert_eq!(crate::read(&file), "as it was");
}
