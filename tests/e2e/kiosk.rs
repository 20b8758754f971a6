//! A display that shows the own screen of a component from boot on: the script, and the unit that starts it.

use illuminator_tests::page::PageRun;
use illuminator_tests::programs::{lines, next_line, not_installed, signal, tool, until};
use illuminator_tests::samples::{dummy, project};
use serde_json::Value;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};

const BROWSER: &str = "/usr/bin/chromium";

fn dist(file: &str) -> std::path::PathBuf {
    project("node-runtime/dist").join(file)
}

#[test]
fn the_script_has_no_fault_that_shellcheck_knows() {
    let Some(shellcheck) = tool("shellcheck") else { return };
    let checked =
        Command::new(shellcheck).arg(dist("illuminator-kiosk")).output().expect("it can be started");
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
}

#[test]
fn systemd_takes_the_unit() {
    let Some(analyze) = tool("systemd-analyze") else { return };
    let unit = crate::read(&dist("illuminator-kiosk.service"));
    let start = "ExecStart=/usr/bin/cage -- /usr/local/bin/illuminator-kiosk\n";
    assert!(unit.contains(start), "{unit}");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("illuminator-kiosk.service");
    // What it starts is not installed here.
    std::fs::write(&path, unit.replace(start, "ExecStart=/bin/true\n")).expect("it can be written");
    let verify = |path: &Path| {
        let done = Command::new(&analyze).args(["verify", "--man=no"]).arg(path).output();
        let done = done.expect("it can be started");
        (done.status.success(), String::from_utf8_lossy(&done.stderr).into_owned())
    };
    assert_eq!(verify(&path), (true, String::new()));
    std::fs::write(&path, unit.replace(start, "ExecStart=true\nRestrat=always\n"))
        .expect("it can be written");
    assert!(!verify(&path).1.is_empty(), "it finds what is wrong");
}

#[test]
fn what_is_no_screen_is_refused() {
    for url in ["", "wind", "http://host:8080/nodes", "file:///kiosk/wind"] {
        let done = Command::new(dist("illuminator-kiosk")).arg(url).env_remove("KIOSK_URL").output();
        let done = done.expect("it can be started");
        assert_eq!(done.status.code(), Some(2), "{url}: {done:?}");
        assert!(String::from_utf8_lossy(&done.stderr).contains("/kiosk/wind"), "{done:?}");
    }
}

/// The script, ended when dropped.
struct Kiosk(Child);

impl Drop for Kiosk {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        let _ = self.0.wait();
    }
}

#[test]
fn it_waits_for_the_host_and_starts_a_browser_again_that_has_crashed() {
    if !Path::new(BROWSER).is_file() {
        return not_installed("no chromium");
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let memory = tempfile::tempdir().expect("a temporary folder");
    let (port, devtools) = (free_port(), free_port());
    let url = format!("http://127.0.0.1:{port}/kiosk/wind");
    let flags = format!(
        "--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --disable-background-networking \
         --remote-debugging-port={devtools}"
    );
    let mut script = Command::new(dist("illuminator-kiosk"));
    script.arg(&url).env("KIOSK_FLAGS", flags).env("KIOSK_BROWSER", BROWSER).stdin(Stdio::null());
    script.env("XDG_RUNTIME_DIR", memory.path()).env_remove("DISPLAY").stderr(Stdio::piped());
    let mut kiosk = Kiosk(script.spawn().expect("it can be started"));
    let said = lines(kiosk.0.stderr.take().expect("it is piped"));
    let says = |part: &str| {
        while !next_line(&said).unwrap_or_else(|| panic!("it never said: {part}")).contains(part) {}
    };
    says("waits for");
    assert_eq!(shown(devtools), None, "no browser shows an error instead");

    let scenario = "scenario: {name: k, start_time: '2024-06-20 00:00:00', end_time: '2024-06-29 17:20:00', \
                    time_resolution: 60}\nmodels:\n"
        .to_owned()
        + &dummy("Wind", "wind", 8.0)
        + "connections: []\nmonitor: {file: out.csv, items: [Wind.state1]}\n";
    std::fs::write(folder.path().join("s.yaml"), scenario).expect("it can be written");
    let web = port.to_string();
    let run =
        ["scenario", "run", "s.yaml", "--nodes", "sim", "-o", "out.csv", "--pace", "0.2", "--web", &web];
    let _run = PageRun::start(folder.path(), &run);
    says("shows http");
    let is_shown = || shown(devtools).as_deref() == Some(url.as_str());
    until("the screen", is_shown);

    let first = browser(kiosk.0.id());
    signal(first, "KILL");
    says("has ended with status 137");
    says("shows http");
    until("another browser", || Path::new("/proc").join(browser(kiosk.0.id()).to_string()).exists());
    assert_ne!(browser(kiosk.0.id()), first);
    until("the screen again", is_shown);

    let last = browser(kiosk.0.id());
    drop(kiosk);
    until("no browser is left", || !Path::new("/proc").join(last.to_string()).exists());
    // Libraries of the browser keep settings of the user there as well.
    let files = std::fs::read_dir(memory.path()).expect("it is there").flatten();
    let ours = |file: &std::fs::DirEntry| file.file_name().to_string_lossy().contains("kiosk");
    assert_eq!(files.filter(ours).count(), 0, "and nothing of it");
}

/// The address that the browser shows, if there is a browser.
fn shown(devtools: u16) -> Option<String> {
    let mut answer = ureq::get(format!("http://127.0.0.1:{devtools}/json")).call().ok()?;
    let pages: Value = serde_json::from_str(&answer.body_mut().read_to_string().ok()?).ok()?;
    let page = pages.as_array()?.iter().find(|page| page["type"] == "page")?;
    page["url"].as_str().map(str::to_owned)
}

/// The browser that the script has started: of its children the one that is no `sleep`. 0 while there is none.
fn browser(script: u32) -> u32 {
    let children =
        std::fs::read_to_string(format!("/proc/{script}/task/{script}/children")).unwrap_or_default();
    let command = |id: &str| std::fs::read_to_string(format!("/proc/{id}/comm")).unwrap_or_default();
    let found = children.split_whitespace().find(|id| command(id).starts_with("chrom"));
    found.and_then(|id| id.parse().ok()).unwrap_or(0)
}

/// A port that nobody listens on now.
fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("it is bound").port()
}
