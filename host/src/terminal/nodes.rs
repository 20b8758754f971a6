//! The page of the nodes: a line for each. What a node has not told is absent.

use super::picture::{Lines, fitted};
use super::{Desk, Seen};
use crate::view::{LinkState, NodeHealth};
use ratatui_core::style::{Color, Modifier, Style};
use ratatui_core::text::{Line, Span};

/// A column: its title, its width, and what it says of a node.
struct Column {
    title: &'static str,
    width: usize,
    say: fn(&NodeHealth) -> Option<String>,
}

/// The columns, the most important first: those that do not fit are left out.
const COLUMNS: [Column; 12] = [
    Column { title: "link", width: 12, say: |node| Some(link(node).to_owned()) },
    Column { title: "heard", width: 8, say: |node| node.heard_s.map(|s| format!("{s:.1} s")) },
    Column { title: "temp", width: 8, say: |node| node.temperature_c.map(|c| format!("{c:.0} °C")) },
    Column { title: "cpu", width: 7, say: |node| node.cpu.map(percent) },
    Column { title: "rtt", width: 10, say: |node| node.rtt_ms.map(|ms| format!("{ms:.2} ms")) },
    Column { title: "offset", width: 12, say: |node| node.clock_offset_ms.map(|ms| format!("{ms:+.3} ms")) },
    Column { title: "state", width: 16, say: |node| Some(state(node)) },
    Column { title: "address", width: 24, say: |node| Some(node.address.clone()) },
    Column { title: "loss", width: 8, say: |node| node.loss.map(|loss| format!("{:.1} %", loss * 100.0)) },
    Column { title: "memory", width: 8, say: |node| node.memory.map(percent) },
    Column { title: "up", width: 9, say: |node| node.uptime_s.map(uptime) },
    Column { title: "version", width: 10, say: |node| node.version.clone() },
];
/// Columns of the names.
const NAME: usize = 14;

/// The page, in so many columns of the terminal.
pub(super) fn nodes(seen: &Seen, desk: &Desk, width: usize) -> Lines {
    let mut room = width.saturating_sub(NAME);
    // A narrow column never takes the place of a more important one.
    let fits = |column: &&Column| {
        let left = room.checked_sub(column.width);
        room = left.unwrap_or(0);
        left.is_some()
    };
    let columns: Vec<&Column> = COLUMNS.iter().take_while(fits).collect();
    let titles: String = columns.iter().map(|column| fitted(column.title, column.width)).collect();
    let bold = Style::new().add_modifier(Modifier::BOLD);
    let mut lines = vec![Line::styled(fitted("node", NAME) + &titles, bold)];
    for number in 0..seen.nodes() {
        let node = seen.node(number);
        let mut name = Span::raw(fitted(&node.name, NAME - 1));
        if desk.selected == Some(number) {
            name.style = Style::new().add_modifier(Modifier::REVERSED);
        }
        let told = columns.iter().map(|column| {
            fitted(&(column.say)(&node).unwrap_or_else(|| "–".to_owned()), column.width - 1) + " "
        });
        let style = Style::new().fg(colour(&node));
        lines.push(Line::from(vec![name, " ".into(), Span::styled(told.collect::<String>(), style)]));
    }
    if seen.nodes() == 0 {
        lines = vec!["All runs in one process: there are no nodes.".into()];
    }
    Lines { lines, selected: desk.selected.filter(|&number| number < seen.nodes()).map(|number| number + 1) }
}

const fn link(node: &NodeHealth) -> &'static str {
    match node.link {
        LinkState::Connecting => "connecting",
        LinkState::Live => "live",
        LinkState::Slow => "slow",
        LinkState::Waiting => "silent",
        LinkState::Frozen => "gone",
        LinkState::Spare => "spare",
        LinkState::Busy => "busy",
    }
}

fn state(node: &NodeHealth) -> String {
    let throttling = node.throttling.unwrap_or_default();
    let said = [
        (node.emergency_stop, "STOP"),
        (node.identifying, "it is me"),
        (throttling.under_voltage, "low voltage"),
        (throttling.throttled, "slowed"),
    ];
    said.into_iter().filter(|&(is_so, _)| is_so).map(|(_, word)| word).collect::<Vec<_>>().join(", ")
}

fn colour(node: &NodeHealth) -> Color {
    match node.link {
        _ if node.emergency_stop => Color::Red,
        LinkState::Live | LinkState::Spare => Color::Reset,
        LinkState::Connecting | LinkState::Slow | LinkState::Busy => Color::Yellow,
        LinkState::Waiting | LinkState::Frozen => Color::Red,
    }
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

fn uptime(seconds: u64) -> String {
    match seconds / 3_600 {
        0 => format!("{} min", seconds / 60),
        hours @ 1..48 => format!("{hours} h"),
        hours => format!("{} d", hours / 24),
    }
}
