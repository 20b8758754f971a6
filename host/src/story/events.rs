//! The events file: what is plugged and unplugged, and which phase is forced, step by step, for a scripted visit or from
//! a recording.
//!
//! ```text
//! # The sun comes at step 8.
//! step,cable,node,state
//! 0,4,,plugged
//! 8,2,pv,plugged
//! 12,phase,winter,forced
//! 20,phase,,released
//! ```
//!
//! One line per event, in the order in which they happen. Those of step N take effect before step N is computed. An
//! empty `node` means all ends of the cable. In a line of a phase the third cell is its name, which may hold commas.
//! Lines that are empty or start with `#` are passed over.

use super::Topology;
use crate::scenario::report::{Mark, Report, quote};
use crate::scenario::{Diagnostics, Story};
use serde::{Deserialize, Serialize};
use std::fmt;

const HEADER: &str = "step,cable,node,state";
/// How many there are in a line.
const CELLS: usize = 4;
const PLUGGED: &str = "plugged";
const UNPLUGGED: &str = "unplugged";
/// Stands in place of a cable's id where a line is about the phase.
const PHASE: &str = "phase";
const FORCED: &str = "forced";
const RELEASED: &str = "released";

/// Something happens at the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The co-simulation step that is the first to see it.
    pub step: u64,
    /// What happens.
    pub what: Happening,
}

/// What happens in an [`Event`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Happening {
    /// A cable or token is plugged or unplugged.
    Plug {
        /// Its id.
        cable: u16,
        /// At which node; `None` for all ends.
        node: Option<String>,
        /// Plugged, or else unplugged.
        plugged: bool,
    },
    /// A person forces the phase of this name, or (`None`) lets the story find its phase by itself again.
    Phase(Option<String>),
}

impl fmt::Display for Event {
    /// Its line in the file, without the line's end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},", self.step)?;
        match &self.what {
            Happening::Plug { cable, node, plugged } => {
                let state = if *plugged { PLUGGED } else { UNPLUGGED };
                write!(f, "{cable},{},{state}", node.as_deref().unwrap_or_default())
            }
            Happening::Phase(Some(name)) => write!(f, "{PHASE},{name},{FORCED}"),
            Happening::Phase(None) => write!(f, "{PHASE},,{RELEASED}"),
        }
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
    /// The phase's name cannot stand in the file.
    #[error("phase `{phase}` cannot be recorded: its name has a line break or outer blanks")]
    PhaseName {
        /// The phase.
        phase: String,
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
    /// Reads an events file. `file` is what messages call it; `topology` knows the cables, `story` the phases.
    ///
    /// # Errors
    /// Every mistake, located: a line that is not of the form, a step before that of the line above, a cable or phase
    /// that is not in the scenario, a node at which a cable has no end.
    pub fn parse(
        text: &str,
        file: &str,
        topology: &Topology,
        story: Option<&Story>,
    ) -> Result<Self, Diagnostics> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = Reader {
            topology,
            phases: story.iter().flat_map(|story| &story.phases).map(|phase| phase.name.as_str()).collect(),
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
        match &event.what {
            Happening::Plug { node: Some(node), .. } if !fits(node) || node.contains(',') => {
                return Err(EventError::NodeName { node: node.clone() });
            }
            Happening::Phase(Some(phase)) if !fits(phase) => {
                return Err(EventError::PhaseName { phase: phase.clone() });
            }
            Happening::Plug { .. } | Happening::Phase(_) => {}
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

/// Whether a name stands in a line as it is, but for commas.
pub(super) fn fits(name: &str) -> bool {
    !name.is_empty() && name.trim() == name && !name.contains(char::is_control)
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
    phases: Vec<&'a str>,
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
                    Err(error) => {
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
        let (step, what) = match texts[..] {
            [step, PHASE, _, _, ..] => (step, self.phase(cells)),
            [step, cable, node, state] => (step, self.plug(cells, cable, node, state)),
            _ => {
                let help = "for example `8,2,,plugged`: at step 8 cable 2, at all ends";
                self.report.error_help(cells.whole(), format!("an event has {CELLS} cells"), help);
                return None;
            }
        };
        let step_number = step.parse().ok();
        if step_number.is_none() {
            self.report.error(cells.mark(0), format!("{} is not the number of a step", quote(step)));
        }
        Some(Event { step: step_number?, what: what? })
    }

    fn plug(&mut self, cells: &Cells<'_>, cable: &str, node: &str, state: &str) -> Option<Happening> {
        let cable = self.cable(cable, cells.mark(1));
        let plugged = self.either(state, cells.mark(3), "a cable", [UNPLUGGED, PLUGGED]);
        let node = Some(node).filter(|node| !node.is_empty());
        if let (Some(node), Some(ends)) = (node, cable.and_then(|cable| self.topology.ends(cable)))
            && !ends.iter().any(|end| end == node)
        {
            let message = format!("this cable has no end at {}", quote(node));
            self.report.error_unknown(cells.mark(2), message, node, ends.iter().map(String::as_str));
            return None;
        }
        Some(Happening::Plug { cable: cable?, node: node.map(str::to_owned), plugged: plugged? })
    }

    /// The name of a phase is all between the second comma and the last one.
    fn phase(&mut self, cells: &Cells<'_>) -> Option<Happening> {
        let (name, state) = cells.line.splitn(3, ',').last()?.rsplit_once(',')?;
        let (name, state) = (name.trim(), state.trim());
        let last = cells.line.matches(',').count();
        let forced = self.either(state, cells.mark(last), "the phase", [RELEASED, FORCED])?;
        if forced != name.is_empty() && (!forced || self.phases.contains(&name)) {
            return Some(Happening::Phase(forced.then(|| name.to_owned())));
        }
        let mark = Mark { width: name.chars().count().max(1) as u32, ..cells.mark(2) };
        if forced {
            let message = format!("the scenario has no phase {}", quote(name));
            self.report.error_unknown(mark, message, name, self.phases.iter().copied());
        } else {
            self.report.error_help(mark, "whoever releases the phase names none", "leave the cell empty");
        }
        None
    }

    /// Whether a state is the second of the two that there are; `None` after reporting that it is neither.
    fn either(&mut self, state: &str, mark: Mark, of: &str, states: [&str; 2]) -> Option<bool> {
        let found = states.iter().position(|known| *known == state);
        if found.is_none() {
            let message = format!("{} is not a state of {of}", quote(state));
            self.report.error_unknown(mark, message, state, [states[1], states[0]]);
        }
        found.map(|position| position == 1)
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
