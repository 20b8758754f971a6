//! `illuminator demo`: the story of the table without hardware.

use crate::{cells, read};
use illuminator_tests::programs::{illuminator, program, signal, stderr, until};
use illuminator_tests::samples::project;
use illuminator_tests::terminal::{Left, Terminal};
use std::process::Command;

const NODES: [&str; 6] = ["wind", "pv", "battery", "house", "office", "grid"];
const CABLES: [(char, &str); 5] =
    [('1', "wind"), ('2', "sun"), ('3', "battery"), ('4', "house"), ('5', "office")];

/// The demo in a terminal with 24-bit colours.
fn demo(arguments: &[&str], keys: bool) -> Terminal {
    Terminal::start(demo_command(arguments), keys)
}

fn demo_command(arguments: &[&str]) -> Command {
    let mut command = Command::new(program("illuminator"));
    command.arg("demo").args(arguments).env("COLORTERM", "truecolor").env_remove("NO_COLOR");
    command
}

/// The demo in the hands of a visitor, paused, with nothing plugged in.
fn taken_over() -> Terminal {
    taken_over_in(demo(&["--pace", "0.05"], true))
}

/// The same, in a terminal that is there.
fn taken_over_in(terminal: Terminal) -> Terminal {
    // A phase is there once a step was: then there are flows to show.
    shows(&terminal, "the story", |text| text.contains("a visit plays by itself") && !phase(text).is_empty());
    terminal.press(" ");
    shows(&terminal, "the pause", |text| text.contains("paused") && text.contains("you have the table"));
    assert!(
        terminal.has_other_modes() && terminal.screen().alternate_screen(),
        "there is something to give back"
    );
    for (key, name) in CABLES {
        if row(&terminal.text(), key, name).is_some_and(|row| !row.contains("unplugged")) {
            turn_over(&terminal, key, name, false);
        }
    }
    terminal
}

/// Presses the key of a cable until the cable is in or out: one of which only an end is in goes in first.
fn turn_over(terminal: &Terminal, key: char, name: &str, plugged: bool) {
    let is = |text: &str, mark: &str| row(text, key, name).is_some_and(|row| row.contains(mark));
    if is(&terminal.text(), "one end") {
        terminal.press(&key.to_string());
        shows(terminal, "both ends", |text| is(text, " kW"));
    }
    let mark = if plugged { " kW" } else { "unplugged" };
    if !is(&terminal.text(), mark) {
        terminal.press(&key.to_string());
        shows(terminal, mark, |text| is(text, mark));
    }
}

fn shows(terminal: &Terminal, what: &str, is_there: impl Fn(&str) -> bool) {
    let mut text = String::new();
    until(what, || {
        text = terminal.text();
        is_there(&text)
    });
}

/// The row of a cable.
fn row<'t>(text: &'t str, key: char, name: &str) -> Option<&'t str> {
    text.lines().find(|line| line.starts_with(&format!(" {key} {name}")))
}

fn phase(text: &str) -> &str {
    text.lines().nth(1).unwrap_or_default().trim()
}

/// The date in the first row.
fn date(text: &str) -> String {
    let first = text.lines().next().unwrap_or_default();
    first.split("   ").nth(1).unwrap_or_default().to_owned()
}

fn assert_clean(left: &Left) {
    assert!(left.status.success() && left.modes_restored && left.screen_restored, "{left:?}");
}

#[test]
fn headless_it_writes_the_bytes_of_the_visit_in_one_process() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let demo = illuminator(folder.path(), &["demo", "--headless", "-o", "demo.csv"]);
    assert!(demo.status.success(), "{}", stderr(&demo));
    let path = |path: &str| project(path).to_str().expect("the project's path is text").to_owned();
    let (story, visit) = (path("scenarios/story.yaml"), path("scenarios/story-events.csv"));
    let local = illuminator(
        folder.path(),
        &["scenario", "run", &story, "--local", "--events", &visit, "-o", "local.csv"],
    );
    assert!(local.status.success(), "{}", stderr(&local));
    let (demo, local) = (read(&folder.path().join("demo.csv")), read(&folder.path().join("local.csv")));
    assert_eq!(demo.lines().count(), 169);
    assert!(demo == local);
}

