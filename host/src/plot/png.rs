//! A figure as PNG: the same shapes, filled by tiny-skia, with the letters of the built-in font.

use super::figure::{Anchor, Figure, Point, Rgb, Shape};
use super::font::Font;
use tiny_skia::{
    Color, FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, Rect, Stroke, StrokeDash, Transform,
};
use ttf_parser::OutlineBuilder;

/// Most pixels of a picture: 8,000 times 8,000.
pub const PIXELS_MAX: u64 = 64_000_000;

/// A picture that cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PngError {
    /// It has no pixels, or more than memory is kept for.
    #[error("a picture of {width} x {height} pixels cannot be drawn: it may have {PIXELS_MAX} pixels")]
    Size {
        /// Pixels from left to right.
        width: u64,
        /// Pixels from top to bottom.
        height: u64,
    },
    /// Its pixels cannot be packed.
    #[error("the picture cannot be encoded: {0}")]
    Encoding(String),
}

/// The figure as a PNG file, drawn `scale` pixels per unit.
///
/// # Errors
/// More than [`PIXELS_MAX`] pixels, or none.
pub fn to_png(figure: &Figure, scale: f64) -> Result<Vec<u8>, PngError> {
    let pixels = |length: f64| (length * scale).round().max(0.0) as u64;
    let (width, height) = (pixels(figure.width), pixels(figure.height));
    let wrong = PngError::Size { width, height };
    if width.saturating_mul(height) > PIXELS_MAX {
        return Err(wrong);
    }
    let pixmap = (u32::try_from(width).ok().zip(u32::try_from(height).ok()))
        .and_then(|(width, height)| Pixmap::new(width, height));
    let Some(mut pixmap) = pixmap else { return Err(wrong) };
    pixmap.fill(colour(figure.background));
    let mut raster =
        Raster { pixmap, view: Transform::from_scale(scale as f32, scale as f32), font: Font::embedded() };
    figure.shapes.iter().for_each(|shape| raster.draw(shape));
    raster.pixmap.encode_png().map_err(|error| PngError::Encoding(error.to_string()))
}

struct Raster {
    pixmap: Pixmap,
    /// From units to pixels.
    view: Transform,
    font: Font,
}

impl Raster {
    fn draw(&mut self, shape: &Shape) {
        match shape {
            Shape::Rect { at, size, fill, .. } => {
                let rect = Rect::from_xywh(at.0 as f32, at.1 as f32, size.0 as f32, size.1 as f32);
                if let Some(rect) = rect {
                    self.pixmap.fill_rect(rect, &paint(*fill), self.view, None);
                }
            }
            Shape::Line { runs, stroke, .. } => {
                let dashes = stroke.dash.iter().map(|length| *length as f32).collect();
                let dash = StrokeDash::new(dashes, 0.0);
                let line_cap = if dash.is_none() { LineCap::Round } else { LineCap::Butt };
                let (width, line_join) = (stroke.width as f32, LineJoin::Round);
                let pen = Stroke { width, line_cap, line_join, dash, ..Stroke::default() };
                if let Some(path) = path(runs) {
                    self.pixmap.stroke_path(&path, &paint(stroke.colour), &pen, self.view, None);
                }
            }
            Shape::Text { at, text, size, colour, anchor, upwards } => {
                let width = self.font.width(text, *size);
                let before = match anchor {
                    Anchor::Start => 0.0,
                    Anchor::Middle => width / 2.0,
                    Anchor::End => width,
                };
                let turn = if *upwards { Transform::from_rotate(-90.0) } else { Transform::identity() };
                // Fonts count upwards, pictures downwards.
                let em = (size / self.font.units_per_em()) as f32;
                let place = turn
                    .pre_translate(-before as f32, 0.0)
                    .pre_scale(em, -em)
                    .post_concat(Transform::from_translate(at.0 as f32, at.1 as f32))
                    .post_concat(self.view);
                let paint = paint(*colour);
                let (pixmap, font) = (&mut self.pixmap, &self.font);
                font.outline(text, Outline::at, |outline| {
                    if let Some(path) = outline.path.finish() {
                        pixmap.fill_path(&path, &paint, FillRule::Winding, place, None);
                    }
                });
            }
        }
    }
}

fn path(runs: &[Vec<Point>]) -> Option<Path> {
    let mut builder = PathBuilder::new();
    for run in runs {
        for (index, &(x, y)) in run.iter().enumerate() {
            let (x, y) = (x as f32, y as f32);
            if index == 0 { builder.move_to(x, y) } else { builder.line_to(x, y) }
        }
        if let &[(x, y)] = run.as_slice() {
            // Round caps make a dot of it.
            builder.line_to(x as f32, y as f32);
        }
    }
    builder.finish()
}

fn colour([red, green, blue]: Rgb) -> Color {
    Color::from_rgba8(red, green, blue, u8::MAX)
}

fn paint(fill: Rgb) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color(colour(fill));
    paint
}

/// A letter, so far right of where the text begins `[units of the font]`.
struct Outline {
    path: PathBuilder,
    right: f32,
}

impl Outline {
    fn at(right: f64) -> Self {
        Self { path: PathBuilder::new(), right: right as f32 }
    }
}

impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        self.path.move_to(x + self.right, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.path.line_to(x + self.right, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.path.quad_to(x1 + self.right, y1, x + self.right, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.path.cubic_to(x1 + self.right, y1, x2 + self.right, y2, x + self.right, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}
