//! An SPI bus through the kernel's `spidev`.

use crate::encode::ws2812;
use crate::spi::{Device, SpiPort};
use spidev::{SpiModeFlags, Spidev, SpidevOptions};
use std::io::{self, Write};

/// A bus that sends what a strip is to show.
pub(crate) struct SpidevBus {
    port: SpiPort,
    device: Spidev,
}

impl SpidevBus {
    pub(crate) fn open(port: SpiPort) -> io::Result<Self> {
        let mut device = Spidev::open(port.device())?;
        let options = SpidevOptions::new()
            .bits_per_word(8)
            .max_speed_hz(ws2812::CLOCK_HZ)
            .lsb_first(false)
            .mode(SpiModeFlags::SPI_MODE_0)
            .build();
        device.configure(&options)?;
        Ok(Self { port, device })
    }
}

impl Device for SpidevBus {
    /// One `write` of the device is one transfer on the bus.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.device.write(bytes)
    }

    fn reopen(&mut self) -> io::Result<()> {
        *self = Self::open(self.port)?;
        Ok(())
    }
}
