//! A screen as an SVG picture.

use std::fmt::Write;
use vt100::{Cell, Color, Screen};

/// Width and height of a character, and the margin around all `[px]`.
const CELL: (f64, f64) = (8.4, 20.0);
const MARGIN: f64 = 16.0;
const GROUND: &str = "#0d1117";
const TEXT: &str = "#d0d7de";
const DIM: &str = "#7d8590";
/// The first eight colours, as a terminal paints them on this ground.
const COLOURS: [&str; 8] =
    ["#484f58", "#ff7b72", "#56d364", "#e3b341", "#79c0ff", "#d2a8ff", "#56d4dd", "#d0d7de"];

/// The rows of a screen down to the last one with anything on it. `label` says in words what is seen.
pub fn to_svg(screen: &Screen, label: &str) -> String {
    let (rows, columns) = screen.size();
    let filled =
        |row: &u16| (0..columns).any(|column| screen.cell(*row, column).is_some_and(Cell::has_contents));
    let rows = (0..rows).rev().find(filled).map_or(0, |row| row + 1);
    let width = f64::from(columns) * CELL.0 + 2.0 * MARGIN;
    let height = f64::from(rows) * CELL.1 + 2.0 * MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} \
         {height:.0}\" role=\"img\" aria-label=\"{label}\">\n<rect width=\"{width:.0}\" height=\"{height:.0}\" rx=\"8\" \
         fill=\"{GROUND}\"/>\n<g font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" \
         font-size=\"14\">\n"
    );
    for row in 0..rows {
        draw_row(screen, row, columns, &mut svg);
    }
    svg + "</g>\n</svg>\n"
}

fn draw_row(screen: &Screen, row: u16, columns: u16, svg: &mut String) {
    let top = MARGIN + f64::from(row) * CELL.1;
    let mut column = 0;
    while column < columns {
        let first = column;
        let Some(cell) = screen.cell(row, first).filter(|cell| cell.has_contents()) else {
            column += 1;
            continue;
        };
        let mut text = String::new();
        while let Some(next) = screen.cell(row, column).filter(|next| same_style(cell, next)) {
            text.push_str(if next.has_contents() { next.contents() } else { " " });
            column += 1;
        }
        let left = MARGIN + f64::from(first) * CELL.0;
        if cell.contents() == "▀" {
            let run = f64::from(column - first) * CELL.0;
            for (number, colour) in (0_u8..).zip([cell.fgcolor(), cell.bgcolor()]) {
                let (half, y) = (CELL.1 * 0.3, top + CELL.1 * (0.2 + 0.3 * f64::from(number)));
                let fill = colour_of(colour, GROUND);
                let _ = writeln!(
                    svg,
                    "<path d=\"M{left:.1} {y:.1}h{run:.1}v{half:.1}h-{run:.1}Z\" fill=\"{fill}\"/>"
                );
            }
        } else {
            let _ = writeln!(svg, "{}", text_element(cell, text.trim_end(), left, top));
        }
    }
}

fn text_element(cell: &Cell, text: &str, left: f64, top: f64) -> String {
    let run = text.chars().count() as f64 * CELL.0;
    let fill = if cell.dim() { DIM.to_owned() } else { colour_of(cell.fgcolor(), TEXT) };
    let weight = if cell.bold() { " font-weight=\"bold\"" } else { "" };
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!(
        "<text x=\"{left:.1}\" y=\"{:.1}\" textLength=\"{run:.1}\" lengthAdjust=\"spacingAndGlyphs\" \
         xml:space=\"preserve\" fill=\"{fill}\"{weight}>{text}</text>",
        top + 14.5
    )
}

fn same_style(one: &Cell, other: &Cell) -> bool {
    let style =
        |cell: &Cell| (cell.fgcolor(), cell.bgcolor(), cell.bold(), cell.dim(), cell.contents() == "▀");
    style(one) == style(other)
}

fn colour_of(colour: Color, default: &str) -> String {
    match colour {
        Color::Default => default.to_owned(),
        Color::Idx(index) => COLOURS.get(usize::from(index)).map_or(default, |colour| *colour).to_owned(),
        Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
    }
}
