//! The machine that a node runs on: carries out what host and table want of its strips, status LED and relays.

use super::commands::Ended;
use super::pins::{Inputs, Outputs};
use super::{Animation, Boards, Commands};
use crate::boards::BoardEvent;
use crate::node::Request;
use crate::pins::{Local, NodeLight, PinEvent, next_change_us, status_level};
use illuminator_protocol::Control;
use std::collections::BTreeSet;
use std::io::{self, Write};

/// How long until relays that could not be made safe are tried again `[µs]`.
const SAFE_RETRY_US: u64 = 100_000;

/// What happened at a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum MachineEvent {
    /// At a pin.
    Pin(PinEvent),
    /// At a cable board.
    Board(BoardEvent),
    /// A command is over.
    Command(Ended),
}

/// What a node drives and watches on the machine it runs on. By default nothing.
///
/// Invariants: while the emergency stop is pressed, all strips show it and all relays are safe, or tried again
/// until they are. Released, the relays stay safe until the host switches them anew: nothing starts by itself.
#[derive(Default)]
pub struct Machine {
    /// Dropped first: relays are safe before strips and boards are seen to.
    outputs: Outputs,
    animation: Option<Animation>,
    boards: Option<Boards>,
    inputs: Inputs,
    commands: Commands,
    local: Local,
    /// What the animation was told last.
    identifies: bool,
    fault: bool,
    stopped: bool,
    /// Cables that are known not to be plugged in here, whatever the host says of them: it may not know yet.
    unplugged: BTreeSet<u16>,
    /// When relays that may not be safe are tried again `[µs]`; nothing if they are as they should be.
    retry_us: Option<u64>,
}

impl Machine {
    /// A machine with these strips (`None`: no strip), cable boards (`None`: there can be none) and pins.
    pub fn new(
        animation: Option<Animation>,
        boards: Option<Boards>,
        outputs: Outputs,
        inputs: Inputs,
    ) -> Self {
        Self { animation, boards, outputs, inputs, ..Self::default() }
    }

    /// The same with these commands.
    #[must_use]
    pub fn with_commands(self, commands: Commands) -> Self {
        Self { commands, ..self }
    }

    /// Does what the node asks for; says what became of it, where the host wants to know.
    pub(super) fn carry_out(&mut self, request: &Request, now_us: u64) -> Option<(Control, bool)> {
        if let Some(boards) = &self.boards {
            boards.carry_out(request);
        }
        match *request {
            Request::Identify(on) => self.local.identify(on),
            Request::Relay { relay, on } => {
                return Some((Control::Relay { relay, on }, self.set_relay(relay, on)));
            }
            Request::HostSilent(silent) => {
                self.local.host_silent(silent);
                self.animate(|animation| animation.host_silent(silent));
            }
            Request::EmergencyStop(on) => self.table_stop(on, now_us),
            Request::Show(flow) if self.unplugged.contains(&flow.cable) => {}
            Request::Show(flow) => self.animate(|animation| animation.show(flow)),
            Request::Unplugged(cable) => self.animate(|animation| animation.hide(cable)),
            Request::Dark => self.animate(Animation::dark),
            // For the boards alone.
            Request::BoardLines(_) => {}
            Request::Command(control) => self.commands.start(control),
        }
        None
    }

    /// Sets the host's clock minus ours `[µs]`.
    pub(super) fn host_clock(&self, offset_us: i64) {
        self.animate(|animation| animation.host_clock(offset_us));
    }

    /// The next event of an input. Nothing is lost if it is dropped while it waits.
    pub(super) async fn next_event(&mut self) -> MachineEvent {
        let Self { inputs, boards, commands, .. } = self;
        tokio::select! {
            biased;
            event = inputs.next() => MachineEvent::Pin(event),
            event = board_event(boards.as_ref()) => MachineEvent::Board(event),
            ended = commands.ended() => MachineEvent::Command(ended),
        }
    }

