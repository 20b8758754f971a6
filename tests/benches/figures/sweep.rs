//! Figures of sweeps: 1,000 scenarios of tutorial 1 by the built program, with one thread and with one on every core.

use super::Outcome;
use super::measure::{median, seconds};
use super::programs::Programs;
use super::report::{Figure, Reach, Report};
use super::workload::Workload;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread::available_parallelism;

const ONE: &str = "sweep_scenarios_per_s_1_thread";
const ALL: &str = "sweep_scenarios_per_s_all_cores";
const EFFICIENCY: &str = "sweep_efficiency";

/// Repetitions of each side.
const ROUNDS: usize = 7;
/// 100 times 10 values.
const SCENARIOS: f64 = 1000.0;
const AXES: &str =
    "  multi_parameters:\n    max_energy: range(1, 101, 1)\n    charge_efficiency: range(80, 100, 2)\n";

pub(crate) fn run(report: &mut Report) -> Outcome {
    if ![ONE, ALL, EFFICIENCY].into_iter().any(|name| report.wants(name)) {
        return Ok(());
    }
    let programs = Programs::build()?;
    let workload = Workload::find()?;
    let folder = tempfile::tempdir()?;
    let scenario = fs::read_to_string(workload.scenario())?;
    let data = workload.scenario().parent().ok_or("a scenario stands in a folder")?;
    let cores = available_parallelism()?.get();
    let mut number = 0;
    // Each into a folder of its own: ext4 searches long for the place of a file after so many were removed.
    let mut sweep = |threads: usize| -> Result<f64, Box<dyn Error>> {
        number += 1;
        let folder = folder.path().join(number.to_string());
        fs::create_dir(&folder)?;
        let file = folder.join("base.yaml");
        fs::write(&file, pattern(&scenario, &folder))?;
        let mut command = Command::new(programs.host());
        command.args(["sweep", "--quiet", "--jobs", &threads.to_string()]).arg(&file).current_dir(data);
        let (elapsed_s, status) = seconds(|| command.status());
        let is_whole = folder.join("out_1000.csv").is_file();
        if status?.success() && is_whole { Ok(elapsed_s) } else { Err("`sweep` failed".into()) }
    };
    // The first one reads from the disk what the others find in memory.
    sweep(cores)?;
    let (mut one_s, mut all_s) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        one_s.push(sweep(1)?);
        all_s.push(sweep(cores)?);
    }
    let (one, all) = (SCENARIOS / median(&one_s), SCENARIOS / median(&all_s));
    for (name, value, against, unit, reach) in [
        (ONE, one, None, "scenarios/s", Reach::Open),
        (ALL, all, None, "scenarios/s", Reach::Open),
        (EFFICIENCY, all, Some(one * cores as f64), "scenarios/s", Reach::AtLeast(0.9)),
    ] {
        report.figure(&Figure { name: &workload.figure(name), value, unit, against, reach });
    }
    Ok(())
}

/// The scenario with a thousand kinds of battery, and its results in `folder`.
fn pattern(scenario: &str, folder: &Path) -> String {
    let lines = scenario.lines().map(|line| {
        if line.starts_with("  type: Battery") {
            format!("{line}\n{AXES}")
        } else if line.starts_with("  file:") {
            format!("  file: '{}'\n", folder.join("out.csv").display())
        } else {
            format!("{line}\n")
        }
    });
    lines.collect()
}
