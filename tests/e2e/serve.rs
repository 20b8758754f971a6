//! A page that outlives its runs: a scenario is chosen, run and ended, and then another one.

use crate::read;
use illuminator_tests::page::{Page, PageRun};
use illuminator_tests::programs::{illuminator, rows, stderr, until};
use illuminator_tests::samples::project;
use serde_json::json;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// A folder with two scenarios that run, one that does not, and what is none.
pub(crate) fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let table = read(&project("scenarios/table.yaml"));
    let write =
        |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("it can be written");
    write("first.yaml", &table.replace("table.csv", "first.csv"));
    write("second.yaml", &table.replace("table.csv", "second.csv"));
    write("wrong.yaml", &table.replace("type: Battery", "type: Batery"));
    write("over.yaml", &table.replace("table.csv", "first.yaml"));
    write("notes.txt", "none");
    let data = folder.path().join("data");
    fs::create_dir(&data).expect("it can be made");
    for file in fs::read_dir(project("scenarios/data")).expect("it is there").flatten() {
        fs::copy(file.path(), data.join(file.file_name())).expect("it can be copied");
    }
    folder
}

fn serve(folder: &Path, options: &[&str]) -> PageRun {
    PageRun::start(folder, &[&["serve", "--web", "0", "--nodes", "sim"], options].concat())
}

fn is(page: Page, state: &'static str) {
    until(state, || page.moment()["state"] == state);
}

fn start(page: Page, scenario: &str) {
    page.order(&json!({"do": "start", "scenario": scenario}).to_string());
}

#[test]
fn one_run_follows_the_other_and_each_writes_its_result() {
    let folder = folder();
    let run = serve(folder.path(), &["--pace", "0.05"]);
    let page = run.page;
    is(page, "idle");
    let offer = page.json("/api/v1/scenarios");
    let names: Vec<&str> = offer["scenarios"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|each| each["name"].as_str())
        .collect();
    assert_eq!(names, ["first.yaml", "over.yaml", "second.yaml", "wrong.yaml"]);
    assert_eq!(page.command(r#"{"do": "hold", "held": true}"#).0, 409, "there is no run");
    let scenes = std::thread::spawn(move || {
        let scenes = page.live(None).filter(|event| event.kind == "scene");
        let run =
            |event: illuminator_tests::page::Event| event.data["run"].as_str().expect("text").to_owned();
        scenes.map(run).collect::<Vec<_>>()
    });
    start(page, "first.yaml");
    is(page, "running");
    assert_eq!(page.command(r#"{"do": "start", "scenario": "second.yaml"}"#).0, 409, "one at a time");
    page.order(r#"{"do": "hold", "held": true}"#);
    is(page, "paused");
    let done = || page.moment()["done"].as_u64().expect("a number");
    let before = done();
    page.order(r#"{"do": "step"}"#);
    until("a step more", || done() > before);
    page.order(r#"{"do": "end"}"#);
    is(page, "ended");
    let first = folder.path().join("first.csv");
    assert_eq!(rows(&first) as u64, done());
    until("the result is told", || page.json("/api/v1/scenarios")["result"] == "./first.csv");
    // The next one is not held, and comes to its end.
    until("another one can be started", || {
        page.command(r#"{"do": "start", "scenario": "second.yaml"}"#).0 == 204
    });
    is(page, "running");
    assert_eq!(page.json("/api/v1/scenarios")["shown"], "second.yaml");
    page.order(r#"{"do": "pace", "seconds": 0}"#);
    is(page, "ended");
    let alone =
        illuminator(folder.path(), &["scenario", "run", "second.yaml", "--local", "-q", "-o", "alone.csv"]);
    assert!(alone.status.success(), "{}", stderr(&alone));
    assert_eq!(read(&folder.path().join("second.csv")), read(&folder.path().join("alone.csv")));
    // With an open stream it ends at once.
    assert!(run.interrupt().success());
    let mut scenes = scenes.join().expect("it ended");
    scenes.dedup();
    assert!(scenes.len() >= 3, "none, the first and the second: {scenes:?}");
}

#[test]
fn an_older_result_is_not_replaced_in_silence_and_no_scenario_ever() {
    let folder = folder();
    let run = serve(folder.path(), &["--pace", "0"]);
    let page = run.page;
    let told = |what: &str| {
        let notices = page.moment()["notices"].to_string();
        notices.contains(what)
    };
    start(page, "first.yaml");
    is(page, "ended");
    assert!(told("the result is written to ./first.csv\""), "{}", page.moment()["notices"]);
    start(page, "first.yaml");
    until("that is told", || told("first.csv, in the place of an older one"));
    let before = read(&folder.path().join("first.yaml"));
    is(page, "ended");
    start(page, "over.yaml");
    is(page, "failed");
    let problem = page.json("/api/v1/scenarios")["problem"].to_string();
    assert!(problem.contains("would be written over a scenario"), "{problem}");
    assert_eq!(read(&folder.path().join("first.yaml")), before);
}

#[test]
fn a_scenario_that_is_wrong_is_told_with_its_line_and_others_can_be_started() {
    let folder = folder();
    let run = serve(folder.path(), &["--pace", "0"]);
    let page = run.page;
    start(page, "wrong.yaml");
    is(page, "failed");
    until("why", || page.json("/api/v1/scenarios")["problem"].to_string().contains("wrong.yaml:"));
    let problem = page.json("/api/v1/scenarios")["problem"].to_string();
    assert!(problem.contains("Batery") && problem.contains("Battery"), "{problem}");
    assert!(page.moment()["notices"].to_string().contains("wrong.yaml:"));
    start(page, "first.yaml");
    is(page, "ended");
    assert_eq!(page.json("/api/v1/scenarios")["problem"], json!([]));
    for name in ["none.yaml", "../first.yaml", "notes.txt", "", "data", "./first.yaml", "/etc/passwd"] {
        let (status, said) = page.command(&json!({"do": "start", "scenario": name}).to_string());
        assert_eq!(status, 409, "{name}: {said}");
    }
    assert!(run.interrupt().success());
}

#[test]
fn it_ends_in_the_middle_of_a_run_and_says_what_is_wrong_with_its_options() {
    let folder = folder();
    let run = serve(folder.path(), &["--pace", "0.05"]);
    start(run.page, "first.yaml");
    until("some steps", || run.page.moment()["done"].as_u64() > Some(3));
    assert!(run.interrupt().success());
    assert!(rows(&folder.path().join("first.csv")) > 3, "what was computed is kept");
    let refused = |options: &[&str]| {
        let done = illuminator(folder.path(), &[&["serve"], options].concat());
        (done.status.code(), stderr(&done))
    };
    let (status, said) = refused(&["none", "--web", "0"]);
    assert!(status == Some(2) && said.contains("none"), "{said}");
    let (status, said) = refused(&["--web", "0.0.0.0:0"]);
    assert!(status == Some(2) && said.contains("token"), "{said}");
}

#[test]
fn a_run_by_itself_offers_nothing() {
    let folder = folder();
    let arguments = ["scenario", "run", "first.yaml", "--local", "--web", "0", "--pace", "0.05"];
    let run = PageRun::start(folder.path(), &arguments);
    assert_eq!(run.page.json("/api/v1/scenarios")["scenarios"], json!([]));
    let (status, said) = run.page.command(r#"{"do": "start", "scenario": "first.yaml"}"#);
    assert!(status == 409 && said.contains("illuminator serve"), "{said}");
}
