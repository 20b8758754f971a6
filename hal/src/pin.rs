//! Pins.

/// A digital output.
pub trait OutputPin: Send {
    /// Drives the pin to its active (`true`) or inactive level.
    ///
    /// # Errors
    /// [`PinError`] if the level could not be set.
    fn set(&mut self, active: bool) -> Result<(), PinError>;
}

/// Why a pin could not be driven.
#[derive(Debug, thiserror::Error)]
#[error("pin {pin}: {reason}")]
pub struct PinError {
    /// The pin's name.
    pub pin: String,
    /// What the backend said.
    pub reason: String,
}
