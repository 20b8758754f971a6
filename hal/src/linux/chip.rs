//! Which GPIO chip has the pins of the header.

use crate::{GpioLine, PinError};
use gpiocdev::chip::{Chip, Info, chips};
use std::io;

/// The beginning of the label of the chip with the header, on every Raspberry Pi.
const HEADER_LABEL: &str = "pinctrl-";

/// Opens the chip that has the pins of the header: on a Pi the one that is labelled so, whatever its number; on
/// another machine the first.
pub(crate) fn open(line: GpioLine) -> Result<(Chip, Info), PinError> {
    let mut denied = None;
    let mut found = Vec::new();
    for path in chips().map_err(|error| other(line, &error))? {
        match Chip::from_path(&path).and_then(|chip| chip.info().map(|info| (chip, info))) {
            Ok(chip) => found.push(chip),
            Err(gpiocdev::Error::Os(number))
                if io::Error::from_raw_os_error(number.0).kind() == io::ErrorKind::PermissionDenied =>
            {
                denied = Some(path);
            }
            Err(error) => return Err(other(line, &error)),
        }
    }
    let labels = found.iter().map(|(_, info)| info.label.as_str());
    match (choose(labels), denied) {
        (Choice::Header(index), _) => Ok(found.swap_remove(index)),
        // A chip that cannot be looked at may be the right one.
        (_, Some(path)) => Err(PinError::Denied { line, device: path.display().to_string() }),
        (Choice::First, None) => Ok(found.swap_remove(0)),
        (Choice::None, None) => Err(PinError::Missing { line }),
    }
}

/// Whether a chip with this label has the pins of a Raspberry Pi's header.
pub(crate) fn is_header(label: &str) -> bool {
    label.starts_with(HEADER_LABEL)
}

/// Whether the machine shows any GPIO chip.
#[cfg(test)]
pub(crate) fn any() -> bool {
    chips().is_ok_and(|chips| !chips.is_empty())
}

/// Who has a line of the chip of the header, as the kernel names it.
pub(crate) fn user(line: GpioLine) -> Option<String> {
    let (chip, _) = open(line).ok()?;
    let info = chip.line_info(u32::from(line.number())).ok()?;
    info.used.then(|| named(&info.consumer))
}

fn named(consumer: &str) -> String {
    if consumer.is_empty() {
        "the kernel, for something without a name".to_owned()
    } else {
        format!("`{consumer}`")
    }
}

pub(crate) fn other(line: GpioLine, error: &gpiocdev::Error) -> PinError {
    PinError::Other { line, reason: error.to_string() }
}

#[derive(Debug, PartialEq, Eq)]
enum Choice {
    /// The chip at this place has the header.
    Header(usize),
    /// None is labelled so.
    First,
    /// There is none.
    None,
}

fn choose<'a>(mut labels: impl ExactSizeIterator<Item = &'a str>) -> Choice {
    let any = labels.len() > 0;
    match labels.position(is_header) {
        Some(index) => Choice::Header(index),
        None if any => Choice::First,
        None => Choice::None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Choice, choose, named};

    #[test]
    fn the_header_is_found_by_its_label() {
        let chosen = |labels: &[&'static str]| choose(labels.iter().copied());
        assert_eq!(chosen(&["pinctrl-bcm2711", "raspberrypi-exp-gpio"]), Choice::Header(0));
        let pi5 = ["gpio-brcmstb@107d508500", "gpio-brcmstb@107d508520", "pinctrl-rp1"];
        assert_eq!(chosen(&pi5), Choice::Header(2));
        assert_eq!(chosen(&["9030000.pl061"]), Choice::First);
        assert_eq!(chosen(&[]), Choice::None);
    }

    #[test]
    fn a_user_without_a_name_is_still_one() {
        assert_eq!(named("gpio-keys"), "`gpio-keys`");
        assert!(named("").contains("kernel"));
    }
}
