//! The page of the demo, beside its picture in a terminal.

use super::WINDOW;
use illuminator_tests::browser::Browser;
use illuminator_tests::programs::{program, until};
use illuminator_tests::terminal::Terminal;
use std::fs::Permissions;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

#[test]
fn values_change_and_what_is_pressed_on_the_page_is_seen_in_the_terminal() {
    let Some(browser) = Browser::start(WINDOW) else { return };
    let mut command = Command::new(program("illuminator"));
    command.args(["demo", "--pace", "0.1", "--web", "0"]).env("COLORTERM", "truecolor");
    let terminal = Terminal::start(command, true);
    let address = address(&terminal);
    browser.open(address, "/");
    for selector in
        ["[data-value=clock]", "[data-item=\"Wind1.wind_gen\"]", "[data-item=\"House1.load_dem\"]"]
    {
        let before = browser.text(selector);
        assert!(before.contains(|letter: char| letter.is_ascii_digit()), "{selector}: {before:?}");
        until(selector, || browser.text(selector) != before);
    }
    browser.click("[data-do=hold]");
    until("the page is paused", || browser.text("[data-value=state]") == "paused");
    until("the terminal is paused", || terminal.text().contains("paused"));
    let (clock, light) = (browser.text("[data-value=clock]"), lights(&browser));
    until("light that moves while time stands still", || lights(&browser) != light);
    assert_eq!(browser.text("[data-value=clock]"), clock);
    browser.assert_quiet(address, &[]);
    terminal.press("q");
    assert!(terminal.left().status.success());
}

/// The browser of a desktop is opened by a program that every desktop has; here it writes down what it is asked for.
#[test]
fn where_there_is_a_desktop_its_browser_shows_the_page() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (opener, asked) = (folder.path().join("xdg-open"), folder.path().join("asked"));
    std::fs::write(&opener, format!("#!/bin/sh\necho \"$1\" >>'{}'\n", asked.display()))
        .expect("it can be written");
    std::fs::set_permissions(&opener, Permissions::from_mode(0o755)).expect("it is ours");
    let path = std::env::var("PATH").expect("there is a path");
    for (arguments, opens) in
        [(&["demo", "--web", "0", "--no-open"][..], false), (&["demo", "--web", "0"], true)]
    {
        let mut command = Command::new(program("illuminator"));
        command.args(arguments).env("DISPLAY", ":9");
        command.env("PATH", format!("{}:{path}", folder.path().display()));
        let terminal = Terminal::start(command, true);
        let url = format!("http://{}/\n", address(&terminal));
        if opens {
            until("the page is opened", || std::fs::read_to_string(&asked).is_ok_and(|asked| asked == url));
        }
        terminal.press("q");
        assert!(terminal.left().status.success());
        assert_eq!(asked.exists(), opens);
    }
}

/// Where the demo says that its page is.
fn address(terminal: &Terminal) -> SocketAddr {
    let mut address = None;
    until("the address of the page", || {
        let text = terminal.text();
        address = text.split_whitespace().find_map(|word| {
            word.split_once("http://")?.1.trim_end_matches(|end: char| !end.is_ascii_digit()).parse().ok()
        });
        address.is_some()
    });
    address.expect("it is there")
}

/// The colours of all LEDs.
fn lights(browser: &Browser) -> String {
    let script =
        "return [...document.querySelectorAll('[data-led]')].map((led) => led.getAttribute('fill')).join()";
    browser.run(script, serde_json::json!([])).to_string()
}
