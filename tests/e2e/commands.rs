//! What a node lets its host start on its machine: restarts, halts, own actions; from the command line and during a run.

use crate::{read, with_config};
use illuminator_tests::page::{Page, PageRun};
use illuminator_tests::programs::{NodeProcess, illuminator, stderr, until};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Output;
use tempfile::TempDir;

/// A node with this section `[actions]`, and its folder.
pub(crate) fn node(name: &str, actions: &str) -> (NodeProcess, TempDir) {
    let folder = with_config(&format!("[actions]\n{actions}\n"));
    let config = folder.path().join("node.toml").display().to_string();
    (NodeProcess::start(&["--name", name, "--hal", "sim", "--config", &config]), folder)
}

fn cluster(arguments: &[&str]) -> Output {
    illuminator(Path::new("."), &[&["cluster"], arguments].concat())
}

fn json_of(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

#[test]
fn a_machine_restarts_by_its_own_command_once_it_has_answered() {
    let file = "rebooted";
    let (node, folder) = node("wind", "reboot = ['./reboot', 'now']");
    // Beside the file, so that a path is found from there.
    let script = format!("#!/bin/sh\necho \"$1\" > {}\n", folder.path().join(file).display());
    executable(&folder.path().join("reboot"), &script);
    let asked = cluster(&["reboot", &node.address.to_string()]);
    assert!(asked.status.success() && stderr(&asked).contains(": restarts"), "{}", stderr(&asked));
    until("its command has run", || folder.path().join(file).is_file());
    until("with its arguments", || read(&folder.path().join(file)) == "now\n");
}

#[test]
fn what_a_node_does_not_allow_is_refused_with_the_reason() {
    let (node, _folder) = node("wind", "hello = ['echo', 'hello']");
    let address = node.address.to_string();
    for (arguments, why) in [
        (["reboot", &address].as_slice(), "`reboot` is not allowed in `[actions]` of its node.toml"),
        (&["shutdown", &address], "`shutdown` is not allowed"),
        (&["exec", "dance", &address], "no action `dance`; it has: hello"),
    ] {
        let asked = cluster(arguments);
        assert_eq!(asked.status.code(), Some(1), "{asked:?}");
        assert!(stderr(&asked).contains(why), "{}", stderr(&asked));
    }
    let none = cluster(&["exec", "hello"]);
    assert_eq!(none.status.code(), Some(2), "{none:?}");
}

#[test]
fn many_nodes_are_asked_at_once_and_each_says_how_it_went() {
    let (wind, _wind_folder) = node("wind", "test = ['sh', '-c', 'echo fine; echo here >&2']");
    let (pv, _pv_folder) = node("pv", "test = ['sh', '-c', 'echo broken; exit 7']");
    let (house, _house_folder) = node("house", "test = { run = ['sleep', '600'], time_limit_s = 1 }");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let entry =
        |name: &str, node: &NodeProcess| format!("[[node]]\nname = '{name}'\naddress = '{}'\n", node.address);
    let file = [entry("wind", &wind), entry("pv", &pv), entry("house", &house)].concat();
    std::fs::write(folder.path().join("c.toml"), file).expect("it can be written");
    let ask = |more: &[&str]| {
        illuminator(folder.path(), &[&["cluster", "exec", "test", "--cluster", "c.toml"], more].concat())
    };
    let asked = ask(&["wind", "pv"]);
    assert_eq!(asked.status.code(), Some(1), "{asked:?}");
    let said = String::from_utf8_lossy(&asked.stdout).into_owned();
    let mut lines: Vec<&str> = said.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["pv: broken", "wind: fine", "wind: here"]);
    assert!(stderr(&asked).contains("failed with status 7"), "{}", stderr(&asked));

    let asked = ask(&["--all", "--json"]);
    assert_eq!(asked.status.code(), Some(1), "{asked:?}");
    let said = json_of(&asked);
    let of = |position: usize, key: &str| said[position][key].clone();
    assert_eq!([of(0, "node"), of(0, "outcome"), of(0, "exit")], [json!("wind"), json!("done"), json!(0)]);
    assert_eq!(
        [of(1, "outcome"), of(1, "exit"), of(1, "output")],
        [json!("failed"), json!(7), json!("broken")]
    );
    assert_eq!(of(2, "text"), "ended after 1 s, its time limit");
    drop(wind);
    let asked = ask(&["--all", "--json"]);
    assert_eq!(asked.status.code(), Some(3), "{asked:?}");
    assert_eq!(json_of(&asked)[0]["outcome"], "unreachable");
}

