//! Pins.

use core::fmt;
use core::time::Duration;

/// A digital output. Dropped, a real one is left at its safe level.
pub trait OutputPin: Send {
    /// Drives the pin to its active (`true`) or inactive level.
    ///
    /// # Errors
    /// [`PinError`] if the level could not be set.
    fn set(&mut self, active: bool) -> Result<(), PinError>;
}

/// A digital input.
pub trait InputPin: Send {
    /// Whether the pin is at its active level now.
    ///
    /// # Errors
    /// [`PinError`] if it could not be read.
    fn is_active(&mut self) -> Result<bool, PinError>;

    /// Waits for the next edge, `at_most` so long, and says whether the pin is active after it; `None` if nothing
    /// happened. Edges that followed each other closely may be told as one.
    ///
    /// # Errors
    /// [`PinError`] if the pin could not be watched. Edges may be lost then; the next call starts afresh.
    fn wait_edge(&mut self, at_most: Duration) -> Result<Option<bool>, PinError>;
}

/// The level at which a pin is active.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Polarity {
    /// Active at 0 V.
    ActiveLow,
    /// Active at 3.3 V.
    ActiveHigh,
}

impl Polarity {
    /// Whether the pin is high when it is active (`true`) or inactive; the same question the other way round has
    /// the same answer.
    pub const fn is_high(self, active: bool) -> bool {
        matches!((self, active), (Self::ActiveHigh, true) | (Self::ActiveLow, false))
    }
}

/// The resistor that holds an input at a level while nothing is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pull {
    /// Holds it at 3.3 V.
    Up,
    /// Holds it at 0 V.
    Down,
    /// No resistor of the board: the circuit has its own.
    None,
}

/// A pin of the 40-pin header, by its BCM number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GpioLine(u8);

impl GpioLine {
    /// The greatest number on the header.
    pub const MAX: u8 = 27;

    /// The pin with this BCM number, 0 to [`MAX`](Self::MAX).
    pub const fn new(number: u8) -> Option<Self> {
        if number <= Self::MAX { Some(Self(number)) } else { None }
    }

    /// The BCM number.
    pub const fn number(self) -> u8 {
        self.0
    }
}

impl fmt::Display for GpioLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GPIO {}", self.0)
    }
}

/// Why a pin cannot be used, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PinError {
    /// The machine has no GPIO character device.
    #[error(
        "{line}: there is no /dev/gpiochip*: this machine has no pins, or its kernel does not show them; \
         without pins use `--hal sim`"
    )]
    Missing {
        /// The pin.
        line: GpioLine,
    },
    /// This user may not open the device.
    #[error(
        "{line}: no permission for {device}: run `sudo usermod -aG gpio USER` with the name of this user, and log \
         in again; on a machine without pins use `--hal sim`"
    )]
    Denied {
        /// The pin.
        line: GpioLine,
        /// The device's path.
        device: String,
    },
    /// Somebody else has the pin.
    #[error("{line} is in use by {user}: end that, or use another pin")]
    Busy {
        /// The pin.
        line: GpioLine,
        /// Who has it, as the kernel or the backend names it.
        user: String,
    },
    /// The GPIO device has no such line.
    #[error("{line}: {chip} has only {lines} lines: use another pin")]
    Absent {
        /// The pin.
        line: GpioLine,
        /// The device's name.
        chip: String,
        /// Number of its lines.
        lines: u32,
    },
    /// This board is no Raspberry Pi, or none that is known.
    #[error(
        "{line}: this board is not known as a Raspberry Pi: `--hal linux` goes through /dev/gpiochip*, and on a board \
         without the header of a Pi takes the first chip by its own line numbers; without pins use `--hal sim`"
    )]
    UnknownBoard {
        /// The pin.
        line: GpioLine,
    },
    /// Anything else.
    #[error("{line}: {reason}")]
    Other {
        /// The pin.
        line: GpioLine,
        /// What the backend said.
        reason: String,
    },
}

#[cfg(test)]
mod tests {
    use super::{GpioLine, Polarity};

    #[test]
    fn pins_are_those_of_the_header() {
        assert_eq!(GpioLine::new(17).unwrap().to_string(), "GPIO 17");
        assert_eq!(GpioLine::new(27).map(GpioLine::number), Some(27));
        assert_eq!(GpioLine::new(28), None);
    }

    #[test]
    fn polarity_is_what_its_name_says() {
        assert!(Polarity::ActiveHigh.is_high(true) && !Polarity::ActiveHigh.is_high(false));
        assert!(Polarity::ActiveLow.is_high(false) && !Polarity::ActiveLow.is_high(true));
    }
}
