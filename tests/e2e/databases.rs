//! Rows of a run in real databases.

use crate::{cells, read};
use illuminator_tests::databases::{Database, free_address};
use illuminator_tests::page::PageRun;
use illuminator_tests::programs::{command, illuminator, lines, next_line, stderr, until};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;
use tempfile::TempDir;

/// Minutes of the scenario: rows of its result.
const ROWS: usize = 120;

/// A battery that is charged.
const SCENARIO: &str = "scenario: {name: 'a day, at sea', start_time: '2024-06-20 00:00:00', end_time: '2024-06-20 02:00:00', time_resolution: 60}
models:
- {name: Request, type: Dummy, parameters: {param1: 2.5}, inputs: {in1: 0}, outputs: {out1: 0}, states: {state1: 0}}
- name: B1
  type: Battery
  parameters: {max_p: 5, min_p: -5, max_energy: 50, charge_efficiency: 90, discharge_efficiency: 90, soc_min: 10, soc_max: 90}
  inputs: {flow2b: 2.5}
  outputs: {p_out: 0, p_in: 0}
  states: {soc: 20, flag: 0, mod: 0}
connections:
- {from: Request.state1, to: B1.flow2b, time_shifted: true}
- {from: B1.p_out, to: Request.in1}
monitor: {file: out.csv, items: [B1.soc, B1.p_out]}
";

fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("s.yaml"), SCENARIO).expect("it can be written");
    folder
}

fn run(folder: &Path, options: &[&str]) -> std::process::Output {
    illuminator(folder, &[&["scenario", "run", "s.yaml"], options].concat())
}

/// The dates and the numbers of a column of the result.
fn column(folder: &Path, column: usize) -> Vec<(String, f64)> {
    let csv = read(&folder.join("out.csv"));
    let rows = cells(&csv).into_iter().skip(1);
    let rows: Vec<_> = rows.map(|row| (row[0].to_owned(), row[column].parse().expect("a number"))).collect();
    assert_eq!(rows.len(), ROWS);
    rows
}

#[test]
fn every_row_is_in_an_influxdb_of_version_one() {
    let Some(database) = Database::influx() else { return };
    let folder = folder();
    let url = format!("http://{}/?db=table", database.address);
    let done = run(folder.path(), &["--influx", &url]);
    assert!(done.status.success(), "{}", stderr(&done));
    assert!(!stderr(&done).contains("database"), "{}", stderr(&done));
    let query = "SELECT+soc,p_out+FROM+illuminator+WHERE+model='B1'+AND+scenario='a+day,+at+sea'";
    let answer = database.json(&format!("/query?db=table&q={}", query.replace('\'', "%27")));
    let found = answer["results"][0]["series"][0]["values"].as_array().unwrap_or_else(|| panic!("{answer}"));
    assert_eq!(found.len(), ROWS);
    for (number, (date, soc)) in column(folder.path(), 1).into_iter().enumerate() {
        // The first date of a result has no time of day.
        let date = if number == 0 { format!("{date} 00:00:00") } else { date };
        assert_eq!(found[number][0], Value::from(date.replace(' ', "T") + "Z"));
        assert_eq!(found[number][1].as_f64(), Some(soc), "{date}");
    }
    // The same once more is the same in the database.
    assert!(run(folder.path(), &["--influx", &url]).status.success());
    let count = database.json("/query?db=table&q=SELECT+COUNT(soc)+FROM+illuminator");
    assert_eq!(count["results"][0]["series"][0]["values"][0][1], ROWS);
}

