//! Nodes and hosts that are killed while a run goes on, as real processes: the result is that of an undisturbed run.

mod hosts;
mod journals;
mod nodes;

use crate::read;
use illuminator_tests::generate::random::SplitMix64;
use illuminator_tests::programs::{NodeProcess, command, illuminator, program, stderr, until};
use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr};
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

/// The same for runs in one process: nobody is at its addresses.
fn scenario_without_nodes() -> TempDir {
    let nobody = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
    scenario(nobody, nobody)
}

/// Replaces a part of the scenario.
fn change(folder: &Path, from: &str, to: &str) {
    let file = folder.join("s.yaml");
    let text = read(&file);
    assert!(text.contains(from), "{from}");
    std::fs::write(file, text.replace(from, to)).expect("it can be written");
}

/// Two more result files, one of them with a row for every seventh step.
fn add_collectors(folder: &Path) {
    let collectors =
        "- {name: Seldom, type: Collector, time_step_size: 7, parameters: {file_path: seldom.csv}}
- {name: Extra, type: Collector, time_step_size: 1, parameters: {file_path: extra.csv}}
connections:
- {from: Battery.soc, to: Extra.in}
- {from: Controller.flow2b, to: Seldom.in}
";
    change(folder, "connections:\n", collectors);
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

/// The same; what it says goes to the file `said`.
fn start_noted(folder: &Path, more: &[&str]) -> Child {
    let arguments = [&["scenario", "run", "s.yaml"], more].concat();
    let said = File::create(folder.join("said")).expect("it can be written");
    command(folder, &arguments).stderr(said).spawn().expect("the program starts")
}

/// Kills a host without warning once there is a journal beside the result. It is under way then, unless it is done.
fn kill_with_journal(folder: &Path, mut running: Child) {
    until("a journal", || folder.join("out.csv.journal").is_file());
    assert!(running.try_wait().expect("it is ours").is_none(), "it goes on");
    running.kill().expect("it is there");
    running.wait().expect("it ends");
}

/// Goes on with a run as fast as it can, and gives what that said.
fn resume(folder: &Path, more: &[&str]) -> String {
    let done = illuminator(folder, &[&["scenario", "run", "s.yaml", "--resume"], more].concat());
    let message = stderr(&done);
    assert!(done.status.success(), "{message}");
    assert!(message.contains("going on with step"), "{message}");
    message
}