    /// Does what an event means for this machine by itself.
    pub(super) fn event(&mut self, event: &MachineEvent, now_us: u64) {
        let event = match *event {
            MachineEvent::Pin(event) => event,
            MachineEvent::Board(BoardEvent::Notice(ref text)) => return log(text),
            MachineEvent::Board(BoardEvent::Seen(_) | BoardEvent::Gone(_)) | MachineEvent::Command(_) => {
                return;
            }
        };
        self.local.event(event, now_us);
        match event {
            PinEvent::EmergencyStop(true) => self.make_safe(now_us),
            PinEvent::Plug { cable, plugged } => self.plug(cable, plugged),
            // The lights follow with the next tick.
            PinEvent::EmergencyStop(false) | PinEvent::Button(_) | PinEvent::Readable { .. } => {}
        }
    }

    /// A cable that is pulled is dark at once, before the host knows.
    fn plug(&mut self, cable: u16, plugged: bool) {
        if plugged {
            self.unplugged.remove(&cable);
        } else {
            self.unplugged.insert(cable);
            self.animate(|animation| animation.hide(cable));
        }
    }

    fn table_stop(&mut self, on: bool, now_us: u64) {
        self.local.table_stopped(on);
        if on {
            self.make_safe(now_us);
        }
    }

    /// Brings lights and relays in line with what is wanted at `now_us` `[µs]`, and says when it wants to be called
    /// again.
    pub(super) fn tick(&mut self, now_us: u64) -> Option<u64> {
        if self.retry_us.is_some_and(|retry_us| retry_us <= now_us) {
            self.make_safe(now_us);
        }
        let (identifies, stopped) = (self.local.identifies(now_us), self.local.is_stopped());
        if std::mem::replace(&mut self.identifies, identifies) != identifies {
            self.animate(|animation| animation.identify(identifies));
        }
        let fault = self.fault_beside_strips();
        if std::mem::replace(&mut self.fault, fault) != fault {
            self.animate(|animation| animation.fault(fault));
        }
        if std::mem::replace(&mut self.stopped, stopped) != stopped {
            self.animate(|animation| animation.emergency_stop(stopped));
            if let Some(boards) = &self.boards {
                boards.emergency_stop(stopped);
            }
        }
        let mut due_us = [self.retry_us, self.local.poll_timeout(now_us), None];
        if self.outputs.has_status_led() {
            let light = self.light(now_us);
            self.outputs.set_status(status_level(light, now_us));
            due_us[2] = next_change_us(light, now_us);
        }
        due_us.into_iter().flatten().min()
    }

    fn light(&self, now_us: u64) -> NodeLight {
        let strips_fail = self.animation.as_ref().is_some_and(|animation| animation.stats().failing > 0);
        self.local.light(strips_fail || self.fault_beside_strips(), now_us)
    }

    /// Whether something does not work that strips can tell of: a strip that fails cannot show it, and the others need
    /// not.
    fn fault_beside_strips(&self) -> bool {
        self.inputs.failing() > 0 || self.retry_us.is_some()
    }

    fn set_relay(&mut self, relay: u8, on: bool) -> bool {
        if self.local.is_stopped() {
            log(&format!("relay {relay} is not switched: the emergency stop is pressed"));
            return false;
        }
        if self.retry_us.is_some() {
            log(&format!("relay {relay} is not switched: not all relays are safe yet"));
            return false;
        }
        self.outputs.set_relay(relay, on).inspect_err(|error| log(&error.to_string())).is_ok()
    }

    fn make_safe(&mut self, now_us: u64) {
        let failed_before = self.retry_us.take().is_some();
        if let Err(error) = self.outputs.safe() {
            self.retry_us = Some(now_us.saturating_add(SAFE_RETRY_US));
            if !failed_before {
                log(&format!("emergency stop: {error}; tried again until it is safe"));
            }
        }
    }

    /// Whether it says "it is me", as of the last [`tick`](Self::tick).
    pub(super) const fn identifies(&self) -> bool {
        self.identifies
    }

