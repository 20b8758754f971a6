//! The table: plugs, tokens, pace, phases, emergency stop and arrangement.

use super::Seen;
use crate::read;
use illuminator_tests::programs::until;
use serde_json::json;

/// Of what a controller sees of the demand, which is the house's alone.
const FLOW: &str = "Controller1.res_load";
const HOUSE_AT_GRID: &str = "[data-cable=\"4\"][data-end=\"0\"]";
const HOUSE: &str = "[data-cable=\"4\"]:not([data-end])";

#[test]
fn a_cable_that_is_unplugged_with_the_mouse_is_gone_in_the_result_and_comes_back() {
    let Some(seen) = Seen::paused_story() else { return };
    let browser = &seen.browser;
    let is = |state: &str| until(state, || browser.attribute(HOUSE, "data-state").as_deref() == Some(state));
    // What is plugged reaches the run a moment later: in the next step, or in the one after.
    let steps_until = |what: &str, flows: bool| {
        until(what, || {
            seen.step();
            seen.column(FLOW).last().is_some_and(|&power_kw| (power_kw > 0.0) == flows)
        });
    };
    assert!(seen.column(FLOW).iter().all(|&power_kw| power_kw == 0.0), "nothing is plugged in at first");
    is("out");
    browser.click(HOUSE);
    is("in");
    steps_until("power flows", true);
    assert!(browser.text(HOUSE).contains("kW"), "{}", browser.text(HOUSE));
    browser.click(HOUSE_AT_GRID);
    is("half");
    steps_until("no power flows", false);
    assert!(browser.text(HOUSE).contains("one end is loose"), "{}", browser.text(HOUSE));
    browser.click(HOUSE_AT_GRID);
    is("in");
    steps_until("power flows again", true);
    let mut flows: Vec<bool> = seen.column(FLOW).iter().map(|&power_kw| power_kw > 0.0).collect();
    flows.dedup();
    assert_eq!(flows, [false, true, false, true]);
    seen.assert_quiet();
}

#[test]
fn a_step_is_one_step_and_the_run_goes_on_when_it_is_told_to() {
    let Some(seen) = Seen::paused_story() else { return };
    let rows = || read(&seen.folder.path().join("out.csv")).lines().count() as u64 - 1;
    for _ in 0..3 {
        let before = seen.done();
        seen.step();
        // So many more moments are a second: another step would have been seen.
        let seq = || seen.run.page.moment()["seq"].as_u64().expect("a number");
        let then = seq();
        until("twenty moments", || seq() >= then + 20);
        assert_eq!(seen.done(), before + 1);
        seen.shows_state("paused");
        until("its row is in the file", || rows() > before);
        assert_eq!(rows(), before + 1, "one step is one row");
    }
    let before = seen.done();
    seen.browser.click("[data-do=faster]");
    until("another pace", || seen.browser.text("[data-value=pace]") == "0.1 s a step");
    seen.browser.click("[data-do=hold]");
    seen.shows_state("running");
    until("steps by themselves", || seen.done() > before + 3);
    seen.assert_quiet();
    seen.run.page.order(r#"{"do": "end"}"#);
    let Seen { run, folder, .. } = seen;
    assert!(run.ended().success());
    let rows = read(&folder.path().join("out.csv")).lines().count() as u64;
    assert!(rows > before + 4, "a row for every step: {rows}");
}

#[test]
fn a_token_that_is_dragged_to_a_component_brings_the_winter() {
    let Some(seen) = Seen::paused_story() else { return };
    let browser = &seen.browser;
    let token = "[data-token=\"0\"]";
    browser.drag_to(token, "[data-component=house]");
    until("it is at the house", || browser.text(token).contains("in at house"));
    until("winter", || {
        seen.step();
        browser.text("[data-value=phase]") == "winter"
    });
    assert_eq!(browser.attribute(token, "data-state").as_deref(), Some("in"));
    browser.click(token);
    until("it lies beside the table", || browser.text(token).contains("not plugged in"));
    until("the run knows", || {
        seen.step();
        browser.attribute(token, "data-state").as_deref() == Some("out")
    });
    seen.assert_quiet();
}

#[test]
fn a_phase_that_is_chosen_holds_until_the_story_is_let_go_on() {
    let Some(seen) = Seen::paused_story() else { return };
    let browser = &seen.browser;
    let choose = |name: &str| {
        let script = "const box = document.querySelector('select[data-do=phase]'); \
                      box.value = arguments[0]; box.dispatchEvent(new Event('change', {bubbles: true}))";
        browser.run(script, json!(name));
    };
    choose("wind for the town");
    until("the phase", || {
        seen.step();
        browser.text("[data-value=phase]") == "wind for the town"
    });
    until("it is forced", || {
        browser.run("return document.querySelector('select[data-do=phase]').value", json!([]))
            == "wind for the town"
    });
    choose("");
    until("the story's own phase", || {
        seen.step();
        browser.text("[data-value=phase]") == "the empty table"
    });
    seen.assert_quiet();
}

#[test]
fn the_emergency_stop_is_at_once_and_its_release_asks() {
    let Some(seen) = Seen::story(&["--pace", "0.2"]) else { return };
    let browser = &seen.browser;
    seen.shows_state("running");
    browser.click("[data-do=emergency-stop]");
    seen.shows_state("EMERGENCY STOP");
    browser.until(
        "all LEDs are red",
        "const leds = [...document.querySelectorAll('[data-led]')]; \
         return leds.length > 0 && leds.every((led) => led.getAttribute('fill') === '#ff0000')",
    );
    let done = seen.done();
    browser.click("[data-do=emergency-stop]");
    browser.click("dialog [data-do=cancel]");
    until("no dialog", || browser.count("dialog") == 0);
    let seq = || seen.run.page.moment()["seq"].as_u64().expect("a number");
    let then = seq();
    until("moments", || seq() > then + 3);
    assert_eq!((browser.text("[data-value=state]").as_str(), seen.done()), ("EMERGENCY STOP", done));
    browser.click("[data-do=emergency-stop]");
    browser.click("dialog [data-do=confirm]");
    seen.shows_state("running");
    until("steps go on", || seen.done() > done);
    seen.assert_quiet();
}

#[test]
fn a_component_stays_where_it_was_dragged() {
    let Some(seen) = Seen::paused_story() else { return };
    let browser = &seen.browser;
    let card = "[data-component=grid]";
    let kept = seen.folder.path().join("story.layout.json");
    let before = browser.place(card);
    browser.drag(card, (0, 0), (90, 50));
    let moved = browser.place(card);
    assert!(
        (moved[0] - before[0] - 90.0).abs() < 3.0 && (moved[1] - before[1] - 50.0).abs() < 3.0,
        "{before:?} {moved:?}"
    );
    until("the arrangement is kept", || kept.is_file());
    browser.reload();
    until("it is where it was put", || {
        let again = browser.place(card);
        (again[0] - moved[0]).abs() < 2.0 && (again[1] - moved[1]).abs() < 2.0
    });
    browser.click("[data-do=arrange]");
    until("it is where it was at first", || (browser.place(card)[0] - before[0]).abs() < 2.0);
    seen.assert_quiet();
}
