//! Whole pictures of a small town, and what keys ask for.

use super::town::{desk, moment, picture, rows, seen};
use super::{Colours, Contact, Desk, Key, Seen, Wish, draw, keys};
use crate::view::{Command, LinkState, Moment, NodeHealth, RunState, Scene};
use proptest::prelude::*;
use ratatui_core::style::{Color, Modifier};
use std::sync::Arc;

fn press(desk: &mut Desk, seen: &mut Seen, typed: &str) -> Vec<Wish> {
    keys(typed.as_bytes()).into_iter().filter_map(|key| desk.key(key, seen)).collect()
}

fn plug(id: u16, at: Option<&str>, plugged: bool) -> Wish {
    Wish::Command(Command::Plug { id, at: at.map(str::to_owned), plugged })
}

#[test]
fn the_table_in_80_columns() {
    let light = "▀".repeat(32);
    let lies = "╌".repeat(32);
    let expected = format!(
        "\
A small town   2024-06-20 08:45   step 12/168   0.25 s a step
summer
somebody is here

wind        5.0 kW  ╍━━━━━╍━━━━━╍━━━━━╍━━━━━╍━━━▶│  feeds
battery     2.5 kW                ◀━╍━━━━━╍━━━━━╍│  draws   soc 43.2 %

 1 wind         wind ●{light}● battery    5.0 kW
 2 sun        {lies}  unplugged
 0 winter     in at battery

weather  u – m/s

weather → wind: Weather.u






second
third

1-2 cables  0 winter  space pause  + - pace  Tab nodes  e stop  ? keys  q end"
    );
    let buffer = picture(&seen(), &mut desk(), (80, 24));
    assert_eq!(rows(&buffer).join("\n"), expected);
    let cell = &buffer[(22, 7)];
    assert_eq!((cell.symbol(), cell.fg, cell.bg), ("▀", Color::Rgb(255, 0, 0), Color::Rgb(0, 255, 0)));
}

#[test]
fn the_nodes_tell_what_they_know() {
    let (mut seen, mut desk) = (seen(), desk());
    seen.health.nodes.push(NodeHealth {
        name: "spare".to_owned(),
        link: LinkState::Frozen,
        heard_s: Some(12.0),
        rtt_ms: Some(0.4),
        ..NodeHealth::default()
    });
    press(&mut desk, &mut seen, "\t\x1b[B\x1b[B");
    let buffer = picture(&seen, &mut desk, (80, 24));
    let rows = rows(&buffer);
    assert_eq!(rows[4], "node          link        heard   temp    cpu    rtt       offset");
    assert_eq!(rows[5], "wind          live        –       42 °C   –      –         –");
    assert_eq!(rows[7], "spare         gone        12.0 s  –       –      0.40 ms   –");
    assert!(buffer[(0, 6)].modifier.contains(Modifier::REVERSED), "the second is selected");
    assert_eq!(buffer[(14, 7)].fg, Color::Red);
    let wide = super::town::rows(&picture(&seen, &mut desk, (200, 60)));
    assert!(wide[4].ends_with("version") && wide[5].contains("127.0.0.1:5123"), "{wide:?}");
}

#[test]
fn a_wider_terminal_has_more_light_and_a_smaller_one_scrolls() {
    let (seen, mut desk) = (seen(), desk());
    let wide = rows(&picture(&seen, &mut desk, (200, 60)));
    let lit = wide.iter().map(|row| row.matches('▀').count()).max();
    assert_eq!(lit, Some(128));
    assert!(wide.iter().any(|row| row == "first"), "and more notices");
    let small = rows(&picture(&seen, &mut desk, (80, 14)));
    assert_eq!((small[8].as_str(), small.len()), ("▼ 6 lines below: page down", 14));
    assert_eq!(desk.key(Key::PageDown, &mut seen.clone()), None);
    let below = rows(&picture(&seen, &mut desk, (80, 14)));
    assert_eq!((below[4].as_str(), below[8].as_str()), ("▲ 6 lines above", "weather → wind: Weather.u"));
}

