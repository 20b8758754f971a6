//! The components of the picture: a line for each, its flow as an arrow.
//!
//! ```text
//!   wind       3.4 kW  ━━━━╸━━▶│  generates
//!   battery   18.0 kW  ◀━━━╸━━━│  charges   soc 43.2 %
//! ```
//!
//! An arrow points to the table's bar (│) where a component feeds it, and away where it draws from it. Its
//! length is the power relative to the greatest seen so far.

use super::picture::{Lines, dim, fitted, painted};
use super::{Desk, Seen};
use crate::view::{Cell, Component, ComponentFlow, Icon, LinkState};
use ratatui_core::style::{Color, Modifier, Style};
use ratatui_core::text::{Line, Span};

/// Longest arrow `[characters]` in 80 columns; with more of them it is longer.
const ARROW_MAX: usize = 28;
/// Columns for which the rest of a line is made.
const COLUMNS: usize = 80;
/// Shortest and longest column of names `[characters]`.
const NAME: (usize, usize) = (9, 24);
/// Below this a flow is shown as none `[kW]`.
const FLOW_MIN_KW: f64 = 0.005;

/// The components that exchange power.
pub(super) fn with_flow(seen: &Seen, desk: &Desk, width: usize) -> Lines {
    let with =
        seen.scene.components.iter().filter_map(|component| Some((component, component.flow.as_ref()?)));
    let name = name_columns(seen, width);
    lines(
        seen,
        desk,
        name,
        with.map(|(component, flow)| (component, flowing(seen, component, flow, name, width))),
    )
}

/// The components that exchange none: their values.
pub(super) fn others(seen: &Seen, desk: &Desk, width: usize) -> Lines {
    let others = seen.scene.components.iter().filter(|component| component.flow.is_none());
    let name = name_columns(seen, width);
    let values = |component: &Component| {
        let values: Vec<String> = component.main.iter().map(|&item| value(seen, item)).collect();
        vec![Span::raw(values.join("   "))]
    };
    lines(seen, desk, name, others.map(|component| (component, values(component))))
}

/// What components give each other besides the cables.
pub(super) fn links(seen: &Seen) -> Vec<Line<'static>> {
    let name = |at: usize| seen.scene.components.get(at).map_or("", |component| component.name.as_str());
    let links = seen.scene.links.iter();
    links
        .map(|link| dim(format!("{} → {}: {}", name(link.from), name(link.to), link.what.join(", "))).into())
        .collect()
}

fn name_columns(seen: &Seen, width: usize) -> usize {
    let longest = seen.scene.components.iter().map(|component| Span::raw(&*component.name).width()).max();
    let most = (width / 8).clamp(NAME.0, NAME.1);
    (longest.unwrap_or(0) + 1).clamp(NAME.0, most.max(NAME.0))
}

/// A line for each, behind its name.
fn lines<'s>(
    seen: &Seen,
    desk: &Desk,
    name: usize,
    components: impl Iterator<Item = (&'s Component, Vec<Span<'static>>)>,
) -> Lines {
    let mut lines = Lines::default();
    for (component, spans) in components {
        let mut all = vec![Span::raw(fitted(&component.name, name - 1)), Span::raw(" ")];
        if component.node.is_some() && component.node == desk.selected {
            lines.selected = Some(lines.lines.len());
            all[0].style = Style::new().add_modifier(Modifier::REVERSED);
        }
        all.extend(spans);
        all.extend(state(seen, component));
        lines.lines.push(all.into());
    }
    lines
}

fn flowing(
    seen: &Seen,
    component: &Component,
    flow: &ComponentFlow,
    name: usize,
    width: usize,
) -> Vec<Span<'static>> {
    let longest = ARROW_MAX + width.saturating_sub(COLUMNS + name - NAME.0) / 2;
    let Some(power_kw) = seen.power_kw(component) else {
        return vec![format!("{:>6} kW  {}│", "–", " ".repeat(longest + 1)).into()];
    };
    let arrow = arrow(power_kw, seen.greatest_kw(), seen.moment().done, longest);
    let verb = match power_kw {
        _ if power_kw.abs() < FLOW_MIN_KW => "",
        _ if power_kw > 0.0 => &flow.feeds,
        _ => &flow.draws,
    };
    let mut rest = format!("│  {verb}");
    for &item in component.main.iter().filter(|&&item| item != flow.item) {
        rest = rest + "   " + &value(seen, item);
    }
    vec![format!("{:>6.1} kW  ", power_kw.abs()).into(), painted(colour(component.icon), arrow), rest.into()]
}

