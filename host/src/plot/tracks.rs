//! Columns that have no axis of values: bands of texts, and what is on or off.

use super::axis::DateAxis;
use super::contents::{Band, Line};
use super::figure::Anchor;
use super::font::Font;
use super::painter::{HALF_LETTER, Names, Painter, ROW, SMALL, TEXT};
use super::style::{BANDS, ON_BANDS, Theme};

/// Height of a band `[units]`.
const BAND: f64 = 22.0;
/// Height of the bar in a band of the second round of colours, and of what is below it `[units]`.
const BAR: f64 = 2.5;
/// Height of what is on `[units]`.
const LANE: f64 = 12.0;
/// Room before a name for a sample of its colour `[units]`.
const SAMPLE: f64 = 18.0;
/// Room on both sides of a text in its band `[units]`.
const INSET: f64 = 5.0;

/// A stretch of time with one text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Segment {
    from: f64,
    to: f64,
    text: usize,
}

/// A band, measured.
pub(super) struct BandPlan {
    segments: Vec<Segment>,
    /// The column's name, then the texts that fit nowhere into their segments.
    names: Names,
    outside: Vec<usize>,
}

impl BandPlan {
    pub(super) fn new(band: &Band, rows_s: &[i64], axis: &DateAxis, font: &Font) -> Self {
        let segments = segments(&band.rows, rows_s, axis);
        let fits = |text: usize| {
            let width = font.width(&band.texts[text], SMALL) + 2.0 * INSET;
            segments.iter().any(|segment| segment.text == text && segment.to - segment.from >= width)
        };
        let outside: Vec<usize> = (0..band.texts.len()).filter(|&text| !fits(text)).collect();
        let texts = outside.iter().map(|&text| (SAMPLE, band.texts[text].as_str()));
        let names = Names::fill(font, std::iter::once((0.0, band.name.as_str())).chain(texts), axis.width);
        Self { segments, names, outside }
    }

    pub(super) fn height(&self) -> f64 {
        self.names.height() + BAND
    }

    pub(super) fn draw(&self, band: &Band, top: f64, axis: &DateAxis, painter: &mut Painter<'_>) {
        let ink = (painter.theme.ink, Anchor::Start);
        for (index, (row, right, text)) in self.names.places.iter().enumerate() {
            let middle = top + *row as f64 * ROW + ROW / 2.0 - 2.0;
            let mut left = axis.left + right;
            if let Some(&text) = index.checked_sub(1).and_then(|index| self.outside.get(index)) {
                swatch((left, middle - 6.0), (left + 12.0, middle + 6.0), text, "", painter);
                left += SAMPLE;
            }
            painter.text((left, middle + TEXT * HALF_LETTER), text, TEXT, ink);
        }
        let top = top + self.names.height();
        for &Segment { from, to, text } in &self.segments {
            let name = &band.texts[text];
            swatch((from, top), (to, top + BAND), text, name, painter);
            if to - from >= painter.font.width(name, SMALL) + 2.0 * INSET {
                let baseline = top + BAND / 2.0 + SMALL * HALF_LETTER;
                painter.text(((from + to) / 2.0, baseline), name, SMALL, (ON_BANDS, Anchor::Middle));
            }
        }
    }
}

/// The colour of a text; from the second round on with a bar.
fn swatch(from: (f64, f64), to: (f64, f64), text: usize, name: &str, painter: &mut Painter<'_>) {
    painter.rect(from, to, BANDS[text % BANDS.len()], name);
    if text >= BANDS.len() {
        painter.rect((from.0, to.1 - 2.0 * BAR), (to.0, to.1 - BAR), ON_BANDS, "");
    }
}

/// The stretches of time with one text each. Of those that are narrower than a pixel one per pixel is there, that wide.
fn segments(rows: &[Option<usize>], rows_s: &[i64], axis: &DateAxis) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::new();
    let mut row = 0;
    while row < rows.len() {
        let first = row;
        while rows.get(row + 1) == Some(&rows[first]) {
            row += 1;
        }
        if let Some(text) = rows[first] {
            let from = axis.x(rows_s[first]);
            let to = axis.x_after(row, rows_s);
            let taken = segments.last().is_some_and(|last| to - from < 1.0 && from < last.to);
            if !taken {
                segments.push(Segment { from, to: to.max(from + 1.0), text });
            }
        }
        row += 1;
    }
    segments
}

/// Height of a column that is on or off, with its name `[units]`.
pub(super) const SWITCH: f64 = ROW + LANE;

/// Draws a column that is on or off: its line, and what is below it where it is on.
pub(super) fn draw_switch(
    line: &Line,
    rows_s: &[i64],
    (top, index): (f64, usize),
    axis: &DateAxis,
    painter: &mut Painter<'_>,
) {
    let theme = painter.theme;
    let name = painter.font.fit(&line.name, TEXT, axis.width);
    let baseline = top + ROW / 2.0 - 2.0 + TEXT * HALF_LETTER;
    painter.text((axis.left, baseline), &name, TEXT, (theme.ink, Anchor::Start));
    let (top, bottom) = (top + ROW, top + ROW + LANE);
    painter.rule((axis.left, bottom), (axis.right(), bottom), theme.edge);
    let (runs, dense) = super::layout::runs(line, rows_s, axis, |value| bottom - value * LANE);
    let stroke = theme.line(index, 0, dense);
    let on: Vec<Option<usize>> = line.values.iter().map(|&value| (value == 1.0).then_some(0)).collect();
    let paler = mix(theme, stroke.colour);
    for Segment { from, to, .. } in segments(&on, rows_s, axis) {
        painter.rect((from, top), (to, bottom), paler, "");
    }
    painter.line(runs, stroke, &line.name);
}

/// A colour with two thirds of the paper in it.
fn mix(theme: &Theme, colour: [u8; 3]) -> [u8; 3] {
    let mut mixed = theme.background;
    for (part, colour) in mixed.iter_mut().zip(colour) {
        *part = ((u16::from(*part) * 2 + u16::from(colour)) / 3) as u8;
    }
    mixed
}
