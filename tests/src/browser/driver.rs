//! chromedriver, and the session of the browser that it started.

use crate::programs::{PATIENCE, lines, next_line};
use serde_json::{Value, json};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// The driver, of Debian's `chromium-driver`.
pub(super) const DRIVER: &str = "/usr/bin/chromedriver";
/// The browser, of Debian's `chromium`.
pub(super) const BROWSER: &str = "/usr/bin/chromium";
/// Without a screen, without a sandbox (tests in containers are root), and without a word to anybody but the page.
const FLAGS: [&str; 11] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
];

/// A browser; ended when dropped.
pub(super) struct Driver {
    child: Child,
    http: ureq::Agent,
    /// The address of the session.
    session: String,
    _profile: TempDir,
}

impl Driver {
    /// Starts a driver on any free port, and a browser.
    pub(super) fn start() -> Self {
        let profile = tempfile::tempdir().expect("a temporary folder");
        let mut command = Command::new(DRIVER);
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("the driver can be started");
        let said = lines(child.stdout.take().expect("it is piped"));
        let port = loop {
            let line = next_line(&said).expect("the driver says its port");
            if let Some((_, port)) = line.split_once("successfully on port ") {
                break port.trim_end_matches('.').to_owned();
            }
        };
        let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE));
        let http = ureq::Agent::new_with_config(config.build());
        let session = format!("http://127.0.0.1:{port}/session");
        let mut driver = Self { child, http, session, _profile: profile };
        let user = format!("--user-data-dir={}", driver._profile.path().display());
        let flags: Vec<&str> = FLAGS.into_iter().chain([user.as_str()]).collect();
        let wanted = json!({
            "browserName": "chrome",
            "goog:chromeOptions": {"binary": BROWSER, "args": flags},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        });
        let made = driver.send("", &json!({"capabilities": {"alwaysMatch": wanted}}));
        let id = made["sessionId"].as_str().expect("a session has an id");
        driver.session = format!("{}/{id}", driver.session);
        driver
    }

    /// A command of the session, with what it gives. One that fails is a failure of the test.
    pub(super) fn post(&self, command: &str, parameters: &Value) -> Value {
        self.send(&format!("/{command}"), parameters)
    }

    fn send(&self, path: &str, body: &Value) -> Value {
        let request = self.http.post(format!("{}{path}", self.session));
        let answer = request.content_type("application/json").send(body.to_string());
        let mut answer = answer.unwrap_or_else(|error| panic!("the driver, {path}: {error}"));
        let text = answer.body_mut().with_config().limit(64 << 20).read_to_string();
        let text = text.unwrap_or_else(|error| panic!("the driver, {path}: {error}"));
        let mut reply: Value = serde_json::from_str(&text).expect("the driver speaks JSON");
        assert!(answer.status().is_success(), "{path} {body}: {}", reply["value"]["message"]);
        reply["value"].take()
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // The driver ends the browser; killed, it could not.
        let _ = self.http.delete(&self.session).call();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
