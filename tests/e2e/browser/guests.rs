//! Who has no token looks, and who has it may do something.

use super::{Seen, WINDOW, story_in_a_folder};
use crate::read;
use illuminator_tests::browser::Browser;
use illuminator_tests::page::PageRun;
use illuminator_tests::programs::{illuminator, stderr, until};
use serde_json::json;
use tempfile::TempDir;

/// Pictures are drawn three seconds late; counts those that wait, and those drawn without a connection.
const DRAW_LATE: &str = "
    Object.assign(window, {waiting: 0, drawn: 0, drawnWithoutLink: 0});
    window.requestAnimationFrame = (draw) => {
        waiting += 1;
        return setTimeout(() => {
            waiting -= 1;
            drawn += 1;
            if (document.documentElement.dataset.link === 'lost') drawnWithoutLink += 1;
            draw();
        }, 3000);
    };
    return true";

/// The story with a page for more than this machine, and its token.
pub(super) fn story_with_a_token() -> (TempDir, PageRun, String) {
    let folder = story_in_a_folder();
    let made = illuminator(folder.path(), &["cluster", "init"]);
    assert!(made.status.success(), "{}", stderr(&made));
    let token = read(&folder.path().join("web.token")).trim().to_owned();
    let run = ["scenario", "run", "story.yaml", "--nodes", "sim", "-o", "out.csv", "--pace", "0.2"];
    let run = PageRun::start(
        folder.path(),
        &[&run[..], &["--web", "0.0.0.0:0", "--web-token", "web.token"]].concat(),
    );
    (folder, run, token)
}

#[test]
fn a_guest_is_refused_and_who_logs_in_is_not() {
    let Some(browser) = Browser::start(WINDOW) else { return };
    let (_folder, run, token) = story_with_a_token();
    let address = run.page.address;
    browser.open(address, "/");
    let state = || browser.text("[data-value=state]");
    until("it runs", || state() == "running");

    // The page knows that it may not, and asks for the token. Who leaves the page aside is refused as well.
    browser.click("[data-do=hold]");
    until("the question for the token", || browser.count("dialog #token") == 1);
    let post = "return fetch('/api/v1/command', {method: 'POST', headers: {'Content-Type': 'application/json'}, \
                body: '{\"do\":\"hold\",\"held\":true}'}).then((answer) => answer.status)";
    assert_eq!(browser.run(post, json!([])), 403);
    browser.fill("#token", "0123456789abcdef0123456789abcdef");
    browser.click("dialog [data-do=confirm]");
    until("the problem", || browser.count("dialog .problem") == 1);
    assert_eq!(state(), "running");
    browser.fill("#token", &token);
    browser.click("dialog [data-do=confirm]");
    until("no question", || browser.count("dialog") == 0);
    until("it may be pressed", || browser.attribute("[data-do=hold]", "aria-disabled").is_none());
    browser.click("[data-do=hold]");
    until("it is paused", || state() == "paused");

    let secrets = browser.run("return document.cookie + document.documentElement.outerHTML", json!([]));
    assert!(!secrets.as_str().expect("a text").contains(&token), "no script can see it");
    browser.reload();
    until("it is remembered", || browser.text("[data-do=login]") == "Log out");
    browser.click("[data-do=login]");
    until("a guest again", || browser.text("[data-do=login]") == "Log in");
    assert_eq!(browser.run(post, json!([])), 403);
    browser.assert_quiet(address, &["403"]);
}

#[test]
fn a_page_that_lost_its_host_says_so_and_shows_no_old_value() {
    let Some(seen) = Seen::story(&["--pace", "0.2"]) else { return };
    let Seen { browser, run, .. } = seen;
    let address = run.page.address;
    browser.open(address, "/kiosk/house");
    until("a value", || browser.text("[data-value=main]").contains(|letter: char| letter.is_ascii_digit()));
    // A browser with much to do draws what has come long after it has come.
    assert_eq!(browser.run(DRAW_LATE, json!([])), true);
    browser.until("a late picture", "return drawn > 0");
    assert!(run.interrupt().success());
    browser.until(
        "it is drawn no more",
        "return document.documentElement.dataset.link === 'lost' && waiting === 0",
    );
    let late = browser.run("return drawnWithoutLink", json!([]));
    assert!(late.as_u64() > Some(0), "the last moment was drawn after the connection was lost");
    assert_eq!(browser.text("[data-value=word]"), "waiting for the table");
    assert_eq!(browser.text("[data-value=main]"), "–");
    browser.assert_quiet(address, &["ERR_"]);
}
