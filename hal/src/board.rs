//! What drives the strips and pins of this machine.

use crate::linux::{chip, gpio as cdev, spi as spidev};
use crate::rpi::{gpio as rppal_gpio, spi as rppal_spi};
use crate::sim::{SimInput, SimPin, SimStrip};
use crate::spi::{OpenError, SpiPort, SpiStrip};
use crate::{ColourOrder, GpioLine, InputPin, OutputPin, PinError, Polarity, Pull, Strip};
use std::fmt;

/// A way to reach what is soldered to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// `rppal`: a Raspberry Pi that it knows.
    Rpi,
    /// Linux's character devices, on any board.
    Linux,
    /// The simulation.
    Sim,
}

impl Backend {
    /// What this machine has for a strip on `port`: `rppal` on every Pi, since a bus that is not there is an error to be
    /// told of; elsewhere what Linux has, and the simulation where the device of the bus is not there.
    pub fn of_strip(port: SpiPort) -> Self {
        Self::of_board(port.device().exists())
    }

    /// What this machine has for pins, of which `line` is one: `rppal` on every Pi that it knows, Linux on every other
    /// Pi, and the simulation where there is no GPIO character device.
    ///
    /// # Errors
    /// [`PinError::UnknownBoard`] on a board whose chips have no header of a Pi: its lines are numbered in another way,
    /// and whatever hangs on them would be switched. Any other [`PinError`] where the chips cannot be looked at.
    pub fn of_pins(line: GpioLine) -> Result<Self, PinError> {
        let label = || chip::open(line).map(|(_, info)| info.label);
        Self::of_label(line, rppal::system::DeviceInfo::new().is_ok(), label)
    }

    fn of_label(
        line: GpioLine,
        rppal_knows: bool,
        label: impl FnOnce() -> Result<String, PinError>,
    ) -> Result<Self, PinError> {
        if rppal_knows {
            return Ok(Self::Rpi);
        }
        match label() {
            Ok(label) if chip::is_header(&label) => Ok(Self::Linux),
            Ok(_) => Err(PinError::UnknownBoard { line }),
            Err(PinError::Missing { .. }) => Ok(Self::Sim),
            Err(error) => Err(error),
        }
    }

    /// What a person should know of the way to the pins, of which `line` is one; nothing where there is no choice.
    ///
    /// # Errors
    /// [`PinError`] where the chips cannot be looked at.
    pub fn pins_note(self, line: GpioLine) -> Result<Option<String>, PinError> {
        if self != Self::Linux {
            return Ok(None);
        }
        let (chip, info) = chip::open(line)?;
        Ok(Some(pins_note(&chip.path().display().to_string(), &info.label)))
    }

    fn of_board(has_device: bool) -> Self {
        match rppal::system::DeviceInfo::new() {
            Ok(_) => Self::Rpi,
            Err(_) if has_device => Self::Linux,
            Err(_) => Self::Sim,
        }
    }

    /// Opens a strip of `leds` LEDs.
    ///
    /// # Errors
    /// [`OpenError`], which says what to do.
    pub fn strip(self, port: SpiPort, leds: usize, order: ColourOrder) -> Result<Box<dyn Strip>, OpenError> {
        let strip = match self {
            Self::Rpi => SpiStrip::open(port, leds, order, rppal_spi::RppalSpi::open)?,
            Self::Linux => SpiStrip::open(port, leds, order, spidev::SpidevBus::open)?,
            Self::Sim => return Ok(Box::new(SimStrip::new(port.to_string(), leds, order))),
        };
        Ok(Box::new(strip))
    }

    /// Takes a pin as an output. It is at the level `safe` (`true`: active) at once, and again when it is dropped.
    ///
    /// # Errors
    /// [`PinError`], which says what to do.
    pub fn output(
        self,
        line: GpioLine,
        polarity: Polarity,
        safe: bool,
    ) -> Result<Box<dyn OutputPin>, PinError> {
        Ok(match self {
            Self::Rpi => Box::new(rppal_gpio::RpiOutput::open(line, polarity, safe)?),
            Self::Linux => Box::new(cdev::CdevOutput::open(line, polarity, safe)?),
            Self::Sim => {
                let mut pin = SimPin::new(line);
                pin.set(safe)?;
                Box::new(pin)
            }
        })
    }

