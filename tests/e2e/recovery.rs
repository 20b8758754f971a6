//! Nodes and hosts that are killed while a run goes on, as real processes: the result is that of an undisturbed run.

use crate::read;
use illuminator_tests::generate::random::SplitMix64;
use illuminator_tests::programs::{
    NodeProcess, command, illuminator, program, rows, stderr, until, wait_for_rows,
};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

const STEPS: usize = 1000;

/// Two nodes with models that remember, and a loop between them.
fn scenario(first: SocketAddr, second: SocketAddr) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = format!(
        "scenario:
  name: recovery
  start_time: '2024-06-20 00:00:00'
  end_time: '2024-06-20 16:40:00'
  time_resolution: 60
models:
- name: Data
  type: CSV
  parameters: {{file_path: data.csv, delimiter: ',', date_format: 'YYYY-MM-DD HH:mm:ss'}}
  inputs: {{unused: 0}}
  outputs: {{unused: 0}}
  states: {{load: 0, light: 0}}
- name: Controller
  type: Controller_T1
  connect: {{ip: {}, port: {}}}
  parameters: {{soc_min: 10, soc_max: 90, max_p: 0.8, battery_active: true}}
  inputs: {{wind_gen: 0, pv_gen: 0, load_dem: 0, soc: 0}}
  outputs: {{flow2b: 0, res_load: 0, dump: 0}}
  states: {{unused: 0}}
- name: Battery
  type: Battery
  connect: {{ip: {}, port: {}}}
  parameters:
    max_p: 0.8
    min_p: -0.8
    max_energy: 0.1
    charge_efficiency: 90
    discharge_efficiency: 90
    soc_min: 10
    soc_max: 90
  inputs: {{flow2b: 0}}
  outputs: {{p_out: 0, p_in: 0}}
  states: {{soc: 50, flag: 0, mod: 0}}
connections:
- {{from: Data.load, to: Controller.load_dem}}
- {{from: Data.light, to: Controller.pv_gen}}
- {{from: Data.light, to: Controller.wind_gen}}
- {{from: Battery.soc, to: Controller.soc}}
- {{from: Controller.flow2b, to: Battery.flow2b, time_shifted: true}}
monitor:
  file: out.csv
  items: [Battery.soc, Controller.flow2b, Controller.dump]
",
        first.ip(),
        first.port(),
        second.ip(),
        second.port()
    );
    std::fs::write(folder.path().join("s.yaml"), text).expect("it can be written");
    std::fs::write(folder.path().join("data.csv"), data()).expect("it can be written");
    folder
}

/// A row a minute: usage that jumps, light that comes and goes.
fn data() -> String {
    let mut random = SplitMix64::new(1);
    let mut text = String::from("generated\nTime,load,light\n");
    for minute in 0..STEPS {
        let (load_kw, light_kw) = (0.2 * random.next_unit(), if minute / 40 % 2 == 0 { 0.3 } else { 0.0 });
        text += &format!("2024-06-20 {:02}:{:02}:00,{load_kw:.4},{light_kw}\n", minute / 60, minute % 60);
    }
    text
}

fn start(folder: &Path, more: &[&str]) -> Child {
    let arguments = [&["scenario", "run", "s.yaml"], more].concat();
    command(folder, &arguments).stderr(Stdio::piped()).spawn().expect("the program starts")
}

/// A node at an address that another one had.
fn again_at(address: SocketAddr) -> NodeProcess {
    let mut again = Command::new(program("illuminator-node"));
    again.args(["--listen", &address.to_string()]);
    NodeProcess::spawn(again)
}

fn undisturbed(folder: &Path) -> String {
    let done = illuminator(folder, &["scenario", "run", "s.yaml", "--local", "-o", "local.csv"]);
    assert!(done.status.success(), "{}", stderr(&done));
    read(&folder.join("local.csv"))
}

