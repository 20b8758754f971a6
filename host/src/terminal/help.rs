//! What the keys do.

use super::picture::{Lines, dim};
use super::{Desk, Page, Seen};
use ratatui_core::text::Line;
use std::fmt::Write as _;

const KEYS: [(&str, &str); 13] = [
    ("0 to 9", "plug the cable or token of that number in or out"),
    ("space", "pause, go on"),
    (".", "one step"),
    ("+ -", "faster, slower"),
    ("← →", "one step back or on in a recording; Home and End: its first step, its last one"),
    ("p", "the next phase of the story; after the last one it goes on by itself"),
    ("arrows", "select a node"),
    ("i", "the selected node says which one it is, or ends that"),
    ("e", "press the emergency stop, or release it; asks first"),
    ("Tab", "the table, or the nodes"),
    ("page keys", "scroll"),
    ("?", "this page, and back"),
    ("q", "leave (or Ctrl-C)"),
];

const SIGNS: [&str; 4] = [
    "━━╍━━▶│  a component that feeds the table; ◀━━╍━━│ one that draws from it",
    "▀▀▀▀▀▀   the light of a cable: above the strip of its first end, below that of its second",
    "● ○      an end that is plugged in, or not",
    "–        a value that nobody has told",
];

/// The page of the keys.
pub(super) fn help() -> Lines {
    let keys = KEYS.iter().map(|(key, what)| format!("{key:<12}{what}").into()).chain([Line::default()]);
    Lines { lines: keys.chain(SIGNS.map(Line::from)).collect(), selected: None }
}

/// The keys that matter most, in one line.
pub(super) fn key_line(seen: &Seen, desk: &Desk) -> Line<'static> {
    if !desk.has_keys {
        return dim("Ctrl-C ends it").into();
    }
    let mut text = String::new();
    let digits: Vec<u16> = seen.scene.cables.iter().map(|cable| cable.id).filter(|&id| id < 10).collect();
    if let (true, Some(first), Some(last)) = (seen.scene.pluggable, digits.iter().min(), digits.iter().max())
    {
        let _ = write!(text, "{first}-{last} cables  ");
    }
    for token in seen.scene.tokens.iter().filter(|token| seen.scene.pluggable && token.id < 10) {
        let _ = write!(text, "{} {}  ", token.id, token.name);
    }
    let page = if desk.page == Page::Table { "nodes" } else { "table" };
    let _ = write!(text, "space pause  + - pace  Tab {page}  e stop  ? keys  q end");
    text.into()
}
