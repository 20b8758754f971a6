//! A real browser, driven as a person does: pointer and keys, and what is on the screen then.
//!
//! ```text
//!   test ─▶ Browser ─ WebDriver (JSON over HTTP) ─▶ chromedriver ─▶ Chromium without a screen ─▶ the page
//! ```
//!
//! Invariants: presses are moves of the pointer, so that what lies in front of something is what gets them; every
//! browser has a profile of its own, and ends with its test.

mod driver;

use crate::programs::{not_installed, until};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use driver::Driver;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// What WebDriver calls an element in its JSON.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// How long a drag takes `[ms]`: a hand is not there at once.
const DRAG_MS: u32 = 200;

/// A browser with one window.
pub struct Browser {
    driver: Driver,
}

impl Browser {
    /// Opens a window of so many pixels for pages. Where there is no browser the test is skipped; in CI, which
    /// installs it, that is a failure.
    pub fn start((width, height): (u32, u32)) -> Option<Self> {
        let there = |path: &str| Path::new(path).is_file();
        if !(there(driver::DRIVER) && there(driver::BROWSER)) {
            not_installed("no chromium and chromium-driver");
            return None;
        }
        let browser = Self { driver: Driver::start() };
        browser.resize((width, height));
        // What the browser shows at first is no concern of any test.
        browser.driver.post("url", &json!({"url": "about:blank"}));
        browser.requests();
        Some(browser)
    }

