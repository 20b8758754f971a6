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

    /// What this machine has for pins: `rppal` on every Pi; elsewhere what Linux has, and the simulation where there is
    /// no GPIO character device.
    pub fn of_pins() -> Self {
        Self::of_board(chip::any())
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
    use super::Backend;
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
    fn what_a_machine_does_not_have_is_simulated_or_an_error() {
        let line = GpioLine::new(5).unwrap();
        let is_pi = rppal::system::DeviceInfo::new().is_ok();
        if !chip::any() {
            assert_eq!(Backend::of_pins(), if is_pi { Backend::Rpi } else { Backend::Sim });
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
