//! The nodes page, with a table of 49.

use super::WINDOW;
use illuminator_tests::browser::Browser;
use illuminator_tests::page::PageRun;
use illuminator_tests::programs::until;
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
    assert_eq!(browser.count("[data-identifying]"), 1, "and no other");

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
fn a_restart_is_asked_for_twice_and_its_end_is_told() {
    let Some(browser) = Browser::start(WINDOW) else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = rack(folder.path());
    browser.open(run.page.address, "/nodes");
    browser.click("[data-do=reboot]");
    assert_eq!(browser.count("dialog"), 0, "nothing is selected");
    browser.click("[data-select=n03]");
    browser.click("[data-do=reboot]");
    until("the question", || browser.text("dialog").contains("Restart n03?"));
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

/// A chain of nodes, each joined to the next by a cable, with a page.
pub(super) fn rack(folder: &Path) -> PageRun {
    let mut scenario =
        "scenario: {name: a rack, start_time: '2024-06-20 00:00:00', end_time: '2024-06-29 17:20:00', \
                        time_resolution: 60}\nmodels:\n"
            .to_owned();
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
    let run =
        ["scenario", "run", "rack.yaml", "--nodes", "sim", "-o", "out.csv", "--pace", "0.2", "--web", "0"];
    PageRun::start(folder, &run)
}
