//! The pins of a `node.toml`.

use super::{ConfigError, Place};
use illuminator_hal::{GpioLine, Polarity, Pull};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use std::fmt;
use std::ops::RangeInclusive;
use toml::Spanned;

/// Permitted settling times of an input `[ms]`.
pub const SETTLE_MS: RangeInclusive<u16> = 0..=1000;

/// What is soldered to the pins of a node; no pin twice, and none that a strip's bus takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PinsConfig {
    /// The light that says how the node is.
    pub status_led: Option<OutputEntry>,
    /// The button at which the node says "it is me".
    pub button: Option<InputEntry>,
    /// The switch that stops everything, active while it is pressed.
    pub emergency_stop: Option<InputEntry>,
    /// Where cables are plugged in; no two of one cable.
    pub plugs: Vec<PlugEntry>,
    /// The relays, by their number; no two of one name.
    pub relays: Vec<RelayEntry>,
}

/// An output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutputEntry {
    /// Its pin.
    pub line: GpioLine,
    /// The level at which it is on.
    pub polarity: Polarity,
}

/// An input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputEntry {
    /// Its pin.
    pub line: GpioLine,
    /// The level at which it is active.
    pub polarity: Polarity,
    /// What holds it while nothing is connected.
    pub pull: Pull,
    /// How long a level must stay to count `[µs]`.
    pub settle_us: u64,
}

/// A pin that is active while a cable is plugged in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlugEntry {
    /// Number of the cable.
    pub cable: u16,
    /// Its pin.
    pub input: InputEntry,
}

/// A relay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelayEntry {
    /// What it is called.
    pub name: String,
    /// Its pin.
    pub output: OutputEntry,
    /// Whether it is on when the node ends, and on an emergency stop.
    pub safe: bool,
}

impl fmt::Display for OutputEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.line, polarity_name(self.polarity))
    }
}

impl fmt::Display for InputEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pull = match self.pull {
            Pull::Up => "pull up",
            Pull::Down => "pull down",
            Pull::None => "no pull",
        };
        let (polarity, settle_ms) = (polarity_name(self.polarity), self.settle_us / 1_000);
        write!(f, "{}, {polarity}, {pull}, settles in {settle_ms} ms", self.line)
    }
}

impl fmt::Display for RelayEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "relay `{}` on {}, safe {}", self.name, self.output, if self.safe { "on" } else { "off" })
    }
}

impl fmt::Display for PinsConfig {
    /// A line for each pin.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let led = self.status_led.iter().map(|led| format!("status LED on {led}"));
        let button = self.button.iter().map(|button| format!("button on {button}"));
        let stop = self.emergency_stop.iter().map(|stop| format!("emergency stop on {stop}"));
        let plugs = self.plugs.iter().map(|plug| format!("plug of cable {} on {}", plug.cable, plug.input));
        let relays = self.relays.iter().map(ToString::to_string);
        led.chain(button).chain(stop).chain(plugs).chain(relays).try_for_each(|line| writeln!(f, "{line}"))
    }
}

const fn polarity_name(polarity: Polarity) -> &'static str {
    match polarity {
        Polarity::ActiveLow => "active low",
        Polarity::ActiveHigh => "active high",
    }
}

/// The pins as they are written.
pub(super) struct RawPins {
    pub(super) status_led: Option<RawOutput>,
    pub(super) button: Option<RawInput>,
    pub(super) emergency_stop: Option<RawInput>,
    pub(super) plugs: Vec<Spanned<RawPlug>>,
    pub(super) relays: Vec<Spanned<RawRelay>>,
}

/// Who has which pin.
pub(super) struct Claims<'a> {
    place: Place<'a>,
    taken: Vec<(GpioLine, String)>,
}

impl<'a> Claims<'a> {
    /// Pins of which `taken` are so already, and by whom.
    pub(super) fn new(place: Place<'a>, taken: impl Iterator<Item = (GpioLine, String)>) -> Self {
        Self { place, taken: taken.collect() }
    }

    fn take(&mut self, gpio: &Spanned<Gpio>, who: String) -> Result<GpioLine, ConfigError> {
        let line = gpio.get_ref().0;
        if let Some((_, other)) = self.taken.iter().find(|(taken, _)| *taken == line) {
            return Err(self
                .place
                .error(gpio.span(), &format!("{line} is taken by {other}, not free for {who}")));
        }
        self.taken.push((line, who));
        Ok(line)
    }

