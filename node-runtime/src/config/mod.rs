//! The node's configuration, `node.toml`: text to a checked [`NodeConfig`]. Pure: whoever calls reads the file.
//!
//! ```toml
//! name = "wind"              # the machine's host name unless given
//! listen = "0.0.0.0:5123"
//! key = "cluster.key"        # relative to this file
//! only = ["Wind"]
//! frames_per_s = 60
//!
//! [[strip]]
//! cable = 2                  # the only key that a strip must have
//! bus = "spi0.0"
//! leds = 20
//! order = "grb"
//! reversed = false
//! ceiling = 255
//! budget_ma = 500
//!
//! [status_led]               # each has its pin, `gpio`, and keys that can be left out
//! gpio = 17
//! active = "high"
//!
//! [button]                   # `[emergency_stop]` has the same keys
//! gpio = 27
//! active = "low"
//! pull = "up"                # down, where it is active high
//! settle_ms = 20
//!
//! [[plug]]                   # the keys of a button, and the cable that is plugged in while the pin is active
//! cable = 2
//! gpio = 23
//!
//! [[relay]]
//! name = "stack-1"
//! gpio = 5
//! active = "low"
//! safe = "off"               # at the end, and on an emergency stop
//! ```
//!
//! Invariants: what is not known is refused, and every error has its line and column.

mod pins;

pub use pins::{InputEntry, OutputEntry, PinsConfig, PlugEntry, RelayEntry, SETTLE_MS};

use crate::light::StripConfig;
use core::net::SocketAddr;
use illuminator_hal::{ColourOrder, SpiPort};
use pins::{Claims, RawInput, RawOutput, RawPins, RawPlug, RawRelay};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use std::ops::{Range, RangeInclusive};
use std::path::PathBuf;
use toml::Spanned;

/// Permitted frame rates `[1/s]`.
pub const FRAMES_PER_S: RangeInclusive<u32> = 1..=200;

/// Permitted numbers of LEDs of a strip.
pub const LEDS: RangeInclusive<usize> = 1..=1000;

/// What a node is told by its file. A command-line option wins over it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeConfig {
    /// The node's name, shown by the host.
    pub name: Option<String>,
    /// Address and UDP port to listen on.
    pub listen: Option<SocketAddr>,
    /// The file with the cluster's key, relative to the configuration file.
    pub key: Option<PathBuf>,
    /// The model types to take; all, if empty.
    pub only: Vec<String>,
    /// Frames of the animation `[1/s]`, in [`FRAMES_PER_S`].
    pub frames_per_s: u32,
    /// The strips, no two on one bus or of one cable.
    pub strips: Vec<StripEntry>,
    /// What is soldered to the pins.
    pub pins: PinsConfig,
}

/// A strip of a [`NodeConfig`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StripEntry {
    /// Number of the cable whose flow it shows.
    pub cable: u16,
    /// Where it is connected.
    pub bus: SpiPort,
    /// The order in which it takes the channels of a colour.
    pub order: ColourOrder,
    /// What the renderer must know.
    pub config: StripConfig,
}

impl Default for NodeConfig {
    fn default() -> Self {
        Self {
            name: None,
            listen: None,
            key: None,
            only: Vec::new(),
            frames_per_s: default_frames(),
            strips: Vec::new(),
            pins: PinsConfig::default(),
        }
    }
}

impl NodeConfig {
    /// Reads the text of a configuration file.
    ///
    /// # Errors
    /// [`ConfigError`], at the first place that is wrong.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let place = Place { text };
        let raw: RawConfig = toml::from_str(text)
            .map_err(|error| place.error(error.span().unwrap_or_default(), error.message()))?;
        let RawConfig { name, listen, key, only, frames_per_s, strips, .. } = raw;
        let strips = checked_strips(strips, place)?;
        let taken = strips.iter().flat_map(|StripEntry { bus, .. }| {
            bus.lines().map(move |line| (line, format!("the strip on {bus}")))
        });
        let RawConfig { status_led, button, emergency_stop, plugs, relays, .. } = raw;
        let pins = RawPins { status_led, button, emergency_stop, plugs, relays };
        let pins = pins.checked(Claims::new(place, taken))?;
        Ok(Self { name, listen, key, only, frames_per_s, strips, pins })
    }
}