#[test]
fn a_database_that_comes_late_gets_what_waited_by_the_api_of_version_two() {
    let address = free_address();
    let folder = folder();
    let url = format!("http://{address}/?org=museum&bucket=table");
    let token = folder.path().join("token");
    std::fs::write(&token, "a-token\n").expect("it can be written");
    std::fs::set_permissions(&token, std::fs::Permissions::from_mode(0o600)).expect("it is ours");
    let options = ["--influx", &url, "--influx-token", "token", "--pace", "0.05"];
    let run = command(folder.path(), &[&["scenario", "run", "s.yaml"], &options[..]].concat())
        .stderr(Stdio::piped())
        .spawn();
    let mut run = run.expect("it starts");
    let said = lines(run.stderr.take().expect("it is piped"));
    let line = next_line(&said).expect("a line");
    assert!(line.contains(&format!("the database at http://{address}/ does not take the rows")), "{line}");
    let Some(database) = Database::victoria(address) else {
        let _ = run.kill();
        let _ = run.wait();
        return;
    };
    let line = next_line(&said).expect("a line");
    assert!(line.contains("takes rows again"), "{line}");
    assert!(run.wait().expect("it ends").success());
    let mut found = Vec::new();
    until("all rows can be read", || {
        let answer = database.ask("GET", "/api/v1/export?match[]=illuminator_soc");
        let series: Option<Value> = serde_json::from_slice(&answer.body).ok();
        found = series.and_then(|series| series["values"].as_array().cloned()).unwrap_or_default();
        found.len() == ROWS
    });
    let found: Vec<Option<f64>> = found.iter().map(Value::as_f64).collect();
    let expected: Vec<Option<f64>> = column(folder.path(), 1).into_iter().map(|(_, soc)| Some(soc)).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_database_that_takes_nothing_ends_no_run() {
    let folder = folder();
    let nobody = format!("http://{}/?db=table", free_address());
    let done = run(folder.path(), &["--influx", &nobody]);
    assert!(done.status.success(), "{}", stderr(&done));
    assert!(stderr(&done).contains("does not take the rows"), "{}", stderr(&done));
    assert!(stderr(&done).contains("120 of 120 rows did not reach the database"), "{}", stderr(&done));
    assert_eq!(column(folder.path(), 2).len(), ROWS);
    let Some(database) = Database::influx() else { return };
    let done = run(folder.path(), &["--influx", &format!("http://{}/?db=other", database.address)]);
    assert!(done.status.success(), "{}", stderr(&done));
    assert!(stderr(&done).contains("database not found: \"other\""), "{}", stderr(&done));
    assert!(stderr(&done).contains("120 of 120 rows did not reach the database"), "{}", stderr(&done));
}

#[test]
fn wrong_databases_and_open_tokens_are_wrong_use() {
    let folder = folder();
    std::fs::write(folder.path().join("token"), "secret").expect("it can be written");
    std::fs::set_permissions(folder.path().join("token"), std::fs::Permissions::from_mode(0o644))
        .expect("it is ours");
    let good = "http://127.0.0.1:1/?db=x";
    for (options, said) in [
        (&["--influx", "https://a/?db=x"][..], "http://"),
        (&["--influx", "http://a/"], "?db=NAME"),
        (&["--influx-token", "token"], "--influx"),
        (&["--influx", good, "--influx-token", "token"], "token"),
    ] {
        let done = run(folder.path(), options);
        assert_eq!(done.status.code(), Some(2), "{options:?}: {}", stderr(&done));
        assert!(stderr(&done).contains(said), "{options:?}: {}", stderr(&done));
        assert!(!stderr(&done).contains("secret"));
        assert!(!folder.path().join("out.csv").exists(), "nothing was begun");
    }
}

#[test]
fn prometheus_finds_the_values_of_a_run() {
    let folder = folder();
    let options = ["scenario", "run", "s.yaml", "--web", "0", "--web-keep", "--pace", "0.05"];
    let run = PageRun::start(folder.path(), &options);
    let Some(database) = Database::prometheus(run.page.address) else { return };
    let all = ROWS.to_string();
    until("the end of the run", || {
        let answer = database.json("/api/v1/query?query=illuminator_run_steps_done");
        answer["data"]["result"][0]["value"][1] == all.as_str()
    });
    let answer = database.json("/api/v1/query?query=illuminator_item_value%7Bitem%3D%22B1.soc%22%7D");
    let value = &answer["data"]["result"][0];
    assert_eq!(value["metric"]["unit"], "%", "{answer}");
    let (_, soc) = column(folder.path(), 1).pop().expect("a last row");
    let told: f64 = value["value"][1].as_str().expect("a text").parse().expect("a number");
    assert_eq!(told, soc);
    let state = database.json("/api/v1/query?query=illuminator_run_state%20%3D%3D%201");
    assert_eq!(state["data"]["result"][0]["metric"]["state"], "ended", "{state}");
}
