//! Results as a figure: columns over dates, as SVG or PNG.
//!
//! ```text
//!   result.csv ─▶ table (select) ─▶ contents ─▶ layout ─▶ Figure ─▶ svg ─▶ text
//!   scenario ────▶ units ──────────────┘          ▲          └────▶ png ─▶ bytes
//!                       calendar, scale, reduce, style, font
//! ```
//!
//! Invariants: everything here is pure; a [`Figure`] is a list of shapes, so SVG and PNG are one picture; however many rows
//! there are, the picture has a few points per column of pixels, among them the lowest and the highest.

mod axis;
mod calendar;
mod contents;
mod figure;
mod font;
mod layout;
mod painter;
mod png;
mod reduce;
mod scale;
mod select;
mod style;
mod svg;
mod table;
#[cfg(test)]
mod tests;
mod tracks;
mod units;

pub use figure::{Anchor, Figure, Point, Rgb, Shape, Stroke};
pub use png::{PIXELS_MAX, PngError, to_png};
pub use style::LINES_MAX;
pub use svg::to_svg;

use crate::scenario::{Diagnostic, Scenario};
use axis::Dates;
use contents::Contents;
use jiff::civil::DateTime;
use table::ResultFile;

/// Lengths that a picture may have `[units]`.
pub const LENGTHS: std::ops::RangeInclusive<u32> = 200..=20_000;

/// What to draw.
pub struct Request<'a> {
    /// The result, as a run writes it.
    pub text: &'a str,
    /// What messages call it.
    pub file: &'a str,
    /// Which columns: names with `*` and `?`, in this order; all of them if there is none.
    pub columns: &'a [String],
    /// The first date, wall clock.
    pub from: Option<DateTime>,
    /// The last date, wall clock.
    pub to: Option<DateTime>,
    /// The scenario of the result, for units.
    pub scenario: Option<&'a Scenario>,
    /// The title.
    pub title: &'a str,
    /// From left to right `[units]`, in [`LENGTHS`].
    pub width: u32,
    /// From top to bottom `[units]`, in [`LENGTHS`]; as the panels need it unless given.
    pub height: Option<u32>,
    /// Columns of pixels that are told apart, per unit; at least 1.
    pub detail: f64,
    /// Light lines on dark paper.
    pub dark: bool,
}

/// A figure, and what there is to say about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
    /// The figure.
    pub figure: Figure,
    /// How many columns it shows.
    pub columns: usize,
    /// Of how many rows.
    pub rows: usize,
    /// What was left out or is not known, and what to do about it.
    pub notes: Vec<String>,
}

/// Why there is no figure.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlotError {
    /// The file is no result.
    #[error("{0}")]
    File(Diagnostic),
    /// A pattern that means no column.
    #[error("error: no column is called `{pattern}`\n  help: {help}")]
    UnknownColumn {
        /// The pattern.
        pattern: String,
        /// The nearest name.
        help: String,
    },
    /// More lines than can be told apart.
    #[error(
        "error: {columns} columns are too many for one picture\n  help: choose at most {LINES_MAX} with --columns"
    )]
    TooMany {
        /// How many.
        columns: usize,
    },
    /// No row with a date that was asked for.
    #[error("error: {file} has no row{between}", between = if *.ranged { " between --from and --to" } else { "" })]
    NoRows {
        /// The file.
        file: String,
        /// Whether that may be due to the range of dates.
        ranged: bool,
    },
    /// No column that can be drawn.
    #[error("error: no column of {file} can be drawn\n  {notes}", notes = .notes.join("\n  "))]
    NothingToDraw {
        /// The file.
        file: String,
        /// Why not, for each.
        notes: Vec<String>,
    },
    /// Panels that are too flat or too narrow.
    #[error(
        "error: a picture of {width} x {height} is too small for that\n  help: it needs {needed}, or fewer --columns"
    )]
    TooSmall {
        /// The width that was asked for `[units]`.
        width: u32,
        /// The height that was asked for `[units]`.
        height: u32,
        /// What would do, in words.
        needed: String,
    },
}

/// Draws a result.
///
/// # Errors
/// See [`PlotError`].
pub fn plot(request: &Request<'_>) -> Result<Plot, PlotError> {
    let file = ResultFile::open(request.text, request.file).map_err(PlotError::File)?;
    let choice = select::choose(file.names(), request.columns)?;
    if choice.len() > LINES_MAX {
        return Err(PlotError::TooMany { columns: choice.len() });
    }
    let first_s = request.from.map_or(i64::MIN, calendar::seconds);
    let last_s = request.to.map_or(i64::MAX, calendar::seconds);
    let results = file.read(&choice, &(first_s..=last_s)).map_err(PlotError::File)?;
    let ranged = request.from.is_some() || request.to.is_some();
    let Some(dates) = Dates::new(&results.dates_s) else {
        return Err(PlotError::NoRows { file: request.file.to_owned(), ranged });
    };
    let rows = results.dates_s.clone();
    let contents = Contents::new(results, request.scenario);
    if contents.is_empty() {
        return Err(PlotError::NothingToDraw { file: request.file.to_owned(), notes: contents.notes });
    }
    let figure = layout::figure(request, &contents, &rows, dates)?;
    let lines: usize = contents.panels.iter().map(|panel| panel.lines.len()).sum();
    let columns = lines + contents.bands.len() + contents.switches.len();
    Ok(Plot { figure, columns, rows: rows.len(), notes: contents.notes })
}
