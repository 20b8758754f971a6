//! From one picture to the next, in the words of a terminal.

use ratatui_core::buffer::{Buffer, Cell};
use ratatui_core::style::{Color, Modifier};
use std::fmt::Write as _;

/// Between these two a terminal that knows them shows nothing half done.
const BEGIN: &str = "\x1b[?2026h";
const END: &str = "\x1b[?2026l";

/// What makes a terminal show `now` that shows `before`; everything where nobody knows what it shows, or the size is
/// another one. Empty if nothing has changed.
pub fn encode(before: Option<&Buffer>, now: &Buffer) -> String {
    let blank = Buffer::empty(now.area);
    let known = before.filter(|before| before.area == now.area);
    let changed = known.unwrap_or(&blank).diff(now);
    if known.is_some() && changed.is_empty() {
        return String::new();
    }
    let mut text = BEGIN.to_owned();
    if known.is_none() {
        text.push_str("\x1b[0m\x1b[2J");
    }
    let mut place = None;
    let mut style = None;
    for (x, y, cell) in changed {
        if place != Some((x, y)) {
            let _ = write!(text, "\x1b[{};{}H", y + 1, x + 1);
        }
        let wanted = (cell.fg, cell.bg, cell.modifier);
        if style.replace(wanted) != Some(wanted) {
            push_style(cell, &mut text);
        }
        text.push_str(cell.symbol());
        // After a wide character it is not sure where the terminal writes next.
        place = cell.symbol().chars().all(|c| c.is_ascii() || matches!(c, '─'..='◿')).then_some((x + 1, y));
    }
    text + "\x1b[0m" + END
}

fn push_style(cell: &Cell, text: &mut String) {
    text.push_str("\x1b[0");
    for (modifier, number) in [(Modifier::BOLD, 1), (Modifier::DIM, 2), (Modifier::REVERSED, 7)] {
        if cell.modifier.contains(modifier) {
            let _ = write!(text, ";{number}");
        }
    }
    push_colour(cell.fg, 30, text);
    push_colour(cell.bg, 40, text);
    text.push('m');
}

/// `ground` is 30 for characters and 40 for what is behind them.
fn push_colour(colour: Color, ground: u8, text: &mut String) {
    let usual = match colour {
        Color::Indexed(number) => {
            let _ = write!(text, ";{};5;{number}", ground + 8);
            return;
        }
        Color::Rgb(r, g, b) => {
            let _ = write!(text, ";{};2;{r};{g};{b}", ground + 8);
            return;
        }
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        // The others are not used.
        _ => return,
    };
    let _ = write!(text, ";{}", ground + usual);
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui_core::layout::Rect;
    use ratatui_core::style::Style;

    fn buffer(lines: [&str; 2]) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 6, 2));
        (0..).zip(lines).for_each(|(y, line)| buffer.set_string(0, y, line, Style::new()));
        buffer
    }

    #[test]
    fn only_what_has_changed_is_said() {
        let before = buffer(["abc", "def"]);
        assert_eq!(encode(Some(&before), &before), "");
        let now = buffer(["abc", "dXY"]);
        assert_eq!(encode(Some(&before), &now), format!("{BEGIN}\x1b[2;2H\x1b[0mXY\x1b[0m{END}"));
        assert!(encode(None, &now).contains("\x1b[2J\x1b[1;1H\x1b[0mabc\x1b[2;1HdXY"));
        let larger = Buffer::empty(Rect::new(0, 0, 7, 2));
        assert!(encode(Some(&larger), &now).contains("\x1b[2J"));
    }

    #[test]
    fn colours_are_those_of_a_terminal() {
        let mut now = buffer(["", ""]);
        now.set_string(0, 0, "▀", Style::new().fg(Color::Rgb(1, 2, 3)).bg(Color::Indexed(200)));
        now.set_string(
            1,
            0,
            "r",
            Style::new().fg(Color::Red).add_modifier(Modifier::BOLD | Modifier::REVERSED),
        );
        let said = encode(Some(&buffer(["", ""])), &now);
        assert!(said.contains("\x1b[0;38;2;1;2;3;48;5;200m▀\x1b[0;1;7;31mr"), "{said:?}");
    }
}
