//! The node's configuration, `node.toml`: text to a checked [`NodeConfig`]. Pure: whoever calls reads the file.
//!
//! ```toml
//! name = "wind"              # the machine's host name unless given
//! listen = "0.0.0.0:5123"
//! key = "cluster.key"        # relative to this file; or keys = ["cluster.key", "next.key"]
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
//! [[strip]]                  # a strip that is cut among cables
//! bus = "spi1.0"
//! segments = [{ cable = 3, leds = 20 }, { cable = 4, leds = 20, reversed = true }]
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
//!
//! [boards]
//! enabled = true             # false with --hal sim
//! directory = "/dev"
//! devices = ["ttyACM", "ttyUSB"]
//! reversed = []
//!
//! [actions]                  # what a host may start on this machine; nothing unless named here
//! reboot = true              # systemctl reboot, or a command of one's own
//! shutdown = ["sudo", "-n", "poweroff"]
//! calibrate = { run = ["./calibrate.sh"], time_limit_s = 120 }
//! ```
//!
//! Invariants: what is not known is refused, and every error has its line and column.

mod actions;
mod boards;
mod pins;
mod strip;

pub use actions::{ActionsEntry, CommandEntry, TIME_LIMIT_S};
pub use boards::BoardsEntry;
pub use pins::{InputEntry, OutputEntry, PinsConfig, PlugEntry, RelayEntry, SETTLE_MS};
pub use strip::{LEDS, SegmentEntry, StripEntry, order_name};

use actions::{RawActions, checked_actions};
use core::net::SocketAddr;
use illuminator_protocol::{ClusterKey, KEYS_MAX};
use pins::{Claims, RawInput, RawOutput, RawPins, RawPlug, RawRelay};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use std::ops::{Range, RangeInclusive};
use std::path::PathBuf;
use strip::{RawStrip, checked_strips};
use toml::Spanned;

/// Permitted frame rates `[1/s]`.
pub const FRAMES_PER_S: RangeInclusive<u32> = 1..=200;

/// What a node is told by its file. A command-line option wins over it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeConfig {
    /// The node's name, shown by the host.
    pub name: Option<String>,
    /// Address and UDP port to listen on.
    pub listen: Option<SocketAddr>,
    /// The files with the cluster's keys, relative to the configuration file: none, the present one, or also the
    /// next one while the key is changed.
    pub keys: Vec<PathBuf>,
    /// The model types to take; all, if empty.
    pub only: Vec<String>,
    /// Frames of the animation `[1/s]`, in [`FRAMES_PER_S`].
    pub frames_per_s: u32,
    /// The strips, no two on one bus or of one cable.
    pub strips: Vec<StripEntry>,
    /// What is soldered to the pins.
    pub pins: PinsConfig,
    /// The cable boards.
    pub boards: BoardsEntry,
    /// What a host may start on this machine.
    pub actions: ActionsEntry,
}

