//! What goes over the last metre, as bytes. Pure: everything is an argument, nothing is allocated.
//!
//! ```text
//!   pixels, colour order ─▶ ws2812 ─▶ one SPI transfer
//!   speed, direction     ─▶ attiny ─▶ one line to a cable board
//! ```

pub mod attiny;
pub mod ws2812;
