//! What a person looks at, and what his keys ask for.

use super::{Key, Seen};
use crate::view::{Command, RunState};
use std::collections::BTreeMap;

/// The fastest and the slowest pace that keys reach `[s]` per step.
const PACE_S: (f64, f64) = (0.031_25, 4.0);
/// Lines of a page, as far as the keys for pages go.
const PAGE: usize = 10;

/// A page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Page {
    /// The table: components and cables.
    #[default]
    Table,
    /// The nodes.
    Nodes,
    /// What the keys do.
    Help,
}

/// What a key asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    /// Something of the run.
    Command(Command),
    /// To leave.
    Quit,
}

/// Where somebody sits who looks at a run.
#[derive(Clone, Debug, Default)]
pub struct Desk {
    pub(super) page: Page,
    /// Whether there are keys at all.
    pub(super) has_keys: bool,
    /// The node that is selected.
    pub(super) selected: Option<usize>,
    /// Lines that are above what is shown; the picture corrects it.
    pub(super) scroll: usize,
    /// What is done if the next key says yes.
    pub(super) asked: Option<Command>,
    /// What was answered last.
    answer: String,
    /// Where tokens are put, by number.
    homes: BTreeMap<u16, String>,
}

impl Desk {
    /// A desk, with keys or without. `homes` are the components where tokens are put in; those that are not named go to
    /// the selected component.
    pub fn new(has_keys: bool, homes: BTreeMap<u16, String>) -> Self {
        Self { has_keys, homes, ..Self::default() }
    }

    /// Says something to whoever sits here, until the next key.
    pub fn answer(&mut self, text: &str) {
        text.clone_into(&mut self.answer);
    }

    /// What is said, or asked.
    pub(super) fn said(&self) -> &str {
        match self.asked {
            Some(Command::EmergencyStop { pressed: false }) => {
                "release the emergency stop? e or y: yes, another key: no"
            }
            Some(_) => "press the emergency stop? e or y: yes, another key: no",
            None => &self.answer,
        }
    }

    /// What a key asks for. What is asked for counts as done at once.
    pub fn key(&mut self, key: Key, seen: &mut Seen) -> Option<Wish> {
        self.answer.clear();
        if key == Key::Quit {
            return Some(Wish::Quit);
        }
        if let Some(asked) = self.asked.take() {
            return matches!(key, Key::EmergencyStop | Key::Yes).then_some(Wish::Command(asked));
        }
        let command = match key {
            Key::Turn => return self.turn(if self.page == Page::Table { Page::Nodes } else { Page::Table }),
            Key::Help => return self.turn(if self.page == Page::Help { Page::Table } else { Page::Help }),
            Key::Up => return self.select(seen, |selected| selected.saturating_sub(1)),
            Key::Down => return self.select(seen, |selected| selected + 1),
            Key::PageUp => return self.scroll(|line| line.saturating_sub(PAGE)),
            Key::PageDown => return self.scroll(|line| line + PAGE),
            Key::Quit | Key::Yes | Key::Other => return None,
            _ if !seen.is_live() || !seen.is_known() => {
                self.answer("without a connection nothing can be asked for");
                return None;
            }
            Key::Plug(id) => self.plug(id, seen),
            Key::Hold => Some(Command::Hold { held: seen.moment().state != RunState::Paused }),
            Key::Step => Some(Command::Step),
            Key::Faster => Some(Command::Pace { seconds: faster(seen.moment().pace_s) }),
            Key::Slower => Some(Command::Pace { seconds: slower(seen.moment().pace_s) }),
            Key::Back => self.seek(seen, |step, _| step.saturating_sub(1)),
            Key::Forward => self.seek(seen, |step, _| step.saturating_add(1)),
            Key::First => self.seek(seen, |_, _| 0),
            Key::Last => self.seek(seen, |_, last| last),
            Key::Phase => self.phase(seen),
            Key::Identify => self.identify(seen),
            Key::EmergencyStop => {
                self.asked =
                    Some(Command::EmergencyStop { pressed: seen.moment().state != RunState::Stopped });
                None
            }
        }?;
        seen.expect(&command);
        Some(Wish::Command(command))
    }

