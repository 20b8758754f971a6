//! Pins through the GPIO character device.
//!
//! The kernel releases a line when its request is closed. Most drivers leave an output as it is then, some make it an
//! input; a relay board sees the first as the safe level, the second as an open pin.

use super::chip;
use crate::{GpioLine, InputPin, OutputPin, PinError, Polarity, Pull};
use core::time::Duration;
use gpiocdev::Request;
use gpiocdev::line::{Bias, EdgeDetection, Value};
use gpiocdev::request::Builder;

/// The name under which the kernel lists our lines.
const CONSUMER: &str = "illuminator-node";

/// An output of the character device.
pub(crate) struct CdevOutput {
    line: GpioLine,
    request: Request,
    safe: bool,
}

impl CdevOutput {
    /// Takes a pin as an output at the level `safe`, without another one in between.
    pub(crate) fn open(line: GpioLine, polarity: Polarity, safe: bool) -> Result<Self, PinError> {
        let request = request(line, polarity, |builder| builder.as_output(value(safe)))?;
        Ok(Self { line, request, safe })
    }
}

impl OutputPin for CdevOutput {
    fn set(&mut self, active: bool) -> Result<(), PinError> {
        self.request.set_lone_value(value(active)).map_err(|error| chip::other(self.line, &error))
    }
}

impl Drop for CdevOutput {
    fn drop(&mut self) {
        // Whoever drops it has nobody to tell.
        let _ = self.set(self.safe);
    }
}

/// An input of the character device.
pub(crate) struct CdevInput {
    line: GpioLine,
    request: Request,
}

impl CdevInput {
    pub(crate) fn open(line: GpioLine, polarity: Polarity, pull: Pull) -> Result<Self, PinError> {
        let bias = match pull {
            Pull::Up => Bias::PullUp,
            Pull::Down => Bias::PullDown,
            Pull::None => Bias::Disabled,
        };
        let request = request(line, polarity, |builder| {
            builder.as_input().with_bias(bias).with_edge_detection(EdgeDetection::BothEdges)
        })?;
        Ok(Self { line, request })
    }

    fn edge_within(&self, at_most: Duration) -> gpiocdev::Result<Option<bool>> {
        if !self.request.wait_edge_event(at_most)? {
            return Ok(None);
        }
        // Whatever is waiting is read; the level is that after all of it. The kernel's queue is bounded, so a noisy
        // line cannot hold this up for long.
        self.request.read_edge_event()?;
        for _ in 0..EDGES_MAX {
            if !self.request.has_edge_event()? {
                break;
            }
            self.request.read_edge_event()?;
        }
        Ok(Some(self.request.lone_value()? == Value::Active))
    }
}

/// Edges that are read in one go.
const EDGES_MAX: usize = 64;

impl InputPin for CdevInput {
    fn is_active(&mut self) -> Result<bool, PinError> {
        let value = self.request.lone_value().map_err(|error| chip::other(self.line, &error))?;
        Ok(value == Value::Active)
    }

    fn wait_edge(&mut self, at_most: Duration) -> Result<Option<bool>, PinError> {
        self.edge_within(at_most).map_err(|error| chip::other(self.line, &error))
    }
}

fn request(
    line: GpioLine,
    polarity: Polarity,
    configure: impl FnOnce(&mut Builder) -> &mut Builder,
) -> Result<Request, PinError> {
    let (chip, info) = chip::open(line)?;
    let offset = u32::from(line.number());
    if offset >= info.num_lines {
        return Err(PinError::Absent { line, chip: info.name, lines: info.num_lines });
    }
    let mut builder = Request::builder();
    builder.on_chip(chip.path()).with_consumer(CONSUMER).with_line(offset);
    match polarity {
        Polarity::ActiveLow => builder.as_active_low(),
        Polarity::ActiveHigh => builder.as_active_high(),
    };
    configure(&mut builder).request().map_err(|error| match chip::user(line) {
        Some(user) => PinError::Busy { line, user },
        None => chip::other(line, &error),
    })
}

const fn value(active: bool) -> Value {
    if active { Value::Active } else { Value::Inactive }
}
