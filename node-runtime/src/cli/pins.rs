//! Opening the pins.

use super::settings::Hal;
use illuminator_hal::{Backend, GpioLine, PinError};
use illuminator_node::config::{InputEntry, OutputEntry, PinsConfig};
use illuminator_node::pins::Role;
use illuminator_node::shell::{Outputs, Relay, Watched};
use std::fmt;

/// The pins, ready: the relays are at their safe level. It displays as what drives each, a line for a pin.
#[derive(Default)]
pub(crate) struct OpenedPins {
    pub(crate) outputs: Outputs,
    pub(crate) inputs: Vec<Watched>,
    lines: Vec<String>,
}

impl fmt::Display for OpenedPins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// Takes the pins.
pub(crate) fn open_pins(pins: &PinsConfig, hal: Hal) -> Result<OpenedPins, PinError> {
    let mut opened = OpenedPins::default();
    let Some(line) = first_line(pins) else { return Ok(opened) };
    let backend = hal.of_pins(line)?;
    if hal == Hal::Auto && backend == Backend::Linux {
        opened.lines.push("rppal does not know this board: its pins go through /dev/gpiochip*".to_owned());
    }
    opened.lines.extend(backend.pins_note(line)?);
    let output = |OutputEntry { line, polarity }, safe| backend.output(line, polarity, safe);
    let mut status_led = None;
    if let Some(led) = pins.status_led {
        status_led = Some(output(led, false)?);
        opened.lines.push(format!("status LED on {}: {backend}", led.line));
    }
    let mut relays = Vec::with_capacity(pins.relays.len());
    for (number, relay) in pins.relays.iter().enumerate() {
        let pin = output(relay.output, relay.safe)?;
        relays.push(Relay { name: relay.name.clone(), pin, safe: relay.safe });
        opened.lines.push(format!("relay {number} `{}` on {}: {backend}", relay.name, relay.output.line));
    }
    opened.outputs = Outputs::new(status_led, relays);
    let button = pins.button.map(|input| (Role::Button, input));
    let stop = pins.emergency_stop.map(|input| (Role::EmergencyStop, input));
    let plugs = pins.plugs.iter().map(|plug| (Role::Plug { cable: plug.cable }, plug.input));
    for (role, input) in button.into_iter().chain(stop).chain(plugs) {
        let InputEntry { line, polarity, pull, settle_us } = input;
        opened.inputs.push(Watched { role, pin: backend.input(line, polarity, pull)?, settle_us });
        opened.lines.push(format!("{role} on {line}: {backend}"));
    }
    Ok(opened)
}

/// A pin that is used, if there is any.
fn first_line(pins: &PinsConfig) -> Option<GpioLine> {
    let PinsConfig { status_led, button, emergency_stop, plugs, relays } = pins;
    let outputs = status_led.iter().chain(relays.iter().map(|relay| &relay.output)).map(|output| output.line);
    let inputs = button.iter().chain(emergency_stop).chain(plugs.iter().map(|plug| &plug.input));
    outputs.chain(inputs.map(|input| input.line)).next()
}