#[test]
fn headless_it_stops_after_the_steps_asked_for() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let demo = illuminator(folder.path(), &["demo", "--headless", "--steps", "10", "-o", "-"]);
    assert!(demo.status.success(), "{}", stderr(&demo));
    assert_eq!(cells(&String::from_utf8_lossy(&demo.stdout)).len(), 11);
    let wrong = illuminator(folder.path(), &["demo", "--headless", "--steps", "169"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(stderr(&wrong).contains("1 to 168"), "{}", stderr(&wrong));
}

#[test]
fn a_pace_without_a_picture_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let refused = illuminator(folder.path(), &["demo", "--headless", "--pace", "5"]);
    assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
    assert!(stderr(&refused).contains("--pace"), "{}", stderr(&refused));
}

#[test]
fn in_a_terminal_it_draws_every_node_and_every_cable() {
    let terminal = taken_over();
    let text = terminal.text();
    for node in NODES {
        assert!(text.lines().any(|line| line.starts_with(node) && line.contains(" kW")), "{node}: {text}");
    }
    for (key, name) in CABLES {
        assert!(row(&text, key, name).is_some_and(|row| row.contains("unplugged")), "{name}: {text}");
    }
    assert!(row(&text, '0', "winter").is_some_and(|row| row.contains("unplugged")), "{text}");
    assert!(text.contains("q end"), "{text}");
    terminal.press("q");
    assert_clean(&terminal.left());
}

