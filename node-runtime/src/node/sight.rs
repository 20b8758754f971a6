//! What a node knows of its cables, its emergency stop and itself, as its host is told.

use illuminator_protocol::Event;
use std::collections::BTreeMap;

/// Most cables of which a node can tell: boards and pins of one machine are far fewer.
const CABLES_MAX: usize = 256;

/// The cables of which the node can tell whether they are plugged in, its emergency stop, and whether it says "it is
/// me".
#[derive(Debug, Default)]
pub(super) struct Sight {
    boards: bool,
    cables: BTreeMap<u16, bool>,
    stopped: bool,
    identifying: bool,
}

impl Sight {
    /// Whether the boards of cables are read here. Returns whether that is news.
    pub(super) fn detects(&mut self, boards: bool) -> bool {
        std::mem::replace(&mut self.boards, boards) != boards
    }

    /// Notes a cable. Returns whether that is news.
    pub(super) fn cable(&mut self, cable: u16, plugged: bool) -> bool {
        let room = self.cables.len() < CABLES_MAX || self.cables.contains_key(&cable);
        room && self.cables.insert(cable, plugged) != Some(plugged)
    }

    /// Notes whether the emergency stop is pressed. Returns whether that is news.
    pub(super) fn emergency_stop(&mut self, on: bool) -> bool {
        std::mem::replace(&mut self.stopped, on) != on
    }

    /// Notes whether it says "it is me". Returns whether that is news.
    pub(super) fn identifying(&mut self, on: bool) -> bool {
        std::mem::replace(&mut self.identifying, on) != on
    }

    /// All that a host must be told that knows nothing yet.
    pub(super) fn events(&self) -> impl Iterator<Item = Event<'static>> {
        let cables = self.cables.iter().map(|(&cable, &plugged)| Event::Cable { cable, plugged });
        let stop = Event::EmergencyStop { on: self.stopped };
        let detects = Event::Detects { boards: self.boards, cables: self.cables.len() as u16 };
        // A host that knows nothing takes it that the node does not.
        let identifying = self.identifying.then_some(Event::Identifying { on: true });
        [detects].into_iter().chain(cables).chain([stop]).chain(identifying)
    }
}
