//! From the levels of an input to what happened.

use super::{Button, PinEvent, Role};
use illuminator_hal::Debounce;

/// Reads an input: edges and looks in, events out. Inactive until shown otherwise.
#[derive(Clone, Copy, Debug)]
pub struct Reader {
    role: Role,
    debounce: Debounce,
    /// Used by the button only.
    button: Button,
}

impl Reader {
    /// A reader of the input for `role`, whose levels count when they stayed for `settle_us` `[µs]`.
    pub fn new(role: Role, settle_us: u64) -> Self {
        Self { role, debounce: Debounce::new(settle_us), button: Button::default() }
    }

    /// An edge was seen, and whether the input is active after it.
    pub fn edge(&mut self, active: bool, now_us: u64) {
        self.debounce.edge(active, now_us);
    }

    /// The input was looked at, without an edge that is known of.
    pub fn sample(&mut self, active: bool, now_us: u64) {
        self.debounce.sample(active, now_us);
    }

    /// The input cannot be read. An emergency stop counts as pressed until it is seen released: a switch that nobody
    /// can read must not let anything move. Of all other inputs, what was seen last holds.
    pub fn unreadable(&mut self) -> Option<PinEvent> {
        let stops = self.role == Role::EmergencyStop && self.debounce.assume(true);
        stops.then_some(PinEvent::EmergencyStop(true))
    }

    /// The next thing that happened; to be called until there is none.
    pub fn poll(&mut self, now_us: u64) -> Option<PinEvent> {
        let Some(active) = self.debounce.poll(now_us) else {
            return self.button.poll(now_us).map(PinEvent::Button);
        };
        Some(match self.role {
            Role::Button => PinEvent::Button(self.button.change(active, now_us)),
            Role::EmergencyStop => PinEvent::EmergencyStop(active),
            Role::Plug { cable } => PinEvent::Plug { cable, plugged: active },
        })
    }

    /// When [`poll`](Self::poll) wants to be called `[µs]`; `None` if not before the next edge.
    pub fn poll_timeout(&self) -> Option<u64> {
        [self.debounce.poll_timeout(), self.button.poll_timeout()].into_iter().flatten().min()
    }
}

#[cfg(test)]
mod tests {
    use super::Reader;
    use crate::pins::{ButtonEvent, HELD_US, PinEvent, Role};

    const SETTLE_US: u64 = 20_000;

    #[test]
    fn every_role_has_its_event() {
        for (role, event) in [
            (Role::Button, PinEvent::Button(ButtonEvent::Pressed)),
            (Role::EmergencyStop, PinEvent::EmergencyStop(true)),
            (Role::Plug { cable: 3 }, PinEvent::Plug { cable: 3, plugged: true }),
        ] {
            let mut reader = Reader::new(role, SETTLE_US);
            assert_eq!((reader.poll(0), reader.poll_timeout()), (None, None));
            reader.edge(true, 100);
            assert_eq!((reader.poll(100), reader.poll_timeout()), (None, Some(100 + SETTLE_US)));
            assert_eq!(reader.poll(100 + SETTLE_US), Some(event));
            assert_eq!(reader.poll(100 + SETTLE_US), None);
        }
    }

    #[test]
    fn an_emergency_stop_that_cannot_be_read_is_pressed_until_it_is_seen_released() {
        let mut reader = Reader::new(Role::EmergencyStop, SETTLE_US);
        reader.sample(false, 0);
        assert_eq!(reader.unreadable(), Some(PinEvent::EmergencyStop(true)));
        assert_eq!(reader.unreadable(), None, "told already");
        reader.sample(false, 100);
        assert_eq!(reader.unreadable(), None, "it could be read for too short a time");
        assert_eq!(reader.poll(100 + SETTLE_US), None);
        reader.sample(true, 200_000);
        assert_eq!(reader.poll(200_000 + SETTLE_US), None, "pressed it is already");
        reader.sample(false, 300_000);
        assert_eq!(reader.poll(300_000 + SETTLE_US), Some(PinEvent::EmergencyStop(false)));
    }

    #[test]
    fn other_inputs_that_cannot_be_read_stay_as_they_were() {
        for role in [Role::Button, Role::Plug { cable: 3 }] {
            let mut reader = Reader::new(role, SETTLE_US);
            assert_eq!((reader.unreadable(), reader.poll(u64::MAX)), (None, None));
        }
    }

    #[test]
    fn a_held_button_is_told_between_press_and_release() {
        let mut reader = Reader::new(Role::Button, SETTLE_US);
        let mut told = Vec::new();
        reader.sample(true, 0);
        let mut now_us = 0;
        while let Some(deadline_us) = reader.poll_timeout() {
            now_us = deadline_us;
            told.extend(reader.poll(now_us));
        }
        assert_eq!(now_us, SETTLE_US + HELD_US);
        reader.edge(false, now_us + 1);
        told.extend(reader.poll(now_us + 1 + SETTLE_US));
        let events = [ButtonEvent::Pressed, ButtonEvent::Held, ButtonEvent::Released];
        assert_eq!(told, events.map(PinEvent::Button));
    }
}