fn checked_strips(
    raw_strips: Vec<Spanned<RawStrip>>,
    place: Place<'_>,
) -> Result<Vec<StripEntry>, ConfigError> {
    let mut strips: Vec<StripEntry> = Vec::with_capacity(raw_strips.len());
    for raw in raw_strips {
        let span = raw.span();
        let strip = raw.into_inner().checked();
        let wrong = |message: String| Err(place.error(span.clone(), &message));
        if strips.iter().any(|other| other.bus == strip.bus) {
            return wrong(format!("two strips are on {}: a bus drives one", strip.bus));
        }
        if strips.iter().any(|other| other.cable == strip.cable) {
            return wrong(format!("two strips are of cable {}: a node is at one end of it", strip.cable));
        }
        strips.push(strip);
    }
    Ok(strips)
}

/// What is wrong with a configuration, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {message}")]
pub struct ConfigError {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

/// The text in which errors have their places.
#[derive(Clone, Copy)]
struct Place<'a> {
    text: &'a str,
}

impl Place<'_> {
    /// An error at a span of bytes of the text.
    fn error(self, span: Range<usize>, message: &str) -> ConfigError {
        let before = self.text.get(..span.start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        ConfigError { line, column, message: message.trim_end().replace('\n', "; ") }
    }
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawConfig {
    name: Option<String>,
    listen: Option<SocketAddr>,
    key: Option<PathBuf>,
    #[serde(default)]
    only: Vec<String>,
    #[serde(default = "default_frames", deserialize_with = "frames_per_s")]
    frames_per_s: u32,
    #[serde(default, rename = "strip")]
    strips: Vec<Spanned<RawStrip>>,
    status_led: Option<RawOutput>,
    button: Option<RawInput>,
    emergency_stop: Option<RawInput>,
    #[serde(default, rename = "plug")]
    plugs: Vec<Spanned<RawPlug>>,
    #[serde(default, rename = "relay")]
    relays: Vec<Spanned<RawRelay>>,
}

const fn default_frames() -> u32 {
    60
}

/// A strip as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStrip {
    cable: u16,
    #[serde(default = "first_bus", deserialize_with = "bus")]
    bus: SpiPort,
    #[serde(default = "kit_leds", deserialize_with = "leds")]
    leds: usize,
    #[serde(default, deserialize_with = "order")]
    order: ColourOrder,
    #[serde(default)]
    reversed: bool,
    #[serde(default = "all_light")]
    ceiling: u8,
    #[serde(default = "usb_budget_ma")]
    budget_ma: u32,
}

impl RawStrip {
    const fn checked(self) -> StripEntry {
        let Self { cable, bus, leds, order, reversed, ceiling, budget_ma } = self;
        StripEntry { cable, bus, order, config: StripConfig { leds, reversed, ceiling, budget_ma } }
    }
}

const fn first_bus() -> SpiPort {
    SpiPort::Spi0
}

/// The cables of the kit have 20 LEDs.
const fn kit_leds() -> usize {
    20
}

const fn all_light() -> u8 {
    u8::MAX
}

/// What a USB port gives.
const fn usb_budget_ma() -> u32 {
    500
}

fn frames_per_s<'de, D: Deserializer<'de>>(input: D) -> Result<u32, D::Error> {
    let frames = u32::deserialize(input)?;
    let wrong = || D::Error::custom(format!("frames_per_s is 1 to 200, not {frames}"));
    FRAMES_PER_S.contains(&frames).then_some(frames).ok_or_else(wrong)
}

fn leds<'de, D: Deserializer<'de>>(input: D) -> Result<usize, D::Error> {
    let leds = usize::deserialize(input)?;
    let wrong = || D::Error::custom(format!("a strip has 1 to 1000 LEDs, not {leds}"));
    LEDS.contains(&leds).then_some(leds).ok_or_else(wrong)
}

fn bus<'de, D: Deserializer<'de>>(input: D) -> Result<SpiPort, D::Error> {
    String::deserialize(input)?.parse().map_err(D::Error::custom)
}

