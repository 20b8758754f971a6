//! The events file: what is plugged and unplugged, step by step, for a scripted visit or from a recording.
//!
//! ```text
//! # The sun comes at step 8.
//! step,cable,node,state
//! 0,4,,plugged
//! 8,2,pv,plugged
//! ```
//!
//! One line per event, in the order in which they happen. Those of step N take effect before step N is computed. An
//! empty `node` means all ends of the cable. Lines that are empty or start with `#` are passed over.

use super::Topology;
use crate::scenario::Diagnostics;
use crate::scenario::report::{Mark, Report, quote};
use serde::{Deserialize, Serialize};
use std::fmt;

const HEADER: &str = "step,cable,node,state";
/// How many there are in a line.
const CELLS: usize = 4;
const PLUGGED: &str = "plugged";
const UNPLUGGED: &str = "unplugged";

/// A cable or token is plugged or unplugged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The co-simulation step that is the first to see it.
    pub step: u64,
    /// The id of the cable or token.
    pub cable: u16,
    /// At which node; `None` for all ends.
    pub node: Option<String>,
    /// Plugged, or else unplugged.
    pub plugged: bool,
}

impl fmt::Display for Event {
    /// Its line in the file, without the line's end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let node = self.node.as_deref().unwrap_or_default();
        write!(f, "{},{},{node},{}", self.step, self.cable, if self.plugged { PLUGGED } else { UNPLUGGED })
    }
}

/// Why an event cannot be recorded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// It lies before the last one.
    #[error("an event of step {step} cannot follow one of step {last}")]
    StepBack {
        /// Its step.
        step: u64,
        /// That of the event before.
        last: u64,
    },
    /// The node's name cannot stand in the file.
    #[error("events at node `{node}` cannot be recorded: its name has a comma, a line break or outer blanks")]
    NodeName {
        /// The node.
        node: String,
    },
}

/// Events in the order in which they happen. Its text is that of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventLog {
    events: Vec<Event>,
    /// The step from which on events are missing, if any are.
    cut: Option<u64>,
}

impl EventLog {
    /// Reads an events file. `file` is what messages call it; `topology` knows the cables.
    ///
    /// # Errors
    /// Every mistake, located: a line that is not of the form, a step before that of the line above, a cable that is
    /// not in the scenario, a node at which it has no end.
    pub fn parse(text: &str, file: &str, topology: &Topology) -> Result<Self, Diagnostics> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = Reader {
            topology,
            ids: topology.ids().map(|id| id.to_string()).collect(),
            report: Report::new(file, text.lines()),
        };
        let log = reader.log(text);
        reader.report.finish(log).map(|(log, _)| log)
    }

    /// Adds an event behind the others.
    ///
    /// # Errors
    /// [`EventError`]; the log stays as it is.
    pub fn push(&mut self, event: Event) -> Result<(), EventError> {
        if let Some(last) = self.events.last().filter(|last| last.step > event.step) {
            return Err(EventError::StepBack { step: event.step, last: last.step });
        }
        if let Some(node) = event.node.as_ref().filter(|node| !fits(node)) {
            return Err(EventError::NodeName { node: node.clone() });
        }
        self.events.push(event);
        Ok(())
    }

    /// Notes that events from this step on are missing.
    pub fn cut(&mut self, step: u64) {
        self.cut = Some(step);
    }

    /// Whether events are missing at the end.
    pub const fn is_cut(&self) -> bool {
        self.cut.is_some()
    }

    /// All events.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// The events that take effect before this step and not before an earlier one.
    pub fn of_step(&self, step: u64) -> &[Event] {
        let first = self.events.partition_point(|event| event.step < step);
        let end = self.events.partition_point(|event| event.step <= step);
        &self.events[first..end]
    }

    /// The first line of a file, without the line's end: whoever records event by event writes it first.
    pub const fn header() -> &'static str {
        HEADER
    }
}

impl fmt::Display for EventLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        self.events.iter().try_for_each(|event| writeln!(f, "{event}"))?;
        self.cut.map_or(Ok(()), |step| {
            writeln!(f, "# The recording was full: events from step {step} on are missing.")
        })
    }
}

/// Whether a node's name stands in a line as it is.
fn fits(node: &str) -> bool {
    !node.is_empty() && node.trim() == node && !node.contains(|c: char| c == ',' || c.is_control())
}

