//! Runs under plans of faults, one for each seed.
//!
//! `ILLUMINATOR_SEEDS=N` runs seeds 0 to N-1 (500 unless given); `ILLUMINATOR_SEED=S` runs only seed S. Of the seeds that
//! fail the first is named with the command that runs it again, and with the smallest plan that still fails.

use crate::in_use;
use illuminator::coordinator::OnLoss;
use illuminator_protocol::Duration;
use illuminator_tests::tube::Faults;
use illuminator_tests::world::{Fault, Plan, Report, Sample, Size, What, World, shrink};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Seeds unless others are asked for.
const SEEDS: u64 = 500;
/// From so many seeds on each kind of fault must have happened.
const ENOUGH: usize = 300;
/// What a whole table of 49 nodes, its host and its network may take `[bytes]`.
const TABLE_BYTES_MAX: usize = 48 << 20;

#[test]
fn whatever_happens_the_result_is_that_of_one_process() {
    let seeds: Vec<u64> = match number("ILLUMINATOR_SEED") {
        Some(seed) => vec![seed],
        None => (0..number("ILLUMINATOR_SEEDS").unwrap_or(SEEDS)).collect(),
    };
    let samples = Sample::all();
    let tester = Tester::new(&samples);
    let report = match tester.all(&seeds) {
        Ok(report) => report,
        Err((seed, problem)) => panic!("{}", tester.explain(seed, &problem)),
    };
    println!("{} seeds: {report:#?}", seeds.len());
    if seeds.len() >= ENOUGH {
        each_fault_happened(&report);
    }
}

/// The smallest plans of seeds that once failed, each for a mistake of its own.
#[test]
fn what_once_failed_does_so_no_more() {
    let ms = Duration::from_millis;
    let fault = |row, delay_us, what| Fault { row, delay: Duration::from_micros(delay_us), what };
    let plan = |sample, on_loss, pace, faults: &[Fault]| Plan {
        seed: 1,
        sample,
        spares: 1,
        on_loss,
        lost_after: ms(3_000),
        pace,
        journal_every: Duration::ZERO,
        network: Faults::NONE,
        faults: faults.to_vec(),
    };
    let crash = |node, lasting| What::NodeCrash { node, lasting: ms(lasting) };
    // A spare that had the run took another place of it, and kept its old plan.
    let host = What::HostCrash { torn: false, lasting: ms(512) };
    let spare =
        [fault(12, 2_992, crash(2, 3_624)), fault(14, 3_214, host), fault(17, 8_619, crash(5, 4_915))];
    // A node that had given no state yet was frozen, and the cut waited for its state.
    let stall = What::NodeStall { node: 5, lasting: ms(4_710) };
    let frozen = Plan { spares: 0, ..plan(0, OnLoss::Freeze, Duration::ZERO, &[fault(56, 7_649, stall)]) };
    let samples = Sample::all();
    let tester = Tester::new(&samples);
    for plan in [plan(3, OnLoss::Restart, ms(100), &spare), frozen] {
        let report = tester.run(&plan).unwrap_or_else(|problem| panic!("{problem}: {plan:#?}"));
        assert_eq!(report.fired.values().sum::<u64>(), plan.faults.len() as u64, "{report:#?}");
    }
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is a number")))
}

fn each_fault_happened(report: &Report) {
    for name in What::NAMES {
        assert!(report.fired.get(name).is_some_and(|&times| times >= 5), "too few {name}: {report:#?}");
    }
    let injected = report.injected;
    let network = [
        injected.lost,
        injected.duplicated,
        injected.corrupted,
        injected.reordered,
        injected.replayed,
        injected.parted,
        injected.one_way,
    ];
    assert!(network.iter().all(|&times| times > 100), "{injected:?}");
    // Of the plugs that visitors made, those that they did not take back at once.
    assert!(report.heard * 4 >= report.fired["plugs"], "{report:#?}");
    let counted = report.counted;
    assert!(counted.repeated > 20 && counted.begun > 1_000, "{counted:?}");
    assert!(report.resumed > 10 && report.aborted > 0 && report.frozen > 0, "{report:#?}");
}

/// Runs plans on all samples.
struct Tester<'s> {
    samples: &'s [Sample],
    sizes: Vec<Size>,
    workers: usize,
    /// What was in use before `[bytes]`.
    before: usize,
}

impl<'s> Tester<'s> {
    fn new(samples: &'s [Sample]) -> Self {
        let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { samples, sizes: samples.iter().map(Sample::size).collect(), workers, before: in_use() }
    }

    /// Runs all seeds on all processors. Gives what happened, or of the seeds that failed the first one.
    fn all(&self, seeds: &[u64]) -> Result<Report, (u64, String)> {
        let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
        let all = Mutex::new((Report::default(), None::<(u64, String)>));
        let work = || {
            while let Some(&seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed))
                && !stop.load(Ordering::Relaxed)
            {
                let outcome = self.run(&Plan::draw(seed, &self.sizes));
                let mut all = all.lock().expect("nobody panics with it");
                match outcome {
                    Ok(report) => all.0.add(&report),
                    Err(problem) => {
                        stop.store(true, Ordering::Relaxed);
                        if all.1.as_ref().is_none_or(|(first, _)| seed < *first) {
                            all.1 = Some((seed, problem));
                        }
                    }
                }
            }
        };
        std::thread::scope(|scope| (0..self.workers).for_each(|_| drop(scope.spawn(work))));
        match all.into_inner().expect("nobody panicked with it") {
            (report, None) => Ok(report),
            (_, Some(failure)) => Err(failure),
        }
    }

    /// Runs a plan; a panic is a failure like any other.
    fn run(&self, plan: &Plan) -> Result<Report, String> {
        let look = || match in_use().saturating_sub(self.before) {
            used if used > self.workers * TABLE_BYTES_MAX => Err(format!("{used} bytes are in use")),
            _ => Ok(()),
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| World::run(self.samples, plan, &look)));
        outcome.unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            Err(format!("panicked: {}", text.unwrap_or_default()))
        })
    }

    /// What to know of a seed that failed.
    fn explain(&self, seed: u64, problem: &str) -> String {
        let plan = Plan::draw(seed, &self.sizes);
        let smallest = shrink::smallest(&plan, |plan| self.run(plan).is_err());
        let then = self.run(&smallest).err().unwrap_or_default();
        format!(
            "seed {seed}, {}: {problem}\n\
             again: ILLUMINATOR_SEED={seed} cargo test -p illuminator-tests --test seeds whatever\n\
             the smallest plan that fails ({then}): {smallest:#?}",
            self.samples[plan.sample].name
        )
    }
}