/// A load on the node, which the host asks for in every step.
pub(crate) const SCENARIO: &str = "scenario: {name: commands, start_time: '2024-06-20 00:00:00',
  end_time: '2024-06-20 05:00:00', time_resolution: 60}
models:
- {name: Request, type: Dummy, parameters: {param1: 0.5}, inputs: {in1: 0}, outputs: {out1: 0}, states: {state1: 0}}
- {name: Battery, type: Battery, connect: {node: wind}, parameters: {max_p: 0.8, min_p: -0.8, max_energy: 0.8,
   charge_efficiency: 90, discharge_efficiency: 90, soc_min: 10, soc_max: 90},
   inputs: {flow2b: 0}, outputs: {p_out: 0, p_in: 0}, states: {soc: 10, flag: 0, mod: 0}}
connections:
- {from: Request.state1, to: Battery.flow2b, time_shifted: true}
- {from: Battery.p_out, to: Request.in1}
monitor: {file: out.csv, items: [Battery.p_out, Battery.soc]}
";

/// A run of the scenario on this node, `wind`, with a page; its result is `out.csv`.
pub(crate) fn run_on(node: &NodeProcess, folder: &Path) -> PageRun {
    let cluster = format!("[[node]]\nname = 'wind'\naddress = '{}'\n", node.address);
    for (name, text) in [("c.toml", cluster.as_str()), ("s.yaml", SCENARIO)] {
        std::fs::write(folder.join(name), text).expect("it can be written");
    }
    let run =
        ["scenario", "run", "s.yaml", "--cluster", "c.toml", "-o", "out.csv", "--pace", "0.1", "--web", "0"];
    PageRun::start(folder, &run)
}

#[test]
fn a_run_goes_on_undisturbed_while_its_node_works_on_something_else() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let reboot = folder.path().join("rebooted");
    let (node, _config) = node(
        "wind",
        &format!(
            "hang = {{ run = ['sh', '-c', 'echo busy; exec sleep 600'], time_limit_s = 2 }}\n\
             hello = ['echo', 'hello']\nreboot = ['touch', '{}']",
            reboot.display()
        ),
    );
    let path = |name: &str| folder.path().join(name);
    let run = run_on(&node, folder.path());
    let page = run.page;
    let offers = json!({"restart": true, "reboot": true, "shutdown": false, "actions": ["hang", "hello"]});
    until("the node says what it allows", || health(page)["offers"] == offers);
    page.order(r#"{"do": "action", "nodes": ["wind"], "action": "hang"}"#);
    is(page, "hang", "running", "accepted");
    let before = page.moment()["done"].as_u64();
    page.order(r#"{"do": "action", "nodes": ["wind"], "action": "hello"}"#);
    is(page, "hello", "failed", "`hang` is still under way there");
    page.order(r#"{"do": "reboot", "nodes": ["wind"]}"#);
    until("it restarts all the same", || reboot.is_file());
    is(page, "reboot", "done", "done");
    page.order(r#"{"do": "shutdown", "nodes": ["wind"]}"#);
    is(page, "shutdown", "failed", "`shutdown` is not allowed");
    page.order(r#"{"do": "action", "nodes": ["wind"], "action": "dance"}"#);
    is(page, "dance", "failed", "its node.toml allows no action of that name");
    assert!(page.moment()["done"].as_u64() > before, "steps go on meanwhile");
    until("the one that hangs is ended", || {
        let notices = page.moment()["notices"].clone();
        notices.to_string().contains("hang: ended after 2 s, its time limit")
    });
    page.order(r#"{"do": "action", "nodes": ["wind"], "action": "hello"}"#);
    is(page, "hello", "done", "done");
    assert_eq!(health(page)["asked"]["output"], "hello");
    page.order(r#"{"do": "pace", "seconds": 0}"#);
    assert!(run.ended().success());
    let local = illuminator(folder.path(), &["scenario", "run", "s.yaml", "--local", "-o", "local.csv"]);
    assert!(local.status.success(), "{}", stderr(&local));
    assert_eq!(read(&path("out.csv")), read(&path("local.csv")));
}

/// How the first node of a page does.
pub(crate) fn health(page: Page) -> Value {
    page.json("/api/v1/health")["nodes"][0].clone()
}

/// Waits until this is what became of what was asked last.
pub(crate) fn is(page: Page, what: &str, state: &str, text: &str) {
    until(&format!("{what} is {state}"), || {
        let asked = health(page)["asked"].clone();
        asked["what"] == what && asked["state"] == state && asked["text"].to_string().contains(text)
    });
}

fn executable(path: &Path, script: &str) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(path, script).expect("it can be written");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("it is ours");
}
