//! A table with cable boards: two nodes of this build, boards with the timing of their sketch on real ports of one of
//! them, and the host program.
//!
//! ```text
//!   host program ⇄ UDP ⇄ node a ─▶ a folder of ports ─▶ PtyBoard …
//!                 ⇄ UDP ⇄ node b: the other ends of the cables
//! ```

use crate::attiny::PtyBoard;
use crate::programs::{NodeProcess, Running, command, until};
use crate::samples::dummy;
use std::fmt::Write as _;
use std::path::Path;
use tempfile::TempDir;

/// The power of each cable, from 1 on `[kW]` of 10, and what a board of it shows. Cable 4 is reversed.
pub const FLOWS: [(f64, &str); 5] = [(8.0, "4r1"), (-3.0, "2g0"), (1.0, "1g1"), (6.0, "3g0"), (-6.0, "3g0")];

/// What a board shows whose cable has no flow.
pub const IDLE: &str = "0g0";

/// Node `a` with a folder for its boards, and node `b` without.
pub struct Table {
    /// Where the ports of the boards appear.
    pub devices: TempDir,
    folder: TempDir,
    /// The node with the boards.
    pub a: NodeProcess,
    b: NodeProcess,
}

impl Table {
    /// Starts both nodes.
    pub fn start() -> Self {
        let (devices, folder) = (tempdir(), tempdir());
        let config =
            format!("name = 'a'\n[boards]\ndirectory = '{}'\nreversed = [4]\n", devices.path().display());
        std::fs::write(folder.path().join("node.toml"), config).expect("it can be written");
        std::fs::write(folder.path().join("s.yaml"), scenario()).expect("it can be written");
        let (a, b) = (node(folder.path()), NodeProcess::start(&["--hal", "sim"]));
        Self { devices, folder, a, b }
    }

    /// A node with the configuration of `a`, beside it.
    pub fn another_a(&self) -> NodeProcess {
        node(self.folder.path())
    }

    /// Plugs a board of this cable in, on the port of this number.
    pub fn plug(&self, number: usize, cable: u16) -> PtyBoard {
        PtyBoard::plug(self.devices.path(), &format!("ttyACM{number}"), cable)
    }

    /// Plugs boards of the cables 1 to 4 in.
    pub fn four(&self) -> Vec<PtyBoard> {
        (1..=4).map(|number| self.plug(number, number as u16)).collect()
    }

    /// Starts a run of [`FLOWS`] that goes on until it is ended.
    pub fn run(&self) -> Running {
        let (a, b) = (self.a.address, self.b.address);
        let cluster =
            format!("[[node]]\nname = 'a'\naddress = '{a}'\n[[node]]\nname = 'b'\naddress = '{b}'\n");
        std::fs::write(self.folder.path().join("c.toml"), cluster).expect("it can be written");
        let arguments = ["scenario", "run", "s.yaml", "--cluster", "c.toml", "--pace", "0.05"];
        Running::start(command(self.folder.path(), &arguments))
    }
}

fn tempdir() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn node(folder: &Path) -> NodeProcess {
    let config = folder.join("node.toml");
    NodeProcess::start(&["--config", config.to_str().expect("in UTF-8")])
}

/// A month of steps with constant flows through cables from `a` to `b`.
fn scenario() -> String {
    let mut models = String::new();
    let mut cables = String::new();
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
pub fn shows(board: &PtyBoard, characters: &str) {
    until(&format!("a board that shows {characters}"), || board.shows() == characters);
}

/// Waits until these boards show the flows of the cables from 1 on.
pub fn show_flows(boards: &[PtyBoard]) {
    boards.iter().zip(FLOWS).for_each(|(board, (_, line))| shows(board, line));
}
