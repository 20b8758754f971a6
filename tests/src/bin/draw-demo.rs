//! Draws the picture of the README, a moment of `illuminator demo`:
//! `cargo build && cargo run -p illuminator-tests --bin draw-demo`.

use illuminator_tests::programs::until;
use illuminator_tests::samples::project;
use illuminator_tests::terminal::{Terminal, to_svg};
use std::io;
use std::process::Command;

/// A moment with something in every cable, in the words of the picture.
const MOMENT: [&str; 2] = ["the battery fills", "2024-06-20 15:30"];
const LABEL: &str = "The command illuminator demo in a terminal: date and phase, a line per node with its power and \
                     an arrow, a row of light per cable, the keys";

fn main() -> io::Result<()> {
    let mut command = Command::new(std::env::current_exe()?.with_file_name("illuminator"));
    command.args(["demo", "--pace", "0.25"]).env("COLORTERM", "truecolor").env_remove("NO_COLOR");
    let terminal = Terminal::start(command, true);
    until("the moment to draw", || MOMENT.iter().all(|words| terminal.text().contains(words)));
    let screen = terminal.screen();
    terminal.press("q");
    terminal.left();
    std::fs::write(project("docs/demo.svg"), to_svg(&screen, LABEL))
}
