//! Whose hands work the table: those of the visit that plays by itself, or a visitor's.
//!
//! ```text
//!   steps ────────▶ the visit ─▶ SimulatedTable: plugs
//!   keys, page ───▶ a visitor ─▶ Operator ─▶ plugs, button, emergency stop, pace, pause, step
//! ```
//!
//! Invariants: the first key takes the table over, and from then on the visit touches nothing; a visitor who leaves
//! it as he likes leaves nothing for ever: after [`LEFT_AFTER_US`] without a key the time goes on, and the next round
//! is a visit again.

use super::keys::Key;
use crate::scenario::Scenario;
use crate::shell::{Conductor, Operator, SimulatedTable, StopFlag, Tempo};
use crate::story::{EventLog, Happening};
use crate::view::{Command, Refusal};
use illuminator_protocol::Duration;
use std::collections::BTreeMap;

/// A visitor who has pressed no key for so long has gone `[µs]`.
const LEFT_AFTER_US: u64 = 120_000_000;
/// The fastest and the slowest pace that keys reach `[µs]` per step.
const PACE_US: (u64, u64) = (31_250, 4_000_000);

/// The hands at the table.
pub(super) struct Hands {
    table: SimulatedTable,
    operator: Operator,
    visit: EventLog,
    /// Where keys put in what has no ends.
    homes: BTreeMap<u16, String>,
    nodes: Vec<String>,
    usual_pace: Duration,
    /// When the visitor did something last `[µs]`; nothing while the visit plays.
    key_us: Option<u64>,
    /// The node that is asked next which one it is.
    next: usize,
}

impl Hands {
    /// Hands of a visit, at a table and at its pace; `stop` ends the demo.
    pub(super) fn new(
        scenario: &Scenario,
        table: SimulatedTable,
        visit: EventLog,
        pace: Duration,
        stop: StopFlag,
    ) -> Self {
        let home = |id: u16| {
            let visited = visit.events().iter().find_map(|event| match &event.what {
                Happening::Plug { cable, node, .. } if *cable == id => Some(node.clone()),
                Happening::Plug { .. } | Happening::Phase(_) => None,
            });
            visited.flatten().unwrap_or_else(|| table.middle().to_owned())
        };
        Self {
            homes: scenario.tokens.iter().map(|token| (token.id, home(token.id))).collect(),
            operator: Operator::new(Conductor::new(pace), stop, Some(table.clone())),
            nodes: table.names().map(str::to_owned).collect(),
            usual_pace: pace,
            key_us: None,
            next: 0,
            table,
            visit,
        }
    }

    /// Where the tempo is set.
    pub(super) fn conductor(&self) -> Conductor {
        self.operator.conductor().clone()
    }

    /// The tempo that is wanted.
    pub(super) fn tempo(&self) -> Tempo {
        self.operator.conductor().tempo()
    }

    /// Whether a visitor has the table.
    pub(super) fn is_visitors(&self) -> bool {
        self.key_us.is_some()
    }

    /// Whether the emergency stop is pressed.
    pub(super) fn is_stopped(&self) -> bool {
        self.table.is_stopped()
    }

    /// A round of the story begins at `now_us` `[µs]`: a visit with a clear table, or a visitor's with what he has plugged.
    pub(super) fn begin(&mut self, now_us: u64) {
        if self.key_us.is_some_and(|key_us| !has_left(key_us, now_us)) {
            return;
        }
        self.key_us = None;
        self.table.reset();
        self.play(0);
    }

    /// A step is over: the visit does what the next one is to see.
    pub(super) fn step(&mut self, step: u64) {
        if !self.is_visitors() {
            self.play(step + 1);
        }
    }

    /// Time goes by.
    pub(super) fn tick(&mut self, now_us: u64) {
        if self.key_us.is_some_and(|key_us| has_left(key_us, now_us)) {
            self.do_it(&Command::EmergencyStop { pressed: false }, now_us);
            self.operator.conductor().set(Tempo { pace: self.usual_pace, held: false });
        }
    }

    /// A visitor presses a key. Returns whether the demo is to end.
    pub(super) fn key(&mut self, key: Key, now_us: u64) -> bool {
        self.key_us = Some(now_us);
        let tempo = self.tempo();
        let pace = |pace: Duration| Command::Pace { seconds: pace.as_micros() as f64 / 1e6 };
        let command = match key {
            Key::Plug(id) => self.turn_over(id),
            Key::Pause => Command::Hold { held: !tempo.held },
            Key::Step => Command::Step,
            Key::Faster => pace(faster(tempo.pace)),
            Key::Slower => pace(slower(tempo.pace)),
            Key::Identify => self.identify_next(now_us),
            Key::EmergencyStop => Command::EmergencyStop { pressed: !self.is_stopped() },
            Key::End => return true,
        };
        self.do_it(&command, now_us);
        false
    }

    /// A visitor asks for something elsewhere, on the page.
    pub(super) fn obey(&mut self, command: &Command, now_us: u64) -> Result<(), Refusal> {
        self.key_us = Some(now_us);
        self.operator.obey(command, now_us)
    }

    /// Of a key that has no meaning at this table nobody is told.
    fn do_it(&mut self, command: &Command, now_us: u64) {
        let _ = self.operator.obey(command, now_us);
    }

    fn play(&self, step: u64) {
        for event in self.visit.of_step(step) {
            // Hands plug: a visit forces no phase.
            if let Happening::Plug { cable, node, plugged } = &event.what {
                self.table.plug(*cable, node.as_deref(), *plugged);
            }
        }
    }