#[test]
fn whatever_is_selected_is_seen() {
    let (mut seen, mut desk) = (seen(), desk());
    let names: Vec<String> = (0..50).map(|number| format!("node{number}")).collect();
    seen.health.nodes =
        names.iter().map(|name| NodeHealth { name: name.clone(), ..NodeHealth::default() }).collect();
    press(&mut desk, &mut seen, "\t");
    for name in names.iter().chain(names.iter().rev()) {
        let down = name != "node49" || desk.selected.is_none_or(|selected| selected < 49);
        let shown = rows(&picture(&seen, &mut desk, (80, 20)));
        if let Some(selected) = desk.selected {
            assert!(
                shown.iter().any(|row| row.split(' ').next() == Some(&names[selected])),
                "{selected}: {shown:?}"
            );
        }
        desk.key(if down { Key::Down } else { Key::Up }, &mut seen);
    }
}

#[test]
fn what_is_old_is_dim_and_says_so() {
    let (mut seen, mut desk) = (seen(), desk());
    seen.contact = Contact::Lost("there: it is silent; trying again; what is shown is 4 s old".to_owned());
    let buffer = picture(&seen, &mut desk, (80, 24));
    let rows = rows(&buffer);
    assert!(rows[0].ends_with("NO CONNECTION") && rows[2].contains("4 s old"), "{rows:?}");
    assert!(!rows.concat().contains('▀'), "no light that nobody sees");
    assert!(
        buffer.content[80..]
            .iter()
            .all(|cell| cell.modifier.contains(Modifier::DIM) && cell.fg == Color::Reset)
    );
    assert_eq!(press(&mut desk, &mut seen, "1 .+-pie"), []);
    assert!(picture(&seen, &mut desk, (80, 24)).content.len() == 80 * 24);
    assert!(super::town::rows(&picture(&seen, &mut desk, (80, 24)))[22].contains("without a connection"));
    let mut nothing = Seen::default();
    nothing.contact = Contact::Lost("connecting to there".to_owned());
    let rows = super::town::rows(&picture(&nothing, &mut desk, (80, 24)));
    assert_eq!(rows[1], "connecting to there");
    assert_eq!(press(&mut desk, &mut nothing, "1q"), [Wish::Quit]);
}

#[test]
fn without_colours_arrows_say_where_it_flows() {
    let (mut seen, mut desk) = (seen(), desk());
    let buffer = draw(&seen, &mut desk, Colours::None, (80, 24));
    assert!(buffer.content.iter().all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset));
    assert!(rows(&buffer)[7].contains(&"▶".repeat(32)));
    seen.take_moment(Moment { state: RunState::Stopped, ..moment() });
    let rows = rows(&draw(&seen, &mut desk, Colours::None, (80, 24)));
    assert!(rows[7].contains(&"═".repeat(32)) && rows[0].ends_with("EMERGENCY STOP"), "{rows:?}");
}

#[test]
fn keys_ask_for_what_they_say() {
    let (mut seen, mut desk) = (seen(), desk());
    assert_eq!(press(&mut desk, &mut seen, "12"), [plug(1, None, false), plug(2, None, true)]);
    assert_eq!(press(&mut desk, &mut seen, "1"), [plug(1, None, true)], "what was asked for counts as done");
    let pace = |seconds| Wish::Command(Command::Pace { seconds });
    assert_eq!(press(&mut desk, &mut seen, "++++-"), [0.125, 0.0625, 0.03125, 0.03125, 0.0625].map(pace));
    let hold = |held| Wish::Command(Command::Hold { held });
    assert_eq!(press(&mut desk, &mut seen, "  ."), [hold(true), hold(false), Wish::Command(Command::Step)]);
    assert_eq!(press(&mut desk, &mut seen, "7"), []);
    assert_eq!(desk.said(), "there is no cable or token 7");
    assert_eq!(press(&mut desk, &mut seen, "x?q\x03"), [Wish::Quit, Wish::Quit]);
}

#[test]
fn a_cable_with_one_end_out_is_plugged_in() {
    let mut seen = seen();
    let mut half = moment();
    half.cables[0].plugged = [true, false];
    seen.take_moment(half);
    assert!(rows(&picture(&seen, &mut desk(), (80, 24)))[7].ends_with("one end"));
    assert_eq!(press(&mut desk(), &mut seen, "1"), [plug(1, None, true)]);
}