fn order<'de, D: Deserializer<'de>>(input: D) -> Result<ColourOrder, D::Error> {
    let name = String::deserialize(input)?;
    let known = ColourOrder::ALL.into_iter().find(|order| order_name(*order) == name);
    known
        .ok_or_else(|| D::Error::custom(format!("`{name}` is no colour order: it is `rgb`, `grb`, `bgr`, …")))
}

/// The name of a colour order in the file.
pub fn order_name(order: ColourOrder) -> String {
    format!("{order:?}").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::NodeConfig;
    use crate::light::StripConfig;
    use illuminator_hal::{ColourOrder, SpiPort};

    fn error(text: &str) -> String {
        NodeConfig::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn nothing_has_to_be_said() {
        let config = NodeConfig::parse("").unwrap();
        assert_eq!(config, NodeConfig::default());
        assert_eq!(config.frames_per_s, 60);
        let strip = NodeConfig::parse("[[strip]]\ncable = 2").unwrap().strips[0];
        assert_eq!((strip.cable, strip.bus, strip.order), (2, SpiPort::Spi0, ColourOrder::Grb));
        let usual = StripConfig { leds: 20, reversed: false, ceiling: 255, budget_ma: 500 };
        assert_eq!(strip.config, usual);
    }

    #[test]
    fn everything_can_be_said() {
        let config = NodeConfig::parse(
            "name = 'wind'\nlisten = '0.0.0.0:5123'\nkey = 'c.key'\nonly = ['Wind']\nframes_per_s = 200\n\
             [[strip]]\ncable = 1\n[[strip]]\ncable = 2\nbus = 'spi1.0'\nleds = 1000\norder = 'bgr'\n\
             reversed = true\nceiling = 0\nbudget_ma = 2000\n",
        )
        .unwrap();
        assert_eq!((config.name.as_deref(), config.frames_per_s), (Some("wind"), 200));
        assert_eq!((config.listen, config.only), ("0.0.0.0:5123".parse().ok(), vec!["Wind".to_owned()]));
        let strip = config.strips[1];
        assert_eq!((strip.cable, strip.bus, strip.order), (2, SpiPort::Spi1, ColourOrder::Bgr));
        assert_eq!(strip.config, StripConfig { leds: 1000, reversed: true, ceiling: 0, budget_ma: 2000 });
    }

    #[test]
    fn errors_have_their_place() {
        for (text, place, message) in [
            ("colour = 1", "1:1: ", "unknown field `colour`"),
            ("\n  frames_per_s = 0", "2:18: ", "1 to 200, not 0"),
            ("frames_per_s = 201", "1:16: ", "1 to 200, not 201"),
            ("listen = 'here'", "1:10: ", "socket address"),
            ("name = ", "1:8: ", ""),
            ("[[strip]]\nleds = 3", "1:1: ", "missing field `cable`"),
            ("[[strip]]\ncable = 70000", "2:9: ", "70000"),
            ("[[strip]]\ncable = 1\nleds = 0", "3:8: ", "1 to 1000 LEDs, not 0"),
            ("[[strip]]\ncable = 1\nleds = 1001", "3:8: ", "1 to 1000 LEDs, not 1001"),
            ("[[strip]]\ncable = 1\nbus = 'spi0.1'", "3:7: ", "`spi0.0` or `spi1.0`"),
            ("[[strip]]\ncable = 1\norder = 'rgbw'", "3:9: ", "`rgbw`"),
            ("[[strip]]\ncable = 1\nled = 3", "3:1: ", "unknown field `led`"),
            ("[[strip]]\ncable = 1\n[[strip]]\ncable = 2", "3:1: ", "two strips are on spi0.0"),
            (
                "[[strip]]\ncable = 1\n[[strip]]\ncable = 1\nbus = 'spi1.0'",
                "3:1: ",
                "two strips are of cable 1",
            ),
        ] {
            let error = error(text);
            assert!(error.starts_with(place) && error.contains(message), "{text}: {error}");
            assert!(!error.contains('\n'), "{error}");
        }
    }
}
