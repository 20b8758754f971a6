//! Simulated strips.

use crate::encode::ws2812;
use crate::{ColourOrder, Rgb8, Strip, StripError};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A strip that records the encoded bytes of its pictures. Clones share the record, so that an observer can keep
/// one; it also holds the knob for faults.
#[derive(Clone, Debug)]
pub struct SimStrip {
    name: String,
    leds: usize,
    order: ColourOrder,
    record: Arc<Mutex<Record>>,
}

#[derive(Debug, Default)]
struct Record {
    /// The last transfers, oldest first.
    transfers: VecDeque<Vec<u8>>,
    shown: u64,
    failed: u64,
    to_fail: u32,
}

impl SimStrip {
    /// Most transfers remembered; older ones are forgotten.
    pub const TRANSFERS_MAX: usize = 64;

    /// A strip of `leds` LEDs.
    pub fn new(name: impl Into<String>, leds: usize, order: ColourOrder) -> Self {
        Self { name: name.into(), leds, order, record: Arc::default() }
    }

    /// The last transfers as they would have gone over the wire, oldest first. See
    /// [`decode`](ws2812::decode).
    pub fn transfers(&self) -> Vec<Vec<u8>> {
        self.lock().transfers.iter().cloned().collect()
    }

    /// The picture that the LEDs show, if there was one.
    pub fn picture(&self) -> Option<Vec<Rgb8>> {
        let record = self.lock();
        let pixels = ws2812::decode(record.transfers.back()?, self.order);
        Some(pixels.expect("the transfer was encoded here").collect())
    }

    /// Pictures shown so far.
    pub fn shown(&self) -> u64 {
        self.lock().shown
    }

    /// Pictures lost to faults so far.
    pub fn failed(&self) -> u64 {
        self.lock().failed
    }

    /// Lets the next `pictures` fail in transfer.
    pub fn fail_next(&self, pictures: u32) {
        self.lock().to_fail = pictures;
    }

    fn lock(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Strip for SimStrip {
    fn show(&mut self, pixels: &[Rgb8]) -> Result<(), StripError> {
        if pixels.len() != self.leds {
            return Err(StripError::Size { strip: self.name.clone(), leds: self.leds, pixels: pixels.len() });
        }
        let mut record = self.lock();
        if let Some(remaining) = record.to_fail.checked_sub(1) {
            record.to_fail = remaining;
            record.failed += 1;
            let reason = "simulated transfer error".to_owned();
            return Err(StripError::Transfer { strip: self.name.clone(), reason });
        }
        // The oldest buffer is taken again: once the record is full, nothing is allocated.
        let full = record.transfers.len() == Self::TRANSFERS_MAX;
        let mut transfer = if full { record.transfers.pop_front() } else { None }.unwrap_or_default();
        transfer.resize(ws2812::encoded_len(self.leds), 0);
        ws2812::encode(pixels, self.order, &mut transfer).expect("the buffer has the length of the transfer");
        record.transfers.push_back(transfer);
        record.shown += 1;
        Ok(())
    }

    fn len(&self) -> usize {
        self.leds
    }
}

#[cfg(test)]
mod tests {
    use super::SimStrip;
    use crate::encode::ws2812;
    use crate::{ColourOrder, Rgb8, Strip, StripError};

    const RED: Rgb8 = Rgb8::new(255, 0, 0);

    #[test]
    fn an_observer_sees_the_bytes_and_the_picture() {
        let observer = SimStrip::new("left", 2, ColourOrder::Bgr);
        assert_eq!(observer.picture(), None);
        let mut strip: Box<dyn Strip> = Box::new(observer.clone());
        strip.show(&[RED, Rgb8::BLACK]).unwrap();
        assert_eq!(strip.len(), 2);
        assert_eq!(observer.picture(), Some(vec![RED, Rgb8::BLACK]));
        assert_eq!(observer.transfers()[0][8..12], [0xEE; 4], "red comes last");
    }

    #[test]
    fn the_record_is_bounded_and_keeps_the_last() {
        let mut strip = SimStrip::new("long", 1, ColourOrder::Grb);
        for value in 0..=255 {
            strip.show(&[Rgb8::new(value, 0, 0)]).unwrap();
        }
        let reds = strip
            .transfers()
            .iter()
            .map(|transfer| {
                let picture: Vec<_> = ws2812::decode(transfer, ColourOrder::Grb).unwrap().collect();
                picture[0].r
            })
            .collect::<Vec<_>>();
        assert_eq!(reds, (192..=255).collect::<Vec<u8>>());
        assert_eq!(strip.shown(), 256);
    }

    #[test]
    fn transfers_fail_when_told_and_then_no_more() {
        let mut strip = SimStrip::new("weak", 1, ColourOrder::Grb);
        strip.fail_next(2);
        for _ in 0..2 {
            assert!(matches!(strip.show(&[RED]), Err(StripError::Transfer { .. })));
        }
        assert_eq!(strip.show(&[RED]), Ok(()));
        assert_eq!((strip.shown(), strip.failed()), (1, 2));
    }

    #[test]
    fn a_picture_of_another_size_is_refused() {
        let mut strip = SimStrip::new("short", 1, ColourOrder::Grb);
        let error = strip.show(&[RED, RED]).unwrap_err();
        assert_eq!(error.to_string(), "strip short has 1 LEDs, not 2");
        assert_eq!(strip.shown(), 0);
    }
}
