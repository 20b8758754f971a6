//! The node for Pis on emulated boards: its SPI, its pins, a run of the host over UDP, a cable board on the USB.

use illuminator_hal::encode::ws2812::{decode, encoded_len};
use illuminator_hal::{ColourOrder, Rgb8};
use illuminator_tests::emupi::{Board, EmulatedPi, File, Kit, NODE_PORT, SpiTrace, SpiTransfer, UsbBoard};
use illuminator_tests::picture::{lit, phase, pulses, wrapped};
use illuminator_tests::programs::{NodeProcess, aarch64_node, illuminator, stderr, until};
use std::net::SocketAddr;
use std::path::Path;

const CABLE: u16 = 7;
/// Three whole spacings of pulses: a part of one would shift the phase with the place of its pulse.
const LEDS: usize = 24;
const STATUS_LED: u32 = 17;
const RELAY: u32 = 5;
/// Pictures further apart than this `[s]` say nothing of the direction: a pulse may have taken the place of the next.
/// At a tenth of the full scale pulses move by 6.3 LED/s, so that half of their distance takes 0.63 s.
const GAP_S: f64 = 0.4;

#[test]
fn a_run_is_seen_on_the_strip_and_pins_of_a_pi() {
    let Some((mut pi, folder)) = boot(Board::Pi3b, &pi_config()) else { return };
    let folder = folder.path();
    let address = pi.node_address();
    let trace = pi.trace_spi(encoded_len(LEDS));
    assert!(!high(&mut pi, RELAY), "nobody drives the pin of the relay");
    start(&mut pi, "rpi");

    until("breathing blue: no host", || pictures(&trace).iter().any(|(_, picture)| no_host(picture)));
    until("a status LED that goes on", || high(&mut pi, STATUS_LED));
    until("a status LED that goes off", || !high(&mut pi, STATUS_LED));
    the_relay_follows(&mut pi, folder, address);
    it_starts_anew(&mut pi, folder, address, &trace);
    let board = pi.plug(CABLE);
    pi.wait_for(&found());

    let before = pictures(&trace).len();
    let far = NodeProcess::start(&["--key", folder.join("cluster.key").to_str().expect("a path in text")]);
    run(folder, address, &far);
    is_told_the_day(&board);
    // The trace is behind by as much as the machine is busy, and in order: what follows the run tells that all is there.
    until("blue once the run is over", || {
        let since = &pictures(&trace)[before..];
        since.iter().any(|(_, picture)| pulses(picture)) && no_host(&since[since.len() - 1].1)
    });
    shows_the_day(&pictures(&trace)[before..]);
    assert!(!high(&mut pi, RELAY), "the relay is still on");
    pi.run("kill -TERM $(cat /tmp/node)");
    until("black when the node ends", || {
        pi.last_transfer(&trace).is_some_and(|transfer| !lit(&picture(&transfer)))
    });
    until("a relay that is safe when the node ends", || high(&mut pi, RELAY));
    pi.run("while [ -d /proc/$(cat /tmp/node) ]; do usleep 100000; done");
}

#[test]
fn an_emergency_stop_and_a_cable_board_are_found_through_linux() {
    let stop = format!("[emergency_stop]\ngpio = {}\nactive = 'high'\n", Board::BUTTON);
    let relay = format!("[[relay]]\nname = 'stack'\ngpio = {RELAY}\nactive = 'high'\nsafe = 'off'\n");
    let Some((mut pi, folder)) = boot(Board::Virt, &format!("{stop}{relay}")) else { return };
    start(&mut pi, "linux");
    the_emergency_stop_is_felt(&mut pi, folder.path());
    a_cable_board_comes_and_goes(&mut pi);
}

/// Pressed, it makes the relay safe, which stays so when it is released.
fn the_emergency_stop_is_felt(pi: &mut EmulatedPi, folder: &Path) {
    let address = pi.node_address().to_string();
    let on = ["cluster", "power", &address, "0", "on", "--key", "cluster.key"];
    illuminate(folder, &on);
    assert!(high(pi, RELAY) && !high(pi, Board::BUTTON));
    until("the relay goes off", || {
        pi.press();
        !high(pi, RELAY)
    });
    until("the emergency stop is released", || !high(pi, Board::BUTTON));
    until("a node that takes commands again", || {
        assert!(!high(pi, RELAY), "nothing goes on by itself");
        illuminator(folder, &on).status.success()
    });
    assert!(high(pi, RELAY));
}

