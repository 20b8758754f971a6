//! The whole picture: a head, a page that scrolls, a foot.
//!
//! ```text
//!   title   simulated time   step   state
//!   phase
//!   note
//!
//!   page: the table, the nodes, or the keys
//!
//!   notices
//!   answer
//!   keys
//! ```

use super::{Colours, Desk, Page, Seen, cables, components, heading, help, nodes};
use ratatui_core::buffer::Buffer;
use ratatui_core::layout::Rect;
use ratatui_core::style::{Color, Modifier, Style};
use ratatui_core::text::{Line, Span};

/// Largest picture: what a terminal may say of its size.
const SIDE_MAX: u16 = 1_000;
/// Rows of a terminal in which there are two notices; in larger ones there are more.
const ROWS_USUAL: usize = 24;

/// Lines, one of which may be selected.
#[derive(Default)]
pub(super) struct Lines {
    pub(super) lines: Vec<Line<'static>>,
    pub(super) selected: Option<usize>,
}

/// The picture for a terminal of so many columns and rows.
pub fn draw(seen: &Seen, desk: &mut Desk, colours: Colours, (columns, rows): (u16, u16)) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, columns.min(SIDE_MAX), rows.min(SIDE_MAX)));
    let (width, height) = (usize::from(buffer.area.width), usize::from(buffer.area.height));
    let mut head = heading::heading(seen, width);
    head.push(Line::default());
    let foot = foot(seen, desk, height);
    let room = height.saturating_sub(head.len() + foot.len());
    let page = match desk.page {
        _ if !seen.is_known() && desk.page != Page::Help => Lines::default(),
        Page::Table => table(seen, desk, colours, width),
        Page::Nodes => nodes::nodes(seen, desk, width),
        Page::Help => help::help(),
    };
    let middle = scrolled(page, desk, room);
    // Of a terminal that is too small the head and the keys are seen last of all.
    let last = foot.len().min(height);
    let above = head.into_iter().chain(middle).take(height - last);
    put(&mut buffer, 0, above);
    put(&mut buffer, height - last, foot.into_iter().take(last));
    if !seen.is_live() {
        fade(&mut buffer);
    }
    if colours == Colours::None {
        buffer.content.iter_mut().for_each(|cell| (cell.fg, cell.bg) = (Color::Reset, Color::Reset));
    }
    buffer
}

/// A text that is less important.
pub(super) fn dim(text: impl Into<String>) -> Span<'static> {
    Span::styled(text.into(), Style::new().add_modifier(Modifier::DIM))
}

/// A text in a colour.
pub(super) fn painted(colour: Color, text: impl Into<String>) -> Span<'static> {
    Span::styled(text.into(), Style::new().fg(colour))
}

/// A text in exactly so many columns; what is too long ends with `…`.
pub(super) fn fitted(text: &str, columns: usize) -> String {
    let width = |text: &str| Span::raw(text).width();
    let mut fitted = text.to_owned();
    if width(text) > columns {
        while !fitted.is_empty() && width(&fitted) + 1 > columns {
            fitted.pop();
        }
        fitted.push('…');
    }
    let missing = columns.saturating_sub(width(&fitted));
    fitted + &" ".repeat(missing)
}

fn table(seen: &Seen, desk: &Desk, colours: Colours, width: usize) -> Lines {
    let mut table = components::with_flow(seen, desk, width);
    let cables = cables::cables(seen, colours, width);
    let others = components::others(seen, desk, width);
    let links = components::links(seen);
    for (part, lines) in [(None, cables), (Some(others.selected), others.lines), (None, links)] {
        if lines.is_empty() {
            continue;
        }
        if !table.lines.is_empty() {
            table.lines.push(Line::default());
        }
        let before = table.lines.len();
        table.selected = table.selected.or_else(|| part.flatten().map(|selected| before + selected));
        table.lines.extend(lines);
    }
    table
}

/// The lines that fit, with marks where there are more. The desk is told how far it can scroll.
fn scrolled(page: Lines, desk: &mut Desk, room: usize) -> Vec<Line<'static>> {
    let Lines { mut lines, selected } = page;
    let last = lines.len().saturating_sub(room);
    if let Some(selected) = selected {
        // One more on each side, as the marks cover a line.
        let first = (selected + 2).saturating_sub(room);
        desk.scroll = desk.scroll.clamp(first.min(last), selected.saturating_sub(1).max(first));
    }
    desk.scroll = desk.scroll.min(last);
    if room < 3 {
        return lines.into_iter().skip(desk.scroll).take(room).collect();
    }
    let (above, below) = (desk.scroll, last - desk.scroll);
    let mut shown: Vec<_> = lines.drain(above..lines.len() - below).collect();
    if above > 0 {
        shown[0] = Line::from(dim(format!("▲ {} lines above", above + 1)));
    }
    if below > 0 {
        let end = shown.len() - 1;
        shown[end] = Line::from(dim(format!("▼ {} lines below: page down", below + 1)));
    }
    shown
}

fn foot(seen: &Seen, desk: &Desk, rows: usize) -> Vec<Line<'static>> {
    let all = &seen.moment().notices;
    let count = (2 + rows.saturating_sub(ROWS_USUAL) / 4).min(all.len().max(2));
    let notices = all.get(all.len().saturating_sub(count)..).unwrap_or_default();
    let mut foot = vec![Line::default()];
    foot.extend((0..count).map(|line| dim(notices.get(line).map_or("", String::as_str)).into()));
    foot.push(match desk.said() {
        "" => dim(seen.foot.as_str()).into(),
        said => painted(Color::Yellow, said).into(),
    });
    foot.push(help::key_line(seen, desk));
    foot
}

fn put(buffer: &mut Buffer, top: usize, lines: impl Iterator<Item = Line<'static>>) {
    for (y, line) in (top..usize::from(buffer.area.height)).zip(lines) {
        buffer.set_line(0, y as u16, &line, buffer.area.width);
    }
}

/// What is old has no colours, but for the line that says so.
fn fade(buffer: &mut Buffer) {
    let width = usize::from(buffer.area.width);
    let is_light = |cell: &ratatui_core::buffer::Cell| cell.symbol() == "▀";
    for cell in buffer.content.iter_mut().skip(width) {
        if is_light(cell) {
            cell.set_symbol("╌");
        }
        cell.set_style(Style::reset().add_modifier(Modifier::DIM));
    }
}