    /// Another size of what is seen of a page `[px]`.
    pub fn resize(&self, (width, height): (u32, u32)) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", &size);
    }

    /// Prefers dark pages, or light ones.
    pub fn prefer(&self, scheme: &str) {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.devtools("Emulation.setEmulatedMedia", &json!({ "features": features }));
    }

    fn devtools(&self, command: &str, parameters: &Value) -> Value {
        self.driver.post("goog/cdp/execute", &json!({"cmd": command, "params": parameters}))
    }

    /// Forgets all that it has loaded.
    pub fn forget(&self) {
        self.devtools("Network.clearBrowserCache", &json!({}));
    }

    /// Opens a page of the server at `address` and waits until it shows what is live.
    pub fn open(&self, address: SocketAddr, path: &str) {
        self.driver.post("url", &json!({"url": format!("http://{address}{path}")}));
        self.ready();
    }

    /// Loads the page again.
    pub fn reload(&self) {
        self.driver.post("refresh", &json!({}));
        self.ready();
    }

    fn ready(&self) {
        self.until("the page is ready", "return document.documentElement.dataset.ready === 'true'");
    }

    /// What a script returns; its arguments are `arguments[0]` and so on.
    pub fn run(&self, script: &str, arguments: Value) -> Value {
        let arguments = if arguments.is_array() { arguments } else { json!([arguments]) };
        self.driver.post("execute/sync", &json!({"script": script, "args": arguments}))
    }

    /// Waits until a script returns `true`.
    pub fn until(&self, what: &str, script: &str) {
        until(what, || self.run(script, json!([])) == true);
    }

    /// The text of what a selector finds first, as a person sees it; empty where there is nothing.
    pub fn text(&self, selector: &str) -> String {
        let text = self.run("return document.querySelector(arguments[0])?.innerText ?? ''", json!(selector));
        text.as_str().unwrap_or_default().to_owned()
    }

    /// An attribute of what a selector finds first.
    pub fn attribute(&self, selector: &str, name: &str) -> Option<String> {
        let script = "return document.querySelector(arguments[0])?.getAttribute(arguments[1]) ?? null";
        self.run(script, json!([selector, name])).as_str().map(str::to_owned)
    }

    /// How many of what a selector finds are to be seen.
    pub fn count(&self, selector: &str) -> u64 {
        let script =
            "return [...document.querySelectorAll(arguments[0])].filter((e) => e.checkVisibility()).length";
        self.run(script, json!(selector)).as_u64().expect("a number")
    }

    /// Where something is in the window: x, y, width, height `[px]`.
    pub fn place(&self, selector: &str) -> [f64; 4] {
        let script = "const r = document.querySelector(arguments[0]).getBoundingClientRect(); \
                      return [r.x, r.y, r.width, r.height]";
        let place = self.run(script, json!(selector));
        serde_json::from_value(place).expect("four numbers")
    }

    /// Presses something with the mouse.
    pub fn click(&self, selector: &str) {
        let button = |kind: &str| json!({"type": kind, "button": 0});
        self.mouse(&[self.over(selector), button("pointerDown"), button("pointerUp")]);
    }

    /// Moves the mouse over something.
    pub fn point(&self, selector: &str) {
        self.mouse(&[self.over(selector)]);
    }

    /// Drags with the mouse, from a point beside the middle of something, so far `[px]`.
    pub fn drag(&self, selector: &str, from: (i32, i32), by: (i32, i32)) {
        let mut start = self.over(selector);
        (start["x"], start["y"]) = (json!(from.0), json!(from.1));
        let half = |by: (i32, i32)| json!({"type": "pointerMove", "duration": DRAG_MS / 2, "origin": "pointer", "x": by.0, "y": by.1});
        let first = (by.0 / 2, by.1 / 2);
        self.mouse(&[
            start,
            json!({"type": "pointerDown", "button": 0}),
            half(first),
            half((by.0 - first.0, by.1 - first.1)),
            json!({"type": "pointerUp", "button": 0}),
        ]);
    }

    /// Drags one thing to the middle of another.
    pub fn drag_to(&self, selector: &str, target: &str) {
        // Both have to be in the window before either is looked for.
        self.over(selector);
        let middle = |[x, y, width, height]: [f64; 4]| (x + width / 2.0, y + height / 2.0);
        let (from, to) = (middle(self.place(selector)), middle(self.place(target)));
        self.drag(selector, (0, 0), ((to.0 - from.0) as i32, (to.1 - from.1) as i32));
    }

    /// Types into a field, which is empty before.
    pub fn fill(&self, selector: &str, text: &str) {
        let element = self.find(selector);
        self.driver.post(&format!("element/{element}/clear"), &json!({}));
        if !text.is_empty() {
            self.driver.post(&format!("element/{element}/value"), &json!({ "text": text }));
        }
    }

    /// Presses a key where the focus is: an arrow by its name, or a character.
    pub fn press(&self, key: &str) {
        let key = match key {
            "ArrowLeft" => "\u{e012}",
            "ArrowUp" => "\u{e013}",
            "ArrowRight" => "\u{e014}",
            "ArrowDown" => "\u{e015}",
            character => character,
        };
        let actions = [json!({"type": "keyDown", "value": key}), json!({"type": "keyUp", "value": key})];
        let keys = json!({"type": "key", "id": "keys", "actions": actions});
        self.driver.post("actions", &json!({ "actions": [keys] }));
    }

    /// The move of the mouse to something, which is brought into view first.
    fn over(&self, selector: &str) -> Value {
        let script = "const r = arguments[0].getBoundingClientRect(); if (r.top < 0 || r.bottom > innerHeight) \
                      arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})";
        let element = json!({ELEMENT: self.find(selector)});
        self.run(script, json!([element]));
        json!({"type": "pointerMove", "duration": 20, "origin": element, "x": 0, "y": 0})
    }

    fn mouse(&self, actions: &[Value]) {
        let mouse = json!({"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": actions});
        self.driver.post("actions", &json!({ "actions": [mouse] }));
    }

    fn find(&self, selector: &str) -> String {
        let found = self.driver.post("element", &json!({"using": "css selector", "value": selector}));
        found[ELEMENT].as_str().unwrap_or_else(|| panic!("{selector}: {found}")).to_owned()
    }

    /// Writes what the window shows as a PNG file.
    pub fn picture(&self, file: &Path) {
        let shot = self.devtools("Page.captureScreenshot", &json!({"format": "png"}));
        let data = shot["data"].as_str().expect("a picture");
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("it can be made");
        std::fs::write(file, BASE64_STANDARD.decode(data).expect("base 64")).expect("it can be written");
    }

    /// The errors in the console since this was last asked, as it tells them.
    pub fn errors(&self) -> Vec<String> {
        let entries = self.log("browser");
        let severe = entries.iter().filter(|entry| entry["level"] == "SEVERE");
        severe.map(|entry| entry["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// The addresses that pages have asked something of since this was last asked.
    pub fn requests(&self) -> Vec<String> {
        let entries = self.log("performance");
        let messages = entries.iter().filter_map(|entry| {
            let message: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            let is_request = message["message"]["method"] == "Network.requestWillBeSent";
            let url = message["message"]["params"]["request"]["url"].as_str()?;
            is_request.then(|| url.to_owned())
        });
        messages.collect()
    }

    fn log(&self, kind: &str) -> Vec<Value> {
        let log = self.driver.post("se/log", &json!({ "type": kind }));
        log.as_array().expect("a list").clone()
    }

    /// Fails if there was an error in the console that does not contain one of `but`, or a request to anybody but the
    /// server at `address`.
    pub fn assert_quiet(&self, address: SocketAddr, but: &[&str]) {
        let mut errors = self.errors();
        errors.retain(|error| !but.iter().any(|part| error.contains(part)));
        assert!(errors.is_empty(), "{errors:#?}");
        let own = format!("http://{address}/");
        let requests = self.requests();
        assert!(requests.iter().any(|url| url.starts_with(&own)), "requests are seen");
        let strange: Vec<_> =
            requests.iter().filter(|url| !url.starts_with(&own) && !url.starts_with("data:")).collect();
        assert!(strange.is_empty(), "{strange:?}");
    }
}

/// Where tests put pictures to look at: a folder of the target folder.
pub fn pictures() -> PathBuf {
    let own = std::env::current_exe().expect("a program knows its own path");
    let target = own.ancestors().nth(3).expect("tests stand in target/PROFILE/deps");
    target.join("pictures")
}
