//! The nodes page, with a table of 49.

use super::WINDOW;
use illuminator_tests::browser::Browser;
use illuminator_tests::page::PageRun;
use illuminator_tests::programs::{NodeProcess, until};
use illuminator_tests::samples::dummy;
use serde_json::json;
use std::fmt::Write as _;
use std::path::Path;

/// A rack of seven times seven.
const NODES: u16 = 49;

#[test]
fn one_of_49_is_found_and_its_strips_say_so() {
    let Some(browser) = Browser::start(WINDOW) else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = rack(folder.path());
    let page = run.page;
    browser.open(page.address, "/nodes");
    assert_eq!(browser.count("[data-node-name]"), u64::from(NODES));
    until("all are live", || browser.count("[data-node-name][data-link=live]") == u64::from(NODES));
    until("round trips are told", || browser.text("[data-node-name=n07] [data-column=rtt]").ends_with("ms"));

    browser.click("[data-select-all]");
    assert!(browser.text(".count").starts_with("49 of 49"), "{}", browser.text(".count"));
    browser.click("[data-select-all]");
    for (words, found) in [("n0", 9), ("live", u64::from(NODES)), ("n07", 1)] {
        browser.fill("[data-do=search-nodes]", words);
        until(words, || browser.count("[data-node-name]") == found);
    }
    browser.click("[data-select=n07]");
    browser.click("[data-do=identify]");
    until("its row says so", || browser.count("[data-node-name=n07][data-identifying]") == 1);
    assert_eq!(browser.count("[data-node-name][data-identifying]"), 1, "and no other");

    // It falls silent by itself after a while: whoever looks late asks again.
    let ask = || page.order(r#"{"do": "identify", "nodes": ["n07"], "on": true}"#);
    browser.assert_quiet(page.address, &[]);
    browser.open(page.address, "/");
    let white = |cable: u16, strip: u16| {
        let selector =
            format!("[data-light=\"{cable}\"] [data-strip=\"{strip}\"] [data-led][fill=\"#ffffff\"]");
        browser.run("return document.querySelectorAll(arguments[0]).length", json!(selector)).as_u64()
            > Some(0)
    };
    until("white at its ends of both cables", || {
        ask();
        white(6, 1) && white(7, 0)
    });
    assert!(!white(1, 0) && !white(6, 0) && !white(7, 1), "the strips of others go on");
    browser.assert_quiet(page.address, &[]);
}

#[test]
fn a_reboot_is_asked_for_twice_and_its_end_is_told() {
    let Some(browser) = Browser::start(WINDOW) else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = rack(folder.path());
    browser.open(run.page.address, "/nodes");
    browser.click("[data-do=reboot]");
    assert_eq!(browser.count("dialog"), 0, "nothing is selected");
    browser.click("[data-select=n03]");
    browser.click("[data-do=reboot]");
    until("the question", || browser.text("dialog").contains("Reboot n03?"));
    browser.click("dialog [data-do=cancel]");
    until("no question", || browser.count("dialog") == 0);
    assert_eq!(browser.text("[data-node-name=n03] [data-column=result]"), "");
    browser.click("[data-do=reboot]");
    browser.click("dialog [data-do=confirm]");
    // These nodes are threads: they have no machine to restart.
    until("the reason", || {
        let result = browser.text("[data-node-name=n03] [data-column=result]");
        result.contains("no machines of their own")
    });
    browser.assert_quiet(run.page.address, &["409"]);
}

#[test]
fn the_rack_shows_its_holes_and_selects_places_and_stacks() {
    let Some(browser) = Browser::start(WINDOW) else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = rack(folder.path());
    browser.open(run.page.address, "/nodes");
    until("all are live", || browser.count("[data-place][data-link=live]") == u64::from(NODES));
    assert_eq!((browser.count("[data-stack]"), browser.count(".hole")), (7, 7));
    let place = |selector: &str| browser.place(selector);
    let ([x1, y1, width, _], [x2, y2, ..]) = (place("[data-stack='1']"), place("[data-stack='2']"));
    assert!(y1 == y2 && x2 > x1 + 1.9 * width, "there is a hole between them");
    let [x3, y3, ..] = place("[data-stack='3']");
    assert!(x3 == x1 && y3 > y1, "the next row begins at the left");
    let (above, below) = (place("[data-place=n03]"), place("[data-place=n04]"));
    assert!(below[1] > above[1] + 1.5 * above[3], "a place between them is empty");
    let name = browser.attribute("[data-place=n04]", "aria-label").unwrap_or_default();
    assert!(name.starts_with("n04, live") && name.ends_with("stack 1, place 5"), "{name}");

    let selected = |text: &str| {
        until(text, || browser.text(".count").starts_with(text));
    };
    browser.click("[data-stack='3']");
    selected("7 of 49");
    assert_eq!(browser.count("[data-place][aria-pressed=true]"), 7);
    let checked =
        "return [...document.querySelectorAll('[data-select]:checked')].map((box) => box.dataset.select)";
    let stack: Vec<String> = (15..=21).map(|n| format!("n{n:02}")).collect();
    assert_eq!(browser.run(checked, json!([])), json!(stack), "the list says the same");
    browser.click("[data-place=n01]");
    selected("8 of 49");
    assert_eq!(browser.attribute("[data-stack='1']", "aria-pressed").as_deref(), Some("mixed"));
    browser.click("[data-stack='3']");
    selected("1 of 49");

    // With the keyboard: over the hole to the next place, and down to the next stack.
    browser.press("ArrowDown");
    let focused = || {
        let script =
            "return document.activeElement.dataset.place ?? document.activeElement.dataset.stack ?? ''";
        browser.run(script, json!([])).as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(focused(), "n15", "below the heading of stack 3 is its first node");
    browser.press("ArrowRight");
    assert_eq!(focused(), "n22");
    browser.press(" ");
    selected("2 of 49");

    // Who is not in the list is not selected here.
    browser.fill("[data-do=search-nodes]", "n22");
    selected("1 of 1");
    browser.click("[data-place=n01]");
    assert!(browser.text(".count").starts_with("1 of 1"));
    browser.assert_quiet(run.page.address, &[]);
}

#[test]
fn own_actions_and_restarts_have_a_result_for_each_node() {
    let Some(browser) = Browser::start(WINDOW) else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let node = |name: &str, actions: &str| {
        let config = folder.path().join(format!("{name}.toml"));
        std::fs::write(&config, format!("[actions]\n{actions}\n")).expect("it can be written");
        NodeProcess::start(&["--name", name, "--hal", "sim", "--config", &config.display().to_string()])
    };
    let nodes = [
        ("n1", node("n1", "check = ['echo', 'all is well']")),
        ("n2", node("n2", "check = ['sh', '-c', 'echo no; exit 4']")),
        ("n3", node("n3", "")),
    ];
    let (mut scenario, mut cluster) = (SCENARIO.to_owned(), String::new());
    for (number, (name, node)) in nodes.iter().enumerate() {
        scenario += &dummy(&format!("M{number}"), name, 8.0);
        let _ = writeln!(cluster, "[[node]]\nname = '{name}'\naddress = '{}'", node.address);
    }
    scenario += "connections: []\nmonitor: {file: out.csv, items: [M0.state1]}\n";
    std::fs::write(folder.path().join("s.yaml"), scenario).expect("it can be written");
    std::fs::write(folder.path().join("c.toml"), cluster).expect("it can be written");
    let run =
        ["scenario", "run", "s.yaml", "--cluster", "c.toml", "-o", "out.csv", "--pace", "0.2", "--web", "0"];
    let run = PageRun::start(folder.path(), &run);
    browser.open(run.page.address, "/nodes");
    until("the action is offered", || browser.count("[data-do=action]") == 1);
    browser.click("[data-select-all]");
    browser.click("[data-do=action]");
    until("the question", || browser.text("dialog").contains("Start check on 3 nodes?"));
    browser.click("dialog [data-do=confirm]");
    for (name, parts) in [
        ("n1", ["check: done", "all is well"]),
        ("n2", ["check: failed with status 4", "no"]),
        ("n3", ["check: its node.toml allows no action", ""]),
    ] {
        until(name, || {
            let result = browser.text(&format!("[data-node-name={name}] [data-column=result]"));
            parts.iter().all(|part| result.contains(part))
        });
    }
    browser.click("[data-do=restart]");
    until("the question", || browser.text("dialog").contains("Restart the program of 3 nodes?"));
    browser.click("dialog [data-do=confirm]");
    for (name, node) in &nodes {
        until(name, || {
            let result = browser.text(&format!("[data-node-name={name}] [data-column=result]"));
            result.contains("restart: it has started anew")
        });
        assert!(node.said(" listens on ").contains(name), "in the same process");
    }
    until("all are live", || browser.count("[data-node-name][data-link=live]") == 3);
    browser.assert_quiet(run.page.address, &[]);
}

/// Ten days, a step a minute.
const SCENARIO: &str = "scenario: {name: a rack, start_time: '2024-06-20 00:00:00', end_time: '2024-06-29 17:20:00', \
                        time_resolution: 60}\nmodels:\n";

/// A chain of nodes, each joined to the next by a cable, with a page.
pub(super) fn rack(folder: &Path) -> PageRun {
    let mut scenario = SCENARIO.to_owned();
    let nodes = 1..=NODES;
    nodes.clone().for_each(|n| scenario += &dummy(&format!("M{n:02}"), &format!("n{n:02}"), 8.0));
    scenario += "connections: []\nmonitor: {file: out.csv, items: [M01.state1]}\ncables:\n";
    for n in nodes.take_while(|&n| n < NODES) {
        let _ = writeln!(
            scenario,
            "- {{id: {n}, ends: [n{n:02}, n{:02}], shows: M{n:02}.state1, full_scale: 10}}",
            n + 1
        );
    }
    std::fs::write(folder.join("rack.yaml"), scenario).expect("it can be written");
    structure(folder);
    let run =
        ["scenario", "run", "rack.yaml", "--nodes", "sim", "--cluster", "cluster.toml", "-o", "out.csv"];
    PageRun::start(folder, &[&run[..], &["--pace", "0.2", "--web", "0"]].concat())
}

/// Seven stacks of eight places each in three rows and columns, as PiRack writes it down: two holes in the rack, and one
/// in each stack.
fn structure(folder: &Path) {
    let mut rack = "[rack]\npi_stack = 8\nnbr_stack = 7\nrows = 3\ncols = 3\n".to_owned();
    let holes = [(1, 2), (3, 3)];
    let cells = (1..=3).flat_map(|x| (1..=3).map(move |y| (x, y))).filter(|cell| !holes.contains(cell));
    for (number, (x, y)) in (1..).zip(cells) {
        let _ = writeln!(rack, "[{number}]\nid = {number}\nx = {x}\ny = {y}");
    }
    let mut cluster = "rack_file = 'structure_rack.ini'\n".to_owned();
    for n in 1..=NODES {
        let stack = (n - 1) / 7 + 1;
        // The fourth place of each stack stays empty.
        let place = (n - 1) % 7 + 1;
        let place = if place > 3 { place + 1 } else { place };
        let _ = writeln!(
            cluster,
            "[[node]]\nname = 'n{n:02}'\naddress = '127.0.0.1'\nstack = {stack}\nplace = {place}"
        );
    }
    std::fs::write(folder.join("structure_rack.ini"), rack).expect("it can be written");
    std::fs::write(folder.join("cluster.toml"), cluster).expect("it can be written");
}