/// Seen in a larger terminal: what does not fit is there to be seen.
#[test]
fn what_it_draws_fits_into_24_rows_of_80_columns() {
    let terminal = taken_over_in(Terminal::of_size((60, 200), demo_command(&["--pace", "0.05"]), true));
    let fits = || {
        let text = terminal.text();
        assert!(text.lines().count() <= 24, "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    };
    fits();
    CABLES.into_iter().for_each(|(key, name)| turn_over(&terminal, key, name, true));
    fits();
    terminal.press("0");
    shows(&terminal, "winter", |text| {
        row(text, '0', "winter").is_some_and(|row| row.contains("in at house"))
    });
    fits();
    terminal.press("i");
    shows(&terminal, "a node that says so", |text| text.contains("it is me"));
    fits();
    terminal.press("e");
    shows(&terminal, "an emergency stop", |text| {
        text.contains("EMERGENCY STOP") && text.contains("the run is held")
    });
    fits();
    terminal.press("q");
    assert_clean(&terminal.left());
}

/// Without a terminal to type on, the visit plays on: the sun's cable is in from noon to the end of the next day.
#[test]
fn the_visit_plays_by_itself_and_begins_again() {
    let terminal = demo(&["--pace", "0.02"], false);
    shows(&terminal, "the sun's cable", |text| row(text, '2', "sun").is_some_and(|row| row.contains(" kW")));
    assert!(
        !terminal.text().contains("you have the table") && terminal.text().contains("Ctrl-C ends the demo")
    );
    shows(&terminal, "the second day", |text| date(text).starts_with("2024-06-21"));
    shows(&terminal, "the first day again", |text| date(text).starts_with("2024-06-20"));
    signal(terminal.process(), "INT");
    assert_clean(&terminal.left());
}

#[test]
fn keys_plug_and_unplug_cables_and_the_story_follows() {
    let terminal = taken_over();
    terminal.press(" ");
    shows(&terminal, "the empty table", |text| phase(text) == "the empty table");
    turn_over(&terminal, '5', "office", true);
    shows(&terminal, "the office's phase", |text| phase(text) == "an office on the grid");
    turn_over(&terminal, '4', "house", true);
    shows(&terminal, "the town's phase", |text| phase(text) == "a town on the grid");
    turn_over(&terminal, '5', "office", false);
    shows(&terminal, "the house's phase", |text| phase(text) == "a house on the grid");
    terminal.press("q");
    assert_clean(&terminal.left());
}

#[test]
fn the_winter_token_brings_the_winter() {
    let terminal = taken_over();
    terminal.press(" 0");
    shows(&terminal, "winter", |text| phase(text) == "winter" && text.contains("in at house"));
    terminal.press("0");
    shows(&terminal, "the token outside", |text| {
        row(text, '0', "winter").is_some_and(|row| row.contains("unplugged"))
    });
    terminal.press("q");
    assert_clean(&terminal.left());
}

/// A plugged cable's light moves while time stands still: so many pictures are more than a second, at 20 steps a
/// second.
#[test]
fn a_pause_stops_the_date_and_not_the_light() {
    let terminal = taken_over();
    turn_over(&terminal, '4', "house", true);
    let (date_then, writes) = (date(&terminal.text()), terminal.writes());
    until("20 pictures", || terminal.writes() >= writes + 20);
    assert_eq!(date(&terminal.text()), date_then);
    terminal.press(" ");
    shows(&terminal, "time going on", |text| date(text) != date_then && !text.contains("paused"));
    terminal.press("-");
    shows(&terminal, "half the pace", |text| text.contains("0.1 s a step"));
    terminal.press("++");
    shows(&terminal, "twice the pace", |text| text.contains("0.03125 s a step"));
    terminal.press("q");
    assert_clean(&terminal.left());
}

/// A step is a quarter of an hour.
#[test]
fn a_full_stop_is_one_step() {
    let terminal = taken_over();
    let minutes = |date: &str| {
        let (_, time) = date.trim().rsplit_once(' ').expect("a day and a time of day");
        let (hours, minutes) = time.split_once(':').expect("hours and minutes");
        hours.parse::<u32>().expect("hours") * 60 + minutes.parse::<u32>().expect("minutes")
    };
    let mut then = minutes(&date(&terminal.text()));
    for steps in [1, 1, 3] {
        terminal.press(&".".repeat(steps as usize));
        let due = (then + 15 * steps) % 1_440;
        shows(&terminal, "a step", |text| minutes(&date(text)) == due && text.contains("paused"));
        then = due;
    }
    terminal.press("q");
    assert_clean(&terminal.left());
}

#[test]
fn the_light_of_a_cable_is_that_of_its_strips() {
    let terminal = taken_over();
    turn_over(&terminal, '4', "house", true);
    let colours = || {
        let screen = terminal.screen();
        let (rows, columns) = screen.size();
        let cells = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
        let cells = cells.filter_map(|(row, column)| screen.cell(row, column));
        cells
            .filter(|cell| cell.contents() == "▀")
            .map(|cell| (cell.fgcolor(), cell.bgcolor()))
            .collect::<Vec<_>>()
    };
    let some = |red: bool, green: bool| {
        move |&(above, _): &(vt100::Color, vt100::Color)| match above {
            vt100::Color::Rgb(r, g, _) => (r > 40) == red && (g > 40) == green,
            _ => false,
        }
    };
    until("pulses from green to yellow", || {
        colours().iter().any(|colour| some(false, true)(colour) || some(true, true)(colour))
    });
    terminal.press("e");
    let red = vt100::Color::Rgb(255, 0, 0);
    until("an emergency stop", || colours().len() == 32 && colours().iter().all(|pair| *pair == (red, red)));
    shows(&terminal, "what happened", |text| {
        text.contains("EMERGENCY STOP") && text.contains("node `grid`: emergency stop: the run is held")
    });
    terminal.press("e");
    shows(&terminal, "the release", |text| text.contains("released") && !text.contains("EMERGENCY"));
    terminal.press("iiii");
    let white = vt100::Color::Rgb(255, 255, 255);
    until("the house saying that it is itself", || colours().iter().any(|(_, below)| *below == white));
    assert!(terminal.text().contains("house says: it is me"), "{}", terminal.text());
    terminal.press("q");
    assert_clean(&terminal.left());
}

#[test]
fn without_colours_arrows_move() {
    let mut command = Command::new(program("illuminator"));
    command.args(["demo", "--pace", "0.05"]).env("COLORTERM", "truecolor").env("NO_COLOR", "1");
    let terminal = Terminal::start(command, true);
    let house = |text: &str| row(text, '4', "house").unwrap_or_default().to_owned();
    shows(&terminal, "arrows", |text| house(text).contains('▶'));
    let then = house(&terminal.text());
    shows(&terminal, "arrows elsewhere", |text| house(text).contains('▶') && house(text) != then);
    let screen = terminal.screen();
    let plain = |cell: &vt100::Cell| cell.fgcolor() == vt100::Color::Default;
    assert!((0..24).all(|row| (0..80).all(|column| screen.cell(row, column).is_none_or(plain))));
    terminal.press("q");
    assert_clean(&terminal.left());
}

#[test]
fn every_way_to_end_gives_the_terminal_back() {
    for key in ["q", "\x03"] {
        let terminal = taken_over();
        terminal.press(key);
        assert_clean(&terminal.left());
    }
    for name in ["INT", "TERM", "HUP"] {
        let terminal = taken_over();
        signal(terminal.process(), name);
        assert_clean(&terminal.left());
    }
    let terminal = demo(&["--steps", "20", "--pace", "0.01"], true);
    assert_clean(&terminal.left());
}
