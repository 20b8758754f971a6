//! A WS2812 strip on the data line of an SPI bus.
//!
//! Invariants: a picture is one write, and a write that is not complete is an error; after an error the device is
//! opened again, so that a strip works as soon as its bus does.

use super::SpiPort;
use crate::encode::ws2812;
use crate::{ColourOrder, Rgb8, Strip, StripError};
use std::io;

/// `EMSGSIZE`: the transfer is longer than the buffer of spidev.
const MESSAGE_TOO_LONG: i32 = 90;

/// Why a strip on SPI cannot be driven, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no such device.
    #[error(
        "{} is not there: SPI is not enabled. On a Raspberry Pi add the line `{}` to /boot/firmware/config.txt \
         and restart; on another machine use `--hal sim`",
        .port.device().display(), .port.boot_line()
    )]
    Missing {
        /// The port.
        port: SpiPort,
    },
    /// This user may not open it.
    #[error(
        "no permission for {}: run `sudo usermod -aG spi USER` with the name of this user, and log in again",
        .port.device().display()
    )]
    Denied {
        /// The port.
        port: SpiPort,
    },
    /// A picture does not fit into one transfer.
    #[error(
        "{}: a picture takes {needed} bytes, more than the buffer of spidev{}: add `spidev.bufsiz={}` \
         to the one line of /boot/firmware/cmdline.txt, after a space, and restart",
        .port.device().display(),
        .bufsiz.map(|bytes| format!(" ({bytes} bytes)")).unwrap_or_default(),
        .needed.next_power_of_two()
    )]
    TooLong {
        /// The port.
        port: SpiPort,
        /// Bytes of a transfer.
        needed: usize,
        /// Bytes that spidev takes, if it says.
        bufsiz: Option<usize>,
    },
    /// Anything else.
    #[error("{}: {error}", .port.device().display())]
    Other {
        /// The port.
        port: SpiPort,
        /// What the operating system said.
        error: io::Error,
    },
}

impl OpenError {
    /// What an error of the operating system means for transfers of `needed` bytes.
    fn new(port: SpiPort, needed: usize, error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Missing { port },
            io::ErrorKind::PermissionDenied => Self::Denied { port },
            _ if error.raw_os_error() == Some(MESSAGE_TOO_LONG) => {
                Self::TooLong { port, needed, bufsiz: bufsiz() }
            }
            _ => Self::Other { port, error },
        }
    }
}

/// A strip on an SPI bus.
pub struct SpiStrip {
    port: SpiPort,
    leds: usize,
    order: ColourOrder,
    /// The room for a transfer.
    buffer: Vec<u8>,
    device: Box<dyn Device>,
    /// The device has to be opened before the next transfer.
    broken: bool,
}

impl SpiStrip {
    /// A strip of `leds` LEDs on the bus that `open` opens.
    ///
    /// # Errors
    /// [`OpenError`], which says what to do.
    pub(crate) fn open<D: Device + 'static>(
        port: SpiPort,
        leds: usize,
        order: ColourOrder,
        open: fn(SpiPort) -> io::Result<D>,
    ) -> Result<Self, OpenError> {
        let needed = ws2812::encoded_len(leds);
        let device = open(port).map_err(|error| OpenError::new(port, needed, error))?;
        fits(port, needed, bufsiz())?;
        Ok(Self::on(Box::new(device), port, leds, order))
    }

    fn on(device: Box<dyn Device>, port: SpiPort, leds: usize, order: ColourOrder) -> Self {
        let buffer = vec![0; ws2812::encoded_len(leds)];
        Self { port, leds, order, buffer, device, broken: false }
    }

    /// Encodes and sends a picture of the right size.
    fn send(&mut self, pixels: &[Rgb8]) -> io::Result<()> {
        if self.broken {
            self.device.reopen()?;
        }
        self.broken = true;
        let transfer =
            ws2812::encode(pixels, self.order, &mut self.buffer).expect("the buffer has the strip's length");
        let written = self.device.write(transfer)?;
        if written < transfer.len() {
            let message = format!("only {written} of {} bytes were sent", transfer.len());
            return Err(io::Error::new(io::ErrorKind::WriteZero, message));
        }
        self.broken = false;
        Ok(())
    }
}

impl Strip for SpiStrip {
    fn show(&mut self, pixels: &[Rgb8]) -> Result<(), StripError> {
        if pixels.len() != self.leds {
            let strip = self.port.to_string();
            return Err(StripError::Size { strip, leds: self.leds, pixels: pixels.len() });
        }
        self.send(pixels).map_err(|error| {
            let reason = OpenError::new(self.port, self.buffer.len(), error).to_string();
            StripError::Transfer { strip: self.port.to_string(), reason }
        })
    }

