//! What nodes tell of their own accord, and what the coordinator makes of it.

use super::{Coordinator, Phase};
use crate::story::LiveTable;
use crate::view::Offers;
use illuminator_protocol::{Control, Event, Instant, Telemetry, ToHost};

impl Coordinator {
    /// The next notice for the person at the table.
    pub fn poll_notice(&mut self) -> Option<String> {
        self.table.poll_notice()
    }

    /// How the nodes did when they last said so, by name.
    pub fn telemetry(&self) -> impl Iterator<Item = (&str, Telemetry)> {
        let told = self.names.iter().zip(&self.told);
        told.filter_map(|(name, told)| Some((name.as_str(), told.telemetry?)))
    }

    /// Ends the coordinator; the table stays.
    pub fn into_table(self) -> LiveTable {
        self.table
    }

    /// Takes a message that belongs to no run; one of another run changes nothing.
    pub(super) fn take_apart_from_run(&mut self, node: usize, message: ToHost<'_>, now: Instant) {
        match message {
            ToHost::ControlDone { control, ok } => self.control_done(node, control, ok),
            ToHost::Refused { control, why } => self.control_refused(node, control, why),
            ToHost::CommandEnded { control, end, output, .. } => {
                self.command_ended(node, control, end, output);
            }
            ToHost::Event(event) => self.event(node, event, now),
            ToHost::Telemetry(telemetry) => self.told[node].telemetry = Some(telemetry),
            ToHost::Machine(machine) => self.told[node].machine = Some(machine),
            ToHost::Done { .. }
            | ToHost::Failed { .. }
            | ToHost::Rejected { .. }
            | ToHost::Ready { .. }
            | ToHost::Forgotten { .. }
            | ToHost::Snapshot { .. }
            | ToHost::Restored { .. } => {}
        }
    }

    /// Takes an event of a node.
    fn event(&mut self, node: usize, event: Event<'_>, now: Instant) {
        let Self { table, names, .. } = self;
        let name = names[node].as_str();
        match event {
            Event::Detects { boards, cables } => {
                table.detects(name, boards, cables);
                // It begins to tell all anew.
                self.told[node].identifying = false;
                self.told[node].restarts = false;
            }
            Event::OffersRestart => self.told[node].restarts = true,
            Event::Offers { reboot, shutdown, actions } => {
                let told = &mut self.told[node];
                told.offers = Some(Offers::from_node(told.restarts, reboot, shutdown, actions));
            }
            Event::Identifying { on } => self.told[node].identifying = on,
            Event::Cable { cable, plugged } => {
                table.seen(name, cable, plugged);
                self.lights.renew(cable);
            }
            // The node itself shows which one it is.
            Event::Button { .. } => {}
            Event::EmergencyStop { on } if on == self.stopped_by.contains(&node) => {}
            Event::EmergencyStop { on } => {
                let text = match on {
                    true if self.phase == Phase::Watching => "emergency stop",
                    true => "emergency stop: the run is held",
                    false => "emergency stop released",
                };
                table.notice(name, text);
                self.stop_table(node, on, now);
            }
            Event::Notice { text } => table.notice(name, text),
        }
    }

    /// Tells a node, or every node, that the table is stopped, if it is: it may not know yet.
    pub(super) fn repeat_stop(&mut self, nodes: std::ops::Range<usize>) {
        if !self.stopped_by.is_empty() && self.phase != Phase::Watching {
            let stop = Control::EmergencyStop { on: true };
            nodes.for_each(|node| self.seats[node].send_control(stop));
        }
    }

    /// Holds the run while the emergency stop of any node is pressed, and tells all nodes.
    fn stop_table(&mut self, node: usize, on: bool, now: Instant) {
        let before = !self.stopped_by.is_empty();
        if on {
            self.stopped_by.insert(node);
        } else {
            self.stopped_by.remove(&node);
        }
        let stopped = !self.stopped_by.is_empty();
        if stopped != before && self.phase != Phase::Watching {
            self.seats.each(|node| node.send_control(Control::EmergencyStop { on: stopped }));
            self.apply_hold(now);
        }
    }
}
