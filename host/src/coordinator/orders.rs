//! What people ask of a run that goes on: a phase of the story, something of one node.
//!
//! ```text
//!   control ─▶ session of the node ─┬▶ ControlDone ──▶ done, or a command is taken on ─▶ CommandEnded ─▶ done
//!                                   ├▶ Refused ──────▶ failed
//!                                   └ breaks ────────▶ failed; of a machine that goes down, done; of a program that
//!                                                        starts anew, done once it is back
//!   each of these is told by a notice, and by the health of the node
//! ```
//!
//! Invariant: every control that is asked for is told of, whatever becomes of it.

use super::Coordinator;
use crate::control::BACK_WITHIN;
use crate::story::LiveTable;
use crate::view::{Asked, AskedState, Offers};
use illuminator_protocol::{BootId, CommandEnd, Control, Instant};

/// Most controls of a node that wait for its answer: nobody asks for more by hand.
const WAITING_MAX: usize = 16;
/// Most of the output of a command that is shown `[characters]`.
const OUTPUT_SHOWN: usize = 300;

/// A control that somebody waits for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiting {
    control: Control,
    /// Counts what was asked of the node.
    number: u64,
    /// The node has taken its command on.
    running: bool,
    /// The link of the node, and the start of its program that was asked.
    asked: (usize, Option<BootId>),
    since: Instant,
}

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
        let Some(number) = self.number(node, || text(control)) else { return false };
        let what = self.what(number, control);
        let why = match control {
            Control::EmergencyStop { .. } => Some("it is not for one node"),
            Control::Restart => self.deafness(number).or_else(|| self.restart_refused(number)),
            _ => self.deafness(number),
        };
        self.ask_node(now, number, what, why.map_or(Ok(control), |why| Err(why.to_owned())))
    }

    /// Starts an own action of the node of this name, likewise.
    pub fn action(&mut self, now: Instant, node: &str, name: &str) -> bool {
        let Some(number) = self.number(node, || name.to_owned()) else { return false };
        let offered = self.told[number].offers.as_ref().and_then(|offers| offers.action(name));
        let asked = match (self.deafness(number), offered) {
            (Some(why), _) => Err(why.to_owned()),
            (None, None) => Err("its node.toml allows no action of that name".to_owned()),
            (None, Some(control)) => Ok(control),
        };
        self.ask_node(now, number, name.chars().take(OUTPUT_SHOWN).collect(), asked)
    }

    /// The node of this name; of one that is not there a notice says so.
    fn number(&mut self, node: &str, what: impl Fn() -> String) -> Option<usize> {
        let number = self.names.iter().position(|name| name == node);
        if number.is_none() {
            self.table.notice(node, &format!("cannot be asked ({}): it is not in this run", what()));
        }
        number
    }

    /// Why a node cannot be asked for anything.
    fn deafness(&self, node: usize) -> Option<&'static str> {
        if !self.seats[node].is_connected() {
            Some("it is not heard")
        } else if self.asked[node].len() >= WAITING_MAX {
            Some("too much waits for it already")
        } else {
            None
        }
    }

    /// Why a node is not asked to start its program anew: one that cannot read that would give its run up.
    fn restart_refused(&self, node: usize) -> Option<&'static str> {
        let offered = self.told[node].offers.as_ref().is_some_and(|offers| offers.restart);
        (!offered).then_some(Offers::NO_RESTART)
    }

    /// Asks a node, or says why that cannot be.
    fn ask_node(&mut self, now: Instant, node: usize, what: String, asked: Result<Control, String>) -> bool {
        let number = self.told[node].asked.as_ref().map_or(0, |asked| asked.number) + 1;
        let (control, state, text) = match asked {
            Ok(control) => (Some(control), AskedState::Sent, String::new()),
            Err(why) => {
                self.table.notice(&self.names[node], &format!("cannot be asked ({what}): {why}"));
                (None, AskedState::Failed, why)
            }
        };
        self.told[node].asked = Some(Asked { number, what, state, text, output: String::new() });
        let Some(control) = control else { return false };
        let asked = (self.seats.link_of(node), self.seats[node].boot());
        self.asked[node].push(Waiting { control, number, running: false, asked, since: now });
        self.seats[node].send_control(control);
        self.work(now);
        true
    }

    /// A node says what became of a control. What nobody asked for is the coordinator's own.
    pub(super) fn control_done(&mut self, node: usize, control: Control, ok: bool) {
        if control.is_command() && ok {
            let waiting = &mut self.asked[node];
            let taken = waiting.iter_mut().find(|asked| asked.control == control && !asked.running);
            if let Some(taken) = taken {
                taken.running = true;
                let number = taken.number;
                self.tell(node, number, control, AskedState::Running, "accepted", "");
            }
        } else if ok {
            self.over(node, control, AskedState::Done, "done", "");
        } else {
            self.over(node, control, AskedState::Failed, "the node cannot do that", "");
        }
    }

    /// A node does not do what it was asked for.
    pub(super) fn control_refused(&mut self, node: usize, control: Control, why: &str) {
        let why: String = why.chars().take(OUTPUT_SHOWN).collect();
        self.over(node, control, AskedState::Failed, &why, "");
    }

    /// A command of a node has ended.
    pub(super) fn command_ended(&mut self, node: usize, control: Control, end: CommandEnd, output: &str) {
        let state = if end.is_success() { AskedState::Done } else { AskedState::Failed };
        let over = output.chars().count().saturating_sub(OUTPUT_SHOWN);
        let shown: String = output.chars().skip(over).collect();
        self.over(node, control, state, &end.to_string(), &shown);
    }

    /// What was asked in a session that has ended is not answered any more. A program that starts anew says so by being
    /// there again.
    pub(super) fn give_up_controls(&mut self, now: Instant) {
        for node in 0..self.asked.len() {
            for waiting in std::mem::take(&mut self.asked[node]) {
                match self.end_without_answer(node, &waiting, now) {
                    Some((state, text)) => {
                        self.tell(node, waiting.number, waiting.control, state, text, "");
                    }
                    None => self.asked[node].push(waiting),
                }
            }
        }
    }

    /// What became of a control that no message answers, if that is clear.
    fn end_without_answer(
        &self,
        node: usize,
        waiting: &Waiting,
        now: Instant,
    ) -> Option<(AskedState, &'static str)> {
        let seat = &self.seats[node];
        let (link, boot) = waiting.asked;
        match (waiting.control, waiting.running) {
            (Control::Restart, _) if link != self.seats.link_of(node) => {
                Some((AskedState::Failed, "another node took its place before it was back"))
            }
            (Control::Restart, _) if seat.is_connected() && seat.boot() != boot => {
                Some((AskedState::Done, "it has started anew"))
            }
            (Control::Restart, _) if now.saturating_since(waiting.since) >= BACK_WITHIN => {
                Some((AskedState::Failed, "it has not started anew for too long: look there"))
            }
            // Its answer may be lost, as it goes away after that.
            (Control::Restart, _) => None,
            _ if seat.is_connected() => None,
            (Control::Reboot | Control::Shutdown, true) => Some((AskedState::Done, "it has gone down")),
            (_, true) => Some((AskedState::Failed, "the node fell silent before that ended")),
            (_, false) => Some((AskedState::Failed, "the node fell silent before it answered")),
        }
    }

    /// A control is over.
    fn over(&mut self, node: usize, control: Control, state: AskedState, text: &str, output: &str) {
        let waiting = &mut self.asked[node];
        if let Some(position) = waiting.iter().position(|asked| asked.control == control) {
            let number = waiting.remove(position).number;
            self.tell(node, number, control, state, text, output);
        }
    }

    /// Says how far it is with a control.
    fn tell(
        &mut self,
        node: usize,
        number: u64,
        control: Control,
        state: AskedState,
        end: &str,
        output: &str,
    ) {
        let what = self.what(node, control);
        self.table.notice(&self.names[node], &format!("{what}: {end}"));
        // Meanwhile something else may have been asked.
        if let Some(asked) = self.told[node].asked.as_mut().filter(|asked| asked.number == number) {
            (asked.state, asked.text, asked.output) = (state, end.to_owned(), output.to_owned());
        }
    }

    /// A control as people read it; an action by its name.
    fn what(&self, node: usize, control: Control) -> String {
        let Control::Action { action } = control else { return text(control) };
        let offers = self.told[node].offers.as_ref();
        let name = offers.and_then(|offers| offers.actions.get(usize::from(action)));
        name.cloned().unwrap_or_else(|| text(control))
    }
}

fn text(control: Control) -> String {
    let on = |on: bool| if on { "on" } else { "off" };
    match control {
        Control::Identify { on: state } => format!("identify {}", on(state)),
        Control::Restart => "restart".to_owned(),
        Control::Reboot => "reboot".to_owned(),
        Control::Shutdown => "shutdown".to_owned(),
        Control::Relay { relay, on: state } => format!("relay {relay} {}", on(state)),
        Control::Action { action } => format!("action {action}"),
        Control::EmergencyStop { on: state } => format!("emergency stop {}", on(state)),
    }
}