/// `attribute value unit`.
fn value(seen: &Seen, item: usize) -> String {
    let scene = seen.scene.items.get(item);
    let name = scene.map_or("", |scene| scene.item.rsplit('.').next().unwrap_or_default());
    let unit = scene.map_or("", |scene| scene.unit.as_str());
    let value = match seen.value(item) {
        Cell::None => "–".to_owned(),
        Cell::Number(number) => format!("{number:.1}"),
        Cell::Text(text) => fitted(text, text.chars().count().min(NAME.1)),
    };
    format!("{name} {value} {unit}").trim_end().to_owned()
}

/// What is wrong with the node of a component.
fn state(seen: &Seen, component: &Component) -> Option<Span<'static>> {
    let node = seen.health.nodes.get(component.node?)?;
    let text = match node.link {
        LinkState::Live | LinkState::Spare if node.emergency_stop => "   emergency stop",
        LinkState::Live | LinkState::Spare => return None,
        LinkState::Connecting => "   connecting",
        LinkState::Busy => "   works for another host",
        LinkState::Slow => "   slow",
        LinkState::Waiting => "   silent: the run waits",
        LinkState::Frozen => "   gone: its last values",
    };
    Some(painted(Color::Red, text))
}

const fn colour(icon: Icon) -> Color {
    match icon {
        Icon::Wind | Icon::Pv | Icon::Source => Color::Green,
        Icon::House | Icon::Office | Icon::Vehicle => Color::Red,
        Icon::Battery => Color::Blue,
        Icon::Hydrogen => Color::Cyan,
        Icon::Heat => Color::Yellow,
        Icon::Grid | Icon::Network | Icon::Control | Icon::Market | Icon::Data => Color::Magenta,
    }
}

/// An arrow of the length of the flow, with a pulse that runs along it from step to step.
fn arrow(power_kw: f64, greatest_kw: f64, step: u64, longest: usize) -> String {
    let length = (power_kw.abs() / greatest_kw * longest as f64).ceil() as usize;
    if power_kw.abs() < FLOW_MIN_KW || length == 0 {
        return " ".repeat(longest + 1);
    }
    let length = length.min(longest);
    let inward = power_kw > 0.0;
    let phase = (step % 6) as usize;
    let body = (0..length).map(|position| {
        let along = if inward { position } else { length - 1 - position };
        if (along + 6 - phase).is_multiple_of(6) { '╍' } else { '━' }
    });
    let body: String = body.collect();
    let gap = " ".repeat(longest - length);
    if inward { format!("{gap}{body}▶") } else { format!("{gap}◀{body}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usual(power_kw: f64, step: u64) -> String {
        arrow(power_kw, 10.0, step, ARROW_MAX)
    }

    #[test]
    fn arrows_point_to_the_table_or_away_and_have_one_width() {
        for power_kw in [0.0, 0.001, 0.5, 10.0, 99.0, -10.0, -0.5] {
            assert_eq!(usual(power_kw, 3).chars().count(), ARROW_MAX + 1, "{power_kw}");
        }
        assert!(usual(10.0, 0).ends_with('▶'));
        assert!(usual(-10.0, 0).starts_with('◀'));
        assert_eq!(usual(0.0, 0).trim(), "");
    }

    #[test]
    fn the_pulse_moves_with_the_flow() {
        let pulse = |power_kw, step| usual(power_kw, step).chars().position(|c| c == '╍').unwrap();
        assert!(pulse(10.0, 1) > pulse(10.0, 0), "inward: towards the bar");
        let last = |power_kw, step| {
            usual(power_kw, step).chars().collect::<Vec<_>>().iter().rposition(|&c| c == '╍').unwrap()
        };
        assert!(last(-10.0, 1) < last(-10.0, 0), "outward: away from it");
    }
}
