//! WS2812 strips on the data line of an SPI bus.
//!
//! A WS2812 reads a bit from the length of a pulse, so each of its bits becomes four bits of SPI:
//!
//! ```text
//!   0 -> 1000  ▔▁▁▁        transfer:  | 12 bytes per LED, first LED first | 143 zeros: the gap |
//!   1 -> 1110  ▔▔▔▁                     3 channels × 8 bits × 4 SPI bits    latches the picture
//! ```
//!
//! Invariants:
//! - One picture is one transfer: a pause inside would latch half of it.
//! - There are no zeros in front. The gap behind the picture before, or the idle line, has reset the strip; and
//!   whoever sees only the beginning of a transfer, as in the kernel's trace, sees pixels.
//! - The gap is long enough at every permitted clock.
//! - No encoded byte of a pixel is zero, so a transfer can be taken apart without knowing its length.
//!
//! The bytes of the pixels are those of the `ws2812-spi` crate.

use crate::{ColourOrder, Rgb8};

/// The SPI clock `[Hz]` to ask for: a WS2812 bit takes 1.25 µs, an LED 30 µs.
pub const CLOCK_HZ: u32 = 3_200_000;

/// The slowest permitted SPI clock `[Hz]`: the pulse of a 0 lasts 500 ns, and longer it would be a 1.
pub const CLOCK_HZ_MIN: u32 = 2_000_000;

/// The fastest permitted SPI clock `[Hz]`: a bit takes 1.05 µs, and the strip needs 1.06 µs.
pub const CLOCK_HZ_MAX: u32 = 3_800_000;

/// Encoded bytes per LED.
pub const LED_BYTES: usize = 3 * CHANNEL_BYTES;

/// The gap `[µs]` after which every WS2812 shows the picture; the newer ones need 280 µs.
pub const GAP_US: u32 = 300;

/// Zeros behind a picture: [`GAP_US`] at the fastest permitted clock, 357 µs at [`CLOCK_HZ`].
pub const GAP_BYTES: usize = (GAP_US as usize * (CLOCK_HZ_MAX / 100_000) as usize).div_ceil(80);

/// Encoded bytes per channel of an LED.
const CHANNEL_BYTES: usize = 4;

/// SPI bits of a WS2812 bit.
const ZERO: u8 = 0b1000;
const ONE: u8 = 0b1110;

/// The encoded bytes of each value of a channel.
static CHANNEL: [[u8; CHANNEL_BYTES]; 256] = channels();

const fn channels() -> [[u8; CHANNEL_BYTES]; 256] {
    let mut table = [[0; CHANNEL_BYTES]; 256];
    let mut value = 0;
    while value < table.len() {
        let mut pair = 0;
        while pair < CHANNEL_BYTES {
            // Most significant bit first.
            let high = if value & (0x80 >> (2 * pair)) == 0 { ZERO } else { ONE };
            let low = if value & (0x40 >> (2 * pair)) == 0 { ZERO } else { ONE };
            table[value][pair] = (high << 4) | low;
            pair += 1;
        }
        value += 1;
    }
    table
}

/// Bytes of the transfer for a strip of `leds` LEDs, its gap included.
pub const fn encoded_len(leds: usize) -> usize {
    leds.saturating_mul(LED_BYTES).saturating_add(GAP_BYTES)
}

/// Encodes a picture into the beginning of `buffer` and returns the transfer: [`encoded_len`] bytes. What is
/// behind them stays as it is.
///
/// # Errors
/// [`BufferTooSmall`] if the transfer does not fit; `buffer` is unchanged.
pub fn encode<'a>(
    pixels: &[Rgb8],
    order: ColourOrder,
    buffer: &'a mut [u8],
) -> Result<&'a [u8], BufferTooSmall> {
    let (needed, got) = (encoded_len(pixels.len()), buffer.len());
    let transfer = buffer.get_mut(..needed).ok_or(BufferTooSmall { needed, got })?;
    let (data, gap) = transfer.split_at_mut(needed - GAP_BYTES);
    for (pixel, led) in pixels.iter().zip(data.as_chunks_mut::<LED_BYTES>().0) {
        let [first, second, third] = order.to_wire(*pixel).map(|value| CHANNEL[usize::from(value)]);
        led[..4].copy_from_slice(&first);
        led[4..8].copy_from_slice(&second);
        led[8..].copy_from_slice(&third);
    }
    gap.fill(0);
    Ok(transfer)
}

