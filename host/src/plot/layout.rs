//! Where everything of a figure stands.
//!
//! ```text
//!   title
//!   names, band            one per column of texts
//!   names, panel           one per unit, all of the same height
//!   name, lane             one per column that is on or off
//!   dates
//! ```

use super::axis::{DateAxis, Dates};
use super::calendar::civil;
use super::contents::{Contents, Line, Panel};
use super::figure::{Anchor, Figure, Point};
use super::font::Font;
use super::painter::{HALF_LETTER, Names, Painter, ROW, SMALL, TEXT, TITLE};
use super::reduce::reduce;
use super::scale::Scale;
use super::style::{DARK, LIGHT};
use super::tracks::{BandPlan, SWITCH, draw_switch};
use super::units::axis_label;
use super::{PlotError, Request};

/// At the edges `[units]`.
const MARGIN: f64 = 16.0;
/// Between two panels or tracks `[units]`.
const GAP: f64 = 12.0;
/// Title and what is under it `[units]`.
const HEAD: f64 = 30.0;
/// The dates under the panels `[units]`.
const FOOT: f64 = 36.0;
/// Between an axis and what is written beside it `[units]`.
const BESIDE: f64 = 7.0;
/// Room for what is written along an axis `[units]`.
const ALONG: f64 = 18.0;
/// Before a name, for a sample of its line `[units]`.
const SAMPLE: f64 = 34.0;
/// From one tick of values to the next, about `[units]`.
const TICK_ROOM: f64 = 38.0;
/// Flattest panel `[units]`.
const PANEL_MIN: f64 = 48.0;
/// Narrowest panel `[units]`.
const WIDTH_MIN: f64 = 120.0;

/// Everything but the heights of the panels.
struct Plan {
    axis: DateAxis,
    bands: Vec<BandPlan>,
    names: Vec<Names>,
    /// All that is no panel `[units]`.
    fixed: f64,
}

impl Plan {
    fn new(contents: &Contents, rows_s: &[i64], axis: DateAxis, font: &Font) -> Self {
        let bands: Vec<BandPlan> =
            contents.bands.iter().map(|band| BandPlan::new(band, rows_s, &axis, font)).collect();
        let named = |panel: &Panel| {
            Names::fill(font, panel.lines.iter().map(|line| (SAMPLE, line.name.as_str())), axis.width)
        };
        let names: Vec<Names> = contents.panels.iter().map(named).collect();
        let tracks =
            bands.iter().map(BandPlan::height).sum::<f64>() + contents.switches.len() as f64 * SWITCH;
        let gaps = (bands.len() + names.len() + contents.switches.len()).saturating_sub(1) as f64 * GAP;
        let named: f64 = names.iter().map(Names::height).sum();
        let fixed = MARGIN + HEAD + tracks + named + gaps + FOOT + MARGIN / 2.0;
        Self { axis, bands, names, fixed }
    }
}

/// Lays a figure out.
pub(super) fn figure(
    request: &Request<'_>,
    contents: &Contents,
    rows_s: &[i64],
    dates: Dates,
) -> Result<Figure, PlotError> {
    let font = Font::embedded();
    let theme = if request.dark { &DARK } else { &LIGHT };
    let count = contents.panels.len().max(1) as f64;
    let own_height = match contents.panels.len() {
        0 => 0.0,
        1 => 320.0,
        2 => 210.0,
        _ => 170.0,
    };
    let width = f64::from(request.width);
    let plan = |left: f64| {
        let axis = DateAxis::new(dates, left, (width - left - MARGIN - 8.0).max(1.0), request.detail);
        Plan::new(contents, rows_s, axis, &font)
    };
    let panel_height = |plan: &Plan| match request.height {
        Some(height) if !contents.panels.is_empty() => (f64::from(height) - plan.fixed) / count,
        _ => own_height,
    };
    // How wide the numbers beside the axes are depends on how many there are, and that on the height of what is above.
    let steps = (panel_height(&plan(80.0)) / TICK_ROOM).clamp(1.0, 8.0) as usize;
    let scales: Vec<Scale> = contents.panels.iter().map(|panel| scale(panel, steps)).collect();
    let beside = scales.iter().flat_map(|scale| &scale.ticks).map(|(_, label)| font.width(label, SMALL));
    let along = if contents.panels.iter().any(|panel| panel.unit.is_some()) { ALONG } else { 0.0 };
    let plan = plan((MARGIN + along + beside.fold(0.0, f64::max) + BESIDE).ceil());
    let panel_height = panel_height(&plan);
    let height = request
        .height
        .map_or_else(|| (plan.fixed + own_height * contents.panels.len() as f64).ceil(), f64::from);
    let enough = plan.fixed + contents.panels.len() as f64 * PANEL_MIN;
    if plan.axis.width < WIDTH_MIN || height < enough.floor() {
        let wider = (width + WIDTH_MIN - plan.axis.width).max(width).ceil();
        let needed = format!("{wider} x {}", height.max(enough.ceil()));
        return Err(PlotError::TooSmall { width: request.width, height: height as u32, needed });
    }
    let mut painter = Painter { theme, font: &font, shapes: Vec::new() };
    draw(request, contents, rows_s, (&plan, &scales, panel_height), &mut painter);
    Ok(Figure {
        width,
        height,
        title: request.title.to_owned(),
        description: description(contents, dates),
        background: theme.background,
        shapes: painter.shapes,
    })
}