    fn turn(&mut self, page: Page) -> Option<Wish> {
        (self.page, self.scroll) = (page, 0);
        None
    }

    fn scroll(&mut self, to: impl Fn(usize) -> usize) -> Option<Wish> {
        self.selected = None;
        self.scroll = to(self.scroll);
        None
    }

    /// Where there are no nodes to select, arrows move the page.
    fn select(&mut self, seen: &Seen, to: impl Fn(usize) -> usize) -> Option<Wish> {
        match (seen.nodes(), self.selected) {
            (0, _) => self.scroll = to(self.scroll),
            (_, None) => self.selected = Some(0),
            (nodes, Some(selected)) => self.selected = Some(to(selected).min(nodes - 1)),
        }
        None
    }

    /// Moves a recording from its step to another one; `to` is told the last one as well.
    fn seek(&mut self, seen: &Seen, to: impl Fn(u64, u64) -> u64) -> Option<Command> {
        if !seen.scene.replay {
            self.answer("only a recording can be moved to another step");
            return None;
        }
        let last = seen.scene.steps.saturating_sub(1);
        Some(Command::Seek { step: to(seen.moment().done.saturating_sub(1), last).min(last) })
    }

    /// Plugs in what is not plugged in at all its ends, and out what is.
    fn plug(&mut self, id: u16, seen: &Seen) -> Option<Command> {
        let (scene, moment) = (&seen.scene, seen.moment());
        let mut cables = scene.cables.iter().zip(&moment.cables);
        if let Some((_, cable)) = cables.find(|(cable, _)| cable.id == id) {
            return Some(Command::Plug { id, at: None, plugged: cable.plugged.contains(&false) });
        }
        let mut tokens = scene.tokens.iter().zip(&moment.tokens);
        let Some((_, token)) = tokens.find(|(token, _)| token.id == id) else {
            self.answer(&format!("there is no cable or token {id}"));
            return None;
        };
        if token.plugged || !token.at.is_empty() {
            return Some(Command::Plug { id, at: None, plugged: false });
        }
        Some(Command::Plug { id, at: self.home(id, seen), plugged: true })
    }

    /// Where a token is put in: at its home, or where somebody has selected, or where most cables meet.
    fn home(&self, id: u16, seen: &Seen) -> Option<String> {
        let components = seen.scene.components.iter().enumerate();
        let at_nodes = components.filter(|(_, component)| component.node.is_some());
        let selected = at_nodes
            .clone()
            .find(|(_, component)| self.selected.is_some() && component.node == self.selected);
        let ends = |number: usize| {
            seen.scene.cables.iter().filter(|cable| cable.ends.contains(&Some(number))).count()
        };
        let middle = || at_nodes.rev().max_by_key(|&(number, _)| ends(number));
        let chosen = || selected.or_else(middle).map(|(_, component)| component.name.clone());
        self.homes.get(&id).cloned().or_else(chosen)
    }

    /// The phase after the present one; after the last the story goes on by itself.
    fn phase(&mut self, seen: &Seen) -> Option<Command> {
        let (phases, moment) = (&seen.scene.phases, seen.moment());
        if phases.is_empty() {
            self.answer("this scenario has no phases");
            return None;
        }
        let present = phases.iter().position(|phase| *phase == moment.phase);
        let next = present.filter(|_| moment.phase_forced).map_or(0, |present| present + 1);
        Some(Command::Phase { name: phases.get(next).cloned() })
    }

    fn identify(&mut self, seen: &Seen) -> Option<Command> {
        let number = *self.selected.get_or_insert(0);
        if number >= seen.nodes() {
            self.answer("there are no nodes here: all runs in one process");
            return None;
        }
        let node = seen.node(number);
        Some(Command::Identify { nodes: vec![node.name], on: !node.identifying })
    }
}

/// Half the time for a step; not faster than keys may.
fn faster(pace_s: f64) -> f64 {
    (pace_s / 2.0).max(PACE_S.0.min(pace_s))
}

/// Twice the time for a step; not slower than keys may.
fn slower(pace_s: f64) -> f64 {
    (pace_s * 2.0).clamp(PACE_S.0, PACE_S.1.max(pace_s))
}
