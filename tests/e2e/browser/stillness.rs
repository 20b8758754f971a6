//! What has been drawn stays where it is: nothing moves because something else has come.

use super::nodes::rack;
use super::replay::record;
use super::{Seen, WINDOW, story_in_a_folder};
use crate::serve;
use illuminator_tests::browser::Browser;
use illuminator_tests::page::PageRun;
use illuminator_tests::programs::until;
use serde_json::json;
use std::net::SocketAddr;

/// Notes how far things moved by themselves since the page was opened, as the browser counts it: the share of the
/// window that moved times the share of the window by which it did.
const COUNT_SHIFTS: &str = "
    window.shifts = [];
    window.frames_seen = 0;
    const count = (entries) => entries.filter((each) => !each.hadRecentInput).forEach((each) =>
        window.shifts.push([each.value, ...each.sources.map((source) => (source.node?.outerHTML?.slice(0, 120) ?? '') + JSON.stringify([source.previousRect, source.currentRect]))]));
    const observer = new PerformanceObserver((list) => count(list.getEntries()));
    observer.observe({type: 'layout-shift', buffered: true});
    const frame = () => {
        count(observer.takeRecords());
        window.frames_seen += 1;
        requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    return true";
/// Moves what is on the page by a line, as a text does that comes late.
const MOVE: &str = "document.body.style.paddingTop = '20px'; return true";
/// A usual window, the screen of a component, a phone `[px]`.
const SIZES: [(u32, u32); 3] = [WINDOW, (480, 320), (360, 640)];
/// The most that one move may be `[share of the window, squared]`: a number that gets a digit more in its own place, and no
/// word beside it.
const SHIFT_MAX: f64 = 0.0005;

#[test]
fn nothing_moves_on_the_pages_of_a_run() {
    let Some(seen) = Seen::story(&["--pace", "0.1"]) else { return };
    // A component's own screen is 480 x 320 at least.
    for (path, sizes) in [("/", &SIZES[..]), ("/nodes", &SIZES), ("/kiosk/house", &SIZES[..2])] {
        for &size in sizes {
            seen.browser.resize(size);
            let steps = || seen.run.page.moment()["done"].as_u64();
            let before = steps();
            stays(&seen.browser, seen.run.page.address, path, || steps() > before.map(|before| before + 10));
        }
    }
    seen.assert_quiet();
}

#[test]
fn nothing_moves_on_the_nodes_page_of_a_rack() {
    let Some(browser) = Browser::start(WINDOW) else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = rack(folder.path());
    stays(&browser, run.page.address, "/nodes", || {
        browser.count("[data-node-name][data-link=live]") == 49
            && browser.text("[data-node-name=n49] [data-column=rtt]").ends_with("ms")
    });
}

#[test]
fn nothing_moves_where_there_is_no_run_or_a_recording() {
    let Some(browser) = Browser::start(WINDOW) else { return };
    let folder = serve::folder();
    let run = PageRun::start(folder.path(), &["serve", "--web", "0", "--nodes", "sim"]);
    stays(&browser, run.page.address, "/", || {
        browser.attribute("[data-do=start]", "aria-disabled").is_none()
    });
    let folder = story_in_a_folder();
    record(folder.path());
    let run = PageRun::start(folder.path(), &["replay", "day.rec", "--web", "0", "--pace", "0.1"]);
    let steps = || run.page.moment()["done"].as_u64();
    let before = steps();
    stays(&browser, run.page.address, "/", || steps() > before.map(|before| before + 20));
}

/// Opens a page, without anything kept from before, and compares where all is then with when `lived` holds. What the
/// browser counts is shown to count.
fn stays(browser: &Browser, address: SocketAddr, path: &str, mut lived: impl FnMut() -> bool) {
    browser.forget();
    browser.open(address, path);
    assert_eq!(browser.run(COUNT_SHIFTS, json!([])), true);
    until("it has lived for a while", &mut lived);
    let drawn = browser.run("return window.frames_seen", json!([])).as_u64();
    until("it is drawn a few times more", || {
        browser.run("return window.frames_seen", json!([])).as_u64() > drawn.map(|drawn| drawn + 3)
    });
    let shifts = browser.run("return window.shifts", json!([]));
    let most = || browser.run("return Math.max(0, ...window.shifts.map(([value]) => value))", json!([]));
    let before = most().as_f64().expect("a number");
    let size = browser.run("return [innerWidth, innerHeight]", json!([]));
    assert!(before <= SHIFT_MAX, "{path} at {size}: {before}: {shifts:#}");
    browser.run(MOVE, json!([]));
    until("what moves is counted", || most().as_f64() > Some(SHIFT_MAX));
}
