//! Pins through `rppal`: levels by the registers, edges by the kernel.

use crate::linux::chip;
use crate::{GpioLine, InputPin, OutputPin, PinError, Polarity, Pull};
use core::time::Duration;
use rppal::gpio::{Error, Gpio, InputPin as RppalIn, Level, OutputPin as RppalOut, Pin, Trigger};
use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};

/// An output of the Pi.
pub(crate) struct RpiOutput {
    pin: RppalOut,
    polarity: Polarity,
    safe: bool,
}

impl RpiOutput {
    /// Takes a pin as an output at the level `safe`, without another one in between.
    pub(crate) fn open(line: GpioLine, polarity: Polarity, safe: bool) -> Result<Self, PinError> {
        let pin = take(line)?;
        let mut pin = if polarity.is_high(safe) { pin.into_output_high() } else { pin.into_output_low() };
        // As an input it would float, and with it the relay.
        pin.set_reset_on_drop(false);
        Ok(Self { pin, polarity, safe })
    }
}

impl OutputPin for RpiOutput {
    fn set(&mut self, active: bool) -> Result<(), PinError> {
        self.pin.write(Level::from(self.polarity.is_high(active)));
        Ok(())
    }
}

impl Drop for RpiOutput {
    fn drop(&mut self) {
        let _ = self.set(self.safe);
    }
}

/// An input of the Pi. A thread of `rppal` waits for its edges: its other way to wait lets only one pin at a time.
pub(crate) struct RpiInput {
    line: GpioLine,
    pin: RppalIn,
    polarity: Polarity,
    /// Something happened. One word is enough for many edges, so that noise fills nothing.
    edges: Receiver<()>,
}

impl RpiInput {
    pub(crate) fn open(line: GpioLine, polarity: Polarity, pull: Pull) -> Result<Self, PinError> {
        let pin = take(line)?;
        let mut pin = match pull {
            Pull::Up => pin.into_input_pullup(),
            Pull::Down => pin.into_input_pulldown(),
            Pull::None => pin.into_input(),
        };
        let edges = watch(line, &mut pin)?;
        Ok(Self { line, pin, polarity, edges })
    }
}

impl InputPin for RpiInput {
    fn is_active(&mut self) -> Result<bool, PinError> {
        Ok(self.polarity.is_high(self.pin.is_high()))
    }

    fn wait_edge(&mut self, at_most: Duration) -> Result<Option<bool>, PinError> {
        match self.edges.recv_timeout(at_most) {
            Ok(()) => self.is_active().map(Some),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => {
                self.edges = watch(self.line, &mut self.pin)?;
                let reason = "the kernel stopped to tell its edges; watched again".to_owned();
                Err(PinError::Other { line: self.line, reason })
            }
        }
    }
}

fn watch(line: GpioLine, pin: &mut RppalIn) -> Result<Receiver<()>, PinError> {
    let (tell, edges) = sync_channel(1);
    let told = pin.set_async_interrupt(Trigger::Both, None, move |_| {
        let _ = tell.try_send(());
    });
    told.map_err(|error| pin_error(line, error))?;
    Ok(edges)
}

fn take(line: GpioLine) -> Result<Pin, PinError> {
    Gpio::new().and_then(|gpio| gpio.get(line.number())).map_err(|error| pin_error(line, error))
}

fn pin_error(line: GpioLine, error: Error) -> PinError {
    match error {
        Error::UnknownModel => PinError::UnknownBoard { line },
        Error::PermissionDenied(device) => PinError::Denied { line, device },
        Error::PinUsed(_) => PinError::Busy { line, user: "this program, for something else".to_owned() },
        Error::Io(error) if error.kind() == io::ErrorKind::NotFound => PinError::Missing { line },
        Error::Io(error) if error.kind() == io::ErrorKind::ResourceBusy => {
            let user = chip::user(line).unwrap_or_else(|| "another program".to_owned());
            PinError::Busy { line, user }
        }
        other => PinError::Other { line, reason: other.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::pin_error;
    use crate::GpioLine;
    use rppal::gpio::Error;
    use std::io;

    #[test]
    fn errors_say_pin_and_remedy() {
        let message = |error| pin_error(GpioLine::new(5).unwrap(), error).to_string();
        for (error, part) in [
            (Error::UnknownModel, "`--hal linux`"),
            (
                Error::PermissionDenied("/dev/gpiomem".to_owned()),
                "/dev/gpiomem: run `sudo usermod -aG gpio USER`",
            ),
            (Error::PinUsed(5), "in use by this program"),
            (Error::Io(io::ErrorKind::NotFound.into()), "no /dev/gpiochip*"),
            (Error::Io(io::ErrorKind::ResourceBusy.into()), "in use by"),
            (Error::ThreadPanic, "hread"),
        ] {
            let message = message(error);
            assert!(message.starts_with("GPIO 5") && message.contains(part), "{message}");
        }
    }
}
