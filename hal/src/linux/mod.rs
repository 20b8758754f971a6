//! The backend of Linux's own character devices, for boards that `rppal` does not know: `/dev/spidev*` through
//! `spidev`, `/dev/gpiochip*` through `gpiocdev`.

pub(crate) mod chip;
pub(crate) mod gpio;
pub(crate) mod spi;
