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

use crate::scenario::Scenario;
use crate::shell::{Conductor, Operator, SimulatedTable, StopFlag, Tempo};
use crate::story::{EventLog, Happening};
use crate::view::{Command, Refusal};
use illuminator_protocol::Duration;
use std::collections::BTreeMap;

/// A visitor who has pressed no key for so long has gone `[µs]`.
const LEFT_AFTER_US: u64 = 120_000_000;

/// The hands at the table.
pub(super) struct Hands {
    table: SimulatedTable,
    operator: Operator,
    visit: EventLog,
    usual_pace: Duration,
    /// When the visitor did something last `[µs]`; nothing while the visit plays.
    key_us: Option<u64>,
}

impl Hands {
    /// Hands of a visit, at a table and at its pace; `stop` ends the demo.
    pub(super) fn new(table: SimulatedTable, visit: EventLog, pace: Duration, stop: StopFlag) -> Self {
        Self {
            operator: Operator::new(Conductor::new(pace), stop, Some(table.clone())),
            usual_pace: pace,
            key_us: None,
            table,
            visit,
        }
    }

    /// Where a visitor's keys put the tokens: where the visit does, else in the middle.
    pub(super) fn homes(&self, scenario: &Scenario) -> BTreeMap<u16, String> {
        let home = |id: u16| {
            let visited = self.visit.events().iter().find_map(|event| match &event.what {
                Happening::Plug { cable, node, .. } if *cable == id => node.clone(),
                Happening::Plug { .. } | Happening::Phase(_) => None,
            });
            visited.unwrap_or_else(|| self.table.middle().to_owned())
        };
        scenario.tokens.iter().map(|token| (token.id, home(token.id))).collect()
    }

    /// Where the tempo is set.
    pub(super) fn conductor(&self) -> Conductor {
        self.operator.conductor().clone()
    }

    /// Whether a visitor has the table.
    pub(super) fn is_visitors(&self) -> bool {
        self.key_us.is_some()
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
            // At this table there is one.
            let _ = self.operator.obey(&Command::EmergencyStop { pressed: false }, now_us);
            self.operator.conductor().set(Tempo { pace: self.usual_pace, held: false });
        }
    }

    /// A visitor pressed a key, whatever it means: the table is his.
    pub(super) fn touch(&mut self, now_us: u64) {
        self.key_us = Some(now_us);
    }

    /// A visitor asks for something, here or on the page.
    pub(super) fn obey(&mut self, command: &Command, now_us: u64) -> Result<(), Refusal> {
        self.touch(now_us);
        self.operator.obey(command, now_us)
    }

    fn play(&self, step: u64) {
        for event in self.visit.of_step(step) {
            // Hands plug: a visit forces no phase.
            if let Happening::Plug { cable, node, plugged } = &event.what {
                self.table.plug(*cable, node.as_deref(), *plugged);
            }
        }
    }

    /// The node that says which one it is, if there is one.
    pub(super) fn identifying(&self, now_us: u64) -> Option<&str> {
        self.operator.identifying(now_us)
    }
}

const fn has_left(key_us: u64, now_us: u64) -> bool {
    now_us.saturating_sub(key_us) >= LEFT_AFTER_US
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
        let mut hands = Hands::new(table.clone(), visit, Duration::from_millis(250), StopFlag::default());
        hands.begin(0);
        (hands, table)
    }

    fn in_at(table: &SimulatedTable, id: u16) -> Vec<&str> {
        table.names().filter(|node| table.plugged(id, node) == Some(true)).collect()
    }

    fn plug(id: u16, plugged: bool) -> Command {
        Command::Plug { id, at: None, plugged }
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
        hands.obey(&plug(1, true), 5).unwrap();
        (8..50).for_each(|step| hands.step(step));
        assert_eq!((in_at(&table, 5).len(), in_at(&table, 1).len(), in_at(&table, 2).len()), (2, 2, 0));
        hands.obey(&plug(1, false), 6).unwrap();
        hands.begin(7);
        assert_eq!((in_at(&table, 5).len(), in_at(&table, 1).len()), (2, 0), "the next round is his, too");
    }

    #[test]
    fn what_a_visitor_left_does_not_stay_for_ever() {
        let (mut hands, table) = hands();
        let stop = Command::EmergencyStop { pressed: true };
        for command in [plug(1, true), Command::Hold { held: true }, stop, Command::Pace { seconds: 0.5 }] {
            hands.obey(&command, 1_000).unwrap();
        }
        hands.tick(LEFT_AFTER_US);
        let slow = Tempo { pace: Duration::from_millis(500), held: true };
        assert_eq!((hands.conductor().tempo(), table.is_stopped()), (slow, true));
        hands.tick(1_000 + LEFT_AFTER_US);
        let usual = Tempo { pace: Duration::from_millis(250), held: false };
        assert_eq!(
            (hands.conductor().tempo(), table.is_stopped(), in_at(&table, 1).len()),
            (usual, false, 2)
        );
        hands.begin(1_001 + LEFT_AFTER_US);
        assert_eq!((hands.is_visitors(), in_at(&table, 1).len()), (false, 0), "a visit again");
    }
}
