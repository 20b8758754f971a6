//! The cables and tokens of the picture.
//!
//! A cable is a row of half blocks: above, the strip of its first end, below, that of its second, from left to right
//! both. Where both ends draw one picture the halves agree; nothing else here makes them.

use super::colours::leds;
use super::picture::{dim, fitted};
use super::{Colours, Seen};
use crate::view::{CableMoment, CableScene, RunState, TokenMoment, TokenScene};
use illuminator_hal::Rgb8;
use ratatui_core::style::Style;
use ratatui_core::text::{Line, Span};

/// Columns of a row besides the names and the light.
const REST: usize = 20;
/// Columns of the names of a cable and of an end, where there are 80 in all.
const NAMES: (usize, usize) = (9, 8);
/// A row of light has that many columns at least.
const LIGHT_MIN: usize = 8;
/// LEDs of a strip of which nothing is known.
const LEDS: usize = crate::view::LEDS;
/// A channel of an LED that is brighter than this is part of a pulse, where there are no colours to say so.
const BRIGHT: u8 = 12;

/// Widths in a terminal.
#[derive(Clone, Copy)]
struct Widths {
    name: usize,
    end: usize,
    light: usize,
}

/// The rows of all cables, then those of the tokens.
pub(super) fn cables(seen: &Seen, colours: Colours, width: usize) -> Vec<Line<'static>> {
    let (scene, moment) = (&seen.scene, seen.moment());
    let more = width.saturating_sub(80) / 8;
    let ends = scene.cables.iter().flat_map(|cable| cable.ends).flatten();
    let ends = ends.filter_map(|end| scene.components.get(end)).map(|component| component.name.as_str());
    let tokens = scene.tokens.iter().map(|token| token.name.as_str());
    let names = scene.cables.iter().map(|cable| cable.name.as_str()).chain(tokens);
    let (name, end) = (longest(names, NAMES.0, more), longest(ends, NAMES.1, more));
    let room = width.saturating_sub(REST + name + 2 * end).max(LIGHT_MIN);
    let widths = Widths { name, end, light: room };
    let cables = scene.cables.iter().zip(&moment.cables);
    let tokens = scene.tokens.iter().zip(&moment.tokens);
    let cable = |(cable, moment)| row(seen, cable, moment, widths, colours);
    cables.map(cable).chain(tokens.map(|(scene, moment)| token(seen, scene, moment, name))).collect()
}

/// Columns for the longest of the names: the usual ones, and up to so many more.
fn longest<'n>(names: impl Iterator<Item = &'n str>, usual: usize, more: usize) -> usize {
    names.map(|name| Span::raw(name).width()).max().unwrap_or(0).clamp(usual, usual + more)
}

/// A cable between its ends, or beside the table.
fn row(
    seen: &Seen,
    cable: &CableScene,
    moment: &CableMoment,
    widths: Widths,
    colours: Colours,
) -> Line<'static> {
    let Widths { name, end, light: room } = widths;
    let component = |end: Option<usize>| end.and_then(|end| seen.scene.components.get(end));
    let ends = cable.ends.map(|end| component(end).map_or("", |component| component.name.as_str()));
    let socket = |plugged| if plugged { '●' } else { '○' };
    let first = fitted(ends[0], end);
    let first = format!("{:>end$}", first.trim_end());
    let head = format!("{:>2} {}{first} {}", cable.id, fitted(&cable.name, name), socket(moment.plugged[0]));
    let tail = format!("{} {}", socket(moment.plugged[1]), fitted(ends[1], end));
    let strips = moment.light.each_ref().map(|pixels| leds(pixels));
    let count = strips[0].len().max(strips[1].len());
    let columns = columns(if count == 0 { LEDS } else { count }, room);
    let lies = "╌".repeat(columns);
    match moment.plugged {
        [true, true] => {
            let mut spans = vec![Span::raw(head)];
            spans.extend(light(strips, columns, moment, seen.moment().state, colours));
            spans.push(format!("{tail}{:>6.1} kW", moment.power_kw.abs()).into());
            spans.into()
        }
        [false, false] => {
            dim(format!("{:>2} {}  {lies}  unplugged", cable.id, fitted(&cable.name, name))).into()
        }
        _ => dim(format!("{head}{lies}{tail} one end")).into(),
    }
}

/// Columns of the light of so many LEDs: as many for each as fit, or fewer than there are LEDs.
const fn columns(leds: usize, room: usize) -> usize {
    if leds > room { room } else { leds * (room / leds) }
}

/// What the strips at both ends show, from the first end to the second.
fn light(
    [above, mut below]: [Vec<Rgb8>; 2],
    columns: usize,
    moment: &CableMoment,
    state: RunState,
    colours: Colours,
) -> Vec<Span<'static>> {
    below.reverse();
    let at = |strip: &[Rgb8], column: usize| {
        strip.get(column * strip.len() / columns.max(1)).copied().unwrap_or(Rgb8::BLACK)
    };
    let pairs = (0..columns).map(|column| (at(&above, column), at(&below, column)));
    if colours == Colours::None {
        let arrow = if moment.power_kw > 0.0 { '▶' } else { '◀' };
        let sign = |(led, _): (Rgb8, Rgb8)| match led.r.max(led.g).max(led.b) > BRIGHT {
            true if state == RunState::Stopped => '═',
            true => arrow,
            false => '─',
        };
        return vec![Span::raw(pairs.map(sign).collect::<String>())];
    }
    let style = |(above, below)| Style::new().fg(colours.light(above)).bg(colours.light(below));
    pairs.map(|pair| Span::styled("▀", style(pair))).collect()
}

fn token(seen: &Seen, token: &TokenScene, moment: &TokenMoment, name: usize) -> Line<'static> {
    let places = moment.at.iter().filter_map(|&at| seen.scene.components.get(at));
    let places: Vec<&str> = places.map(|component| component.name.as_str()).collect();
    let head = format!("{:>2} {}  ", token.id, fitted(&token.name, name));
    match (moment.plugged, places.is_empty()) {
        (_, false) => format!("{head}in at {}", places.join(", ")).into(),
        (true, true) => format!("{head}in").into(),
        (false, true) => dim(format!("{head}unplugged")).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::columns;

    #[test]
    fn light_is_as_wide_as_whole_leds_let_it_be() {
        assert_eq!([32, 63, 64, 151].map(|room| columns(32, room)), [32, 32, 64, 128]);
        assert_eq!((columns(300, 40), columns(1, 8)), (40, 8));
    }
}
