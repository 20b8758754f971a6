//! What is asked for on the page happens in the run.

use super::{column, result, story};
use crate::read;
use illuminator_tests::programs::{rows, until};
use serde_json::json;

#[test]
fn a_cable_that_is_unplugged_on_the_page_is_gone_in_the_result() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = story(folder.path(), &["--pace", "0.05"]);
    let page = run.page;
    let cable = || page.moment()["cables"][3].clone();
    let steps = |what: &str| {
        let before = rows(&result(folder.path()));
        until(what, || rows(&result(folder.path())) > before + 3);
    };
    steps("some steps without the cable");
    page.order(r#"{"do": "plug", "id": 4, "at": "house", "plugged": true}"#);
    until("one end is in", || cable()["plugged"] == json!([false, true]));
    page.order(r#"{"do": "plug", "id": 4, "plugged": true}"#);
    until("power flows", || cable()["power_kw"].as_f64() > Some(0.0));
    assert_eq!(cable()["plugged"], json!([true, true]));
    steps("some steps with the cable");
    page.order(r#"{"do": "plug", "id": 4, "at": "grid", "plugged": false}"#);
    until("no power flows", || cable()["power_kw"].as_f64() == Some(0.0));
    assert_eq!(cable()["plugged"], json!([false, true]));
    steps("some steps after the cable");
    page.order(r#"{"do": "end"}"#);
    assert!(run.ended().success());
    let demand = column(&read(&result(folder.path())), "Controller1.res_load");
    let mut flows: Vec<bool> =
        demand.iter().map(|cell| cell.parse::<f64>().expect("a number") != 0.0).collect();
    flows.dedup();
    assert_eq!(flows, [false, true, false], "{demand:?}");
}

#[test]
fn a_run_is_held_paced_and_stopped_from_the_page() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = story(folder.path(), &["--pace", "0.05"]);
    let page = run.page;
    let is = |state: &'static str| until(state, || page.moment()["state"] == state);
    is("running");
    page.order(r#"{"do": "hold", "held": true}"#);
    is("paused");
    page.order(r#"{"do": "pace", "seconds": 0.125}"#);
    until("the pace is told", || page.moment()["pace_s"] == 0.125);
    page.order(r#"{"do": "hold", "held": false}"#);
    is("running");
    page.order(r#"{"do": "emergency-stop", "pressed": true}"#);
    is("stopped");
    until("its node says so", || {
        let health = page.json("/api/v1/health");
        let nodes = health["nodes"].as_array().expect("a list");
        nodes.iter().any(|node| node["name"] == "grid" && node["emergency_stop"] == true)
    });
    until("all strips are red", || {
        let moment = page.moment();
        let cables = moment["cables"].as_array().expect("a list");
        let lights = cables.iter().flat_map(|cable| cable["light"].as_array().expect("two"));
        lights.into_iter().all(|light| light.as_str().is_some_and(|light| light == "ff0000".repeat(32)))
    });
    page.order(r#"{"do": "emergency-stop", "pressed": false}"#);
    is("running");
    page.order(r#"{"do": "pace", "seconds": 0}"#);
    assert!(run.ended().success());
    assert_eq!(rows(&result(folder.path())), 168);
}

#[test]
fn a_node_that_is_asked_for_shows_it_on_its_strips() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = story(folder.path(), &["--pace", "0.2"]);
    let page = run.page;
    // The strip at the first end of cable 1 is that of the node `wind`: white is full in each channel.
    let white = || page.moment()["cables"][0]["light"][0] == "ffffff".repeat(32).as_str();
    assert!(!white());
    page.order(r#"{"do": "identify", "nodes": ["wind"], "on": true}"#);
    until("it blinks", white);
    page.order(r#"{"do": "identify", "nodes": ["wind"], "on": false}"#);
    assert!(run.interrupt().success());
}

#[test]
fn what_cannot_be_is_refused_with_a_reason_and_changes_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = story(folder.path(), &["--pace", "0.05"]);
    for (order, status) in [
        (r#"{"do": "plug", "id": 77, "plugged": true}"#, 409),
        (r#"{"do": "plug", "id": 1, "at": "house", "plugged": true}"#, 409),
        (r#"{"do": "identify", "nodes": ["nobody"], "on": true}"#, 409),
        (r#"{"do": "seek", "step": 1}"#, 409),
        (r#"{"do": "pace", "seconds": -1}"#, 409),
        (r#"{"do": "dance"}"#, 422),
        (r#"{"do": "hold"}"#, 422),
        (r#"{"do": "hold", "held": true, "more": 1}"#, 422),
        ("{", 422),
        ("[]", 422),
    ] {
        let (got, said) = run.page.command(order);
        assert_eq!(got, status, "{order}: {said}");
        assert!(said.starts_with(r#"{"error":""#), "{order}: {said}");
    }
    let long = format!(r#"{{"do": "{}"}}"#, "x".repeat(2 << 20));
    assert_eq!(run.page.command(&long).0, 413);
    until("it goes on", || run.page.moment()["done"].as_u64() > Some(5));
    assert!(run.interrupt().success());
}
