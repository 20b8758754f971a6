//! An SPI bus through `rppal`.

use crate::encode::ws2812;
use crate::spi::{Device, SpiPort};
use rppal::spi::{Bus, Error, Mode, SlaveSelect, Spi};
use std::io;

/// A bus that sends what a strip is to show.
pub(crate) struct RppalSpi {
    port: SpiPort,
    spi: Spi,
}

impl RppalSpi {
    /// Opens the bus. `rppal` need not know the board for that.
    pub(crate) fn open(port: SpiPort) -> io::Result<Self> {
        let bus = match port {
            SpiPort::Spi0 => Bus::Spi0,
            SpiPort::Spi1 => Bus::Spi1,
        };
        let spi = Spi::new(bus, SlaveSelect::Ss0, ws2812::CLOCK_HZ, Mode::Mode0).map_err(system_error)?;
        Ok(Self { port, spi })
    }
}

impl Device for RppalSpi {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.spi.write(bytes).map_err(system_error)
    }

    fn reopen(&mut self) -> io::Result<()> {
        *self = Self::open(self.port)?;
        Ok(())
    }
}

fn system_error(error: Error) -> io::Error {
    match error {
        Error::Io(error) => error,
        other => io::Error::other(other),
    }
}