    fn len(&self) -> usize {
        self.leds
    }
}

/// What a strip needs of a bus.
pub(crate) trait Device: Send {
    /// Sends bytes in one transfer; returns how many.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize>;

    /// Opens the device again.
    fn reopen(&mut self) -> io::Result<()>;
}

/// The bytes that spidev takes in one transfer, if it says: it does where it is loaded.
fn bufsiz() -> Option<usize> {
    std::fs::read_to_string("/sys/module/spidev/parameters/bufsiz").ok()?.trim().parse().ok()
}

fn fits(port: SpiPort, needed: usize, bufsiz: Option<usize>) -> Result<(), OpenError> {
    match bufsiz {
        Some(bytes) if needed > bytes => Err(OpenError::TooLong { port, needed, bufsiz }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    /// A bus that answers as it was told, and remembers what it was asked.
    #[derive(Clone, Default)]
    struct Scripted {
        /// What the next writes return; when there is nothing, they succeed.
        answers: Arc<Mutex<Vec<io::Result<usize>>>>,
        calls: Arc<Mutex<Vec<String>>>,
    }

    impl Device for Scripted {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.calls.lock().unwrap().push(format!("write {}", bytes.len()));
            self.answers.lock().unwrap().pop().unwrap_or(Ok(bytes.len()))
        }

        fn reopen(&mut self) -> io::Result<()> {
            self.calls.lock().unwrap().push("reopen".to_owned());
            Ok(())
        }
    }

    fn strip(answer: io::Result<usize>) -> (SpiStrip, Scripted) {
        let device = Scripted::default();
        device.answers.lock().unwrap().push(answer);
        (SpiStrip::on(Box::new(device.clone()), SpiPort::Spi0, 1, ColourOrder::Grb), device)
    }

    const PICTURE: [Rgb8; 1] = [Rgb8::new(1, 2, 3)];

    #[test]
    fn a_picture_is_one_write() {
        let (mut strip, device) = strip(Ok(155));
        strip.show(&PICTURE).unwrap();
        strip.show(&PICTURE).unwrap();
        assert_eq!(*device.calls.lock().unwrap(), ["write 155", "write 155"]);
    }

    #[test]
    fn a_short_write_is_an_error_and_the_device_is_opened_again() {
        let (mut strip, device) = strip(Ok(100));
        let error = strip.show(&PICTURE).unwrap_err().to_string();
        assert_eq!(error, "strip spi0.0: /dev/spidev0.0: only 100 of 155 bytes were sent");
        strip.show(&PICTURE).unwrap();
        strip.show(&PICTURE).unwrap();
        assert_eq!(*device.calls.lock().unwrap(), ["write 155", "reopen", "write 155", "write 155"]);
    }

    #[test]
    fn a_transfer_that_is_too_long_names_the_parameter() {
        let (mut strip, _) = strip(Err(io::Error::from_raw_os_error(MESSAGE_TOO_LONG)));
        let error = strip.show(&PICTURE).unwrap_err().to_string();
        assert!(error.contains("155 bytes") && error.contains("spidev.bufsiz=256"), "{error}");
        assert!(fits(SpiPort::Spi1, 4_096, Some(4_096)).is_ok());
        assert!(fits(SpiPort::Spi1, 4_097, None).is_ok(), "it may not say");
        let error = fits(SpiPort::Spi1, 4_097, Some(4_096)).unwrap_err().to_string();
        assert!(error.contains("(4096 bytes)") && error.contains("spidev.bufsiz=8192"), "{error}");
    }

    #[test]
    fn errors_say_what_to_do() {
        let message =
            |port, kind: io::ErrorKind| OpenError::new(port, 100, io::Error::from(kind)).to_string();
        let missing = message(SpiPort::Spi0, io::ErrorKind::NotFound);
        assert!(missing.contains("/dev/spidev0.0") && missing.contains("`dtparam=spi=on`"), "{missing}");
        let missing = message(SpiPort::Spi1, io::ErrorKind::NotFound);
        assert!(missing.contains("/dev/spidev1.0") && missing.contains("`dtoverlay=spi1-1cs`"), "{missing}");
        let denied = message(SpiPort::Spi0, io::ErrorKind::PermissionDenied);
        assert!(denied.contains("/dev/spidev0.0") && denied.contains("usermod -aG spi"), "{denied}");
    }

    #[test]
    fn a_picture_of_another_size_is_not_sent() {
        let (mut strip, device) = strip(Ok(155));
        assert!(matches!(strip.show(&[]), Err(StripError::Size { leds: 1, pixels: 0, .. })));
        assert!(device.calls.lock().unwrap().is_empty());
    }
}
