//! Does what a person asks of a run: by a page, a terminal, or the keys of the demo.

use crate::shell::{Conductor, SimulatedTable, StopFlag, Tempo};
use crate::view::{Command, Refusal};
use illuminator_node::pins::IDENTIFY_US;
use illuminator_protocol::{Control, Duration};
use std::collections::BTreeMap;

/// Longest time from one step to the next `[s]`.
const PACE_S_MAX: f64 = 86_400.0;

/// The hands of whoever commands.
pub struct Operator {
    conductor: Conductor,
    stop: StopFlag,
    /// What can be plugged and pressed from here, where the nodes are simulated.
    table: Option<SimulatedTable>,
    /// The nodes that say "it is me", since when `[µs]`.
    identified: BTreeMap<String, u64>,
}

impl Operator {
    /// Hands that conduct, end the run, and work the plugs and buttons of a simulated `table`.
    pub fn new(conductor: Conductor, stop: StopFlag, table: Option<SimulatedTable>) -> Self {
        Self { conductor, stop, table, identified: BTreeMap::new() }
    }

    /// Where the tempo is set.
    pub fn conductor(&self) -> &Conductor {
        &self.conductor
    }

    /// The node that began last to say which one it is, if it still does.
    pub fn identifying(&self, now_us: u64) -> Option<&str> {
        let since = self.identified.iter().filter(|&(_, &since_us)| is_identifying(since_us, now_us));
        since.max_by_key(|&(_, &since_us)| since_us).map(|(node, _)| node.as_str())
    }

    /// Does it, or says why that cannot be done here.
    ///
    /// # Errors
    /// A reason, and what would help.
    pub fn obey(&mut self, command: &Command, now_us: u64) -> Result<(), Refusal> {
        let tempo = self.conductor.tempo();
        match command {
            Command::Hold { held } => self.conductor.set(Tempo { held: *held, ..tempo }),
            Command::Pace { seconds } if (0.0..=PACE_S_MAX).contains(seconds) => {
                let pace = Duration::from_micros((seconds * 1e6) as u64);
                self.conductor.set(Tempo { pace, ..tempo });
            }
            Command::Pace { .. } => return Err(Refusal::new("a pace is from 0 to 86,400 seconds", "")),
            Command::Plug { id, at, plugged } => {
                let known = self.table()?.plug(*id, at.as_deref(), *plugged);
                if !known {
                    return Err(Refusal::new(format!("{id} cannot be plugged there"), ""));
                }
            }
            Command::Identify { nodes, on } => self.identify(nodes, *on, now_us)?,
            Command::EmergencyStop { pressed } => {
                let table = self.table()?;
                table.emergency_stop(table.middle(), *pressed);
            }
            Command::End => self.stop.set(),
            Command::Step => self.conductor.step(),
            Command::Phase { name } => taken(self.conductor.force_phase(name.as_deref()))?,
            Command::Restart { nodes } => self.ask_machines(nodes, Control::Restart)?,
            Command::Reboot { nodes } => self.ask_machines(nodes, Control::Reboot)?,
            Command::Shutdown { nodes } => self.ask_machines(nodes, Control::Shutdown)?,
            Command::Start { .. } => {
                return Err(Refusal::new(
                    "nothing else can be started here",
                    "`illuminator serve` offers scenarios",
                ));
            }
            Command::Action { nodes, action } => {
                self.has_machines()?;
                nodes.iter().try_for_each(|node| taken(self.conductor.ask_action(node, action)))?;
            }
            Command::Seek { .. } => {
                return Err(Refusal::new("a run cannot be moved to another step", "only a recording can"));
            }
        }
        Ok(())
    }

    fn table(&self) -> Result<&SimulatedTable, Refusal> {
        self.table.as_ref().ok_or_else(|| {
            Refusal::new(
                "the hardware of this run is not simulated: nothing can be plugged or pressed from here",
                "do it at the table, or run with `--nodes sim`",
            )
        })
    }

    /// Asks something of the machines of nodes, through the run.
    fn ask_machines(&self, nodes: &[String], control: Control) -> Result<(), Refusal> {
        self.has_machines()?;
        nodes.iter().try_for_each(|node| taken(self.conductor.ask(node, control)))
    }

