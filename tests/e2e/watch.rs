//! `illuminator watch`: a run elsewhere, seen and commanded in a terminal.

use illuminator_tests::programs::{illuminator, program, signal, stderr, tool, until};
use illuminator_tests::samples::project;
use illuminator_tests::terminal::Terminal;
use illuminator_tests::tmux::Tmux;
use std::fs::{File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A run in one process whose page is kept; killed when dropped.
struct Server {
    child: Child,
    port: String,
}

impl Server {
    fn start(folder: &Path, web: &str) -> Self {
        let log = folder.join("server.log");
        let mut command = Command::new(program("illuminator"));
        command.args(["scenario", "run"]).arg(project("scenarios/table.yaml"));
        command.args(["--local", "--web", web, "--web-keep", "-o", "out.csv"]).current_dir(folder);
        let stderr = File::create(&log).expect("the folder is ours");
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(stderr).spawn();
        let child = child.expect("the program can be started");
        let mut found = String::new();
        until("a page", || {
            found = port(&std::fs::read_to_string(&log).unwrap_or_default());
            !found.is_empty()
        });
        Self { child, port: found }
    }

    fn kill(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The port of the page that a text names; empty if it names none to its end.
fn port(text: &str) -> String {
    let url = text.split("http://").nth(1).and_then(|rest| rest.split_once('/'));
    url.and_then(|(authority, _)| authority.rsplit_once(':')).map_or("", |(_, port)| port).to_owned()
}

/// The demo in a terminal of its own, and the port of its page.
fn demo(arguments: &[&str]) -> (Terminal, String) {
    let mut command = Command::new(program("illuminator"));
    command.args(["demo", "--pace", "0.05"]).args(arguments).env_remove("NO_COLOR");
    let terminal = Terminal::start(command, true);
    let mut found = String::new();
    until("the demo's page", || {
        found = port(&terminal.text());
        !found.is_empty()
    });
    (terminal, found)
}

fn watch(arguments: &[&str]) -> Terminal {
    let mut command = Command::new(program("illuminator"));
    command.arg("watch").args(arguments).env("COLORTERM", "truecolor").env_remove("NO_COLOR");
    Terminal::start(command, true)
}

fn shows(terminal: &Terminal, what: &str) {
    until(what, || terminal.text().contains(what));
}

fn row<'t>(text: &'t str, start: &str) -> &'t str {
    text.lines().find(|line| line.starts_with(start)).unwrap_or_default()
}

#[test]
fn in_tmux_the_demo_is_seen_and_commanded() {
    let Some(tool) = tool("tmux") else { return };
    let (demo, port) = demo(&["--web", "127.0.0.1:0"]);
    let program = program("illuminator");
    let tmux = Tmux::start(
        &tool,
        (100, 30),
        &format!("{} watch 127.0.0.1:{port}; echo left with $?", program.display()),
    );
    let sees = |what: &str, is_there: &dyn Fn(&str) -> bool| {
        let mut text = String::new();
        until(what, || {
            text = tmux.text();
            is_there(&text)
        });
    };
    sees("the table", &|text| {
        text.starts_with("The story of the table")
            && ["wind ", "grid "].iter().all(|name| !row(text, name).is_empty())
    });
    tmux.press(&["Space"]);
    sees("the pause", &|text| text.contains("paused"));
    shows(&demo, "paused");
    shows(&demo, "you have the table");
    // The visit may have left the cable anywhere: in or out, it is another way afterwards.
    let before = row(&tmux.text(), " 5 office").contains("unplugged");
    tmux.press(&["5"]);
    let is_other = |text: &str| row(text, " 5 office").contains("unplugged") != before;
    sees("the cable", &is_other);
    until("the cable at the demo", || is_other(&demo.text()));
    tmux.press(&["Tab"]);
    sees("the nodes", &|text| text.lines().filter(|line| line.contains(" live ")).count() == 6);
    tmux.press(&["Down", "Down", "i"]);
    shows(&demo, "pv says: it is me");
    tmux.press(&["e"]);
    sees("the question", &|text| text.contains("press the emergency stop?"));
    tmux.press(&["y"]);
    sees("the stop", &|text| text.lines().next().is_some_and(|line| line.contains("EMERGENCY STOP")));
    shows(&demo, "EMERGENCY STOP");
    tmux.press(&["e", "y"]);
    sees("the release", &|text| text.lines().next().is_some_and(|line| line.contains("paused")));
    tmux.press(&["Tab"]);
    tmux.resize(160, 40);
    sees("a wider table", &|text| row(text, "grid ").chars().count() > 60 && text.lines().count() > 30);
    tmux.press(&["?"]);
    sees("the keys", &|text| text.contains("the selected node says which one it is"));
    tmux.press(&["q"]);
    sees("the shell again", &|text| text.contains("left with 0") && !text.contains("paused"));
    assert!(demo.text().contains("paused"), "the run goes on without its watcher");
    demo.press("q");
    assert!(demo.left().status.success());
}

#[test]
fn a_server_that_goes_is_missed_and_found_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Server::start(folder.path(), "127.0.0.1:0");
    let port = server.port.clone();
    let terminal = watch(&[&port]);
    until("the end of the run", || terminal.text().lines().next().is_some_and(|line| line.contains("ended")));
    terminal.press("ee");
    shows(&terminal, "the hardware of this run is not simulated");
    signal(server.child.id(), "STOP");
    shows(&terminal, "it is silent");
    signal(server.child.id(), "CONT");
    until("the server awake", || !terminal.text().contains("NO CONNECTION"));
    server.kill();
    shows(&terminal, "NO CONNECTION");
    shows(&terminal, " s old: ");
    let screen = terminal.screen();
    let below = (1..24).flat_map(|row| (0..80).map(move |column| (row, column)));
    let mut cells = below.filter_map(|(row, column)| screen.cell(row, column));
    assert!(cells.all(|cell| !cell.has_contents() || cell.dim()), "what is old is dim");
    terminal.press("1");
    shows(&terminal, "without a connection nothing can be asked for");
    let _again = Server::start(folder.path(), &format!("127.0.0.1:{port}"));
    until("the server again", || !terminal.text().contains("NO CONNECTION"));
    terminal.press("q");
    let left = terminal.left();
    assert!(left.status.success() && left.modes_restored && left.screen_restored, "{left:?}");
}