/// The picture of a whole transfer: the inverse of [`encode`].
///
/// # Errors
/// [`DecodeError`] if an LED would have seen a wrong pulse, a torn colour or too short a gap.
pub fn decode(
    transfer: &[u8],
    order: ColourOrder,
) -> Result<impl ExactSizeIterator<Item = Rgb8>, DecodeError> {
    let (data, gap) = split(transfer)?;
    if !data.len().is_multiple_of(LED_BYTES) {
        return Err(DecodeError::Torn { bytes: data.len() });
    }
    if gap.len() < GAP_BYTES {
        return Err(DecodeError::Gap { bytes: gap.len() });
    }
    Ok(colours(data, order))
}

/// The first LEDs of a transfer of which only the beginning was seen: all that are there entirely.
///
/// # Errors
/// [`DecodeError::Pulse`] if an LED would have seen a wrong pulse.
pub fn decode_beginning(
    beginning: &[u8],
    order: ColourOrder,
) -> Result<impl ExactSizeIterator<Item = Rgb8>, DecodeError> {
    let (data, _) = split(beginning)?;
    Ok(colours(data, order))
}

/// The bytes in front of the gap, which hold nothing but pulses, and the gap, which holds none.
fn split(bytes: &[u8]) -> Result<(&[u8], &[u8]), DecodeError> {
    let is_bit = |bits: u8| bits == ZERO || bits == ONE;
    let is_pulses = |byte: u8| is_bit(byte >> 4) && is_bit(byte & 0xF);
    let (data, gap) = bytes.split_at(bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len()));
    let wrong = |index: usize| DecodeError::Pulse { index, byte: bytes[index] };
    if let Some(index) = data.iter().position(|byte| !is_pulses(*byte)) {
        return Err(wrong(index));
    }
    if let Some(index) = gap.iter().position(|byte| *byte != 0) {
        return Err(wrong(data.len() + index));
    }
    Ok((data, gap))
}

/// The colours of all whole LEDs in `data`, which holds nothing but pulses.
fn colours(data: &[u8], order: ColourOrder) -> impl ExactSizeIterator<Item = Rgb8> {
    let channels = |led: &[u8; LED_BYTES]| [value(&led[..4]), value(&led[4..8]), value(&led[8..])];
    data.as_chunks::<LED_BYTES>().0.iter().map(move |led| order.from_wire(channels(led)))
}

/// The value of a channel. The third of four SPI bits is set in a 1 only: bits 5 and 1 of a byte.
fn value(channel: &[u8]) -> u8 {
    channel.iter().fold(0, |value, byte| (value << 2) | ((byte >> 4) & 2) | ((byte >> 1) & 1))
}

/// The buffer is shorter than the transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a transfer of {needed} bytes does not fit into {got}")]
pub struct BufferTooSmall {
    /// Bytes of the transfer.
    pub needed: usize,
    /// Bytes of the buffer.
    pub got: usize,
}