#[test]
fn a_node_that_is_killed_and_comes_back_changes_nothing() {
    let (mut first, second) = (NodeProcess::start(&[]), NodeProcess::start(&[]));
    let folder = scenario(first.address, second.address);
    let running = start(folder.path(), &["--pace", "0.01"]);
    wait_for_rows(&folder.path().join("out.csv"));
    let address = first.address;
    first.kill();
    let _again = again_at(address);
    let done = running.wait_with_output().expect("it ends");
    let message = stderr(&done);
    assert!(done.status.success(), "{message}");
    assert!(message.contains("restored to step"), "the kill was noticed: {message}");
    assert_eq!(read(&folder.path().join("out.csv")), undisturbed(folder.path()));
}

#[test]
fn a_spare_takes_the_place_of_a_node_that_is_killed() {
    let (first, mut second) = (NodeProcess::start(&[]), NodeProcess::start(&[]));
    let spare = NodeProcess::start(&[]);
    let folder = scenario(first.address, second.address);
    let address = spare.address.to_string();
    let running = start(
        folder.path(),
        &["--pace", "0.01", "--lost-after", "2", "--spare", &address, "--on-loss", "abort"],
    );
    wait_for_rows(&folder.path().join("out.csv"));
    second.kill();
    let done = running.wait_with_output().expect("it ends");
    let message = stderr(&done);
    assert!(done.status.success(), "{message}");
    assert!(message.contains(&format!("{address} takes its place")), "{message}");
    assert_eq!(read(&folder.path().join("out.csv")), undisturbed(folder.path()));
}

#[test]
fn a_frozen_node_keeps_its_values_until_it_is_back() {
    let (mut first, second) = (NodeProcess::start(&[]), NodeProcess::start(&[]));
    let folder = scenario(first.address, second.address);
    let running = start(folder.path(), &["--pace", "0.02", "--lost-after", "2", "--on-loss", "freeze"]);
    wait_for_rows(&folder.path().join("out.csv"));
    let address = first.address;
    first.kill();
    // It is missed for some seconds, in which rows go on.
    let frozen = || {
        let text = read(&folder.path().join("out.csv"));
        let socs: Vec<String> =
            text.lines().filter_map(|line| Some(line.split(',').nth(1)?.to_owned())).collect();
        socs.windows(40).any(|run| run.iter().all(|soc| *soc == run[0]))
    };
    until("forty rows with the same state of charge", frozen);
    let _again = again_at(address);
    let done = running.wait_with_output().expect("it ends");
    let message = stderr(&done);
    assert!(done.status.success(), "{message}");
    assert!(
        message.contains("keeps the values it had") && message.contains("takes part from step"),
        "{message}"
    );
    assert_eq!(read(&folder.path().join("out.csv")).lines().count(), STEPS + 1, "every step has its row");
}

#[test]
fn a_host_that_is_killed_at_any_instant_goes_on_with_resume() {
    let (first, second) = (NodeProcess::start(&[]), NodeProcess::start(&[]));
    let folder = scenario(first.address, second.address);
    let expected = undisturbed(folder.path());
    let out = folder.path().join("out.csv");
    let mut random = SplitMix64::new(4);
    let (mut kills, mut resumed) = (0, 0);
    for placement in [&["--local"][..], &[][..]] {
        let arguments = [placement, &["--pace", "0.01", "--resume"]].concat();
        for _ in 0..10 {
            let mut running = start(folder.path(), &arguments);
            // A run that goes on loses its rows since the last checkpoint, and gets them again.
            let (before, more) = (rows(&out), random.next_u64() as usize % 80);
            until("more rows, or the end", || {
                rows(&out) >= before + more || running.try_wait().expect("it is ours").is_some()
            });
            kills += u32::from(running.try_wait().expect("it is ours").is_none());
            let _ = running.kill();
            let killed = running.wait_with_output().expect("it ends");
            resumed += u32::from(stderr(&killed).contains("going on with step"));
            if killed.status.success() {
                assert_eq!(read(&out), expected);
            }
        }
        let done = start(folder.path(), &arguments).wait_with_output().expect("it ends");
        assert!(done.status.success(), "{}", stderr(&done));
        assert_eq!(read(&out), expected);
        assert!(!folder.path().join("out.csv.journal").exists(), "what is complete has no journal");
        std::fs::remove_file(&out).expect("it is there");
    }
    assert!(kills == 20 && resumed >= 10, "{kills} kills, {resumed} times gone on");
}
