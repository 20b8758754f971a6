//! The machine protocol of QEMU: a line of JSON for every command and every answer.

use crate::programs::PATIENCE;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;

/// A connection to a running QEMU.
pub(super) struct Qmp {
    answers: BufReader<UnixStream>,
}

impl Qmp {
    /// Speaks on this connection.
    pub(super) fn new(stream: UnixStream) -> Self {
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket takes a time limit");
        let mut qmp = Self { answers: BufReader::new(stream) };
        assert!(qmp.line().get("QMP").is_some(), "QEMU greets");
        qmp.execute("qmp_capabilities", &json!({}));
        qmp
    }

    /// Has a command carried out, and returns the answer to it.
    pub(super) fn execute(&mut self, command: &str, arguments: &Value) -> Value {
        let mut line = json!({ "execute": command, "arguments": arguments }).to_string();
        line.push('\n');
        self.answers.get_mut().write_all(line.as_bytes()).expect("QEMU listens");
        loop {
            let mut answer = self.line();
            assert!(answer.get("error").is_none(), "{command} {arguments}: {answer}");
            // What is no answer is news of the machine.
            if let Some(value) = answer.get_mut("return") {
                return value.take();
            }
        }
    }

    /// Has a command for people carried out, and returns what they would read.
    pub(super) fn human(&mut self, command: &str) -> String {
        let answer = self.execute("human-monitor-command", &json!({ "command-line": command }));
        answer.as_str().expect("text").to_owned()
    }

    fn line(&mut self) -> Value {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("QEMU answers");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("QEMU says {line:?}: {error}"))
    }
}