#[test]
fn every_way_to_leave_gives_the_terminal_back() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Server::start(folder.path(), "127.0.0.1:0");
    // With a server, and with none.
    for port in [server.port.as_str(), "1"] {
        for end in ["q", "\x03", "INT", "TERM", "HUP"] {
            let terminal = watch(&[port]);
            until("a picture", || !terminal.text().is_empty() && terminal.has_other_modes());
            match end {
                "q" | "\x03" => terminal.press(end),
                name => signal(terminal.process(), name),
            }
            let left = terminal.left();
            assert!(
                left.status.success() && left.modes_restored && left.screen_restored,
                "{end:?}: {left:?}"
            );
        }
    }
}

#[test]
fn beyond_this_machine_a_token_commands() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("token");
    std::fs::write(&path, "5a".repeat(16)).expect("the folder is ours");
    std::fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("the file is ours");
    let token = path.to_str().expect("the path is text");
    let (demo, port) = demo(&["--web", "0.0.0.0:0", "--web-token", token]);
    let guest = watch(&[&port]);
    shows(&guest, "The story of the table");
    guest.press(" ");
    shows(&guest, "you may look, and not command: log in with the token of this table");
    guest.press("q");
    assert!(guest.left().status.success());
    let known = watch(&[&format!("http://localhost:{port}/"), "--token-file", token]);
    shows(&known, "The story of the table");
    known.press(" ");
    shows(&demo, "paused");
    shows(&known, "paused");
    known.press("q");
    assert!(known.left().status.success());
}

#[test]
fn wrong_use_is_explained() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (arguments, expected) in [
        (&["watch"][..], "needs a terminal"),
        (&["watch", "https://table/"], "not as https://"),
        (&["watch", "a b"], "HOST:PORT"),
        (&["watch", "--token-file", "none"], "none"),
    ] {
        let refused = illuminator(folder.path(), arguments);
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}: {}", stderr(&refused));
        assert!(stderr(&refused).contains(expected), "{arguments:?}: {}", stderr(&refused));
    }
}
