//! However a run ends, what was computed is in the file, in whole lines.

use crate::read;
use illuminator_tests::programs::{command, illuminator, signal, stderr, wait_for_rows};
use illuminator_tests::samples::project;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

#[test]
fn an_interrupt_leaves_a_valid_result_in_one_process() {
    interrupted("INT", &["--local"]);
}

#[test]
fn an_interrupt_leaves_a_valid_result_on_nodes() {
    interrupted("INT", &["--nodes", "sim:3"]);
}

#[test]
fn so_does_a_request_to_terminate() {
    interrupted("TERM", &["--nodes", "sim:3"]);
}

fn interrupted(name: &str, placed: &[&str]) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let table = table();
    let whole = [&["scenario", "run", &table, "-o", "whole.csv"], placed].concat();
    assert!(illuminator(folder.path(), &whole).status.success());
    let arguments = [&["scenario", "run", &table, "-o", "part.csv", "--pace", "0.02"], placed].concat();
    let running = command(folder.path(), &arguments).stderr(Stdio::piped()).spawn().expect("it starts");
    wait_for_rows(&folder.path().join("part.csv"));
    signal(running.id(), name);
    let done = running.wait_with_output().expect("it ends");
    let message = stderr(&done);
    assert!(done.status.success(), "{message}");
    assert!(message.contains("stopped early"), "{message}");
    let (part, whole) = (read(&folder.path().join("part.csv")), read(&folder.path().join("whole.csv")));
    assert!(part.ends_with('\n') && part.len() < whole.len(), "it was interrupted");
    assert!(whole.starts_with(&part), "the rows so far are those of the whole run");
}

#[test]
fn an_output_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (output, placed) in
        [("no/such/folder.csv", "--local"), ("/dev/full", "--local"), ("/dev/full", "--nodes=sim:2")]
    {
        let done = illuminator(folder.path(), &["scenario", "run", &table(), "-o", output, placed]);
        let message = stderr(&done);
        assert_eq!(done.status.code(), Some(4), "{output}: {message}");
        assert!(message.contains("cannot write the result") && message.contains(output), "{message}");
    }
}

#[test]
fn a_result_takes_the_place_of_nothing_else() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let vector = project("tests/vectors/engine/extra_collector_model");
    illuminator_tests::samples::stage(&vector, folder.path());
    let before = |name: &str| read(&folder.path().join(name));
    let (scenario, data) = (before("scenario.yaml"), before("x.csv"));
    let absolute = folder.path().join("x.csv");
    let absolute = absolute.to_str().expect("a temporary path is text");
    for (output, what) in [
        ("scenario.yaml", "the scenario"),
        ("./x.csv", "data of the scenario"),
        (absolute, "data of the scenario"),
        ("extra.csv", "another result"),
    ] {
        let _ = std::fs::remove_file(folder.path().join("extra.csv"));
        let done = illuminator(folder.path(), &["scenario", "run", "scenario.yaml", "-o", output]);
        let message = stderr(&done);
        assert_eq!(done.status.code(), Some(2), "{output}: {message}");
        assert!(message.contains(what), "{output}: {message}");
    }
    assert_eq!((scenario, data), (before("scenario.yaml"), before("x.csv")), "nothing was touched");
    let done = illuminator(folder.path(), &["scenario", "run", "scenario.yaml", "-o", "out.csv"]);
    assert!(done.status.success(), "{}", stderr(&done));
    let again = illuminator(folder.path(), &["scenario", "run", "scenario.yaml", "-o", "out.csv"]);
    assert!(again.status.success(), "an older result may be replaced: {}", stderr(&again));
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let arguments = ["scenario", "run", &table(), "--local", "-o", "-", "--pace", "0.01"];
    let mut running = command(folder.path(), &arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut header = String::new();
    BufReader::new(running.stdout.take().expect("stdout is piped"))
        .read_line(&mut header)
        .expect("a line comes");
    assert!(header.starts_with("date,Wind1.wind_gen,"), "{header}");
    let done = running.wait_with_output().expect("it ends");
    assert!(done.status.success(), "{}", stderr(&done));
    assert_eq!(stderr(&done), "", "nothing to complain of");
}

#[test]
fn nothing_that_is_asked_for_gets_lost_unnoticed() {
    let table = table();
    let folder = tempfile::tempdir().expect("a temporary folder");
    for arguments in [
        &["models"][..],
        &["models", "show", "PV"],
        &["scenario", "plan", &table],
        &["scenario", "check", &table, "--json"],
        &["scenario", "run", &table, "--local", "--json"],
    ] {
        let full = File::options().write(true).open("/dev/full").expect("a device that is always full");
        let done = command(folder.path(), arguments).stdout(full).output().expect("it starts");
        assert_eq!(done.status.code(), Some(4), "{arguments:?}: {}", stderr(&done));
        assert!(stderr(&done).contains("cannot write to the standard output"), "{}", stderr(&done));
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let done = command(folder.path(), arguments).stdout(writer).output().expect("it starts");
        assert!(done.status.success(), "nobody reads {arguments:?}: {}", stderr(&done));
    }
}

