//! The page that outlives its runs, worked with a mouse.

use super::WINDOW;
use crate::serve::folder;
use illuminator_tests::browser::Browser;
use illuminator_tests::page::PageRun;
use illuminator_tests::programs::{rows, until};
use serde_json::json;

#[test]
fn a_scenario_is_chosen_run_and_ended_and_then_another_one() {
    let Some(browser) = Browser::start(WINDOW) else { return };
    let folder = folder();
    let run = PageRun::start(folder.path(), &["serve", "--web", "0", "--nodes", "sim", "--pace", "0.25"]);
    browser.open(run.page.address, "/");
    let state = |state: &str| until(state, || browser.text("[data-value=state]") == state);
    let choose = |name: &str| {
        let script = "const box = document.querySelector('#scenario'); \
                      box.value = arguments[0]; box.dispatchEvent(new Event('change', {bubbles: true})); \
                      return box.value === arguments[0]";
        until(name, || browser.run(script, json!(name)) == true);
    };
    let can = |button: &str| browser.attribute(&format!("[data-do={button}]"), "aria-disabled").is_none();
    state("no run");
    until("something can be started", || can("start") && !can("end") && !can("hold"));
    // One that is wrong is told with its line.
    choose("wrong.yaml");
    browser.click("[data-do=start]");
    state("failed");
    until("why", || browser.text("[data-value=problem]").contains("wrong.yaml:"));
    assert!(browser.text("[data-value=problem]").contains("Batery"));
    // One that runs is paused, does a step, and is ended.
    choose("first.yaml");
    browser.click("[data-do=start]");
    state("running");
    until("its components", || browser.count("[data-component]") > 3);
    assert_eq!(browser.text("[data-value=problem]"), "");
    browser.click("[data-do=hold]");
    state("paused");
    let steps = || browser.text("[data-value=steps]");
    let before = steps();
    browser.click("[data-do=step]");
    until("a step", || steps() != before);
    browser.click("[data-do=end]");
    state("ended");
    until("where the result is", || browser.text("[data-value=result]").contains("first.csv"));
    assert!(rows(&folder.path().join("first.csv")) > 0);
    // Another one, to its end.
    choose("second.yaml");
    until("it can be started", || can("start"));
    browser.click("[data-do=start]");
    state("running");
    for _ in 0..4 {
        browser.click("[data-do=faster]");
    }
    state("ended");
    until("where the result is", || browser.text("[data-value=result]").contains("second.csv"));
    assert_eq!(rows(&folder.path().join("second.csv")), 96);
    browser.assert_quiet(run.page.address, &[]);
    assert!(run.interrupt().success());
}
