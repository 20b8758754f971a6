//! A small town for tests.

use super::{Colours, Desk, Seen, draw};
use crate::view::{
    CableMoment, CableScene, Cell, Component, ComponentFlow, Health, Icon, ItemScene, LinkScene, LinkState,
    Moment, NodeHealth, NodeScene, RunState, Scene, TokenMoment, TokenScene,
};
use ratatui_core::buffer::Buffer;
use std::sync::Arc;

/// Wind and a battery on nodes, joined by cable 1; cable 2 lies beside; a token; weather on the host.
pub(super) fn seen() -> Seen {
    let item = |item: &str, unit: &str| ItemScene {
        item: item.to_owned(),
        unit: unit.to_owned(),
        component: None,
        monitored: true,
    };
    let component = |name: &str, icon, main: &[usize], flow: Option<(usize, f64)>, node| Component {
        name: name.to_owned(),
        icon,
        models: Vec::new(),
        main: main.to_vec(),
        flow: flow.map(|(item, sign)| ComponentFlow {
            item,
            sign,
            feeds: "feeds".to_owned(),
            draws: "draws".to_owned(),
        }),
        node,
    };
    let cable = |id, name: &str| CableScene {
        id,
        name: name.to_owned(),
        ends: [Some(0), Some(1)],
        carrier: "electricity".to_owned(),
        full_scale_kw: 10.0,
    };
    let node = |name: &str| NodeScene { name: name.to_owned(), address: "127.0.0.1:5123".to_owned() };
    let scene = Scene {
        run: "1".to_owned(),
        title: "A small town".to_owned(),
        start: "2024-06-20T06:00:00".to_owned(),
        resolution_s: 900,
        steps: 168,
        pluggable: true,
        components: vec![
            component("wind", Icon::Wind, &[0], Some((0, 1.0)), Some(0)),
            component("battery", Icon::Battery, &[1, 2], Some((1, -1.0)), Some(1)),
            component("weather", Icon::Data, &[3], None, None),
        ],
        cables: vec![cable(1, "wind"), cable(2, "sun")],
        tokens: vec![TokenScene { id: 0, name: "winter".to_owned() }],
        links: vec![LinkScene { from: 2, to: 0, what: vec!["Weather.u".to_owned()] }],
        phases: vec!["summer".to_owned(), "winter".to_owned()],
        items: vec![
            item("Wind.gen", "kW"),
            item("Battery.p", "kW"),
            item("Battery.soc", "%"),
            item("W.u", "m/s"),
        ],
        nodes: vec![node("wind"), node("battery")],
        ..Scene::default()
    };
    let mut seen = Seen::default();
    seen.scene = Arc::new(scene);
    seen.take_moment(moment());
    seen.note = "somebody is here".to_owned();
    seen.health = Health { nodes: vec![health("wind", Some(41.6)), health("battery", None)] };
    seen
}

pub(super) fn moment() -> Moment {
    let light = |leds: [&str; 2]| leds.map(|led| led.repeat(32));
    Moment {
        run: "1".to_owned(),
        state: RunState::Running,
        done: 12,
        time: "2024-06-20T08:45:00".to_owned(),
        pace_s: 0.25,
        phase: "summer".to_owned(),
        values: vec![Cell::Number(5.0), Cell::Number(2.5), Cell::Number(43.21), Cell::None],
        cables: vec![
            CableMoment { plugged: [true, true], power_kw: 5.0, light: light(["ff0000", "00ff00"]) },
            CableMoment { plugged: [false, false], power_kw: 0.0, light: light(["000000", "000000"]) },
        ],
        tokens: vec![TokenMoment { at: vec![1], plugged: true }],
        notices: vec!["first".to_owned(), "second".to_owned(), "third".to_owned()],
        ..Moment::default()
    }
}

fn health(name: &str, temperature_c: Option<f64>) -> NodeHealth {
    NodeHealth {
        name: name.to_owned(),
        address: "127.0.0.1:5123".to_owned(),
        link: LinkState::Live,
        temperature_c,
        ..NodeHealth::default()
    }
}

pub(super) fn desk() -> Desk {
    Desk::new(true, [].into())
}

pub(super) fn picture(seen: &Seen, desk: &mut Desk, size: (u16, u16)) -> Buffer {
    draw(seen, desk, Colours::True, size)
}

/// The rows, without the blanks at their ends.
pub(super) fn rows(buffer: &Buffer) -> Vec<String> {
    let rows = buffer.content.chunks(usize::from(buffer.area.width).max(1));
    rows.map(|row| {
        row.iter().map(ratatui_core::buffer::Cell::symbol).collect::<String>().trim_end().to_owned()
    })
    .collect()
}