/// A line at its commas.
struct Cells<'a> {
    line: &'a str,
    number: u32,
}

impl<'a> Cells<'a> {
    fn texts(&self) -> impl Iterator<Item = &'a str> {
        self.line.split(',').map(str::trim)
    }

    fn whole(&self) -> Mark {
        Mark { line: self.number, column: 1, width: self.line.chars().count() as u32 }
    }

    /// Where the text of a cell stands; an empty cell's end is marked.
    fn mark(&self, cell: usize) -> Mark {
        let before: usize = self.line.split(',').take(cell).map(|cell| cell.chars().count() + 1).sum();
        let text = self.line.split(',').nth(cell).unwrap_or_default();
        let blanks = text.chars().take_while(|c| c.is_whitespace()).count();
        let width = text.trim().chars().count().max(1) as u32;
        Mark { line: self.number, column: (before + blanks) as u32 + 1, width }
    }
}

/// What is known while a file is read.
struct Reader<'a> {
    topology: &'a Topology,
    /// All ids as texts, for messages.
    ids: Vec<String>,
    report: Report<'a>,
}

impl Reader<'_> {
    fn log(&mut self, text: &str) -> Option<EventLog> {
        let says_something = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
        let mut lines = text.lines().zip(1..).filter(|(line, _)| says_something(line));
        let Some((line, number)) = lines.next() else {
            let help = format!("begin with `{HEADER}`");
            self.report.error_help(Mark::default(), "the file holds no events", help);
            return None;
        };
        let header = Cells { line, number };
        if !header.texts().eq(HEADER.split(',')) {
            let help = format!("the first line is `{HEADER}`");
            self.report.error_help(header.whole(), "this is not the header of an events file", help);
            return None;
        }
        let mut log = EventLog::default();
        for (line, number) in lines {
            let cells = Cells { line, number };
            if let Some(event) = self.event(&cells) {
                match log.push(event) {
                    Err(error @ EventError::StepBack { .. }) => self.report.error_help(
                        cells.mark(0),
                        error.to_string(),
                        "events stand in the order in which they happen",
                    ),
                    Err(error @ EventError::NodeName { .. }) => {
                        self.report.error(cells.mark(2), error.to_string());
                    }
                    Ok(()) => {}
                }
            }
        }
        Some(log)
    }

    /// The event of a line; `None` after reporting why there is none.
    fn event(&mut self, cells: &Cells<'_>) -> Option<Event> {
        let texts: Vec<&str> = cells.texts().take(CELLS + 1).collect();
        let [step, cable, node, state] = texts[..] else {
            let help = "for example `8,2,,plugged`: at step 8 cable 2, at all ends";
            self.report.error_help(cells.whole(), format!("an event has {CELLS} cells"), help);
            return None;
        };
        let step_number = step.parse().ok();
        if step_number.is_none() {
            self.report.error(cells.mark(0), format!("{} is not the number of a step", quote(step)));
        }
        let cable = self.cable(cable, cells.mark(1));
        let plugged = match state {
            PLUGGED => Some(true),
            UNPLUGGED => Some(false),
            _ => {
                let message = format!("{} is not a state of a cable", quote(state));
                self.report.error_unknown(cells.mark(3), message, state, [PLUGGED, UNPLUGGED]);
                None
            }
        };
        let node = Some(node).filter(|node| !node.is_empty());
        if let (Some(node), Some(ends)) = (node, cable.and_then(|cable| self.topology.ends(cable)))
            && !ends.iter().any(|end| end == node)
        {
            let message = format!("this cable has no end at {}", quote(node));
            self.report.error_unknown(cells.mark(2), message, node, ends.iter().map(String::as_str));
            return None;
        }
        Some(Event { step: step_number?, cable: cable?, node: node.map(str::to_owned), plugged: plugged? })
    }

    fn cable(&mut self, text: &str, mark: Mark) -> Option<u16> {
        let Ok(cable) = text.parse() else {
            self.report.error(mark, format!("{} is not the id of a cable", quote(text)));
            return None;
        };
        let known = self.topology.knows(cable);
        if !known {
            let message = format!("the scenario has no cable {cable}");
            self.report.error_unknown(mark, message, text, self.ids.iter().map(String::as_str));
        }
        known.then_some(cable)
    }
}