    /// What animates the strips, if there are any.
    pub(super) const fn animation(&self) -> Option<&Animation> {
        self.animation.as_ref()
    }

    fn animate(&self, update: impl FnOnce(&Animation)) {
        if let Some(animation) = &self.animation {
            update(animation);
        }
    }
}

/// Waits for something that the cable boards have to tell; for ever if there are none.
async fn board_event(boards: Option<&Boards>) -> BoardEvent {
    match boards {
        Some(boards) => boards.event().await,
        None => std::future::pending().await,
    }
}

/// Tells the person at the table. Where nobody listens, it is lost.
fn log(message: &str) {
    let _ = writeln!(io::stderr(), "{message}");
}

#[cfg(test)]
mod tests {
    use super::{Machine, MachineEvent};
    use crate::light::{Limits, Segment};
    use crate::node::Request;
    use crate::pins::{ButtonEvent, IDENTIFY_US, PinEvent, Role};
    use crate::shell::{Animation, Clock, Inputs, LitStrip, Outputs, Relay, Watched};
    use illuminator_hal::sim::{SimInput, SimPin, SimStrip};
    use illuminator_hal::{ColourOrder, GpioLine, Rgb8};
    use illuminator_protocol::Control;

    const STOP: PinEvent = PinEvent::EmergencyStop(true);
    const RELEASE: PinEvent = PinEvent::EmergencyStop(false);

    /// A machine with a status LED and a relay.
    fn machine() -> (Machine, SimPin, SimPin) {
        let pin = |number| SimPin::new(GpioLine::new(number).unwrap());
        let (led, relay) = (pin(17), pin(5));
        let relays = vec![Relay { name: "stack".to_owned(), pin: Box::new(relay.clone()), safe: false }];
        let outputs = Outputs::new(Some(Box::new(led.clone())), relays);
        (Machine::new(None, None, outputs, Inputs::default()), led, relay)
    }

    fn switch(machine: &mut Machine, relay: u8, on: bool) -> Option<(Control, bool)> {
        machine.carry_out(&Request::Relay { relay, on }, 0)
    }

    #[test]
    fn a_relay_is_answered_with_what_became_of_it() {
        let (mut machine, _, relay) = machine();
        let control = |relay| Control::Relay { relay, on: true };
        assert_eq!(switch(&mut machine, 0, true), Some((control(0), true)));
        assert_eq!(relay.level(), Some(true));
        assert_eq!(switch(&mut machine, 1, true), Some((control(1), false)), "there is none");
        relay.fail_next(1);
        assert_eq!(switch(&mut machine, 0, true), Some((control(0), false)));
        assert_eq!(relay.failed(), 1);
    }

    #[test]
    fn an_emergency_stop_makes_relays_safe_and_keeps_them_so() {
        let (mut machine, led, relay) = machine();
        switch(&mut machine, 0, true);
        machine.event(&MachineEvent::Pin(STOP), 0);
        assert_eq!(relay.level(), Some(false));
        assert_eq!(machine.tick(0), None);
        assert_eq!(led.level(), Some(true), "steady");
        assert!(!switch(&mut machine, 0, true).unwrap().1, "not while it is pressed");
        machine.event(&MachineEvent::Pin(RELEASE), 1);
        machine.tick(1);
        assert_eq!(relay.level(), Some(false), "nothing starts by itself");
        assert!(switch(&mut machine, 0, true).unwrap().1);
        assert_eq!(relay.level(), Some(true));
    }

    #[test]
    fn a_relay_that_is_not_safe_is_tried_again_until_it_is() {
        let (mut machine, _, relay) = machine();
        switch(&mut machine, 0, true);
        relay.fail_next(2);
        machine.event(&MachineEvent::Pin(STOP), 0);
        let mut now_us = 0;
        while let Some(due_us) = machine.tick(now_us) {
            assert!(due_us > now_us, "never at once");
            now_us = due_us;
        }
        assert_eq!((relay.level(), relay.failed(), now_us), (Some(false), 2, 200_000));
    }

