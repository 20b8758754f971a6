//! Opening the pins.

use super::settings::Hal;
use illuminator_hal::{Backend, PinError};
use illuminator_node::config::{InputEntry, OutputEntry, PinsConfig};
use illuminator_node::pins::Role;
use illuminator_node::shell::{Outputs, Relay, Watched};
use std::fmt;
use std::io::{self, Write};

/// Takes the pins, and says what drives each. The relays are at their safe level then.
pub(crate) fn open_pins(pins: &PinsConfig, hal: Hal) -> Result<(Outputs, Vec<Watched>), PinError> {
    if *pins == PinsConfig::default() {
        return Ok((Outputs::default(), Vec::new()));
    }
    let backend = hal.of_pins();
    if hal == Hal::Auto && backend == Backend::Linux {
        say(&"rppal does not know this board: its pins go through /dev/gpiochip*");
    }
    let output = |OutputEntry { line, polarity }, safe| backend.output(line, polarity, safe);
    let status_led = pins.status_led.map(|led| {
        say(&format_args!("status LED on {}: {backend}", led.line));
        output(led, false)
    });
    let mut relays = Vec::with_capacity(pins.relays.len());
    for (number, relay) in pins.relays.iter().enumerate() {
        say(&format_args!("relay {number} `{}` on {}: {backend}", relay.name, relay.output.line));
        let pin = output(relay.output, relay.safe)?;
        relays.push(Relay { name: relay.name.clone(), pin, safe: relay.safe });
    }
    let outputs = Outputs::new(status_led.transpose()?, relays);
    let button = pins.button.map(|input| (Role::Button, input));
    let stop = pins.emergency_stop.map(|input| (Role::EmergencyStop, input));
    let plugs = pins.plugs.iter().map(|plug| (Role::Plug { cable: plug.cable }, plug.input));
    let inputs = button.into_iter().chain(stop).chain(plugs).map(|(role, input)| {
        let InputEntry { line, polarity, pull, settle_us } = input;
        say(&format_args!("{role} on {line}: {backend}"));
        Ok(Watched { role, pin: backend.input(line, polarity, pull)?, settle_us })
    });
    Ok((outputs, inputs.collect::<Result<_, PinError>>()?))
}

/// Tells the person at the node. Where nobody listens, it is lost.
fn say(text: &dyn fmt::Display) {
    let _ = writeln!(io::stderr(), "{text}");
}
