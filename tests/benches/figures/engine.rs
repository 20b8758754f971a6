//! Figures of one process: the engine against a hand-written loop, and its cost per model-step by size.

use super::Outcome;
use super::hand_loop::HandLoop;
use super::measure::{Stopwatch, median, seconds};
use super::report::{Figure, Reach, Report};
use super::town::{GROUP, checked, town};
use illuminator::plan::{HOST, Placement, TablePlan, plan};
use illuminator::record::ResultFormat;
use illuminator::scenario::Scenario;
use illuminator::shell::{Attendance, Progress, ResultFiles, StopFlag, run_local};
use illuminator::story::LiveTable;
use illuminator_node::engine::Engine;
use illuminator_protocol::Duration;
use std::error::Error;

/// Repetitions of each side.
const ROUNDS: usize = 9;

/// Steps of the engine-against-loop comparison.
const LOOP_STEPS: u64 = 40_000;

/// Model-steps per second that the Python Illuminator reaches with 9 to 10 and with 900 models.
const PYTHON_10: f64 = 4_500.0;
const PYTHON_900: f64 = 220.0;

/// A size of the scenario: groups of models, and steps: whole days, and no longer than a sample must be.
struct Size {
    label: usize,
    groups: usize,
    steps: u64,
}

const SIZES: [Size; 3] = [
    Size { label: 10, groups: 1, steps: 80_000 },
    Size { label: 1_000, groups: 111, steps: 960 },
    Size { label: 100_000, groups: 11_111, steps: 25 },
];

pub(crate) fn run(report: &mut Report) -> Outcome {
    if report.wants("engine_vs_hand_loop") {
        against_hand_loop(report)?;
    }
    if report.wants("model_step")
        || SIZES.iter().any(|size| names(size).iter().any(|name| report.wants(name)))
    {
        by_size(report)?;
    }
    if report.wants(RECORDED) {
        recorded(report)?;
    }
    Ok(())
}

fn against_hand_loop(report: &Report) -> Outcome {
    let scenario = checked(&town(1, LOOP_STEPS), LOOP_STEPS)?;
    let plan = local(&scenario);
    let (mut engine_s, mut loop_s) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let mut engine = Engine::new(&plan.places[HOST])?;
        let (elapsed_s, result) = seconds(|| (0..LOOP_STEPS).try_for_each(|step| engine.run(step)));
        result?;
        engine_s.push(elapsed_s);

        let mut hand_loop = HandLoop::new(&scenario)?;
        let (elapsed_s, result) = seconds(|| (0..LOOP_STEPS).try_for_each(|step| hand_loop.step(step)));
        result?;
        loop_s.push(elapsed_s);

        let decided = [0, 1, 2].map(|item| engine.slots().scalar(plan.cells[0][item]).value().to_bits());
        if decided != hand_loop.decided() {
            return Err("the engine and the hand-written loop computed different results".into());
        }
    }
    let model_steps = GROUP as f64 * LOOP_STEPS as f64;
    report.figure(&Figure {
        name: "engine_vs_hand_loop",
        value: model_steps / median(&engine_s),
        unit: "model-steps/s",
        against: Some(model_steps / median(&loop_s)),
        reach: Reach::AtLeast(0.7),
    });
    Ok(())
}

/// Names of the figures of a size: speed, cost, seconds to load and plan.
fn names(size: &Size) -> [String; 3] {
    let label = size.label;
    [
        format!("model_steps_per_s_{label}"),
        format!("model_step_cost_{label}"),
        format!("load_and_plan_{label}"),
    ]
}

fn by_size(report: &Report) -> Outcome {
    let mut plans = Vec::new();
    let mut load_s = Vec::new();
    for size in &SIZES {
        let text = town(size.groups, size.steps);
        let (elapsed_s, planned) = seconds(|| checked(&text, size.steps).map(|scenario| local(&scenario)));
        plans.push(planned?);
        load_s.push(elapsed_s);
    }
    let mut costs_ns = [const { Vec::new() }; SIZES.len()];
    for _ in 0..ROUNDS {
        for ((size, plan), costs_ns) in SIZES.iter().zip(&plans).zip(&mut costs_ns) {
            // The first step touches the memory that the later ones reuse.
            let mut stopwatch = Stopwatch::new(0, plan.steps - 1);
            let mut progress = Progress::new(plan.steps, true);
            let stop = StopFlag::default();
            let attendance = Attendance::new(&mut stopwatch, &mut progress, &stop);
            run_local(plan, Duration::ZERO, LiveTable::bare(), attendance).done?;
            costs_ns.push(stopwatch.us_per_step() * 1e3 / (size.groups * GROUP) as f64);
        }
    }
    let base_ns = median(&costs_ns[0]);
    for ((size, costs_ns), load_s) in SIZES.iter().zip(&costs_ns).zip(load_s) {
        let [speed, cost, load] = names(size);
        let cost_ns = median(costs_ns);
        let published = if size.label == 10 { PYTHON_10 } else { PYTHON_900 };
        report.figure(&Figure {
            name: &speed,
            value: 1e9 / cost_ns,
            unit: "model-steps/s",
            against: Some(published),
            reach: Reach::AtLeast(10_000.0),
        });
        report.figure(&Figure {
            name: &cost,
            value: cost_ns,
            unit: "ns/model-step",
            against: Some(base_ns),
            reach: Reach::AtMost(1.3),
        });
        report.figure(&Figure { name: &load, value: load_s, unit: "s", against: None, reach: Reach::Open });
    }
    Ok(())
}

const RECORDED: &str = "recorded_model_steps_per_s_10";

/// The whole run with its result file, as `scenario run --local` does it: what the Python Illuminator's
/// figure includes as well.
fn recorded(report: &Report) -> Outcome {
    let scenario = checked(&town(1, LOOP_STEPS), LOOP_STEPS)?;
    let plan = local(&scenario);
    let folder = tempfile::tempdir()?;
    let mut samples_s = Vec::new();
    for _ in 0..ROUNDS {
        let (elapsed_s, result) = seconds(|| -> Result<(), Box<dyn Error>> {
            let output = Some(folder.path().join("out.csv"));
            let mut files = ResultFiles::new(&scenario, &plan, ResultFormat::Dev, output)?;
            let mut progress = Progress::new(plan.steps, true);
            let stop = StopFlag::default();
            let attendance = Attendance::new(&mut files, &mut progress, &stop);
            run_local(&plan, Duration::ZERO, LiveTable::bare(), attendance).done?;
            Ok(files.finish()?)
        });
        result?;
        samples_s.push(elapsed_s);
    }
    report.figure(&Figure {
        name: RECORDED,
        value: GROUP as f64 * LOOP_STEPS as f64 / median(&samples_s),
        unit: "model-steps/s",
        against: Some(PYTHON_10),
        reach: Reach::Open,
    });
    Ok(())
}

pub(crate) fn local(scenario: &Scenario) -> TablePlan {
    plan(scenario, &Placement::local(scenario), &[]).expect("one place has one stage")
}