/// Pulled out while the node has its port open, and plugged in again, a board is found again.
fn a_cable_board_comes_and_goes(pi: &mut EmulatedPi) {
    assert!(!pi.console().contains(&found()), "no board is plugged in");
    for times in 1..=2 {
        let board = pi.plug(CABLE);
        until("it is found", || pi.console().matches(&found()).count() == times);
        until("it is told to idle", || board.commands().last().is_some_and(|command| command == "0g0"));
        pi.unplug(&board);
        until("its device is gone", || !pi.run("ls /dev").contains("ttyUSB"));
    }
}

/// Said by the node when it knows the board.
fn found() -> String {
    format!("board /dev/ttyUSB0 is cable {CABLE}")
}

/// A tenth of the full scale is slow and green: first away from the node, which is 1, then towards it; idle at the end.
fn is_told_the_day(board: &UsbBoard) {
    until("idle once the run is over", || board.commands().last().is_some_and(|command| command == "0g0"));
    let commands = board.commands();
    let first = |command: &str| commands.iter().position(|read| read == command);
    let (away, back) = (first("1g1"), first("1g0"));
    assert!(away.is_some() && away < back, "away, then back: {commands:?}");
}

/// A machine with the node for Pis, a key and this configuration, and the folder with the key; nothing if the test is
/// skipped.
fn boot(board: Board, config: &str) -> Option<(EmulatedPi, tempfile::TempDir)> {
    let (kit, program) = (Kit::find()?, aarch64_node()?);
    let folder = tempfile::tempdir().expect("a temporary folder");
    illuminate(folder.path(), &["cluster", "init", "cluster.key"]);
    let config = format!("listen = '0.0.0.0:{NODE_PORT}'\nkey = 'cluster.key'\n{config}");
    let key = bytes(&folder.path().join("cluster.key"));
    let files = [
        File { path: "bin/illuminator-node", permissions: 0o755, content: bytes(&program) },
        File { path: "etc/cluster.key", permissions: 0o600, content: key },
        File { path: "etc/node.toml", permissions: 0o644, content: config.into_bytes() },
    ];
    Some((EmulatedPi::boot(&kit, board, &files), folder))
}

/// Starts the node; its number is in `/tmp/node`.
fn start(pi: &mut EmulatedPi, hal: &str) {
    pi.run(&format!("illuminator-node --config /etc/node.toml --hal {hal} & echo $! > /tmp/node"));
    pi.wait_for("listens on 0.0.0.0:5123");
}

/// One strip, a status LED and a relay that is on at 0 V.
fn pi_config() -> String {
    format!(
        "frames_per_s = 30\n[[strip]]\ncable = {CABLE}\nbus = 'spi0.0'\nleds = {LEDS}\n\
         [status_led]\ngpio = {STATUS_LED}\n\
         [[relay]]\nname = 'stack'\ngpio = {RELAY}\nactive = 'low'\nsafe = 'off'\n"
    )
}

/// Off at the start, then as it is asked for; on at the end.
fn the_relay_follows(pi: &mut EmulatedPi, folder: &Path, address: SocketAddr) {
    assert!(high(pi, RELAY), "off is high");
    for (switch, level) in [("on", false), ("off", true), ("on", false)] {
        illuminate(folder, &["cluster", "power", &address.to_string(), "0", switch, "--key", "cluster.key"]);
        assert_eq!(high(pi, RELAY), level, "{switch}");
    }
}

/// Started anew over the network, it lets all go: the strip is black and the relay off before there is light again.
fn it_starts_anew(pi: &mut EmulatedPi, folder: &Path, address: SocketAddr, trace: &SpiTrace) {
    assert!(!high(pi, RELAY), "the relay is on before");
    let before = pictures(trace).len();
    let key = ["--key", "cluster.key"];
    illuminate(folder, &[&["cluster", "restart", &address.to_string()], &key[..]].concat());
    until("black, and light again", || {
        let since = &pictures(trace)[before..];
        let black = since.iter().position(|(_, picture)| !lit(picture));
        black.is_some_and(|black| since[black..].iter().any(|(_, picture)| no_host(picture)))
    });
    assert!(high(pi, RELAY), "the relay is off, and nothing goes on by itself");
    illuminate(folder, &[&["cluster", "power", &address.to_string(), "0", "on"], &key[..]].concat());
}