    fn has_machines(&self) -> Result<(), Refusal> {
        if self.table.is_some() {
            return Err(Refusal::new("these nodes have no machines of their own: they are simulated", ""));
        }
        Ok(())
    }

    /// A simulated node has a button that begins or ends it: it is pressed where the node does not do what is wanted.
    fn identify(&mut self, nodes: &[String], on: bool, now_us: u64) -> Result<(), Refusal> {
        let Some(table) = self.table.clone() else {
            let control = Control::Identify { on };
            return nodes.iter().try_for_each(|node| taken(self.conductor.ask(node, control)));
        };
        if let Some(node) = nodes.iter().find(|node| !table.names().any(|name| name == **node)) {
            return Err(Refusal::new(format!("there is no node `{node}` here"), ""));
        }
        for node in nodes {
            let is_on = self.identified.get(node).is_some_and(|&since_us| is_identifying(since_us, now_us));
            if is_on != on {
                table.click(node);
            }
            if !on {
                self.identified.remove(node);
            } else if !is_on {
                self.identified.insert(node.clone(), now_us);
            }
        }
        Ok(())
    }
}

const fn is_identifying(since_us: u64, now_us: u64) -> bool {
    now_us.saturating_sub(since_us) < IDENTIFY_US
}

/// Whether the run took a request.
fn taken(taken: bool) -> Result<(), Refusal> {
    if taken {
        Ok(())
    } else {
        Err(Refusal::new("too much waits for the run already", "ask again in a moment"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operator(table: Option<SimulatedTable>) -> Operator {
        Operator::new(Conductor::new(Duration::ZERO), StopFlag::default(), table)
    }

    #[test]
    fn the_tempo_is_set_and_kept_within_reason() {
        let mut operator = operator(None);
        operator.obey(&Command::Pace { seconds: 0.25 }, 0).unwrap();
        operator.obey(&Command::Hold { held: true }, 0).unwrap();
        let tempo = Tempo { pace: Duration::from_millis(250), held: true };
        assert_eq!(operator.conductor().tempo(), tempo);
        for seconds in [-1.0, f64::NAN, f64::INFINITY, 86_401.0] {
            assert!(operator.obey(&Command::Pace { seconds }, 0).is_err(), "{seconds}");
        }
        assert_eq!(operator.conductor().tempo(), tempo);
        assert!(!operator.stop.is_set());
        operator.obey(&Command::End, 0).unwrap();
        assert!(operator.stop.is_set());
    }

    #[test]
    fn plugs_are_moved_where_they_are_simulated_and_there_only() {
        let token = crate::scenario::Token { id: 3, name: None, plugged_at_start: false };
        let table = SimulatedTable::new(&["a".to_owned(), "b".to_owned()], &[], &[token]);
        let plug = |id, at: Option<&str>| Command::Plug { id, at: at.map(str::to_owned), plugged: true };
        let mut hands = operator(Some(table.clone()));
        hands.obey(&plug(3, Some("b")), 0).unwrap();
        assert_eq!((table.plugged(3, "a"), table.plugged(3, "b")), (Some(false), Some(true)));
        assert!(hands.obey(&plug(4, None), 0).is_err() && hands.obey(&plug(3, Some("c")), 0).is_err());
        hands.obey(&Command::EmergencyStop { pressed: true }, 0).unwrap();
        assert!(table.is_stopped());
        let refusal = operator(None).obey(&plug(3, None), 0).unwrap_err();
        assert!(refusal.error.contains("not simulated"), "{refusal:?}");
    }

    #[test]
    fn who_is_asked_twice_says_once_which_one_it_is() {
        let mut hands = operator(Some(SimulatedTable::new(&["a".to_owned(), "b".to_owned()], &[], &[])));
        let identify = |node: &str, on| Command::Identify { nodes: vec![node.to_owned()], on };
        hands.obey(&identify("a", true), 10).unwrap();
        hands.obey(&identify("a", true), 20).unwrap();
        assert_eq!(hands.identified.get("a"), Some(&10));
        hands.obey(&identify("b", true), 30).unwrap();
        assert_eq!(hands.identifying(40), Some("b"));
        hands.obey(&identify("b", false), 50).unwrap();
        assert_eq!((hands.identifying(60), hands.identifying(10 + IDENTIFY_US)), (Some("a"), None));
        assert!(hands.obey(&identify("c", true), 0).is_err());
    }
}