#[test]
fn a_result_goes_where_it_is_asked_to_go_and_nowhere_else() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let good = failing_scenario().replace("fc_eff: 0", "fc_eff: 50");
    std::fs::write(folder.path().join("x.csv"), failing_data()).expect("it can be written");
    let run = |scenario: &str, arguments: &[&str]| {
        std::fs::write(folder.path().join("s.yaml"), scenario).expect("it can be written");
        illuminator(folder.path(), &[&["scenario", "run", "s.yaml", "-q"], arguments].concat())
    };
    let elsewhere = good.replace("file: out.csv", "file: nowhere/out.csv");
    let done = run(&elsewhere, &["-o", "here.csv"]);
    assert!(done.status.success(), "{}", stderr(&done));
    assert_eq!(read(&folder.path().join("here.csv")).lines().count(), 5);
    assert_eq!(run(&elsewhere, &[]).status.code(), Some(2), "without -o its directory must be there");

    let collector = "- {name: Extra, type: Collector, parameters: {file_path: nowhere/extra.csv}}\nconnections:\n\
                     - {from: C1.flow, to: Extra.in}";
    let done = run(&good.replace("connections:", collector), &["-o", "here.csv"]);
    assert_eq!(done.status.code(), Some(2), "-o does not move a Collector's file: {}", stderr(&done));
    assert!(stderr(&done).contains("nowhere"), "{}", stderr(&done));

    let mixed = run(&good, &["-o", "-", "--json"]);
    assert_eq!((mixed.status.code(), mixed.stdout.len()), (Some(2), 0), "{}", stderr(&mixed));
    let dash = run(&good.replace("file: out.csv", "file: '-'"), &[]);
    assert!(dash.status.success() && dash.stdout.is_empty(), "{}", stderr(&dash));
    assert_eq!(read(&folder.path().join("-")), read(&folder.path().join("here.csv")));
}

#[test]
fn a_step_that_fails_keeps_the_rows_before_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("s.yaml"), failing_scenario()).expect("it can be written");
    std::fs::write(folder.path().join("x.csv"), failing_data()).expect("it can be written");
    let mut results = Vec::new();
    for placed in ["--local", "--nodes=sim:2"] {
        let done = illuminator(folder.path(), &["scenario", "run", "s.yaml", placed]);
        let message = stderr(&done);
        assert_eq!(done.status.code(), Some(1), "{placed}: {message}");
        assert!(message.contains("step 2") && message.contains("`C1`"), "{placed}: {message}");
        results.push(read(&folder.path().join("out.csv")));
    }
    assert_eq!(results[0].lines().count(), 3, "header and two rows: {}", results[0]);
    assert_eq!(results[0], results[1], "the same bytes on nodes");
}

/// A controller that divides by its fuel cell's efficiency, zero, as soon as power is short: in step 2.
fn failing_scenario() -> String {
    "scenario:
  name: fails
  start_time: '2024-06-20 00:00:00'
  end_time: '2024-06-20 01:00:00'
  time_resolution: 900
models:
- name: Data
  type: CSV
  parameters: {file_path: x.csv, delimiter: ',', date_format: 'YYYY-MM-DD HH:mm:ss'}
  states: {wind: 0, none: 0}
- name: C1
  type: Controller
  parameters: {soc_min: 10, soc_max: 90, h2_soc_min: 0, h2_soc_max: 100, fc_eff: 0}
  inputs: {wind_gen: 0, pv_gen: 0, load_dem: 0, soc: 0}
  outputs: {flow2b: 0, flow2e: 0, dump: 0, h2_out: 0}
  states: {flow: 0}
connections:
- {from: Data.wind, to: C1.wind_gen}
- {from: Data.none, to: C1.pv_gen}
- {from: Data.none, to: C1.load_dem}
- {from: Data.none, to: C1.soc}
monitor:
  file: out.csv
  items: [C1.flow]
"
    .to_owned()
}

fn failing_data() -> String {
    let rows = ["00:00:00,1", "00:15:00,2", "00:30:00,-1", "00:45:00,0", "01:00:00,0"];
    let rows: Vec<String> = rows.iter().map(|row| format!("2024-06-20 {row},0\n")).collect();
    format!("wind\ntime,wind,none\n{}", rows.concat())
}

fn table() -> String {
    project("scenarios/table.yaml").to_str().expect("the project's path is text").to_owned()
}

#[test]
fn a_run_without_steps_leaves_no_file() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text =
        failing_scenario().replace("end_time: '2024-06-20 01:00:00'", "end_time: '2024-06-20 00:10:00'");
    std::fs::write(folder.path().join("s.yaml"), text).expect("it can be written");
    std::fs::write(folder.path().join("x.csv"), failing_data()).expect("it can be written");
    let done = illuminator(folder.path(), &["scenario", "run", "s.yaml"]);
    assert!(done.status.success(), "{}", stderr(&done));
    assert!(!Path::exists(&folder.path().join("out.csv")));
}
