//! Strips.

use crate::Rgb8;

/// A chain of LEDs that shows one colour each.
#[expect(clippy::len_without_is_empty, reason = "a strip is something to draw on, not a collection to test")]
pub trait Strip: Send {
    /// Shows one colour per LED, in the order in which the data runs through the strip. May block for the time
    /// on the wire: 30 µs per LED and the gap.
    ///
    /// # Errors
    /// [`StripError`] if the picture did not reach the strip. The next call starts afresh.
    fn show(&mut self, pixels: &[Rgb8]) -> Result<(), StripError>;

    /// Number of LEDs.
    fn len(&self) -> usize;
}

/// Why a strip does not show a picture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StripError {
    /// The picture is not of the strip's size; nothing was sent.
    #[error("strip {strip} has {leds} LEDs, not {pixels}")]
    Size {
        /// The strip's name.
        strip: String,
        /// LEDs of the strip.
        leds: usize,
        /// Pixels of the picture.
        pixels: usize,
    },
    /// The transfer failed; the strip may show anything.
    #[error("strip {strip}: {reason}")]
    Transfer {
        /// The strip's name.
        strip: String,
        /// What the backend said.
        reason: String,
    },
}
