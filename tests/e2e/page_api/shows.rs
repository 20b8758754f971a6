//! What the page shows is what the run does.

use super::{column, result, story};
use crate::read;
use illuminator_tests::page::PageRun;
use illuminator_tests::programs::{rows, until};
use illuminator_tests::samples::project;
use serde_json::{Value, json};

#[test]
fn values_and_histories_are_those_of_the_result() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = story(folder.path(), &["--pace", "0.02"]);
    let page = run.page;
    let scene = page.json("/api/v1/scene");
    until("ten steps are done", || page.moment()["done"].as_u64() >= Some(10));
    page.order(r#"{"do": "hold", "held": true}"#);
    let mut moment = Value::Null;
    until("it stands still", || {
        let before = std::mem::replace(&mut moment, page.moment());
        moment["state"] == "paused" && moment["done"] == before["done"] && moment["seq"] != before["seq"]
    });
    let done = moment["done"].as_u64().expect("a number");
    assert_eq!((&moment["run"], &moment["phase"]), (&scene["run"], &json!("the empty table")));
    page.order(r#"{"do": "end"}"#);
    let series = page.json("/api/v1/series?item=Wind1.wind_gen&item=Battery1.soc&points=4000");
    assert!(run.ended().success());
    let csv = read(&result(folder.path()));
    let items = scene["items"].as_array().expect("a list");
    let position = |name: &str| items.iter().position(|item| item["item"] == name).expect("it is there");
    for (number, name) in ["Wind1.wind_gen", "Battery1.soc"].into_iter().enumerate() {
        let expected: Vec<f64> =
            column(&csv, name).iter().map(|cell| cell.parse().expect("a number")).collect();
        assert_eq!(expected.len() as u64, done, "as many rows as steps");
        assert_eq!(moment["values"][position(name)].as_f64(), expected.last().copied(), "{name}");
        let series = &series["series"][number];
        assert_eq!((&series["item"], &series["min"]), (&json!(name), &json!(expected)));
        assert_eq!(series["min"], series["max"], "one step in each part");
    }
    let wind = &scene["components"].as_array().expect("a list")[4];
    assert_eq!((&wind["name"], &wind["icon"]), (&json!("wind"), &json!("wind")));
    let flow = wind["flow"]["item"].as_u64().expect("a number") as usize;
    assert_eq!((&items[flow]["item"], &items[flow]["unit"]), (&json!("Wind1.wind_gen"), &json!("kW")));
}

#[test]
fn a_run_in_one_process_has_a_page_as_well_and_it_may_be_kept() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let table = project("scenarios/table.yaml");
    let table = table.to_str().expect("the project's path is text");
    let run = ["scenario", "run", table, "--local", "-o", "out.csv", "--web", "0", "--web-keep"];
    let mut run = PageRun::start(folder.path(), &run);
    until("all steps are done", || run.page.moment()["state"] == "ended");
    let moment = run.page.moment();
    assert_eq!((&moment["done"], &moment["time"]), (&json!(96), &json!("2024-06-20T23:45:00")));
    assert_eq!(rows(&result(folder.path())), 96);
    let series = run.page.json("/api/v1/series?item=PV1.pv_gen&points=10");
    assert_eq!(series["series"][0]["step"].as_array().map(Vec::len), Some(10));
    // Nobody's strips: what they would show.
    let light = moment["cables"][0]["light"][0].as_str().expect("a text");
    assert_eq!(light.len(), 6 * 32);
    assert!(run.is_there(), "it stays until somebody ends it");
    assert!(run.interrupt().success());
}

#[test]
fn a_layout_is_kept_beside_the_scenario() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::copy(project("scenarios/house.yaml"), folder.path().join("house.yaml"))
        .expect("it can be copied");
    std::fs::create_dir(folder.path().join("data")).expect("it can be made");
    for file in std::fs::read_dir(project("scenarios/data")).expect("it is there").flatten() {
        std::fs::copy(file.path(), folder.path().join("data").join(file.file_name()))
            .expect("it can be copied");
    }
    let run = ["scenario", "run", "house.yaml", "--local", "-o", "out.csv", "--web", "0", "--web-keep"];
    let put = |body: &str| {
        let run = PageRun::start(folder.path(), &run);
        let before = run.page.json("/api/v1/layout");
        let reply = run.page.send("PUT", "/api/v1/layout", &[], body);
        assert!(run.interrupt().success());
        (before, reply.status)
    };
    let place = r#"{"components":{"PV1":[0.25,0.75]}}"#;
    assert_eq!(put(place), (json!({"components": {}}), 204));
    assert_eq!(put(r#"{"components":{"PV1":[2,0]}}"#), (json!({"components": {"PV1": [0.25, 0.75]}}), 409));
    assert_eq!(put(r#"{"component":{}}"#).1, 422);
    assert!(folder.path().join("house.layout.json").is_file());
}

#[test]
fn pages_come_from_the_program_with_strict_rules() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = story(folder.path(), &["--pace", "0.2"]);
    for path in ["/", "/nodes", "/kiosk/wind"] {
        let reply = run.page.send("GET", path, &[], "");
        assert_eq!(
            (reply.status, reply.header("content-type")),
            (200, Some("text/html; charset=utf-8")),
            "{path}"
        );
        let policy = reply.header("content-security-policy").expect("a policy");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self';") && !policy.contains("unsafe"),
            "{policy}"
        );
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        let tag = reply.header("etag").expect("a tag").to_owned();
        let again = run.page.send("GET", path, &[("if-none-match", &tag)], "");
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
    }
    for path in
        ["/nothing", "/assets/nothing.js", "/assets/../index.html", "/assets/%2e%2e/index.html", "/api/v1/x"]
    {
        assert_eq!(run.page.send("GET", path, &[], "").status, 404, "{path}");
    }
    let document = run.page.json("/api/openapi.json");
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")));
    for wrong in ["/api/v1/series?item=No.thing", "/api/v1/series?item=Wind1.wind_gen&from=x"] {
        let reply = run.page.send("GET", wrong, &[], "");
        assert!(reply.status == 422 && reply.json()["error"].is_string(), "{wrong}: {reply:?}");
    }
    assert!(run.interrupt().success());
}