    fn input(&mut self, raw: &RawInput, who: String) -> Result<InputEntry, ConfigError> {
        let line = self.take(&raw.gpio, who)?;
        let polarity = raw.active.unwrap_or(Active::Low).into();
        // What holds the pin at its inactive level, unless told otherwise.
        let usual = if polarity == Polarity::ActiveLow { Pull::Up } else { Pull::Down };
        let pull = raw.pull.map_or(usual, Pull::from);
        Ok(InputEntry { line, polarity, pull, settle_us: u64::from(raw.settle_ms) * 1_000 })
    }
}

impl RawPins {
    /// The pins, if they do not contradict each other.
    pub(super) fn checked(self, mut claims: Claims<'_>) -> Result<PinsConfig, ConfigError> {
        let mut pins = PinsConfig::default();
        if let Some(RawOutput { gpio, active }) = self.status_led {
            let line = claims.take(&gpio, "the status LED".to_owned())?;
            let polarity = active.unwrap_or(Active::High).into();
            pins.status_led = Some(OutputEntry { line, polarity });
        }
        if let Some(raw) = self.button {
            pins.button = Some(claims.input(&raw, "the button".to_owned())?);
        }
        if let Some(raw) = self.emergency_stop {
            pins.emergency_stop = Some(claims.input(&raw, "the emergency stop".to_owned())?);
        }
        for raw in self.plugs {
            let span = raw.span();
            let RawPlug { cable, gpio, active, pull, settle_ms } = raw.into_inner();
            if pins.plugs.iter().any(|other| other.cable == cable) {
                let message = format!("two plugs are of cable {cable}: a node is at one end of it");
                return Err(claims.place.error(span, &message));
            }
            let raw = RawInput { gpio, active, pull, settle_ms };
            let input = claims.input(&raw, format!("the plug of cable {cable}"))?;
            pins.plugs.push(PlugEntry { cable, input });
        }
        for raw in self.relays {
            let span = raw.span();
            let RawRelay { name, gpio, active, safe } = raw.into_inner();
            if pins.relays.iter().any(|other| other.name == name) {
                return Err(claims.place.error(span, &format!("two relays are called `{name}`")));
            }
            let line = claims.take(&gpio, format!("relay `{name}`"))?;
            let polarity = active.unwrap_or(Active::Low).into();
            let safe = matches!(safe, Some(Switch::On));
            pins.relays.push(RelayEntry { name, output: OutputEntry { line, polarity }, safe });
        }
        Ok(pins)
    }
}

/// An output as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawOutput {
    gpio: Spanned<Gpio>,
    active: Option<Active>,
}

/// An input as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawInput {
    gpio: Spanned<Gpio>,
    active: Option<Active>,
    pull: Option<RawPull>,
    #[serde(default = "usual_settle_ms", deserialize_with = "settle_ms")]
    settle_ms: u16,
}

/// A plug as it is written: an input, and a cable.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPlug {
    cable: u16,
    gpio: Spanned<Gpio>,
    active: Option<Active>,
    pull: Option<RawPull>,
    #[serde(default = "usual_settle_ms", deserialize_with = "settle_ms")]
    settle_ms: u16,
}

/// A relay as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRelay {
    name: String,
    gpio: Spanned<Gpio>,
    active: Option<Active>,
    safe: Option<Switch>,
}

/// A pin as it is written.
struct Gpio(GpioLine);

