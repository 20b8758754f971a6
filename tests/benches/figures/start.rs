//! Time from the start of a program to its first useful output.

use super::Outcome;
use super::measure::{median, seconds};
use super::programs::{Programs, RunningNode};
use super::report::{Figure, Reach, Report};
use super::workload::Workload;
use std::error::Error;
use std::io::{self, Read};
use std::process::{Command, Stdio};

const NODE: &str = "start_node";
const HOST: &str = "start_host";
const WHOLE_RUN: &str = "start_scenario_run";

/// Repetitions.
const ROUNDS: usize = 15;

pub(crate) fn run(report: &mut Report) -> Outcome {
    if ![NODE, HOST, WHOLE_RUN].into_iter().any(|name| report.wants(name)) {
        return Ok(());
    }
    let programs = Programs::build()?;
    let workload = Workload::find()?;
    let (mut node_ms, mut host_ms, mut run_ms) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        node_ms.push(milliseconds(|| RunningNode::start(&programs.node(), "node").map(drop))?);
        host_ms.push(milliseconds(|| first_byte(&programs))?);
        run_ms.push(milliseconds(|| whole_run(&programs, &workload))?);
    }
    for (name, samples) in
        [(NODE.to_owned(), node_ms), (HOST.to_owned(), host_ms), (workload.figure(WHOLE_RUN), run_ms)]
    {
        let (value, reach) = (median(&samples), Reach::AtMost(30.0));
        report.figure(&Figure { name: &name, value, unit: "ms", against: None, reach });
    }
    Ok(())
}

fn milliseconds(work: impl FnOnce() -> io::Result<()>) -> Result<f64, Box<dyn Error>> {
    let (elapsed_s, result) = seconds(work);
    result?;
    Ok(elapsed_s * 1e3)
}

/// `illuminator models`, until it says something.
fn first_byte(programs: &Programs) -> io::Result<()> {
    let mut child = Command::new(programs.host()).arg("models").stdout(Stdio::piped()).spawn()?;
    let mut byte = [0];
    let read = child.stdout.take().expect("stdout is piped").read_exact(&mut byte);
    child.wait()?;
    read
}

/// `illuminator scenario run --local`, until its result is written.
fn whole_run(programs: &Programs, workload: &Workload) -> io::Result<()> {
    let status = Command::new(programs.host())
        .args(["scenario", "run", "--quiet", "--local", "--output"])
        .arg(workload.output())
        .arg(workload.scenario())
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other(format!("`scenario run` ended with {status}")))
    }
}
