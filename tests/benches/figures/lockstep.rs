//! Figures of a run on node processes over loopback.
//!
//! ```text
//!   host: Sum ─▶ Request ─ ─(one step later)─ ─▶ Battery on every node ─▶ p_out ─▶ Sum
//! ```
//!
//! Every step needs the answers of all nodes before the next one may start: the worst case of a distributed
//! run, one round trip a step. It is compared with a bare exchange of datagrams of the same sizes between as
//! many processes. Without the way back nothing has to wait, and steps are pipelined.

use super::Outcome;
use super::echo::Peers;
use super::in_memory::{self, InMemory};
use super::measure::{Stopwatch, median};
use super::programs::{Programs, RunningNode};
use super::report::{Figure, Reach, Report};
use super::town::{checked, scenario_header};
use illuminator::coordinator::Timing;
use illuminator::plan::{HOST, NodeTarget, Placement, TablePlan, plan};
use illuminator::scenario::Scenario;
use illuminator::shell::{Attendance, Nodes, Progress, StopFlag, Target, run_on_nodes};
use illuminator::story::LiveTable;
use illuminator_protocol::ClusterKey;
use std::error::Error;

/// Numbers of node processes.
const TABLES: [usize; 2] = [1, 8];

/// Repetitions of each side.
const ROUNDS: usize = 7;

/// Steps of a run in lockstep, and those at the start of any run that are not timed.
const STEPS: u64 = 3_000;
const WARM_UP: u64 = 200;

/// Steps of a pipelined run, which are shorter.
const STEPS_PIPELINED: u64 = 30_000;

/// Whether the nodes' values return to the host's model.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Wiring {
    Feedback,
    Forward,
}

pub(crate) fn run(report: &mut Report) -> Outcome {
    let wanted: Vec<usize> =
        TABLES.into_iter().filter(|&nodes| names(nodes).iter().any(|name| report.wants(name))).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let programs = Programs::build()?;
    wanted.into_iter().try_for_each(|nodes| table(report, &programs, nodes))
}

/// Names of the figures of a table: step, computing, throughput, sizes of datagrams.
fn names(nodes: usize) -> [String; 5] {
    [
        format!("lockstep_{nodes}"),
        format!("lockstep_{nodes}_computing"),
        format!("pipelined_{nodes}"),
        format!("lockstep_{nodes}_datagram_to_node"),
        format!("lockstep_{nodes}_datagram_to_host"),
    ]
}

fn table(report: &Report, programs: &Programs, nodes: usize) -> Outcome {
    let lockstep = planned(nodes, Wiring::Feedback)?;
    let pipelined = planned(nodes, Wiring::Forward)?;
    let computing = in_memory::run(&lockstep)?;
    let peers = Peers::start(nodes, computing.to_host_bytes)?;
    let (mut bare_us, mut step_us, mut pipelined_us) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        bare_us.push(peers.exchange(computing.to_node_bytes, STEPS)?);
        step_us.push(us_per_step(programs, &lockstep)?);
        pipelined_us.push(us_per_step(programs, &pipelined)?);
    }
    print(report, nodes, &computing, [&bare_us, &step_us, &pipelined_us].map(|samples| median(samples)));
    Ok(())
}

fn print(report: &Report, nodes: usize, computing: &InMemory, [bare_us, step_us, pipelined_us]: [f64; 3]) {
    let [lockstep, computed, pipelined, to_node, to_host] = names(nodes);
    let open = |name, value, unit| Figure { name, value, unit, against: None, reach: Reach::Open };
    report.figure(&Figure {
        name: &lockstep,
        value: step_us,
        unit: "us/step",
        against: Some(bare_us),
        reach: Reach::AtMost(1.8),
    });
    report.figure(&open(&computed, computing.step_us, "us/step without sockets"));
    report.figure(&open(&pipelined, 1e6 / pipelined_us, "steps/s"));
    report.figure(&open(&to_node, computing.to_node_bytes as f64, "bytes"));
    report.figure(&open(&to_host, computing.to_host_bytes as f64, "bytes"));
}

/// A batteries' table on `nodes` nodes, with the sum on the host.
fn planned(nodes: usize, wiring: Wiring) -> Result<TablePlan, Box<dyn Error>> {
    let steps = if wiring == Wiring::Feedback { STEPS } else { STEPS_PIPELINED };
    Ok(plan(&batteries(nodes, wiring, steps)?, &placement(nodes), &[])?)
}

/// The scenario of a batteries' table.
pub(crate) fn batteries(nodes: usize, wiring: Wiring, steps: u64) -> Result<Scenario, Box<dyn Error>> {
    checked(&scenario_text(nodes, wiring, steps), steps)
}

/// Where its models run: the two models at the front stay on the host.
pub(crate) fn placement(nodes: usize) -> Placement {
    let of_model = std::iter::once(HOST).chain(0..=nodes).collect();
    Placement { of_model, nodes: (0..nodes).map(NodeTarget::Simulated).collect() }
}

fn scenario_text(nodes: usize, wiring: Wiring, steps: u64) -> String {
    let mut text = scenario_header(steps);
    text += "
- {name: Sum, type: Adder, parameters: {param1: ''}, inputs: {in1: 0, in2: 0.1}, outputs: {out1: 0},
   states: {unused: 0}}
- {name: Request, type: Dummy, parameters: {param1: 0}, inputs: {in1: 0}, outputs: {unused: 0},
   states: {state1: 0}}";
    for node in 0..nodes {
        text += &format!(
            "
- {{name: Battery{node}, type: Battery, parameters: {{max_p: 0.8, min_p: -0.8, max_energy: 0.8,
   charge_efficiency: 90, discharge_efficiency: 90, soc_min: 10, soc_max: 90}},
   inputs: {{flow2b: 0}}, outputs: {{p_out: 0, p_in: 0}}, states: {{soc: 10, flag: 0, mod: 0}}}}"
        );
    }
    text += "\nconnections:\n- {from: Sum.out1, to: Request.in1}";
    let shifted = wiring == Wiring::Feedback;
    for node in 0..nodes {
        text += &format!("\n- {{from: Request.state1, to: Battery{node}.flow2b, time_shifted: {shifted}}}");
        if wiring == Wiring::Feedback {
            text += &format!("\n- {{from: Battery{node}.p_out, to: Sum.in1}}");
        }
    }
    text += "\nmonitor:\n  file: out.csv\n  items:";
    for node in 0..nodes {
        text += &format!("\n  - Battery{node}.p_out");
    }
    text.push('\n');
    text
}

/// Runs a plan on freshly started node processes. Returns the time of a step once it runs `[us]`.
fn us_per_step(programs: &Programs, plan: &TablePlan) -> Result<f64, Box<dyn Error>> {
    let nodes = (1..plan.places.len())
        .map(|place| RunningNode::start(&programs.node(), &format!("node{place}")))
        .collect::<Result<Vec<_>, _>>()?;
    let targets: Vec<Target> =
        (nodes.iter()).map(|node| Target { name: "a node".to_owned(), address: node.address() }).collect();
    let mut stopwatch = Stopwatch::new(WARM_UP, plan.steps - 1);
    let mut progress = Progress::new(plan.steps, true);
    let (key, timing) = (ClusterKey::OPEN, Timing::default());
    let nodes = Nodes { targets: &targets, spares: &[], key: &key };
    let stop = StopFlag::default();
    let attendance = Attendance::new(&mut stopwatch, &mut progress, &stop);
    run_on_nodes(plan, nodes, timing, LiveTable::bare(), attendance).done?;
    Ok(stopwatch.us_per_step())
}
