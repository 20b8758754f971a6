//! The outputs: status LED and relays.
//!
//! Invariants: a relay is at its safe level when its owner is dropped; what fails is told of once, and tried again
//! with the next level.

use illuminator_hal::{OutputPin, PinError};
use std::io::{self, Write};

/// A relay.
pub struct Relay {
    /// What it is called.
    pub name: String,
    /// The pin that switches it.
    pub pin: Box<dyn OutputPin>,
    /// Whether it is on when nobody is there to say.
    pub safe: bool,
}

/// Why a relay was not switched.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// The configuration has no relay of this number.
    #[error("there is no relay {relay}: this node has {relays}")]
    Unknown {
        /// The number, from 0.
        relay: u8,
        /// How many there are.
        relays: usize,
    },
    /// Its pin failed.
    #[error("relay `{name}` was not switched: {error}")]
    Pin {
        /// The relay's name.
        name: String,
        /// Why.
        error: PinError,
    },
}

/// The status LED and the relays of a node. Dropped, it turns the LED off and makes the relays safe.
#[derive(Default)]
pub struct Outputs {
    status_led: Option<StatusLed>,
    relays: Vec<Relay>,
}

struct StatusLed {
    pin: Box<dyn OutputPin>,
    /// The level that was set; nothing after a failure.
    level: Option<bool>,
    failing: bool,
}

impl Outputs {
    /// These outputs; the relays are numbered from 0.
    pub fn new(status_led: Option<Box<dyn OutputPin>>, relays: Vec<Relay>) -> Self {
        let status_led = status_led.map(|pin| StatusLed { pin, level: None, failing: false });
        Self { status_led, relays }
    }

    /// Whether there is a status LED.
    pub const fn has_status_led(&self) -> bool {
        self.status_led.is_some()
    }

    /// Lights the status LED, if there is one; what it shows already is not set again.
    pub fn set_status(&mut self, on: bool) {
        let Some(led) = self.status_led.as_mut().filter(|led| led.level != Some(on)) else { return };
        match led.pin.set(on) {
            Ok(()) => {
                led.level = Some(on);
                led.failing = false;
            }
            Err(error) => {
                led.level = None;
                if !std::mem::replace(&mut led.failing, true) {
                    log(&format!("the status LED does not work, and is tried again: {error}"));
                }
            }
        }
    }

    /// Switches a relay.
    ///
    /// # Errors
    /// [`RelayError`]; the relay is as it was.
    pub fn set_relay(&mut self, relay: u8, on: bool) -> Result<(), RelayError> {
        let relays = self.relays.len();
        let Some(relay) = self.relays.get_mut(usize::from(relay)) else {
            return Err(RelayError::Unknown { relay, relays });
        };
        relay.pin.set(on).map_err(|error| RelayError::Pin { name: relay.name.clone(), error })
    }

    /// Makes all relays safe: each is tried, whatever became of the others.
    ///
    /// # Errors
    /// [`RelayError`] of the first that failed.
    pub fn safe(&mut self) -> Result<(), RelayError> {
        let mut result = Ok(());
        for Relay { name, pin, safe } in &mut self.relays {
            let set = pin.set(*safe).map_err(|error| RelayError::Pin { name: name.clone(), error });
            result = result.and(set);
        }
        result
    }
}

impl Drop for Outputs {
    fn drop(&mut self) {
        if let Err(error) = self.safe() {
            log(&format!("a relay may not be safe: {error}"));
        }
        self.set_status(false);
    }
}

/// Tells the person at the table. Where nobody listens, it is lost.
fn log(message: &str) {
    let _ = writeln!(io::stderr(), "{message}");
}

#[cfg(test)]
mod tests {
    use super::{Outputs, Relay};
    use illuminator_hal::GpioLine;
    use illuminator_hal::sim::SimPin;

    fn pin() -> SimPin {
        SimPin::new(GpioLine::new(5).unwrap())
    }

    fn relay(name: &str, safe: bool) -> (SimPin, Relay) {
        let pin = pin();
        (pin.clone(), Relay { name: name.to_owned(), pin: Box::new(pin), safe })
    }

    #[test]
    fn relays_are_switched_by_number_and_safe_in_the_end() {
        let ((first, one), (second, two)) = (relay("a", false), relay("b", true));
        let mut outputs = Outputs::new(None, vec![one, two]);
        outputs.set_relay(0, true).unwrap();
        outputs.set_relay(1, false).unwrap();
        assert_eq!((first.level(), second.level()), (Some(true), Some(false)));
        let error = outputs.set_relay(2, true).unwrap_err().to_string();
        assert_eq!(error, "there is no relay 2: this node has 2");
        drop(outputs);
        assert_eq!((first.level(), second.level()), (Some(false), Some(true)));
    }

    #[test]
    fn a_relay_that_fails_does_not_keep_the_others_from_safety() {
        let ((first, one), (second, two)) = (relay("a", false), relay("b", false));
        let mut outputs = Outputs::new(None, vec![one, two]);
        outputs.set_relay(0, true).unwrap();
        outputs.set_relay(1, true).unwrap();
        first.fail_next(1);
        let error = outputs.safe().unwrap_err().to_string();
        assert!(error.contains("relay `a`"), "{error}");
        assert_eq!((first.level(), first.failed(), second.level()), (Some(true), 1, Some(false)));
        assert!(outputs.safe().is_ok());
        assert_eq!(first.level(), Some(false));
    }

    #[test]
    fn the_status_led_is_set_when_it_changes_or_failed_and_off_in_the_end() {
        let led = pin();
        let mut outputs = Outputs::new(Some(Box::new(led.clone())), Vec::new());
        outputs.set_status(true);
        outputs.set_status(true);
        assert_eq!(led.levels(), [true]);
        led.fail_next(1);
        outputs.set_status(false);
        assert_eq!((led.levels(), led.failed()), (vec![true], 1));
        outputs.set_status(false);
        assert_eq!(led.levels(), [true, false], "tried again");
        outputs.set_status(true);
        drop(outputs);
        assert_eq!(led.level(), Some(false));
    }
}
