//! The picture of the table in the terminal.
//!
//! ```text
//!   News (last step) ─┐
//!   Hands ────────────┼─▶ Picture::frame ─▶ one text of at most 22 lines of 80 columns
//!   lights of strips ─┘
//! ```
//!
//! A cable is a row of half blocks: above, the strip of its first end, below, that of its second, from left to right
//! both. Where both ends draw one picture the halves agree; nothing else here makes them.

use super::colours::Colours;
use super::hands::Hands;
use super::lines::Line;
use crate::scenario::{Cable, Scenario, Token};
use crate::shell::{STRIP_LEDS, SimulatedTable};
use illuminator_hal::Rgb8;
use jiff::SignedDuration;
use jiff::civil::DateTime;
use std::collections::VecDeque;
use std::fmt::Write as _;

/// Notices that are shown.
const NOTICES: usize = 2;
/// Columns of a terminal for which the picture is made.
const COLUMNS: usize = 80;
/// A channel of an LED that is brighter than this is part of a pulse, where there are no colours to say so.
const BRIGHT: u8 = 12;

const BOLD: u8 = 1;
const DIM: u8 = 2;
const RED: u8 = 31;
const YELLOW: u8 = 33;

/// What the run said last.
#[derive(Default)]
pub(super) struct News {
    /// The step that was recorded last.
    pub(super) step: u64,
    /// The name of the phase.
    pub(super) phase: String,
    /// What the picture watches: the attributes of the lines, then the power of the cables `[kW]`.
    pub(super) values: Vec<f64>,
    notices: VecDeque<String>,
}

impl News {
    /// Takes a notice; the last ones are shown.
    pub(super) fn notice(&mut self, text: &str) {
        if self.notices.len() == NOTICES {
            self.notices.pop_front();
        }
        self.notices.push_back(text.chars().filter(|c| !c.is_control()).take(COLUMNS - 1).collect());
    }
}

/// What the picture knows of the table, once and for all.
pub(super) struct Picture {
    title: String,
    start: DateTime,
    resolution_s: u32,
    lines: Vec<Line>,
    cables: Vec<Cable>,
    tokens: Vec<Token>,
    table: SimulatedTable,
    colours: Colours,
    has_keys: bool,
    /// Where the page is, if there is one.
    page: Option<String>,
    greatest_kw: f64,
}

impl Picture {
    pub(super) fn new(
        scenario: &Scenario,
        lines: Vec<Line>,
        table: SimulatedTable,
        colours: Colours,
        has_keys: bool,
        page: Option<String>,
    ) -> Self {
        Self {
            title: scenario.name.clone(),
            start: scenario.start,
            resolution_s: scenario.resolution_s,
            cables: scenario.cables.clone(),
            tokens: scenario.tokens.clone(),
            lines,
            table,
            colours,
            has_keys,
            page,
            greatest_kw: 1.0,
        }
    }

    /// A frame for a terminal of so many rows: every line goes to its place and clears what is left of the one before.
    pub(super) fn frame(&mut self, news: &News, hands: &Hands, now_us: u64, rows: u16) -> String {
        let mut lines = self.heading(news, hands, now_us);
        lines.push(String::new());
        lines.extend(self.nodes(news));
        lines.push(String::new());
        let powers_kw = news.values.get(news.values.len().saturating_sub(self.cables.len())..).unwrap_or(&[]);
        for (number, cable) in self.cables.iter().enumerate() {
            let power_kw = powers_kw.get(number).copied().unwrap_or(0.0);
            lines.push(self.cable(cable, power_kw, hands.is_stopped()));
        }
        lines.extend(self.tokens.iter().map(|token| self.token(token)));
        lines.push(String::new());
        lines.extend(
            (0..NOTICES)
                .map(|line| self.colours.paint(DIM, news.notices.get(line).map_or("", String::as_str))),
        );
        lines.push(self.page.as_ref().map_or_else(String::new, |url| self.colours.paint(DIM, url)));
        lines.push(self.keys());
        // Between the two marks a terminal that knows them shows nothing half done.
        let mut text = String::from("\x1b[?2026h");
        for (row, line) in (1..=rows).zip(&lines) {
            let _ = write!(text, "\x1b[{row};1H{line}\x1b[K");
        }
        text.push_str("\x1b[J\x1b[?2026l");
        text
    }

