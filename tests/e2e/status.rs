//! How the nodes do while no run goes on: in a terminal, on a page, and between the runs of `illuminator serve`.

use crate::commands::{self, SCENARIO, health, node};
use crate::read;
use illuminator_tests::lit_node::LitNode;
use illuminator_tests::page::{Page, PageRun};
use illuminator_tests::picture::{lit, white};
use illuminator_tests::programs::{NodeProcess, illuminator, rows, stderr, until};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Output;
use tempfile::TempDir;

/// A folder with a cluster file of these nodes, and a scenario for the one called `wind`.
fn folder(nodes: &[(&str, SocketAddr)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let entry =
        |(name, address): &(&str, SocketAddr)| format!("[[node]]\nname = '{name}'\naddress = '{address}'\n");
    let cluster: String = nodes.iter().map(entry).collect();
    let write =
        |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("it can be written");
    write("c.toml", &cluster);
    write("s.yaml", SCENARIO);
    folder
}

fn status(folder: &Path, more: &[&str]) -> Output {
    illuminator(folder, &[&["cluster", "status", "--cluster", "c.toml"], more].concat())
}

fn json_of(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

/// How the nodes of a page stand, in its order.
fn links(page: Page) -> Vec<Value> {
    let health = page.json("/api/v1/health");
    health["nodes"].as_array().expect("a list").iter().map(|node| node["link"].clone()).collect()
}

fn local(folder: &Path) -> String {
    let done = illuminator(folder, &["scenario", "run", "s.yaml", "--local", "-o", "local.csv"]);
    assert!(done.status.success(), "{}", stderr(&done));
    read(&folder.join("local.csv"))
}

#[test]
fn every_node_has_a_line_and_the_one_that_is_not_there_is_named() {
    let (wind, pv) = (NodeProcess::start(&["--name", "wind"]), NodeProcess::start(&["--name", "pv"]));
    let folder = folder(&[("wind", wind.address), ("pv", pv.address)]);
    let asked = status(folder.path(), &[]);
    assert!(asked.status.success(), "{}", stderr(&asked));
    let said = String::from_utf8_lossy(&asked.stdout).into_owned();
    let lines: Vec<&str> = said.lines().collect();
    assert!(lines.len() == 3 && lines[0].starts_with("node  address"), "{said}");
    let begins = format!("wind  {}  live ", wind.address);
    assert!(lines[1].starts_with(&begins) && lines[1].contains(env!("CARGO_PKG_VERSION")), "{said}");

    let asked = status(folder.path(), &["--json"]);
    assert!(asked.status.success(), "{}", stderr(&asked));
    let told = &json_of(&asked)["nodes"][1];
    assert_eq!((&told["name"], &told["link"]), (&json!("pv"), &json!("live")));
    assert_eq!(told["address"], json!(pv.address.to_string()));
    for key in ["uptime_s", "memory", "rtt_ms"] {
        assert!(told[key].as_f64() > Some(0.0), "{key}: {told}");
    }

    drop(wind);
    let asked = status(folder.path(), &["--json"]);
    assert_eq!(asked.status.code(), Some(3), "{asked:?}");
    let told = json_of(&asked);
    assert_eq!([&told["nodes"][0]["link"], &told["nodes"][1]["link"]], ["connecting", "live"]);
    assert!(told["nodes"][0]["uptime_s"].is_null() && told["nodes"][1]["uptime_s"].is_u64(), "{told}");
    assert!(stderr(&asked).contains("node wind at ") && stderr(&asked).contains("does not answer"));
    assert_eq!(stderr(&asked).lines().count(), 1, "{}", stderr(&asked));
}

#[test]
fn why_a_node_is_not_reached_is_told() {
    let keys = tempfile::tempdir().expect("a temporary folder");
    assert!(illuminator(keys.path(), &["cluster", "init", "k.key"]).status.success());
    let key = keys.path().join("k.key").display().to_string();
    let (other, own) = (NodeProcess::start(&["--key", &key]), NodeProcess::start(&[]));
    let folder = folder(&[("other", other.address), ("own", own.address)]);
    let asked = status(folder.path(), &["--json"]);
    assert_eq!(asked.status.code(), Some(3), "{asked:?}");
    let told = json_of(&asked);
    let problem = told["nodes"][0]["problem"].as_str().expect("a problem");
    assert!(problem.contains("has another cluster key") && stderr(&asked).contains(problem), "{told}");
    assert_eq!((&told["nodes"][1]["link"], &told["nodes"][1]["problem"]), (&json!("live"), &json!(null)));
    let missing = illuminator(folder.path(), &["cluster", "status", "--cluster", "none.toml"]);
    assert_eq!(missing.status.code(), Some(2), "{missing:?}");
}

#[test]
fn on_a_page_nodes_are_seen_and_asked_though_one_is_missing() {
    let strip = LitNode::start(false);
    let (wind, _config) = node("wind", "hello = ['echo', 'hello']");
    let mut late = NodeProcess::start(&["--name", "late"]);
    let nodes = [("wind", wind.address), ("strip", strip.address), ("late", late.address)];
    let folder = folder(&nodes);
    late.kill();
    let run = PageRun::start(folder.path(), &["cluster", "status", "--cluster", "c.toml", "--web", "0"]);
    let page = run.page;
    until("two are there", || links(page) == ["live", "live", "connecting"]);
    assert_eq!(
        (&page.moment()["state"], &page.json("/api/v1/scene")["nodes"][2]["name"]),
        (&json!("idle"), &json!("late"))
    );
    let blinks = || strip.pictures().last().is_some_and(|picture| white(picture));
    page.order(r#"{"do": "identify", "nodes": ["strip"], "on": true}"#);
    until("it blinks", blinks);
    page.order(r#"{"do": "identify", "nodes": ["strip"], "on": false}"#);
    strip.until(|picture| lit(picture) && !white(picture), "the light of a node with a host");
    until("what it allows is known", || health(page)["offers"]["actions"] == json!(["hello"]));
    page.order(r#"{"do": "action", "nodes": ["wind"], "action": "hello"}"#);
    commands::is(page, "hello", "done", "done");
    page.order(r#"{"do": "reboot", "nodes": ["wind"]}"#);
    commands::is(page, "reboot", "failed", "`reboot` is not allowed");
    for order in [
        r#"{"do": "hold", "held": true}"#,
        r#"{"do": "start", "scenario": "s.yaml"}"#,
        r#"{"do": "end"}"#,
        r#"{"do": "identify", "nodes": ["nobody"], "on": true}"#,
    ] {
        assert_eq!(page.command(order).0, 409, "{order}");
    }
    let _late = NodeProcess::start(&["--name", "late", "--listen", &late.address.to_string()]);
    until("it has come", || links(page) == ["live", "live", "live"]);
    // Whoever asks meanwhile gets an answer, and the page has its nodes back.
    let asked = status(folder.path(), &["--json"]);
    assert_eq!(&json_of(&asked)["nodes"][0]["link"], "live");
    until("they are back", || links(page)[..2] == ["live", "live"]);
    assert!(run.interrupt().success());
}

#[test]
fn a_node_of_another_hosts_run_is_left_alone() {
    let (wind, pv) = (NodeProcess::start(&["--name", "wind"]), NodeProcess::start(&["--name", "pv"]));
    let folder = folder(&[("wind", wind.address), ("pv", pv.address)]);
    let watch = PageRun::start(folder.path(), &["cluster", "status", "--cluster", "c.toml", "--web", "0"]);
    until("both are there", || links(watch.page) == ["live", "live"]);
    let run = [
        "scenario",
        "run",
        "s.yaml",
        "--cluster",
        "c.toml",
        "-o",
        "out.csv",
        "--pace",
        "0.5",
        "--on-loss",
        "abort",
        "--web",
        "0",
    ];
    let run = PageRun::start(folder.path(), &run);
    until("it is seen", || links(watch.page) == ["busy", "live"]);
    assert!(health(watch.page)["problem"].to_string().contains("works for another host"));
    let asked = status(folder.path(), &["--json"]);
    assert_eq!(asked.status.code(), Some(3), "{asked:?}");
    assert_eq!(json_of(&asked)["nodes"][0]["link"], "busy");
    let before = rows(&folder.path().join("out.csv"));
    until("it steps on", || rows(&folder.path().join("out.csv")) > before + 2);
    let notices = run.page.moment()["notices"].to_string();
    assert!(!notices.contains("wind"), "it has not noticed: {notices}");
    run.page.order(r#"{"do": "pace", "seconds": 0}"#);
    assert!(run.ended().success());
    assert_eq!(read(&folder.path().join("out.csv")), local(folder.path()));
    until("it is free again", || links(watch.page) == ["live", "live"]);
    assert!(watch.interrupt().success());
}

#[test]
fn between_runs_the_nodes_are_there_and_no_command_is_lost_or_done_twice() {
    let marks = tempfile::tempdir().expect("a temporary folder");
    let done = marks.path().join("done");
    let (wind, _config) = node("wind", &format!("count = ['sh', '-c', 'echo once >> {}']", done.display()));
    let pv = NodeProcess::start(&["--name", "pv"]);
    let folder = folder(&[("pv", pv.address), ("wind", wind.address)]);
    let serve = ["serve", "--web", "0", "--cluster", "c.toml", "--pace", "0"];
    let run = PageRun::start(folder.path(), &serve);
    let page = run.page;
    let rest = || until("the nodes are there", || links(page) == ["live", "live"]);
    rest();
    assert_eq!(
        (&page.moment()["state"], page.json("/api/v1/scene")["nodes"].as_array().map(Vec::len)),
        (&json!("idle"), Some(2))
    );
    until("what it allows is known", || {
        page.json("/api/v1/health")["nodes"][1]["offers"]["actions"] == json!(["count"])
    });
    // The run begins while that is on its way.
    page.order(r#"{"do": "action", "nodes": ["wind"], "action": "count"}"#);
    page.order(r#"{"do": "start", "scenario": "s.yaml"}"#);
    until("it is over", || page.moment()["state"] == "ended");
    let result = local(folder.path());
    assert_eq!(read(&folder.path().join("out.csv")), result);
    until("it was done", || done.is_file());
    // What is shown of the run has one node, which comes first; the others follow.
    rest();
    assert_eq!(health(page)["name"], "wind");
    assert_eq!(page.moment()["state"], "ended");
    page.order(r#"{"do": "action", "nodes": ["wind"], "action": "count"}"#);
    commands::is(page, "count", "done", "done");
    let first = page.moment()["run"].clone();
    page.order(r#"{"do": "start", "scenario": "s.yaml"}"#);
    until("it is over again", || {
        let moment = page.moment();
        moment["run"] != first && moment["state"] == "ended"
    });
    assert_eq!(read(&folder.path().join("out.csv")), result);
    assert_eq!(read(&done), "once\nonce\n");
    assert!(run.interrupt().success());
}
