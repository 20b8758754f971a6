//! From a plug to the light, and back: from the pin to the bits on the strip at the other end of the cable, and from
//! the port of a cable board to the characters that the board reads.
//!
//! A pin's level is measured with the time for which it has to settle, a board with its start and its greeting. The
//! helpers come from the tests and panic where a program fails them.

use super::Outcome;
use super::measure::quantile;
use super::programs::Programs;
use super::report::{Figure, Reach, Report};
use illuminator_node::shell::Clock;
use illuminator_tests::board_table::{IDLE, Table, show_flows};
use illuminator_tests::lit_node::{LitNode, plugged_run};
use illuminator_tests::programs::PATIENCE;
use std::time::Duration;

const LIGHT: &str = "plug_to_light_pin";
const DARK: &str = "unplug_to_dark_pin";
const BOARD: &str = "plug_to_board";

/// Times that the pin changes to either level, and times that four boards are plugged in.
const PIN_ROUNDS: usize = 100;
const BOARD_ROUNDS: usize = 25;

/// A frame of the animation `[us]`. A change that is seen is a frame that begins: each round waits a little longer
/// before its own, so that they are spread evenly over a frame.
const FRAME_US: u64 = 1_000_000 / 60;

/// How often the strip is looked at; that much too late is a change seen.
const LOOK: Duration = Duration::from_micros(200);

pub(crate) fn run(report: &mut Report) -> Outcome {
    let [light, dark, board] =
        [LIGHT, DARK, BOARD].map(|name| ["p50", "p99"].map(|of| format!("{name}_{of}")));
    let wants = |names: &[String]| names.iter().any(|name| report.wants(name));
    let (pin, board_too) = (wants(&light) || wants(&dark), wants(&board));
    if pin || board_too {
        // Where the tests look for programs, too: beside this one.
        Programs::build()?;
    }
    if pin {
        let (light_ms, dark_ms) = pin_ms()?;
        figures(report, &light, &light_ms, 50.0);
        figures(report, &dark, &dark_ms, 250.0);
    }
    if board_too {
        figures(report, &board, &board_ms(), 1000.0);
    }
    Ok(())
}

fn figures(report: &Report, [p50, p99]: &[String; 2], samples_ms: &[f64], p99_ms_max: f64) {
    for (name, permille, reach) in [(p50, 500, Reach::Open), (p99, 990, Reach::AtMost(p99_ms_max))] {
        let value = quantile(samples_ms, permille);
        report.figure(&Figure { name, value, unit: "ms", against: None, reach });
    }
}

/// How long it takes from a plug that goes in at one end until there are pulses at the other one, and from one that
/// is pulled until there are none `[ms]`.
fn pin_ms() -> Result<(Vec<f64>, Vec<f64>), Box<dyn std::error::Error>> {
    let (a, b) = (LitNode::start(true), LitNode::start(true));
    let folder = tempfile::tempdir()?;
    let run = plugged_run(folder.path(), &a, &b);
    let follows_ms = |plugged: bool, round: usize| {
        let pause = Clock::start();
        let pause_us = FRAME_US * round as u64 / PIN_ROUNDS as u64;
        wait_for(&pause, || pause.now().as_micros() >= pause_us)?;
        let clock = Clock::start();
        b.plug.set(plugged);
        wait_for(&clock, || a.is_lit() == plugged)?;
        Ok::<_, String>(clock.now().as_micros() as f64 / 1e3)
    };
    a.plug.set(true);
    follows_ms(true, 0)?;
    let (mut light, mut dark) = (Vec::new(), Vec::new());
    for round in 0..PIN_ROUNDS {
        dark.push(follows_ms(false, round)?);
        light.push(follows_ms(true, round)?);
    }
    run.end();
    Ok((light, dark))
}

/// How long it takes from a port that appears until its board has read the flow of its cable `[ms]`.
fn board_ms() -> Vec<f64> {
    let table = Table::start();
    let run = table.run();
    // The run has begun once there is a flow.
    show_flows(&table.four());
    let mut board_ms = Vec::new();
    for _ in 0..BOARD_ROUNDS {
        let boards = table.four();
        show_flows(&boards);
        for board in &boards {
            let lit_us = board.with(|board, _| {
                board.reads().find(|read| read.characters != *IDLE.as_bytes()).map(|read| read.at_us)
            });
            // The board's clock starts just before its port appears.
            board_ms.extend(lit_us.map(|lit_us| lit_us as f64 / 1e3));
        }
    }
    run.end();
    board_ms
}

#[expect(
    clippy::disallowed_methods,
    reason = "a strip tells nobody what it shows: there is nothing to wait for"
)]
fn wait_for(clock: &Clock, happened: impl Fn() -> bool) -> Result<(), String> {
    while !happened() {
        if u128::from(clock.now().as_micros()) > PATIENCE.as_micros() {
            return Err(format!("the strip does not follow its plug within {PATIENCE:?}"));
        }
        std::thread::sleep(LOOK);
    }
    Ok(())
}
