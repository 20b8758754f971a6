//! What the person at the table and the host want of a node's own lights and relays.

use super::{ButtonEvent, NodeLight, PinEvent};

/// How long the node says "it is me" when its button was pressed `[µs]`.
pub const IDENTIFY_US: u64 = 10_000_000;

/// The wishes as they stand. Of what they mean for lights, an emergency stop wins over all, then identifying.
#[derive(Clone, Copy, Debug)]
pub struct Local {
    host_silent: bool,
    /// Until when the node says "it is me" `[µs]`; the host knows no end.
    identify_until_us: Option<u64>,
    /// The switch here is pressed.
    stopped: bool,
    /// Somebody at the table has stopped it.
    table_stopped: bool,
}

impl Default for Local {
    /// Before a word of a host.
    fn default() -> Self {
        Self { host_silent: true, identify_until_us: None, stopped: false, table_stopped: false }
    }
}

impl Local {
    /// The host is silent, or a host is heard again. What the one before wanted holds no longer.
    pub fn host_silent(&mut self, silent: bool) {
        self.host_silent = silent;
        self.table_stopped = false;
        self.identify_until_us = self.identify_until_us.filter(|until_us| *until_us != u64::MAX);
    }

    /// The host wants the node to say "it is me", or no longer; the button's wish goes with it.
    pub fn identify(&mut self, on: bool) {
        self.identify_until_us = on.then_some(u64::MAX);
    }

    /// The host has stopped the table, or lets it go on.
    pub const fn table_stopped(&mut self, stopped: bool) {
        self.table_stopped = stopped;
    }

    /// Something happened at a pin at `now_us` `[µs]`. A pressed button begins to identify, for [`IDENTIFY_US`], or
    /// ends it, whoever began it.
    pub fn event(&mut self, event: PinEvent, now_us: u64) {
        match event {
            PinEvent::Button(ButtonEvent::Pressed) => {
                let begins = !self.identifies(now_us);
                self.identify_until_us = begins.then(|| now_us.saturating_add(IDENTIFY_US));
            }
            PinEvent::Button(ButtonEvent::Held | ButtonEvent::Released)
            | PinEvent::Plug { .. }
            | PinEvent::Readable { .. } => {}
            PinEvent::EmergencyStop(pressed) => self.stopped = pressed,
        }
    }

    /// Whether the node says "it is me" at `now_us` `[µs]`.
    pub fn identifies(&self, now_us: u64) -> bool {
        self.identify_until_us.is_some_and(|until_us| now_us < until_us)
    }

    /// Whether an emergency stop is pressed, here or elsewhere at the table.
    pub const fn is_stopped(&self) -> bool {
        self.stopped || self.table_stopped
    }

    /// What the status LED says at `now_us` `[µs]`; `fault`: something here does not work.
    pub fn light(&self, fault: bool, now_us: u64) -> NodeLight {
        match () {
            () if self.is_stopped() => NodeLight::EmergencyStop,
            () if self.identifies(now_us) => NodeLight::Identify,
            () if fault => NodeLight::Fault,
            () if self.host_silent => NodeLight::NoHost,
            () => NodeLight::Connected,
        }
    }

    /// When identifying ends by itself `[µs]`, if that is still to come.
    pub fn poll_timeout(&self, now_us: u64) -> Option<u64> {
        self.identify_until_us.filter(|until_us| now_us < *until_us && *until_us < u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::{IDENTIFY_US, Local};
    use crate::pins::{ButtonEvent, NodeLight, PinEvent};

    const PRESSED: PinEvent = PinEvent::Button(ButtonEvent::Pressed);

    #[test]
    fn a_press_identifies_for_a_while() {
        let mut local = Local::default();
        local.event(PRESSED, 5);
        assert_eq!(local.poll_timeout(5), Some(5 + IDENTIFY_US));
        for event in [ButtonEvent::Held, ButtonEvent::Released] {
            local.event(PinEvent::Button(event), 6);
        }
        assert!(local.identifies(4 + IDENTIFY_US) && !local.identifies(5 + IDENTIFY_US));
        assert_eq!(local.poll_timeout(5 + IDENTIFY_US), None, "it is over");
    }

    #[test]
    fn a_press_and_the_host_end_what_the_other_began() {
        let mut local = Local::default();
        local.identify(true);
        assert!(local.identifies(u64::MAX - 1) && local.poll_timeout(0).is_none(), "the host's has no end");
        local.event(PRESSED, 0);
        assert!(!local.identifies(0));
        local.event(PRESSED, 0);
        assert!(local.identifies(0));
        local.identify(false);
        assert!(!local.identifies(0));
    }

    #[test]
    fn what_a_host_wanted_ends_with_it() {
        let mut local = Local::default();
        local.identify(true);
        local.table_stopped(true);
        local.host_silent(true);
        assert!(!local.identifies(0) && !local.is_stopped());
        local.event(PRESSED, 0);
        local.host_silent(false);
        assert!(local.identifies(0), "that was the button");
    }

    #[test]
    fn a_stop_holds_until_all_have_released_it() {
        let mut local = Local::default();
        local.table_stopped(true);
        local.event(PinEvent::EmergencyStop(true), 0);
        local.table_stopped(false);
        assert!(local.is_stopped());
        local.event(PinEvent::EmergencyStop(false), 0);
        assert!(!local.is_stopped());
    }

    #[test]
    fn lights_have_an_order() {
        let mut local = Local::default();
        assert_eq!(local.light(false, 0), NodeLight::NoHost);
        local.host_silent(false);
        assert_eq!(local.light(false, 0), NodeLight::Connected);
        assert_eq!(local.light(true, 0), NodeLight::Fault);
        local.event(PRESSED, 0);
        assert_eq!(local.light(true, 0), NodeLight::Identify);
        local.event(PinEvent::EmergencyStop(true), 0);
        assert_eq!((local.light(true, 0), local.is_stopped()), (NodeLight::EmergencyStop, true));
        local.event(PinEvent::EmergencyStop(false), 0);
        assert_eq!((local.light(true, 0), local.is_stopped()), (NodeLight::Identify, false));
    }
}
