//! A scenario of any size whose rows all differ: numbers that walk around a ring of models, one model per node.
//!
//! ```text
//!   D0 ─▶ D1 ─▶ D2 ─▶ … ─▶ D0      one place per step
//! ```
//!
//! Every number crosses from a node to another in every step, so that a run does nothing but exchange datagrams.

use crate::programs::NodeProcess;
use std::fmt::Write;
use std::path::Path;
use std::process::Command;

/// Seconds of a day.
const DAY_S: u64 = 86_400;

/// The ring.
#[derive(Clone, Copy, Debug)]
pub struct Ring {
    /// Models, and so nodes.
    pub nodes: usize,
    /// Co-simulation steps, at most 27 days of seconds.
    pub steps: u64,
}

impl Ring {
    /// Writes the scenario as `s.yaml` into a folder.
    pub fn write(&self, folder: &Path) {
        std::fs::write(folder.join("s.yaml"), self.scenario()).expect("the scenario can be written");
    }

    /// The text of the scenario.
    pub fn scenario(&self) -> String {
        let (day, second) = (self.steps / DAY_S + 1, self.steps % DAY_S);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        let mut text = format!(
            "scenario:\n  name: ring\n  start_time: '2024-01-01 00:00:00'\n  \
             end_time: '2024-01-{day:02} {hour:02}:{minute:02}:{second:02}'\n  time_resolution: 1\nmodels:\n"
        );
        for number in 0..self.nodes {
            let _ = writeln!(
                text,
                "- {{name: D{number}, type: Dummy, connect: {{node: n{number}}}, parameters: {{param1: {number}.5}}, \
                 inputs: {{in1: 0}}, outputs: {{out1: 0}}, states: {{state1: {number}.5}}}}"
            );
        }
        text += "connections:\n";
        for number in 0..self.nodes {
            let next = (number + 1) % self.nodes;
            let _ = writeln!(text, "- {{from: D{number}.state1, to: D{next}.in1, time_shifted: true}}");
        }
        let items: Vec<String> = (0..self.nodes).map(|number| format!("D{number}.state1")).collect();
        text + &format!("monitor:\n  file: out.csv\n  items: [{}]\n", items.join(", "))
    }

    /// Starts the nodes of the ring, each a process on a loopback address of its own, and writes `c.toml` into a
    /// folder. `command` is what a node is started with, but for its name and address.
    pub fn start(&self, folder: &Path, command: impl Fn() -> Command) -> Vec<NodeProcess> {
        let nodes = (0..self.nodes).map(|number| {
            let mut command = command();
            command.args(["--listen", &format!("127.51.{}.{}:0", number / 250, number % 250 + 1)]);
            command.args(["--name", &format!("n{number}")]);
            NodeProcess::spawn(command)
        });
        let nodes: Vec<NodeProcess> = nodes.collect();
        let entry = |(number, node): (usize, &NodeProcess)| {
            format!("[[node]]\nname = 'n{number}'\naddress = '{}'\n", node.address)
        };
        let cluster: String = nodes.iter().enumerate().map(entry).collect();
        std::fs::write(folder.join("c.toml"), cluster).expect("the cluster file can be written");
        nodes
    }
}