    fn heading(&self, news: &News, hands: &Hands, now_us: u64) -> Vec<String> {
        let seconds = news.step.saturating_mul(self.resolution_s.into());
        let passed = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
        let time = self.start.checked_add(passed).unwrap_or(self.start);
        let title = self.colours.paint(BOLD, &self.title);
        let tempo = hands.tempo();
        let state = match () {
            () if hands.is_stopped() => self.colours.paint(RED, "EMERGENCY STOP: all stands still"),
            () if tempo.held => self.colours.paint(YELLOW, "paused"),
            () => format!("{} s a step", tempo.pace.as_micros() as f64 / 1e6),
        };
        let who = match (hands.is_visitors(), self.has_keys) {
            (true, _) => "you have the table",
            (false, true) => "a visit plays by itself: press a key, and you have the table",
            (false, false) => "a visit plays by itself",
        };
        let identifying = hands.identifying(now_us);
        let who = identifying.map_or_else(|| who.to_owned(), |node| format!("{who}; {node} says: it is me"));
        vec![
            format!("{title}   {}   {state}", time.strftime("%Y-%m-%d %H:%M")),
            self.colours.paint(YELLOW, &news.phase),
            self.colours.paint(DIM, &who),
        ]
    }

    fn nodes(&mut self, news: &News) -> Vec<String> {
        let mut values = &news.values[..];
        let mut own = Vec::new();
        for line in &self.lines {
            let (head, tail) = values.split_at(line.attributes().count().min(values.len()));
            own.push((line, head));
            values = tail;
        }
        let powers_kw = own.iter().map(|(line, values)| line.power_kw(values).abs());
        self.greatest_kw = powers_kw.fold(self.greatest_kw, f64::max);
        let (greatest_kw, step, colours) = (self.greatest_kw, news.step, self.colours);
        own.into_iter().map(|(line, values)| line.draw(values, greatest_kw, step, colours)).collect()
    }

    /// A cable between its ends, or beside the table.
    fn cable(&self, cable: &Cable, power_kw: f64, stopped: bool) -> String {
        let [first, second] = &cable.ends;
        let name = cable.name.as_deref().unwrap_or_default();
        let plugged = cable.ends.each_ref().map(|end| self.table.plugged(cable.id, end) == Some(true));
        let socket = |plugged| if plugged { '●' } else { '○' };
        let head = format!("{:>2} {name:<9.9}{first:>8.8} {}", cable.id, socket(plugged[0]));
        let tail = format!("{} {second:<8.8}", socket(plugged[1]));
        match plugged {
            [true, true] => {
                format!("{head}{}{tail}{:>6.1} kW", self.light(cable, power_kw, stopped), power_kw.abs())
            }
            [false, false] => {
                let lies = format!("{:>2} {name:<9.9}  {}  unplugged", cable.id, "╌".repeat(STRIP_LEDS));
                self.colours.paint(DIM, &lies)
            }
            _ => self.colours.paint(DIM, &format!("{head}{}{tail} one end", "╌".repeat(STRIP_LEDS))),
        }
    }

    /// What the strips at both ends show, from the first end to the second.
    fn light(&self, cable: &Cable, power_kw: f64, stopped: bool) -> String {
        let strip = |end| self.table.light(cable.id, end).unwrap_or_else(|| vec![Rgb8::BLACK; STRIP_LEDS]);
        let (above, mut below) = (strip(&cable.ends[0]), strip(&cable.ends[1]));
        below.reverse();
        if self.colours == Colours::None {
            let arrow = if power_kw > 0.0 { '▶' } else { '◀' };
            let sign = |led: &Rgb8| match led.r.max(led.g).max(led.b) > BRIGHT {
                true if stopped => '═',
                true => arrow,
                false => '─',
            };
            return above.iter().map(sign).collect();
        }
        let mut text = String::new();
        let mut last = None;
        for pair in above.into_iter().zip(below) {
            if last.replace(pair) != Some(pair) {
                let (above, below) = (self.colours.sequence(38, pair.0), self.colours.sequence(48, pair.1));
                let _ = write!(text, "\x1b[{above};{below}m");
            }
            text.push('▀');
        }
        text + "\x1b[0m"
    }

    fn token(&self, token: &Token) -> String {
        let name = token.name.as_deref().unwrap_or_default();
        let places = self.table.names().filter(|node| self.table.plugged(token.id, node) == Some(true));
        let places: Vec<&str> = places.collect();
        if places.is_empty() {
            self.colours.paint(DIM, &format!("{:>2} {name:<9.9}  unplugged", token.id))
        } else {
            format!("{:>2} {name:<9.9}  in at {}", token.id, places.join(", "))
        }
    }

    fn keys(&self) -> String {
        if !self.has_keys {
            return "Ctrl-C ends the demo".to_owned();
        }
        let mut text = String::new();
        if let (Some(first), Some(last)) = (self.cables.first(), self.cables.last()) {
            let _ = write!(text, "{}-{} cables  ", first.id, last.id);
        }
        for token in &self.tokens {
            let _ = write!(text, "{} {}  ", token.id, token.name.as_deref().unwrap_or_default());
        }
        text + "space pause  . step  + - pace  i which?  e stop  q end"
    }
}
