//! Cable boards, from a scenario on the host to the characters that the boards read: the host program, two nodes,
//! real UDP between them, and boards with the timing of their sketch on real ports.

use illuminator_hal::sim::{BoardFault, SimBoard};
use illuminator_node::shell::Clock;
use illuminator_tests::attiny::PtyBoard;
use illuminator_tests::programs::{NodeProcess, command, signal, until};
use std::fmt::Write as _;
use std::process::{Child, Stdio};
use tempfile::TempDir;

/// The power of each cable, from 1 on `[kW]` of 10, and what a board of it shows. Cable 4 is reversed.
const FLOWS: [(f64, &str); 5] = [(8.0, "4r1"), (-3.0, "2g0"), (1.0, "1g1"), (6.0, "3g0"), (-6.0, "3g0")];
const IDLE: &str = "0g0";

/// Node `a` with a directory for its boards, and node `b` without.
struct Table {
    devices: TempDir,
    folder: TempDir,
    a: NodeProcess,
    b: NodeProcess,
}

impl Table {
    fn start() -> Self {
        let (devices, folder) = (tempdir(), tempdir());
        let config =
            format!("name = 'a'\n[boards]\ndirectory = '{}'\nreversed = [4]\n", devices.path().display());
        std::fs::write(folder.path().join("node.toml"), config).expect("it can be written");
        std::fs::write(folder.path().join("s.yaml"), scenario()).expect("it can be written");
        let (a, b) = (Self::node(&folder), NodeProcess::start(&["--hal", "sim"]));
        Self { devices, folder, a, b }
    }

    /// A node with the configuration of `a`.
    fn node(folder: &TempDir) -> NodeProcess {
        let config = folder.path().join("node.toml");
        NodeProcess::start(&["--config", config.to_str().expect("in UTF-8")])
    }

    fn plug(&self, number: usize, cable: u16) -> PtyBoard {
        PtyBoard::plug(self.devices.path(), &format!("ttyACM{number}"), cable)
    }

    /// Boards of the cables 1 to 4.
    fn four(&self) -> Vec<PtyBoard> {
        (1..=4).map(|number| self.plug(number, number as u16)).collect()
    }

    /// Starts a run that goes on until it is ended.
    fn run(&self) -> Run {
        let (a, b) = (self.a.address, self.b.address);
        let cluster =
            format!("[[node]]\nname = 'a'\naddress = '{a}'\n[[node]]\nname = 'b'\naddress = '{b}'\n");
        std::fs::write(self.folder.path().join("c.toml"), cluster).expect("it can be written");
        let arguments = ["scenario", "run", "s.yaml", "--cluster", "c.toml", "--pace", "0.05"];
        let mut host = command(self.folder.path(), &arguments);
        Run(host.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts"))
    }
}

/// A run; killed when dropped.
struct Run(Child);

impl Run {
    /// Ends it as Ctrl-C does.
    fn end(mut self) {
        signal(self.0.id(), "INT");
        assert!(self.0.wait().expect("it ends").success(), "it went on until it was ended");
    }

    /// Ends it without a word to the nodes.
    fn kill(mut self) {
        let _ = self.0.kill();
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn tempdir() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// A day of steps with constant flows through cables from `a` to `b`.
fn scenario() -> String {
    let mut models = String::new();
    let mut cables = String::new();
    let dummy = |name: &str, node: &str, power_kw: f64| {
        format!(
            "- {{name: {name}, type: Dummy, connect: {{node: {node}}}, parameters: {{param1: {power_kw}}}, \
             inputs: {{in1: 0}}, outputs: {{out1: 0}}, states: {{state1: 0}}}}\n"
        )
    };
    for (cable, (power_kw, _)) in (1..).zip(FLOWS) {
        models += &dummy(&format!("S{cable}"), "a", power_kw);
        let _ = writeln!(cables, "- {{id: {cable}, ends: [a, b], shows: S{cable}.state1, full_scale: 10}}");
    }
    models += &dummy("Sink", "b", 0.0);
    format!(
        "scenario:\n  name: boards\n  start_time: '2024-06-20 00:00:00'\n  end_time: '2024-07-20 00:00:00'\n  \
         time_resolution: 60\nmodels:\n{models}connections: []\nmonitor:\n  file: out.csv\n  items: [S1.state1]\n\
         cables:\n{cables}"
    )
}

/// Waits until a board animates these characters.
fn shows(board: &PtyBoard, characters: &str) {
    until(&format!("a board that shows {characters}"), || board.shows() == characters);
}

/// Waits until these boards show the flows of the cables from 1 on.
fn show_flows(boards: &[PtyBoard]) {
    boards.iter().zip(FLOWS).for_each(|(board, (_, line))| shows(board, line));
}

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
    let other = Table::node(&table.folder);
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

/// Not a test but a measurement: `cargo test -p illuminator-tests --test e2e plug_to_light -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
fn plug_to_light() {
    const ROUNDS: usize = 50;
    let table = Table::start();
    let run = table.run();
    shows(&table.plug(9, 1), "4r1");
    let mut spans_us: Vec<u64> = Vec::new();
    for _ in 0..ROUNDS {
        let boards = table.four();
        show_flows(&boards);
        for board in &boards {
            let lit = |board: &mut SimBoard, _| {
                board.reads().find(|read| read.characters != *b"0g0").map(|read| read.at_us)
            };
            // The board's clock starts just before its device appears.
            spans_us.extend(board.with(lit));
        }
    }
    run.end();
    spans_us.sort_unstable();
    let at = |percent: usize| spans_us[(spans_us.len() - 1) * percent / 100] / 1_000;
    println!("{} plugs: p50 {} ms, p99 {} ms, most {} ms", spans_us.len(), at(50), at(99), at(100));
}