    /// Takes a pin as an input.
    ///
    /// # Errors
    /// [`PinError`], which says what to do.
    pub fn input(
        self,
        line: GpioLine,
        polarity: Polarity,
        pull: Pull,
    ) -> Result<Box<dyn InputPin>, PinError> {
        Ok(match self {
            Self::Rpi => Box::new(rppal_gpio::RpiInput::open(line, polarity, pull)?),
            Self::Linux => Box::new(cdev::CdevInput::open(line, polarity, pull)?),
            Self::Sim => Box::new(SimInput::new(line)),
        })
    }
}

fn pins_note(path: &str, label: &str) -> String {
    let numbers = if chip::is_header(label) {
        ""
    } else {
        ": no chip of a Raspberry Pi, taken by its own line numbers"
    };
    format!("pins on {path}, labelled `{label}`{numbers}")
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rpi => "rppal",
            Self::Linux => "Linux character device",
            Self::Sim => "simulated",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Backend, pins_note};
    use crate::linux::chip;
    use crate::{ColourOrder, GpioLine, PinError, Polarity, Pull, SpiPort};

    #[test]
    fn the_simulation_is_there_on_every_machine() {
        let line = GpioLine::new(5).unwrap();
        assert_eq!(Backend::Sim.strip(SpiPort::Spi0, 3, ColourOrder::Grb).unwrap().len(), 3);
        assert!(Backend::Sim.output(line, Polarity::ActiveLow, false).is_ok());
        assert_eq!(Backend::Sim.input(line, Polarity::ActiveLow, Pull::Up).unwrap().is_active(), Ok(false));
    }

    #[test]
    fn a_board_that_is_no_pi_is_never_taken_for_one() {
        let line = GpioLine::new(5).unwrap();
        let chosen = |rppal_knows, label: Result<&str, PinError>| {
            Backend::of_label(line, rppal_knows, || label.map(str::to_owned))
        };
        let unknown = PinError::UnknownBoard { line };
        assert_eq!(chosen(true, Err(PinError::Missing { line })), Ok(Backend::Rpi));
        assert_eq!(chosen(false, Ok("pinctrl-rp1")), Ok(Backend::Linux), "a Pi that rppal does not know");
        assert_eq!(chosen(false, Ok("9030000.pl061")), Err(unknown.clone()));
        assert_eq!(chosen(false, Err(PinError::Missing { line })), Ok(Backend::Sim));
        let denied = PinError::Denied { line, device: "/dev/gpiochip0".to_owned() };
        assert_eq!(chosen(false, Err(denied.clone())), Err(denied), "it may be the right one");
        let text = unknown.to_string();
        assert!(text.contains("--hal linux") && text.contains("its own line numbers"), "{text}");
        assert_eq!(Backend::Sim.pins_note(line), Ok(None));
        let note = pins_note("/dev/gpiochip0", "9030000.pl061");
        assert!(note.starts_with("pins on /dev/gpiochip0, labelled `9030000.pl061`: no chip of a"), "{note}");
        let note = pins_note("/dev/gpiochip4", "pinctrl-rp1");
        assert_eq!(note, "pins on /dev/gpiochip4, labelled `pinctrl-rp1`");
    }

    #[test]
    fn what_a_machine_does_not_have_is_simulated_or_an_error() {
        let line = GpioLine::new(5).unwrap();
        let is_pi = rppal::system::DeviceInfo::new().is_ok();
        if !chip::any() {
            assert_eq!(Backend::of_pins(line), Ok(if is_pi { Backend::Rpi } else { Backend::Sim }));
            assert_eq!(Backend::Linux.pins_note(line), Err(PinError::Missing { line }));
            let error = Backend::Linux.output(line, Polarity::ActiveHigh, false).err();
            assert_eq!(error, Some(PinError::Missing { line }));
        }
        for port in SpiPort::ALL.into_iter().filter(|port| !port.device().exists()) {
            assert_eq!(Backend::of_strip(port), if is_pi { Backend::Rpi } else { Backend::Sim });
            for backend in [Backend::Rpi, Backend::Linux] {
                let error = backend.strip(port, 1, ColourOrder::Grb).err().unwrap().to_string();
                assert!(error.contains("is not there"), "{error}");
            }
        }
        if !is_pi {
            let error = Backend::Rpi.input(line, Polarity::ActiveHigh, Pull::None).err();
            assert_eq!(error, Some(PinError::UnknownBoard { line }));
        }
    }
}
