//! What people ask of a run that goes on: a phase of the story, something of one node.
//!
//! ```text
//!   control ─▶ session of the node ─▶ ControlDone ─▶ notice
//!                 └ breaks ────────────────────────▶ notice
//! ```
//!
//! Invariant: every control that is asked for is told of once, whatever becomes of it.

use super::Coordinator;
use crate::story::LiveTable;
use illuminator_protocol::{Control, Instant};

/// Most controls of a node that wait for its answer: nobody asks for more by hand.
const WAITING_MAX: usize = 16;

impl Coordinator {
    /// What is plugged at the table, and its story.
    pub fn table(&self) -> &LiveTable {
        &self.table
    }

    /// Forces a phase from the next step on, or gives it back: see [`LiveTable::force_phase`].
    pub fn force_phase(&mut self, name: Option<&str>) -> bool {
        self.table.force_phase(name)
    }

    /// Asks something of the node of this name, through its session. Answers whether it was asked; a notice says why not,
    /// or later what became of it. An emergency stop is no control of one node: it belongs to the table.
    pub fn control(&mut self, now: Instant, node: &str, control: Control) -> bool {
        let Some(number) = self.names.iter().position(|name| name == node) else {
            self.table.notice(node, &format!("cannot be asked ({}): it is not in this run", text(control)));
            return false;
        };
        let why = if matches!(control, Control::EmergencyStop { .. }) {
            "it is not for one node"
        } else if !self.seats[number].is_connected() {
            "it is not heard"
        } else if self.asked[number].len() >= WAITING_MAX {
            "too much waits for it already"
        } else {
            self.asked[number].push(control);
            self.seats[number].send_control(control);
            self.work(now);
            return true;
        };
        self.table.notice(node, &format!("cannot be asked ({}): {why}", text(control)));
        false
    }

    /// A node says what became of a control. What nobody asked for is the coordinator's own.
    pub(super) fn control_done(&mut self, node: usize, control: Control, ok: bool) {
        let asked = &mut self.asked[node];
        if let Some(position) = asked.iter().position(|asked| *asked == control) {
            asked.remove(position);
            let end = if ok { "done" } else { "the node cannot do that" };
            self.table.notice(&self.names[node], &format!("{}: {end}", text(control)));
        }
    }

    /// What was asked in a session that has ended is not answered any more.
    pub(super) fn give_up_controls(&mut self) {
        for (node, asked) in self.asked.iter_mut().enumerate() {
            if !asked.is_empty() && !self.seats[node].is_connected() {
                for control in asked.drain(..) {
                    let end = "the node fell silent before it answered";
                    self.table.notice(&self.names[node], &format!("{}: {end}", text(control)));
                }
            }
        }
    }
}

/// A control as people read it.
fn text(control: Control) -> String {
    let on = |on: bool| if on { "on" } else { "off" };
    match control {
        Control::Identify { on: state } => format!("identify {}", on(state)),
        Control::Reboot => "reboot".to_owned(),
        Control::Shutdown => "shutdown".to_owned(),
        Control::Relay { relay, on: state } => format!("relay {relay} {}", on(state)),
        Control::Action { action } => format!("action {action}"),
        Control::EmergencyStop { on: state } => format!("emergency stop {}", on(state)),
    }
}