/// The axis of a panel.
fn scale(panel: &Panel, steps: usize) -> Scale {
    let values = panel.lines.iter().flat_map(|line| &line.values).filter(|value| !value.is_nan());
    let (low, high) = values
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &value| (value.min(low), value.max(high)));
    Scale::new(low, high, steps, panel.lines.iter().all(|line| line.steps))
}

fn draw(
    request: &Request<'_>,
    contents: &Contents,
    rows_s: &[i64],
    (plan, scales, panel_height): (&Plan, &[Scale], f64),
    painter: &mut Painter<'_>,
) {
    let axis = &plan.axis;
    let title = painter.font.fit(request.title, TITLE, axis.width);
    painter.text((axis.left, MARGIN + TITLE * 0.8), &title, TITLE, (painter.theme.ink, Anchor::Start));
    let mut top = MARGIN + HEAD;
    let mut bottom = top;
    for (band, plan) in contents.bands.iter().zip(&plan.bands) {
        plan.draw(band, top, axis, painter);
        bottom = top + plan.height();
        top = bottom + GAP;
    }
    let mut drawn = 0;
    for ((panel, names), scale) in contents.panels.iter().zip(&plan.names).zip(scales) {
        let frame = Frame { axis, scale, top: top + names.height(), height: panel_height };
        frame.draw(panel, painter);
        for (index, line) in panel.lines.iter().enumerate() {
            let (runs, dense) = runs(line, rows_s, axis, |value| frame.y(value));
            let stroke = painter.theme.line(drawn, index, dense);
            if let Some((row, right, text)) = names.places.get(index) {
                let (x, y) = (axis.left + right, top + *row as f64 * ROW + ROW / 2.0 - 2.0);
                painter.line(vec![vec![(x, y), (x + SAMPLE - 8.0, y)]], stroke.clone(), "");
                let at = (x + SAMPLE, y + TEXT * HALF_LETTER);
                painter.text(at, text, TEXT, (painter.theme.ink, Anchor::Start));
            }
            painter.line(runs, stroke, &line.name);
            drawn += 1;
        }
        bottom = frame.top + frame.height;
        top = bottom + GAP;
    }
    for line in &contents.switches {
        draw_switch(line, rows_s, (top, drawn), axis, painter);
        drawn += 1;
        bottom = top + SWITCH;
        top = bottom + GAP;
    }
    draw_dates(axis, bottom, painter);
}

/// The lines of a column, and whether they have fewer points than the column has values.
pub(super) fn runs(
    line: &Line,
    rows_s: &[i64],
    axis: &DateAxis,
    y: impl Fn(f64) -> f64,
) -> (Vec<Vec<Point>>, bool) {
    let reduced = reduce(rows_s, &line.values, &axis.columns);
    let kept: usize = reduced.iter().map(Vec::len).sum();
    let dense = kept < line.values.iter().filter(|value| !value.is_nan()).count();
    let points = |rows: Vec<usize>| {
        let mut points: Vec<Point> = Vec::with_capacity(rows.len() * 2);
        for &row in &rows {
            let point = (axis.x(rows_s[row]), y(line.values[row]));
            if let Some(&(_, before)) = points.last().filter(|_| line.steps) {
                points.push((point.0, before));
            }
            points.push(point);
        }
        if let Some((&row, &(_, last))) = rows.last().zip(points.last()).filter(|_| line.steps) {
            points.push((axis.x_after(row, rows_s), last));
        }
        points
    };
    (reduced.into_iter().map(points).collect(), dense)
}

