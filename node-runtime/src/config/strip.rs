//! The strips of a `node.toml`.

use super::{ConfigError, Place};
use crate::light::{Limits, Segment};
use illuminator_hal::{ColourOrder, SpiPort};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use std::ops::RangeInclusive;
use toml::Spanned;

/// Permitted numbers of LEDs of a strip, and of a segment.
pub const LEDS: RangeInclusive<usize> = 1..=1000;

/// A strip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StripEntry {
    /// What shows a cable each, in the order of the data; at least one.
    pub segments: Vec<SegmentEntry>,
    /// Where the strip is connected.
    pub bus: SpiPort,
    /// The order in which it takes the channels of a colour.
    pub order: ColourOrder,
    /// What holds for all its LEDs together.
    pub limits: Limits,
}

/// The part of a strip that shows a cable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SegmentEntry {
    /// Number of the cable; no two on a node.
    pub cable: u16,
    /// Its LEDs.
    pub segment: Segment,
}

impl StripEntry {
    /// Number of its LEDs.
    pub fn leds(&self) -> usize {
        self.segments.iter().map(|entry| entry.segment.leds).sum()
    }

    /// Its cables as in a sentence: `cable 2`, `cables 2, 3`.
    pub fn cables(&self) -> String {
        let cables: Vec<_> = self.segments.iter().map(|entry| entry.cable.to_string()).collect();
        format!("cable{} {}", if cables.len() == 1 { "" } else { "s" }, cables.join(", "))
    }
}

/// A strip as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawStrip {
    cable: Option<Spanned<u16>>,
    #[serde(default, deserialize_with = "some_leds")]
    leds: Option<usize>,
    reversed: Option<bool>,
    segments: Option<Spanned<Vec<RawSegment>>>,
    #[serde(default = "first_bus", deserialize_with = "bus")]
    bus: SpiPort,
    #[serde(default, deserialize_with = "order")]
    order: ColourOrder,
    #[serde(default = "all_light")]
    ceiling: u8,
    #[serde(default = "usb_budget_ma")]
    budget_ma: u32,
}

/// A segment as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSegment {
    cable: Spanned<u16>,
    #[serde(default = "kit_leds", deserialize_with = "leds")]
    leds: usize,
    #[serde(default)]
    reversed: bool,
}

/// The strips, if they do not contradict each other.
pub(super) fn checked_strips(
    raw_strips: Vec<Spanned<RawStrip>>,
    place: Place<'_>,
) -> Result<Vec<StripEntry>, ConfigError> {
    let mut strips: Vec<StripEntry> = Vec::with_capacity(raw_strips.len());
    let mut cables = Vec::new();
    for raw in raw_strips {
        let span = raw.span();
        let mut raw = raw.into_inner();
        if strips.iter().any(|other| other.bus == raw.bus) {
            return Err(place.error(span, &format!("two strips are on {}: a bus drives one", raw.bus)));
        }
        let raw_segments = match (raw.segments.take(), raw.cable.take()) {
            (Some(segments), None) if raw.leds.is_none() && raw.reversed.is_none() => cut(segments, place)?,
            (Some(segments), _) => {
                let message = "a strip has either `segments` or `cable`, `leds` and `reversed`";
                return Err(place.error(segments.span(), message));
            }
            (None, Some(cable)) => {
                let (leds, reversed) = (raw.leds.unwrap_or(kit_leds()), raw.reversed.unwrap_or(false));
                vec![RawSegment { cable, leds, reversed }]
            }
            (None, None) => return Err(place.error(span, "missing field `cable`, or `segments`")),
        };
        let mut segments = Vec::with_capacity(raw_segments.len());
        for RawSegment { cable, leds, reversed } in raw_segments {
            let (span, cable) = (cable.span(), cable.into_inner());
            if cables.contains(&cable) {
                let message = format!("cable {cable} is shown twice: a node is at one end of it");
                return Err(place.error(span, &message));
            }
            cables.push(cable);
            segments.push(SegmentEntry { cable, segment: Segment { leds, reversed } });
        }
        let RawStrip { bus, order, ceiling, budget_ma, .. } = raw;
        strips.push(StripEntry { segments, bus, order, limits: Limits { ceiling, budget_ma } });
    }
    Ok(strips)
}

/// The segments of a strip, if they can be one.
fn cut(segments: Spanned<Vec<RawSegment>>, place: Place<'_>) -> Result<Vec<RawSegment>, ConfigError> {
    let (span, segments) = (segments.span(), segments.into_inner());
    if segments.is_empty() {
        return Err(place.error(span, "a strip has at least one segment"));
    }
    // Each is in `LEDS`, and the file is not long: the sum does not overflow.
    let leds = segments.iter().map(|segment| segment.leds).sum();
    if !LEDS.contains(&leds) {
        return Err(place.error(span, &too_long(leds)));
    }
    Ok(segments)
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

fn leds<'de, D: Deserializer<'de>>(input: D) -> Result<usize, D::Error> {
    let leds = usize::deserialize(input)?;
    LEDS.contains(&leds).then_some(leds).ok_or_else(|| D::Error::custom(too_long(leds)))
}

fn some_leds<'de, D: Deserializer<'de>>(input: D) -> Result<Option<usize>, D::Error> {
    leds(input).map(Some)
}

fn too_long(leds: usize) -> String {
    format!("a strip has 1 to 1000 LEDs, not {leds}")
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