    /// Plugs in what is not plugged in at all its ends, and out what is.
    fn turn_over(&self, id: u16) -> Command {
        let (at, plugged) = match self.homes.get(&id) {
            // A token that is somewhere is taken out there.
            Some(_) if self.table.plugged_anywhere(id) => (None, false),
            Some(home) => (Some(home.clone()), true),
            None => (None, !self.nodes.iter().all(|node| self.table.plugged(id, node) != Some(false))),
        };
        Command::Plug { id, at, plugged }
    }

    /// The next node says which one it is; the others fall silent.
    fn identify_next(&mut self, now_us: u64) -> Command {
        let nodes = self.nodes.clone();
        self.do_it(&Command::Identify { nodes, on: false }, now_us);
        let node = self.nodes[self.next].clone();
        self.next = (self.next + 1) % self.nodes.len();
        Command::Identify { nodes: vec![node], on: true }
    }

    /// The node that says which one it is, if there is one.
    pub(super) fn identifying(&self, now_us: u64) -> Option<&str> {
        self.operator.identifying(now_us)
    }
}

const fn has_left(key_us: u64, now_us: u64) -> bool {
    now_us.saturating_sub(key_us) >= LEFT_AFTER_US
}

/// Half the time for a step; not faster than keys may.
fn faster(pace: Duration) -> Duration {
    let us = pace.as_micros();
    Duration::from_micros((us / 2).max(PACE_US.0.min(us)))
}

/// Twice the time for a step; not slower than keys may.
fn slower(pace: Duration) -> Duration {
    let us = pace.as_micros();
    Duration::from_micros((us * 2).clamp(PACE_US.0, PACE_US.1.max(us)))
}

#[cfg(test)]
mod tests {
    use super::super::embedded;
    use super::*;

    fn hands() -> (Hands, SimulatedTable) {
        let scenario = embedded::story().map_err(|failure| failure.error).unwrap();
        let visit = embedded::visit(&scenario).map_err(|failure| failure.error).unwrap();
        let names = ["wind", "pv", "battery", "house", "office", "grid"].map(str::to_owned);
        let table = SimulatedTable::new(&names, &scenario.cables, &scenario.tokens);
        let mut hands =
            Hands::new(&scenario, table.clone(), visit, Duration::from_millis(250), StopFlag::default());
        hands.begin(0);
        (hands, table)
    }

    fn in_at(table: &SimulatedTable, id: u16) -> Vec<&str> {
        table.names().filter(|node| table.plugged(id, node) == Some(true)).collect()
    }

    #[test]
    fn a_visit_plugs_what_the_next_step_is_to_see() {
        let (mut hands, table) = hands();
        (0..1).for_each(|step| hands.step(step));
        assert!(in_at(&table, 4).is_empty());
        hands.step(1);
        assert_eq!(in_at(&table, 4), ["grid"], "one end first");
        (2..96).for_each(|step| hands.step(step));
        assert_eq!((in_at(&table, 3), in_at(&table, 0)), (vec!["battery", "grid"], vec!["house"]));
        hands.step(99);
        assert!(in_at(&table, 0).is_empty());
    }

    #[test]
    fn the_first_key_takes_the_table_over_as_it_is() {
        let (mut hands, table) = hands();
        (0..8).for_each(|step| hands.step(step));
        assert_eq!((in_at(&table, 5).len(), hands.is_visitors()), (2, false));
        assert!(!hands.key(Key::Plug(1), 5));
        (8..50).for_each(|step| hands.step(step));
        assert_eq!((in_at(&table, 5).len(), in_at(&table, 1).len(), in_at(&table, 2).len()), (2, 2, 0));
        hands.key(Key::Plug(1), 6);
        hands.begin(7);
        assert_eq!((in_at(&table, 5).len(), in_at(&table, 1).len()), (2, 0), "the next round is his, too");
    }

    #[test]
    fn a_half_plugged_cable_is_plugged_in_and_a_token_comes_and_goes() {
        let (mut hands, table) = hands();
        table.plug(4, Some("grid"), true);
        hands.key(Key::Plug(4), 0);
        assert_eq!(in_at(&table, 4), ["house", "grid"]);
        hands.key(Key::Plug(0), 0);
        assert_eq!(in_at(&table, 0), ["house"]);
        hands.key(Key::Plug(0), 0);
        assert!(in_at(&table, 0).is_empty());
        hands.key(Key::Plug(9), 0);
    }

    #[test]
    fn what_a_visitor_left_does_not_stay_for_ever() {
        let (mut hands, table) = hands();
        for key in [Key::Plug(1), Key::Pause, Key::EmergencyStop, Key::Slower] {
            hands.key(key, 1_000);
        }
        hands.tick(LEFT_AFTER_US);
        let slow = Tempo { pace: Duration::from_millis(500), held: true };
        assert_eq!((hands.tempo(), hands.is_stopped()), (slow, true));
        hands.tick(1_000 + LEFT_AFTER_US);
        let usual = Tempo { pace: Duration::from_millis(250), held: false };
        assert_eq!((hands.tempo(), hands.is_stopped(), in_at(&table, 1).len()), (usual, false, 2));
        hands.begin(1_001 + LEFT_AFTER_US);
        assert_eq!((hands.is_visitors(), in_at(&table, 1).len()), (false, 0), "a visit again");
    }

    #[test]
    fn the_pace_has_bounds_that_an_unusual_one_may_exceed() {
        let ms = Duration::from_millis;
        let ends =
            |pace: Duration| (0..20).fold((pace, pace), |(fast, slow), _| (faster(fast), slower(slow)));
        assert_eq!(ends(ms(250)), (Duration::from_micros(31_250), ms(4_000)));
        assert_eq!(ends(Duration::ZERO), (Duration::ZERO, ms(4_000)));
        assert_eq!(ends(ms(9_000)).1, ms(9_000));
    }
}