/// Why bytes are not a transfer to a strip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// A byte holds something else than two pulses, or is not zero behind the first zero.
    #[error("byte {index} is {byte:#04x}, which is no pulse there")]
    Pulse {
        /// Where.
        index: usize,
        /// The byte.
        byte: u8,
    },
    /// The pixels do not end with a whole LED.
    #[error("{bytes} bytes of pixels are no whole number of LEDs")]
    Torn {
        /// Bytes in front of the gap.
        bytes: usize,
    },
    /// The gap is shorter than [`GAP_BYTES`].
    #[error("a gap of {bytes} bytes is too short")]
    Gap {
        /// Zeros found.
        bytes: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::{
        BufferTooSmall, CLOCK_HZ, CLOCK_HZ_MAX, CLOCK_HZ_MIN, DecodeError, GAP_BYTES, decode,
        decode_beginning, encode, encoded_len,
    };
    use crate::{ColourOrder, Rgb8};

    const PIXELS: [Rgb8; 2] = [Rgb8::new(0x00, 0xFF, 0x1B), Rgb8::new(1, 2, 3)];

    fn transfer() -> Vec<u8> {
        let mut buffer = [0xAA; 200];
        encode(&PIXELS, ColourOrder::Grb, &mut buffer).unwrap().to_vec()
    }

    fn decoded(bytes: &[u8]) -> Result<Vec<Rgb8>, DecodeError> {
        decode(bytes, ColourOrder::Grb).map(Iterator::collect)
    }

    #[test]
    fn a_picture_becomes_these_bytes() {
        let transfer = transfer();
        assert_eq!(transfer[..4], [0xEE; 4], "green, all ones");
        assert_eq!(transfer[4..8], [0x88; 4], "red, all zeros");
        assert_eq!(transfer[8..12], [0x88, 0x8E, 0xE8, 0xEE], "blue, every pair of bits");
        assert_eq!(transfer[24..], [0; GAP_BYTES]);
        assert_eq!(transfer.len(), encoded_len(2));
    }

    #[test]
    fn the_gap_lasts_300_us_at_every_permitted_clock() {
        for clock_hz in [CLOCK_HZ_MIN, CLOCK_HZ, CLOCK_HZ_MAX] {
            assert!(GAP_BYTES as f64 * 8.0 / f64::from(clock_hz) >= 300e-6, "{clock_hz} Hz");
        }
        let shortest = (GAP_BYTES - 1) as f64 * 8.0 / f64::from(CLOCK_HZ_MAX);
        assert!(shortest < 300e-6, "no longer than needed");
    }

    #[test]
    fn a_buffer_that_is_too_small_is_refused_and_left_alone() {
        let mut buffer = [0xAA; encoded_len(2) - 1];
        let error = encode(&PIXELS, ColourOrder::Grb, &mut buffer).unwrap_err();
        assert_eq!(error, BufferTooSmall { needed: encoded_len(2), got: encoded_len(2) - 1 });
        assert_eq!(buffer, [0xAA; encoded_len(2) - 1]);
    }

    #[test]
    fn a_strip_without_leds_is_a_gap() {
        let mut buffer = [0xAA; GAP_BYTES];
        assert_eq!(encode(&[], ColourOrder::Grb, &mut buffer), Ok(&[0; GAP_BYTES][..]));
        assert_eq!(decoded(&buffer), Ok(vec![]));
    }

    #[test]
    fn any_wrong_byte_is_found() {
        let good = transfer();
        for index in 0..good.len() {
            for byte in (0..=255).filter(|byte| *byte != good[index]) {
                let mut bad = good.clone();
                bad[index] = byte;
                assert_ne!(decoded(&bad), Ok(PIXELS.to_vec()), "{byte:#04x} at {index}");
                if ![0x88, 0x8E, 0xE8, 0xEE, 0].contains(&byte) {
                    assert_eq!(decoded(&bad), Err(DecodeError::Pulse { index, byte }));
                }
            }
        }
    }

    #[test]
    fn torn_transfers_are_refused() {
        let good = transfer();
        assert_eq!(decoded(&good[..good.len() - 1]), Err(DecodeError::Gap { bytes: GAP_BYTES - 1 }));
        assert_eq!(decoded(&good[..24]), Err(DecodeError::Gap { bytes: 0 }));
        assert_eq!(decoded(&good[1..]), Err(DecodeError::Torn { bytes: 23 }));
        assert_eq!(decoded(&[]), Err(DecodeError::Gap { bytes: 0 }));
    }

    #[test]
    fn the_beginning_shows_the_leds_that_are_whole() {
        let good = transfer();
        let leds = |bytes: usize| {
            decode_beginning(&good[..bytes], ColourOrder::Grb).map(Iterator::collect::<Vec<_>>).unwrap()
        };
        assert_eq!(leds(11), []);
        assert_eq!(leds(23), PIXELS[..1]);
        assert_eq!(leds(24), PIXELS);
        assert_eq!(leds(64), PIXELS, "the gap is none");
        assert_eq!(
            decode_beginning(&[0x8E, 0x77], ColourOrder::Grb).map(|_| ()),
            Err(DecodeError::Pulse { index: 1, byte: 0x77 })
        );
    }
}