impl Default for NodeConfig {
    fn default() -> Self {
        Self {
            name: None,
            listen: None,
            keys: Vec::new(),
            only: Vec::new(),
            frames_per_s: default_frames(),
            strips: Vec::new(),
            pins: PinsConfig::default(),
            boards: BoardsEntry::default(),
            actions: ActionsEntry::default(),
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
        let RawConfig { name, listen, key, keys, only, frames_per_s, strips, boards, actions, .. } = raw;
        let keys = checked_keys(key, keys, place)?;
        let strips = checked_strips(strips, place)?;
        let actions = checked_actions(actions, place)?;
        let taken = strips.iter().flat_map(|StripEntry { bus, .. }| {
            bus.lines().map(move |line| (line, format!("the strip on {bus}")))
        });
        let RawConfig { status_led, button, emergency_stop, plugs, relays, .. } = raw;
        let pins = RawPins { status_led, button, emergency_stop, plugs, relays };
        let pins = pins.checked(Claims::new(place, taken))?;
        Ok(Self { name, listen, keys, only, frames_per_s, strips, pins, boards, actions })
    }
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
    key: Option<Spanned<PathBuf>>,
    keys: Option<Spanned<Vec<PathBuf>>>,
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
    #[serde(default)]
    boards: BoardsEntry,
    #[serde(default)]
    actions: RawActions,
}

const NOT_A_FILE: &str =
    "a key is here where the name of its file is expected; others may have seen it: make a new one";

/// `key = FILE`, or `keys` with at most as many as a node takes.
fn checked_keys(
    key: Option<Spanned<PathBuf>>,
    keys: Option<Spanned<Vec<PathBuf>>>,
    place: Place<'_>,
) -> Result<Vec<PathBuf>, ConfigError> {
    let bare = |file: &PathBuf| ClusterKey::looks_like(file.as_os_str().as_encoded_bytes());
    let Some(keys) = keys else {
        let Some(key) = key else { return Ok(Vec::new()) };
        if bare(key.get_ref()) {
            return Err(place.error(key.span(), NOT_A_FILE));
        }
        return Ok(vec![key.into_inner()]);
    };
    let wrong = |message: &str| Err(place.error(keys.span(), message));
    match keys.get_ref().len() {
        _ if key.is_some() => wrong("either `key` or `keys`, not both"),
        _ if keys.get_ref().iter().any(bare) => wrong(NOT_A_FILE),
        1..=KEYS_MAX => Ok(keys.into_inner()),
        _ => wrong("a node takes one or two keys: the present one and the next one"),
    }
}

const fn default_frames() -> u32 {
    60
}

fn frames_per_s<'de, D: Deserializer<'de>>(input: D) -> Result<u32, D::Error> {
    let frames = u32::deserialize(input)?;
    let wrong = || D::Error::custom(format!("frames_per_s is 1 to 200, not {frames}"));
    FRAMES_PER_S.contains(&frames).then_some(frames).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::{NodeConfig, SegmentEntry};
    use crate::light::{Limits, Segment};
    use illuminator_hal::{ColourOrder, SpiPort};
    use std::path::Path;

    fn error(text: &str) -> String {
        NodeConfig::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn nothing_has_to_be_said() {
        let config = NodeConfig::parse("").unwrap();
        assert_eq!(config, NodeConfig::default());
        assert_eq!(config.frames_per_s, 60);
        let strip = &NodeConfig::parse("[[strip]]\ncable = 2").unwrap().strips[0];
        assert_eq!((strip.bus, strip.order), (SpiPort::Spi0, ColourOrder::Grb));
        let usual = SegmentEntry { cable: 2, segment: Segment { leds: 20, reversed: false } };
        assert_eq!(strip.segments, [usual]);
        assert_eq!(strip.limits, Limits { ceiling: 255, budget_ma: 500 });
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
        assert_eq!(config.keys, [Path::new("c.key")]);
        let strip = &config.strips[1];
        assert_eq!((strip.bus, strip.order), (SpiPort::Spi1, ColourOrder::Bgr));
        let all = SegmentEntry { cable: 2, segment: Segment { leds: 1000, reversed: true } };
        assert_eq!(strip.segments, [all]);
        assert_eq!(strip.limits, Limits { ceiling: 0, budget_ma: 2000 });
    }

    #[test]
    fn a_key_in_the_place_of_its_file_is_not_shown() {
        let key = "5a".repeat(32);
        for text in [format!("key = '{key}'"), format!("keys = ['a', '{key}']")] {
            let error = error(&text);
            assert!(error.contains("name of its file") && !error.contains("5a5a"), "{error}");
        }
    }

    #[test]
    fn there_may_be_two_keys() {
        let config = NodeConfig::parse("keys = ['old.key', 'new.key']").unwrap();
        assert_eq!(config.keys, [Path::new("old.key"), Path::new("new.key")]);
    }

    #[test]
    fn a_strip_can_be_cut_among_cables() {
        let text =
            "[[strip]]\nsegments = [{cable = 1}, {cable = 2, leds = 7, reversed = true}]\nbudget_ma = 900";
        let strip = &NodeConfig::parse(text).unwrap().strips[0];
        let segment = |cable, leds, reversed| SegmentEntry { cable, segment: Segment { leds, reversed } };
        assert_eq!(strip.segments, [segment(1, 20, false), segment(2, 7, true)]);
        assert_eq!((strip.leds(), strip.limits.budget_ma), (27, 900));
        assert_eq!(strip.cables(), "cables 1, 2");
    }

    #[test]
    fn errors_have_their_place() {
        for (text, place, message) in [
            ("colour = 1", "1:1: ", "unknown field `colour`"),
            ("\n  frames_per_s = 0", "2:18: ", "1 to 200, not 0"),
            ("frames_per_s = 201", "1:16: ", "1 to 200, not 201"),
            ("listen = 'here'", "1:10: ", "socket address"),
            ("name = ", "1:8: ", ""),
            ("keys = []", "1:8: ", "one or two keys"),
            ("keys = ['a', 'b', 'c']", "1:8: ", "one or two keys"),
            ("key = 'a'\nkeys = ['b']", "2:8: ", "either `key` or `keys`"),
            ("[[strip]]\nleds = 3", "1:1: ", "missing field `cable`"),
            ("[[strip]]\ncable = 70000", "2:9: ", "70000"),
            ("[[strip]]\ncable = 1\nleds = 0", "3:8: ", "1 to 1000 LEDs, not 0"),
            ("[[strip]]\ncable = 1\nleds = 1001", "3:8: ", "1 to 1000 LEDs, not 1001"),
            ("[[strip]]\ncable = 1\nbus = 'spi0.1'", "3:7: ", "`spi0.0` or `spi1.0`"),
            ("[[strip]]\ncable = 1\norder = 'rgbw'", "3:9: ", "`rgbw`"),
            ("[[strip]]\ncable = 1\nled = 3", "3:1: ", "unknown field `led`"),
            ("[[strip]]\ncable = 1\n[[strip]]\ncable = 2", "3:1: ", "two strips are on spi0.0"),
            ("[[strip]]\ncable = 1\n[[strip]]\ncable = 1\nbus = 'spi1.0'", "4:9: ", "cable 1 is shown twice"),
            ("[[strip]]\nsegments = [{cable = 1}, {cable = 1}]", "2:35: ", "cable 1 is shown twice"),
            ("[[strip]]\nsegments = []", "2:12: ", "at least one"),
            ("[[strip]]\nsegments = [{leds = 3}]", "2:13: ", "missing field `cable`"),
            ("[[strip]]\ncable = 1\nsegments = [{cable = 2}]", "3:12: ", "either `segments` or"),
            ("[[strip]]\nleds = 1\nsegments = [{cable = 2}]", "3:12: ", "either `segments` or"),
            (
                "[[strip]]\nsegments = [{cable = 1, leds = 999}, {cable = 2, leds = 2}]",
                "2:12: ",
                "1 to 1000 LEDs, not 1001",
            ),
        ] {
            let error = error(text);
            assert!(error.starts_with(place) && error.contains(message), "{text}: {error}");
            assert!(!error.contains('\n'), "{error}");
        }
    }
}
