//! Peak memory of both programs while they run tutorial 1.

use super::Outcome;
use super::programs::{Programs, RunningNode};
use super::report::{Figure, Reach, Report};
use super::workload::Workload;
use illuminator::coordinator::Timing;
use illuminator::plan::{HOST, NodeTarget, Placement, plan};
use illuminator::scenario::{Scenario, load};
use illuminator::shell::{
    Attendance, DiskFiles, Nodes, OutputError, Progress, StepObserver, StopFlag, Target, run_on_nodes,
};
use illuminator::story::LiveTable;
use illuminator_node::model::{Build, Slots};
use illuminator_protocol::ClusterKey;
use std::error::Error;
use std::process::{Command, Stdio};
use std::time::Duration;

const NODE: &str = "rss_node";
const HOST_LOCAL: &str = "rss_host";
const HOST_SIMULATED: &str = "rss_host_simulated_nodes";

/// Real time per step, so that the process lives long enough to be looked at `[s]`.
const PACE_S: &str = "0.01";

/// How often the process is looked at.
const LOOK: Duration = Duration::from_millis(5);

pub(crate) fn run(report: &mut Report) -> Outcome {
    if ![NODE, HOST_LOCAL, HOST_SIMULATED].into_iter().any(|name| report.wants(name)) {
        return Ok(());
    }
    let programs = Programs::build()?;
    let workload = Workload::find()?;
    let mib = |name: &str, value, reach| {
        let name = workload.figure(name);
        report.figure(&Figure { name: &name, value, unit: "MiB", against: None, reach });
    };
    mib(NODE, node_mib(&programs, &workload)?, Reach::AtMost(8.0));
    mib(HOST_LOCAL, host_mib(&programs, &workload, &["--local"])?, Reach::AtMost(24.0));
    mib(HOST_SIMULATED, host_mib(&programs, &workload, &["--nodes", "sim:6"])?, Reach::AtMost(24.0));
    Ok(())
}

/// A node that runs every model that can run on one; it outlives the run, and its peak with it.
fn node_mib(programs: &Programs, workload: &Workload) -> Result<f64, Box<dyn Error>> {
    let path = workload.scenario();
    let text = std::fs::read_to_string(path)?;
    let scenario =
        load(&text, "the workload", &mut DiskFiles::beside(path)).map_err(|mistakes| mistakes.to_string())?;
    let plan = plan(&scenario, &all_on_one_node(&scenario), &[])?;
    let node = RunningNode::start(&programs.node(), "node")?;
    let targets = [Target { name: "node".to_owned(), address: node.address() }];
    let mut progress = Progress::new(plan.steps, true);
    let (key, timing) = (ClusterKey::OPEN, Timing::default());
    let nodes = Nodes { targets: &targets, spares: &[], key: &key };
    let stop = StopFlag::default();
    let mut observer = Nobody;
    let attendance = Attendance::new(&mut observer, &mut progress, &stop);
    run_on_nodes(&plan, nodes, timing, LiveTable::bare(), attendance).done?;
    peak_mib(node.id()).ok_or_else(|| "the system does not tell the memory of a process".into())
}

fn all_on_one_node(scenario: &Scenario) -> Placement {
    let place = |build: &Build| if matches!(build, Build::Anywhere(_)) { HOST + 1 } else { HOST };
    let of_model = scenario.models.iter().map(|model| place(&model.model_type.build)).collect();
    Placement { of_model, nodes: vec![NodeTarget::Simulated(0)] }
}

/// Takes the steps and keeps nothing.
struct Nobody;

impl StepObserver for Nobody {
    fn step(&mut self, _step: u64, _values: &Slots) -> Result<(), OutputError> {
        Ok(())
    }
}

/// A host that runs the scenario, slowly, with `options`.
#[expect(clippy::disallowed_methods, reason = "looks at a process now and then while it lives")]
fn host_mib(programs: &Programs, workload: &Workload, options: &[&str]) -> Result<f64, Box<dyn Error>> {
    let mut child = Command::new(programs.host())
        .args(["scenario", "run", "--quiet", "--pace", PACE_S])
        .args(options)
        .arg("--output")
        .arg(workload.output())
        .arg(workload.scenario())
        .stdin(Stdio::null())
        .spawn()?;
    let mut peak = None;
    let status = loop {
        peak = peak_mib(child.id()).or(peak);
        match child.try_wait()? {
            Some(status) => break status,
            None => std::thread::sleep(LOOK),
        }
    };
    match peak {
        Some(peak) if status.success() => Ok(peak),
        _ => Err(format!("`scenario run` ended with {status}").into()),
    }
}

/// The most memory that a process ever had resident `[MiB]`; `None` once it has ended.
fn peak_mib(process: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1024.0)
}
