//! Pictures of every page in light, in dark and on a small screen, to look at: in `pictures` of the target folder.

use super::nodes::rack;
use super::replay::record;
use super::{Seen, WINDOW, guests, story_in_a_folder};
use crate::serve;
use illuminator_tests::browser::{Browser, pictures};
use illuminator_tests::page::{Page, PageRun};
use illuminator_tests::programs::until;
use serde_json::json;

/// By name, preferred colours and size.
const LOOKS: [(&str, &str, (u32, u32)); 3] =
    [("light", "light", (1280, 860)), ("dark", "dark", (1280, 860)), ("small", "dark", (480, 320))];
/// From a phone to a wall `[px]`.
const WIDTHS: [u32; 6] = [360, 480, 800, 1280, 1920, 3840];

/// What makes a page wider than its window.
const OVER: &str = "
  if (document.documentElement.scrollWidth <= innerWidth) return [];
  const all = [...document.querySelectorAll('body *')];
  return all.filter((each) => each.getBoundingClientRect().right > innerWidth).map((each) => each.outerHTML.slice(0, 80));
";

#[test]
fn every_page_in_every_look() {
    let Some(seen) = Seen::paused_story() else { return };
    let Seen { browser, run, .. } = &seen;
    [1, 2, 4, 5].into_iter().for_each(|cable| plug(run.page, cable));
    // Step by step to a noon, whichever day it is: the story has two.
    until("the sun's light", || {
        let shines = run.page.moment()["cables"][1]["power_kw"].as_f64() > Some(1.0);
        if !shines {
            seen.step();
        }
        shines
    });
    seen.shows_state("paused");
    let address = run.page.address;
    for (path, name) in [("/", "table"), ("/kiosk/house", "kiosk"), ("/kiosk/grid", "kiosk-grid")] {
        browser.open(address, path);
        looks(browser, name, "body");
    }
    browser.open(address, "/");
    browser.click("[data-component=battery]");
    until("the panel", || browser.count("#panel canvas") == 1);
    looks(browser, "component", "#panel");
    until("lines", || browser.count("#plots .legend li") > 0);
    looks(browser, "plots", "#plots");
    seen.assert_quiet();
}

#[test]
fn the_nodes_page_in_every_look() {
    let Some(browser) = Browser::start((1440, 1000)) else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = rack(folder.path());
    browser.open(run.page.address, "/nodes");
    until("all are live", || browser.count("[data-node-name][data-link=live]") == 49);
    until("round trips", || browser.text("[data-node-name=n49] [data-column=rtt]").ends_with("ms"));
    looks(&browser, "nodes", "body");
    browser.open(run.page.address, "/");
    looks(&browser, "rack", "body");
    browser.assert_quiet(run.page.address, &[]);
}

#[test]
fn a_page_that_outlives_its_runs_in_every_look() {
    let Some(browser) = Browser::start(WINDOW) else { return };
    let folder = serve::folder();
    let run = PageRun::start(folder.path(), &["serve", "--web", "0", "--nodes", "sim"]);
    browser.open(run.page.address, "/");
    until("something to start", || browser.attribute("[data-do=start]", "aria-disabled").is_none());
    looks(&browser, "serve", "body");
    run.page.order(r#"{"do": "start", "scenario": "wrong.yaml"}"#);
    until("why it failed", || browser.text("[data-value=problem]").contains("wrong.yaml:"));
    looks(&browser, "serve-failed", "body");
    browser.assert_quiet(run.page.address, &[]);
}

#[test]
fn a_recording_in_every_look() {
    let Some(browser) = Browser::start(WINDOW) else { return };
    let folder = story_in_a_folder();
    record(folder.path());
    let run = PageRun::start(folder.path(), &["replay", "day.rec", "--web", "0"]);
    browser.open(run.page.address, "/");
    run.page.order(r#"{"do": "hold", "held": true}"#);
    run.page.order(r#"{"do": "seek", "step": 28}"#);
    until("its place", || browser.text("[data-value=steps]").starts_with("step 29 "));
    looks(&browser, "replay", "body");
    browser.assert_quiet(run.page.address, &[]);
}

#[test]
fn the_question_for_the_token_in_every_look() {
    let Some(browser) = Browser::start(WINDOW) else { return };
    let (_folder, run, _) = guests::story_with_a_token();
    browser.open(run.page.address, "/");
    until("it runs", || browser.text("[data-value=state]") == "running");
    looks(&browser, "guest", "body");
    browser.click("[data-do=hold]");
    until("the question", || browser.count("dialog #token") == 1);
    looks(&browser, "login", "dialog");
    browser.assert_quiet(run.page.address, &[]);
}

fn plug(page: Page, cable: u16) {
    page.order(&json!({"do": "plug", "id": cable, "plugged": true}).to_string());
}

/// Takes the pictures of a page, with one part of it at the top. Nothing of it is beyond the edge of the window, however wide that is.
fn looks(browser: &Browser, page: &str, part: &str) {
    for (name, scheme, size) in LOOKS {
        browser.prefer(scheme);
        browser.resize(size);
        settled(browser);
        browser
            .run("document.querySelector(arguments[0]).scrollIntoView({behavior: 'instant'})", json!(part));
        settled(browser);
        let file = pictures().join(format!("page-{page}-{name}.png"));
        browser.picture(&file);
        let bytes = std::fs::metadata(&file).expect("it is there").len();
        assert!(bytes > 2_000, "{}: {bytes} bytes are an empty page", file.display());
    }
    for width in WIDTHS {
        browser.resize((width, 800));
        settled(browser);
        let over = browser.run(OVER, json!([]));
        assert_eq!(over, json!([]), "{page} at {width} px is wider than the window");
    }
    browser.resize(LOOKS[0].2);
    browser.prefer(LOOKS[0].1);
}

/// Waits until the page has been drawn twice.
fn settled(browser: &Browser) {
    browser.run(
        "window.drawn = 0; const count = () => (window.drawn += 1) < 4 && requestAnimationFrame(count); requestAnimationFrame(count)",
        json!([]),
    );
    browser.until("it is drawn", "return window.drawn >= 3");
}