impl<'de> Deserialize<'de> for Gpio {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let number = i64::deserialize(input)?;
        let line = u8::try_from(number).ok().and_then(GpioLine::new);
        let wrong = || D::Error::custom(format!("a pin is GPIO 0 to {}, not {number}", GpioLine::MAX));
        line.map(Self).ok_or_else(wrong)
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Active {
    Low,
    High,
}

impl From<Active> for Polarity {
    fn from(active: Active) -> Self {
        match active {
            Active::Low => Self::ActiveLow,
            Active::High => Self::ActiveHigh,
        }
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum RawPull {
    Up,
    Down,
    None,
}

impl From<RawPull> for Pull {
    fn from(pull: RawPull) -> Self {
        match pull {
            RawPull::Up => Self::Up,
            RawPull::Down => Self::Down,
            RawPull::None => Self::None,
        }
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Switch {
    Off,
    On,
}

/// Longer than a usual button bounces, shorter than anybody notices.
const fn usual_settle_ms() -> u16 {
    20
}

fn settle_ms<'de, D: Deserializer<'de>>(input: D) -> Result<u16, D::Error> {
    let settle_ms = u16::deserialize(input)?;
    let wrong = || D::Error::custom(format!("settle_ms is 0 to 1000, not {settle_ms}"));
    SETTLE_MS.contains(&settle_ms).then_some(settle_ms).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::{InputEntry, PinsConfig};
    use crate::config::NodeConfig;
    use illuminator_hal::{GpioLine, Polarity, Pull};

    fn pins(text: &str) -> PinsConfig {
        NodeConfig::parse(text).unwrap().pins
    }

    #[test]
    fn little_has_to_be_said() {
        let pins = pins(
            "[status_led]\ngpio = 17\n[button]\ngpio = 27\n[emergency_stop]\ngpio = 22\nactive = 'high'\n\
             [[plug]]\ncable = 2\ngpio = 23\n[[relay]]\nname = 'stack-1'\ngpio = 5\n",
        );
        let lines = "status LED on GPIO 17, active high\n\
                     button on GPIO 27, active low, pull up, settles in 20 ms\n\
                     emergency stop on GPIO 22, active high, pull down, settles in 20 ms\n\
                     plug of cable 2 on GPIO 23, active low, pull up, settles in 20 ms\n\
                     relay `stack-1` on GPIO 5, active low, safe off\n";
        assert_eq!(pins.to_string(), lines);
    }

    #[test]
    fn everything_can_be_said() {
        let pins = pins(
            "[status_led]\ngpio = 0\nactive = 'low'\n\
             [[plug]]\ncable = 65535\ngpio = 1\nactive = 'high'\npull = 'none'\nsettle_ms = 1000\n\
             [[plug]]\ncable = 1\ngpio = 2\npull = 'down'\nsettle_ms = 0\n\
             [[relay]]\nname = 'a'\ngpio = 3\nactive = 'high'\nsafe = 'on'\n[[relay]]\nname = 'b'\ngpio = 4\nsafe = 'off'\n",
        );
        let first = InputEntry {
            line: GpioLine::new(1).unwrap(),
            polarity: Polarity::ActiveHigh,
            pull: Pull::None,
            settle_us: 1_000_000,
        };
        assert_eq!((pins.plugs[0].cable, pins.plugs[0].input), (65_535, first));
        assert_eq!((pins.plugs[1].input.pull, pins.plugs[1].input.settle_us), (Pull::Down, 0));
        assert_eq!(pins.relays.iter().map(|relay| relay.safe).collect::<Vec<_>>(), [true, false]);
        assert_eq!(pins.status_led.unwrap().polarity, Polarity::ActiveLow);
    }

    #[test]
    fn errors_have_their_place() {
        for (text, place, message) in [
            ("[button]\ngpio = 28", "2:8: ", "GPIO 0 to 27, not 28"),
            ("[button]\ngpio = -1", "2:8: ", "not -1"),
            ("[button]\nactive = 'low'", "1:1: ", "missing field `gpio`"),
            ("[button]\ngpio = 1\nactive = 'lo'", "3:10: ", "`low` or `high`"),
            ("[button]\ngpio = 1\npull = 'upp'", "3:8: ", "unknown variant `upp`"),
            ("[button]\ngpio = 1\nsettle_ms = 1001", "3:13: ", "0 to 1000, not 1001"),
            ("[status_led]\ngpio = 1\npull = 'up'", "3:1: ", "unknown field `pull`"),
            ("[status_led]\ngpio = 5\n[button]\ngpio = 5", "4:8: ", "GPIO 5 is taken by the status LED"),
            ("[[relay]]\nname = 'x'\ngpio = 5\nsafe = 'maybe'", "4:8: ", "`off` or `on`"),
            (
                "[[relay]]\nname = 'x'\ngpio = 5\n[[relay]]\nname = 'x'\ngpio = 6",
                "4:1: ",
                "two relays are called `x`",
            ),
            (
                "[[relay]]\nname = 'x'\ngpio = 5\n[[relay]]\nname = 'y'\ngpio = 5",
                "6:8: ",
                "taken by relay `x`",
            ),
            (
                "[[plug]]\ncable = 1\ngpio = 5\n[[plug]]\ncable = 1\ngpio = 6",
                "4:1: ",
                "two plugs are of cable 1",
            ),
            ("[button]\ngpio = 10\n[[strip]]\ncable = 1", "2:8: ", "GPIO 10 is taken by the strip on spi0.0"),
            (
                "[[plug]]\ncable = 3\ngpio = 18\n[[strip]]\ncable = 1\nbus = 'spi1.0'",
                "3:8: ",
                "the strip on spi1.0",
            ),
        ] {
            let error = NodeConfig::parse(text).unwrap_err().to_string();
            assert!(error.starts_with(place) && error.contains(message), "{text}: {error}");
        }
        assert!(pins("[button]\ngpio = 10").button.is_some(), "without a strip the pin is free");
    }
}