/// Runs a short day, its model on the emulated machine, and compares the result with that of one process.
fn run(folder: &Path, pi: SocketAddr, far: &NodeProcess) {
    let mut data = "Power\nTime,power\n".to_owned();
    for (step, power_kw) in [0; 10].into_iter().chain([1; 25]).chain([-1; 25]).enumerate() {
        data += &format!("2024-06-20 00:{step:02}:00,{power_kw}\n");
    }
    let dummy = |name: &str, node: &str| {
        format!(
            "- {{name: {name}, type: Dummy, connect: {{node: {node}}}, parameters: {{param1: 0}}, \
             inputs: {{in1: 0}}, outputs: {{out1: 0}}, states: {{state1: 0}}}}\n"
        )
    };
    let scenario = format!(
        "scenario: {{name: day, start_time: '2024-06-20 00:00:00', end_time: '2024-06-20 01:00:00', \
         time_resolution: 60}}\nmodels:\n\
         - {{name: Day, type: CSV, parameters: {{file_path: day.csv, delimiter: ',', \
         date_format: 'YYYY-MM-DD HH:mm:ss'}}, inputs: {{unused: 0}}, outputs: {{unused: 0}}, \
         states: {{power: 0}}}}\n{}{}connections:\n- {{from: Day.power, to: Cable.in1}}\n\
         monitor: {{file: out.csv, items: [Cable.state1]}}\n\
         cables:\n- {{id: {CABLE}, ends: [pi, far], shows: Cable.state1, full_scale: 10}}\n",
        dummy("Cable", "pi"),
        dummy("Far", "far")
    );
    let cluster = format!(
        "key_file = 'cluster.key'\n[[node]]\nname = 'pi'\naddress = '{pi}'\n\
         [[node]]\nname = 'far'\naddress = '{}'\n",
        far.address
    );
    for (name, text) in [("day.csv", &data), ("day.yaml", &scenario), ("cluster.toml", &cluster)] {
        std::fs::write(folder.join(name), text).expect("it can be written");
    }
    let placed =
        ["scenario", "run", "day.yaml", "--cluster", "cluster.toml", "--pace", "0.2", "-o", "pi.csv"];
    illuminate(folder, &placed);
    illuminate(folder, &["scenario", "run", "day.yaml", "--local", "-o", "local.csv"]);
    let (pi, local) = (bytes(&folder.join("pi.csv")), bytes(&folder.join("local.csv")));
    assert!(pi == local, "other bytes on the Pi than in one process");
}

/// Steady yellow without a flow; then pulses away from the Pi, and back to it.
fn shows_the_day(pictures: &[(f64, Vec<Rgb8>)]) {
    let yellow = |picture: &[Rgb8]| picture.iter().all(|pixel| pixel.b == 0) && lit(picture);
    assert!(pictures.iter().any(|(_, picture)| yellow(picture) && !pulses(picture)), "no steady yellow");
    let moving: Vec<_> = pictures.iter().filter(|(_, picture)| pulses(picture)).collect();
    for (at_s, picture) in &moving {
        assert!(yellow(picture), "electricity is yellow, not as at {at_s} s: {picture:?}");
    }
    let near = moving.windows(2).filter(|pair| pair[1].0 - pair[0].0 < GAP_S);
    let steps: Vec<f64> = near.map(|pair| wrapped(phase(&pair[1].1) - phase(&pair[0].1))).collect();
    let mut turns = 0.0;
    let mut path = Vec::with_capacity(steps.len());
    for step in &steps {
        turns += step;
        path.push(turns);
    }
    let turn = (0..path.len()).max_by(|&a, &b| path[a].total_cmp(&path[b])).expect("pulses");
    // The first LED is at the Pi. Of about four spacings each way, one must have been seen.
    let (out, back) = (path[turn], path[turn] - turns);
    assert!(out > 1.0 && back > 1.0, "{out} spacings away from the Pi, {back} back");
    // A picture that a busy machine sends long after it was drawn seems to move the other way.
    let (there, home) = steps.split_at(turn + 1);
    let astray = there.iter().map(|step| (-step).max(0.0)).chain(home.iter().map(|step| step.max(0.0)));
    let astray: f64 = astray.sum();
    assert!(astray < 0.2 * (out + back), "once there and once back: {path:?}");
}

/// Blue, every LED of it: what a node shows that hears no host.
fn no_host(picture: &[Rgb8]) -> bool {
    picture.iter().all(|pixel| pixel.b > pixel.r && pixel.b > pixel.g)
}

fn pictures(trace: &SpiTrace) -> Vec<(f64, Vec<Rgb8>)> {
    trace.transfers().iter().map(|sent| (sent.at_s, picture(sent))).collect()
}

fn picture(transfer: &SpiTransfer) -> Vec<Rgb8> {
    decode(&transfer.bytes, ColourOrder::default()).expect("whole bits").collect()
}

/// Whether a pin is at 3.3 V.
fn high(pi: &mut EmulatedPi, gpio: u32) -> bool {
    pi.pin_levels() >> gpio & 1 == 1
}

/// `illuminator`, which must succeed.
fn illuminate(folder: &Path, arguments: &[&str]) {
    let done = illuminator(folder, arguments);
    assert!(done.status.success(), "{arguments:?}: {}", stderr(&done));
}

fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
