//! The encoding of strips against its inverse and against the `ws2812-spi` crate.

use embedded_hal::spi::{ErrorType, SpiBus};
use illuminator_hal::encode::ws2812::{GAP_BYTES, decode, encode, encoded_len};
use illuminator_hal::{ColourOrder, Rgb8};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use smart_leds::{RGB8, SmartLedsWrite};
use std::convert::Infallible;

/// A bus that keeps what was written.
#[derive(Default)]
struct Recorder(Vec<u8>);

impl ErrorType for &mut Recorder {
    type Error = Infallible;
}

impl SpiBus for &mut Recorder {
    fn write(&mut self, words: &[u8]) -> Result<(), Infallible> {
        self.0.extend_from_slice(words);
        Ok(())
    }

    fn read(&mut self, _: &mut [u8]) -> Result<(), Infallible> {
        unreachable!("a strip does not answer")
    }

    fn transfer(&mut self, _: &mut [u8], _: &[u8]) -> Result<(), Infallible> {
        unreachable!("a strip does not answer")
    }

    fn transfer_in_place(&mut self, _: &mut [u8]) -> Result<(), Infallible> {
        unreachable!("a strip does not answer")
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

fn pixels() -> impl Strategy<Value = Vec<Rgb8>> {
    vec(any::<(u8, u8, u8)>().prop_map(|(r, g, b)| Rgb8::new(r, g, b)), 0..=300)
}

fn encoded(pixels: &[Rgb8], order: ColourOrder) -> Vec<u8> {
    let mut buffer = vec![0xAA; encoded_len(pixels.len())];
    let transfer = encode(pixels, order, &mut buffer).expect("the buffer has the length of the transfer");
    transfer.to_vec()
}

proptest! {
    #[test]
    fn what_is_encoded_is_decoded(pixels in pixels(), order in select(&ColourOrder::ALL)) {
        let transfer = encoded(&pixels, order);
        prop_assert_eq!(decode(&transfer, order).unwrap().collect::<Vec<_>>(), pixels);
    }

    #[test]
    fn bytes_from_anywhere_do_no_harm(bytes in vec(select(&[0, 0x88, 0x8E, 0xE8, 0xEE, 0x77][..]), 0..400)) {
        if let Ok(pixels) = decode(&bytes, ColourOrder::Grb) {
            let pixels: Vec<_> = pixels.collect();
            prop_assert!(bytes.starts_with(&encoded(&pixels, ColourOrder::Grb)));
        }
    }

    #[test]
    fn the_pixels_are_those_of_ws2812_spi(pixels in pixels()) {
        let mut bus = Recorder::default();
        let theirs = pixels.iter().map(|pixel| RGB8::new(pixel.r, pixel.g, pixel.b));
        ws2812_spi::hosted::Ws2812::new(&mut bus).write(theirs).unwrap();
        let transfer = encoded(&pixels, ColourOrder::Grb);
        let data = &transfer[..transfer.len() - GAP_BYTES];
        // They write 140 zeros in front and behind.
        prop_assert_eq!(data, &bus.0[140..bus.0.len() - 140]);
    }
}