#[test]
fn a_token_goes_home_or_where_somebody_points() {
    let (mut seen, mut desk) = (seen(), desk());
    assert_eq!(press(&mut desk, &mut seen, "0"), [plug(0, None, false)]);
    assert_eq!(
        press(&mut desk, &mut seen, "0"),
        [plug(0, Some("wind"), true)],
        "the first of those with most cables"
    );
    assert_eq!(
        press(&mut desk, &mut seen, "0\x1b[B\x1b[B0"),
        [plug(0, None, false), plug(0, Some("battery"), true)]
    );
    let mut at_home = Desk::new(true, [(0, "house".to_owned())].into());
    assert_eq!(press(&mut at_home, &mut seen, "00"), [plug(0, None, false), plug(0, Some("house"), true)]);
}

#[test]
fn an_emergency_stop_asks_first() {
    let (mut seen, mut desk) = (seen(), desk());
    let stop = |pressed| Wish::Command(Command::EmergencyStop { pressed });
    assert_eq!(press(&mut desk, &mut seen, "e"), []);
    assert!(rows(&picture(&seen, &mut desk, (80, 24)))[22].starts_with("press the emergency stop?"));
    assert_eq!(press(&mut desk, &mut seen, "1"), [], "another key says no, and nothing else");
    assert_eq!(
        press(&mut desk, &mut seen, "ee ey"),
        [stop(true), Wish::Command(Command::Hold { held: true }), stop(true)]
    );
    seen.take_moment(Moment { state: RunState::Stopped, ..moment() });
    assert_eq!(press(&mut desk, &mut seen, "e\r"), [stop(false)]);
    assert_eq!(press(&mut desk, &mut seen, "eq"), [Wish::Quit], "who leaves, leaves");
}

#[test]
fn nodes_and_phases_are_asked_for_by_name() {
    let (mut seen, mut desk) = (seen(), desk());
    let identify = |node: &str, on| Wish::Command(Command::Identify { nodes: vec![node.to_owned()], on });
    assert_eq!(
        press(&mut desk, &mut seen, "i\x1b[Bi\x1b[Bi"),
        ["wind", "battery", "battery"].map(|node| identify(node, true))
    );
    seen.health.nodes[1].identifying = true;
    assert_eq!(press(&mut desk, &mut seen, "i"), [identify("battery", false)]);
    let phase = |name: Option<&str>| Wish::Command(Command::Phase { name: name.map(str::to_owned) });
    assert_eq!(press(&mut desk, &mut seen, "p"), [phase(Some("summer"))]);
    seen.take_moment(Moment { phase_forced: true, ..moment() });
    assert_eq!(press(&mut desk, &mut seen, "p"), [phase(Some("winter"))]);
    seen.take_moment(Moment { phase_forced: true, phase: "winter".to_owned(), ..moment() });
    assert_eq!(press(&mut desk, &mut seen, "p"), [phase(None)]);
    seen.scene = Arc::new(Scene { nodes: Vec::new(), phases: Vec::new(), ..Scene::clone(&seen.scene) });
    seen.health.nodes.clear();
    assert_eq!(press(&mut desk, &mut seen, "ip"), []);
}

proptest! {
    /// Also where scene and moment are of different runs, or the server is no good.
    #[test]
    fn no_size_and_no_data_breaks_the_picture(
        size in (0_u16..250, 0_u16..80),
        typed in prop::collection::vec(any::<u8>(), 0..30),
        cut in 0_usize..4,
        light in "[0-9a-f€]{0,400}",
        title in "\\PC{0,60}",
        number in any::<f64>(),
        steps in any::<u64>(),
    ) {
        let (mut seen, mut desk) = (seen(), desk());
        let mut scene = Scene { title, steps, ..Scene::clone(&seen.scene) };
        scene.components.truncate(cut);
        scene.cables[0].ends = [Some(9), None];
        seen.scene = Arc::new(scene);
        let mut moment = moment();
        moment.cables[0].light[0] = light;
        moment.values.truncate(cut);
        moment.values.iter_mut().for_each(|value| *value = crate::view::Cell::Number(number));
        moment.tokens[0].at = vec![7];
        seen.take_moment(moment);
        seen.health.nodes.truncate(cut);
        for key in keys(&typed) {
            desk.key(key, &mut seen);
            let buffer = picture(&seen, &mut desk, size);
            prop_assert_eq!((buffer.area.width, buffer.area.height), size);
        }
    }
}