/// A panel with its axis of values.
struct Frame<'a> {
    axis: &'a DateAxis,
    scale: &'a Scale,
    top: f64,
    height: f64,
}

impl Frame<'_> {
    fn y(&self, value: f64) -> f64 {
        self.top + self.height * (1.0 - self.scale.share(value))
    }

    /// Draws all of it but the lines.
    fn draw(&self, panel: &Panel, painter: &mut Painter<'_>) {
        let (axis, theme) = (self.axis, painter.theme);
        let bottom = self.top + self.height;
        for (index, tick) in axis.ticks.iter().enumerate() {
            let colour = if index > 0 && tick.context.is_some() { theme.grid_strong } else { theme.grid };
            painter.rule((axis.x(tick.at_s), self.top), (axis.x(tick.at_s), bottom), colour);
        }
        for (value, label) in &self.scale.ticks {
            let y = self.y(*value);
            let colour = if *value == 0.0 { theme.grid_strong } else { theme.grid };
            painter.rule((axis.left, y), (axis.right(), y), colour);
            let at = (axis.left - BESIDE, y + SMALL * HALF_LETTER);
            painter.text(at, label, SMALL, (theme.muted, Anchor::End));
        }
        painter.rule((axis.left, self.top), (axis.left, bottom), theme.edge);
        painter.rule((axis.left, bottom), (axis.right(), bottom), theme.edge);
        if let Some(unit) = panel.unit {
            painter.upwards((MARGIN + SMALL * 0.5, (self.top + bottom) / 2.0), &axis_label(unit));
        }
        if self.scale.exponent != 0 {
            let at = (axis.left - BESIDE, self.top - ROW / 2.0 - 2.0 + SMALL * HALF_LETTER);
            let factor = format!("×10{}", superscript(self.scale.exponent));
            painter.text(at, &factor, SMALL, (theme.muted, Anchor::End));
        }
    }
}

fn superscript(number: i32) -> String {
    let raised = |character| match character {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        digit => char::from_u32('⁰' as u32 + digit as u32 - '0' as u32).unwrap_or(digit),
    };
    number.to_string().chars().map(raised).collect()
}

/// Dates, and under them what they belong to where there is room.
fn draw_dates(axis: &DateAxis, bottom: f64, painter: &mut Painter<'_>) {
    let theme = painter.theme;
    painter.rule((axis.left, bottom), (axis.right(), bottom), theme.edge);
    // From the right: the day that begins is worth more than the rest of the one before.
    let mut free = f64::INFINITY;
    for tick in axis.ticks.iter().rev() {
        let x = axis.x(tick.at_s);
        painter.rule((x, bottom), (x, bottom + 4.0), theme.edge);
        painter.text((x, bottom + 17.0), &tick.label, SMALL, (theme.muted, Anchor::Middle));
        if let Some(context) = &tick.context {
            let half = painter.font.width(context, SMALL) / 2.0;
            let x = x.min(axis.right() + MARGIN - half);
            if x + half + 6.0 < free {
                painter.text((x, bottom + 32.0), context, SMALL, (theme.ink, Anchor::Middle));
                free = x - half;
            }
        }
    }
}

fn description(contents: &Contents, dates: Dates) -> String {
    let bands = contents.bands.iter().map(|band| &band.name);
    let lines = contents.panels.iter().flat_map(|panel| &panel.lines).chain(&contents.switches);
    let names: Vec<&str> = bands.chain(lines.map(|line| &line.name)).map(String::as_str).collect();
    let date = |at_s| civil(at_s).strftime("%Y-%m-%d %H:%M").to_string();
    format!("{} from {} to {}.", names.join(", "), date(dates.first_s), date(dates.end_s))
}
