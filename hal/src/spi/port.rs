//! The SPI buses that can drive a strip.

use crate::GpioLine;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// An SPI bus that can drive a strip. Of its pins a strip uses one, MOSI: it has no chip select, so a bus drives
/// one strip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SpiPort {
    /// `spi0.0`: data on GPIO 10, pin 19 of the header.
    Spi0,
    /// `spi1.0`: data on GPIO 20, pin 38 of the header.
    Spi1,
}

impl SpiPort {
    /// Every port.
    pub const ALL: [Self; 2] = [Self::Spi0, Self::Spi1];

    /// The device of the port.
    pub fn device(self) -> PathBuf {
        PathBuf::from(match self {
            Self::Spi0 => "/dev/spidev0.0",
            Self::Spi1 => "/dev/spidev1.0",
        })
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Spi0 => "spi0.0",
            Self::Spi1 => "spi1.0",
        }
    }

    /// The line of the boot configuration that makes the device.
    pub(super) const fn boot_line(self) -> &'static str {
        match self {
            Self::Spi0 => "dtparam=spi=on",
            Self::Spi1 => "dtoverlay=spi1-1cs",
        }
    }

    /// The pins that the bus takes, its chip selects included: they are no pins for anything else.
    pub fn lines(self) -> impl Iterator<Item = GpioLine> {
        let numbers = match self {
            Self::Spi0 => 7..=11,
            Self::Spi1 => 18..=21,
        };
        numbers.filter_map(GpioLine::new)
    }
}

impl fmt::Display for SpiPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for SpiPort {
    type Err = UnknownPort;

    fn from_str(name: &str) -> Result<Self, UnknownPort> {
        let known = Self::ALL.into_iter().find(|port| port.name() == name);
        known.ok_or_else(|| UnknownPort(name.to_owned()))
    }
}

/// The name is not that of an [`SpiPort`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no bus for a strip: it is `spi0.0` or `spi1.0`")]
pub struct UnknownPort(pub String);

#[cfg(test)]
mod tests {
    use super::SpiPort;
    use crate::GpioLine;

    #[test]
    fn ports_have_names() {
        for port in SpiPort::ALL {
            assert_eq!(port.to_string().parse(), Ok(port));
        }
        assert!("spi0.1".parse::<SpiPort>().unwrap_err().to_string().contains("`spi0.1`"));
    }

    #[test]
    fn a_bus_takes_its_data_pin_and_more() {
        let pins = |port: SpiPort| port.lines().map(GpioLine::number).collect::<Vec<_>>();
        assert_eq!(pins(SpiPort::Spi0), [7, 8, 9, 10, 11]);
        assert_eq!(pins(SpiPort::Spi1), [18, 19, 20, 21]);
    }
}