    /// Waits until a strip is of one colour.
    fn becomes(strip: &SimStrip, what: &str, colour: impl Fn(&Rgb8) -> bool) {
        let clock = Clock::start();
        while !strip.picture().is_some_and(|picture| picture.iter().all(&colour)) {
            assert!(clock.now().as_micros() < 60_000_000, "never {what}: {:?}", strip.picture());
            std::thread::yield_now();
        }
    }

    #[test]
    fn strips_say_that_something_does_not_work() {
        let strip = SimStrip::new("s", 3, ColourOrder::Grb);
        let segments = vec![(1, Segment { leds: 3, reversed: false })];
        let limits = Limits { ceiling: 255, budget_ma: 500 };
        let lit = LitStrip { segments, limits, strip: Box::new(strip.clone()) };
        let animation = Animation::start(vec![lit], 200, Clock::start()).unwrap();
        let hand = SimInput::new(GpioLine::new(22).unwrap());
        let role = Role::Plug { cable: 1 };
        let inputs =
            Inputs::start(vec![Watched { role, pin: Box::new(hand.clone()), settle_us: 0 }], Clock::start())
                .unwrap();
        let relay = SimPin::new(GpioLine::new(5).unwrap());
        let relays = vec![Relay { name: "stack".to_owned(), pin: Box::new(relay.clone()), safe: false }];
        let mut machine = Machine::new(Some(animation), None, Outputs::new(None, relays), inputs);
        let (red, blue) = (|led: &Rgb8| led.r > 0 && led.b == 0, |led: &Rgb8| led.b > 0 && led.r == 0);
        machine.tick(0);
        becomes(&strip, "blue: no host", blue);
        // The event of the input wakes whoever calls `tick`.
        let events = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let await_readable = |machine: &mut Machine, readable| {
            while events.block_on(machine.next_event())
                != MachineEvent::Pin(PinEvent::Readable { role, readable })
            {}
            machine.tick(0);
        };
        hand.fail_next(1);
        await_readable(&mut machine, false);
        becomes(&strip, "red: an input fails", red);
        await_readable(&mut machine, true);
        becomes(&strip, "blue again", blue);
        // A stop that is released before the relay is safe.
        switch(&mut machine, 0, true);
        relay.fail_next(2);
        machine.event(&MachineEvent::Pin(STOP), 0);
        machine.event(&MachineEvent::Pin(RELEASE), 0);
        let retry_us = machine.tick(0).expect("the relay is tried again");
        becomes(&strip, "red: a relay is not safe", red);
        let retry_us = machine.tick(retry_us).expect("and once more");
        assert_eq!((machine.tick(retry_us), relay.failed()), (None, 2));
        becomes(&strip, "blue: all works", blue);
    }

    #[test]
    fn the_status_led_follows_host_and_button_in_time() {
        let (mut machine, led, _) = machine();
        // How often the LED goes on in ten seconds, looked at only when it is due.
        let flashes = |machine: &mut Machine, from_us: u64| {
            let (mut now_us, before) = (from_us, led.changes());
            while let Some(due_us) = machine.tick(now_us).filter(|due_us| *due_us < from_us + 10_000_000) {
                now_us = due_us;
            }
            (led.changes() - before).div_ceil(2)
        };
        assert_eq!(flashes(&mut machine, 0), 10, "no host");
        machine.carry_out(&Request::HostSilent(false), 0);
        assert_eq!(flashes(&mut machine, 10_000_000), 5, "a host");
        machine.event(&MachineEvent::Pin(PinEvent::Button(ButtonEvent::Pressed)), 20_000_000);
        assert_eq!(flashes(&mut machine, 20_000_000), 50, "it is me");
        assert_eq!(IDENTIFY_US, 10_000_000);
        assert_eq!(flashes(&mut machine, 30_000_000), 5, "over by itself");
        machine.carry_out(&Request::Identify(true), 0);
        assert_eq!(flashes(&mut machine, 40_000_000), 50);
    }
}
