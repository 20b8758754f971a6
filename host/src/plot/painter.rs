//! Puts shapes into a figure, and names into rows.

use super::figure::{Anchor, Point, Rgb, Shape, Stroke};
use super::font::Font;
use super::style::Theme;

/// Letters of names `[units per em]`.
pub(super) const TEXT: f64 = 12.0;
/// Letters beside ticks `[units per em]`.
pub(super) const SMALL: f64 = 11.0;
/// Letters of the title `[units per em]`.
pub(super) const TITLE: f64 = 16.0;
/// Height of a row of names `[units]`.
pub(super) const ROW: f64 = 18.0;
/// From a letter's middle down to its baseline, in ems.
pub(super) const HALF_LETTER: f64 = 0.36;
/// Between two names `[units]`.
const NAME_GAP: f64 = 18.0;

/// Shapes so far.
pub(super) struct Painter<'a> {
    pub(super) theme: &'a Theme,
    pub(super) font: &'a Font,
    pub(super) shapes: Vec<Shape>,
}

/// Names in rows, each with room for a sample before it.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    /// Row, where it begins in the row, and the text as far as it fits.
    pub(super) places: Vec<(usize, f64, String)>,
    pub(super) rows: usize,
}

impl Names {
    /// Fills rows of this width; each name comes with the width of its sample.
    pub(super) fn fill<'n>(font: &Font, names: impl IntoIterator<Item = (f64, &'n str)>, width: f64) -> Self {
        let (mut filled, mut right) = (Self::default(), f64::INFINITY);
        for (sample, name) in names {
            let text = font.fit(name, TEXT, width - sample);
            let needed = sample + font.width(&text, TEXT);
            if right + needed > width {
                filled.rows += 1;
                right = 0.0;
            }
            filled.places.push((filled.rows - 1, right, text));
            right += needed + NAME_GAP;
        }
        filled
    }

    /// Their height `[units]`.
    pub(super) fn height(&self) -> f64 {
        self.rows as f64 * ROW
    }
}

impl Painter<'_> {
    pub(super) fn text(&mut self, at: Point, text: &str, size: f64, (colour, anchor): (Rgb, Anchor)) {
        self.shapes.push(Shape::Text { at, text: text.to_owned(), size, colour, anchor, upwards: false });
    }

    /// A text that runs upwards, its middle at `at`.
    pub(super) fn upwards(&mut self, at: Point, text: &str) {
        self.shapes.push(Shape::Text {
            at,
            text: text.to_owned(),
            size: SMALL,
            colour: self.theme.ink,
            anchor: Anchor::Middle,
            upwards: true,
        });
    }

    pub(super) fn rect(&mut self, (left, top): Point, (right, bottom): Point, fill: Rgb, name: &str) {
        let size = ((right - left).max(0.0), (bottom - top).max(0.0));
        self.shapes.push(Shape::Rect { at: (left, top), size, fill, name: name.to_owned() });
    }

    /// A thin line of the frame.
    pub(super) fn rule(&mut self, from: Point, to: Point, colour: Rgb) {
        let stroke = Stroke { colour, width: 1.0, dash: &[] };
        // On the middle of a pixel, where it is one pixel wide and not two pale ones.
        let sharp = |(x, y): Point| (x.floor() + 0.5, y.floor() + 0.5);
        self.line(vec![vec![sharp(from), sharp(to)]], stroke, "");
    }

    pub(super) fn line(&mut self, runs: Vec<Vec<Point>>, stroke: Stroke, name: &str) {
        self.shapes.push(Shape::Line { runs, stroke, name: name.to_owned() });
    }
}
