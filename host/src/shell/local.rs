//! A whole run in this process.

use super::{Attendance, RunEnd, RunFailure, StopFlag};
use crate::checkpoint::{Checkpoint, OtherRun};
use crate::plan::{HOST, TablePlan};
use crate::story::LiveTable;
use illuminator_node::engine::{Engine, Snapshot};
use illuminator_node::shell::{Clock, random_id};
use illuminator_protocol::{Duration, RunId};

/// Runs a local plan at `table`, one step per `pace` (zero: as fast as possible).
pub fn run_local(
    plan: &TablePlan,
    pace: Duration,
    mut table: LiveTable,
    mut attendance: Attendance<'_>,
) -> RunEnd {
    let done = run(plan, pace, &mut table, &mut attendance);
    RunEnd { done, events: table.into_log(), telemetry: Vec::new() }
}

fn run(
    plan: &TablePlan,
    pace: Duration,
    table: &mut LiveTable,
    attendance: &mut Attendance<'_>,
) -> Result<u64, RunFailure> {
    assert!(plan.is_local(), "a plan with nodes needs a coordinator");
    let mut engine = Engine::new(&plan.places[HOST]).map_err(RunFailure::Build)?;
    let run = attendance.resume.as_ref().map_or_else(|| RunId(random_id()), |checkpoint| checkpoint.run);
    let first = match attendance.resume.take() {
        Some(checkpoint) => resume(&checkpoint, &mut engine, table)?,
        None => 0,
    };
    let pacer = Pacer::start(pace);
    for step in first..plan.steps {
        pacer.wait_for(step - first, attendance.stop);
        let stop = attendance.stop.is_set();
        if stop || attendance.observer.wants_checkpoint() {
            let notice = attendance.observer.checkpoint(checkpoint(run, step, &engine, table))?;
            notice.iter().for_each(|notice| attendance.progress.note(notice));
        }
        if stop {
            return Ok(step);
        }
        table.advance(step, engine.slots_mut());
        engine.run(step).map_err(|error| RunFailure::Model { step, error })?;
        attendance.observer.step(step, engine.slots())?;
        attendance.progress.at(step + 1);
    }
    Ok(plan.steps)
}

/// The whole run before `step`.
fn checkpoint(run: RunId, step: u64, engine: &Engine, table: &LiveTable) -> Checkpoint {
    let places = vec![engine.snapshot().to_bytes()];
    Checkpoint { run, step, places, wires: Vec::new(), table: table.memory() }
}

/// Takes back a checkpoint. Returns the step to go on with.
fn resume(checkpoint: &Checkpoint, engine: &mut Engine, table: &mut LiveTable) -> Result<u64, OtherRun> {
    let [host] = checkpoint.places.as_slice() else { return Err(OtherRun) };
    let state = Snapshot::from_bytes(host).map_err(|_| OtherRun)?;
    engine.restore(state).map_err(|_| OtherRun)?;
    if table.restore(&checkpoint.table) { Ok(checkpoint.step) } else { Err(OtherRun) }
}

/// Holds steps back until they are due.
struct Pacer {
    clock: Clock,
    pace_us: u64,
}

/// How often the stop flag is looked at while a step is not due `[us]`.
const STOP_POLL_US: u64 = 50_000;

impl Pacer {
    fn start(pace: Duration) -> Self {
        Self { clock: Clock::start(), pace_us: pace.as_micros() }
    }

    #[expect(clippy::disallowed_methods, reason = "pacing is real time, at the edge")]
    fn wait_for(&self, step: u64, stop: &StopFlag) {
        if self.pace_us == 0 {
            return;
        }
        let due = step.saturating_mul(self.pace_us);
        loop {
            let left = due.saturating_sub(self.clock.now().as_micros());
            if left == 0 || stop.is_set() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_micros(left.min(STOP_POLL_US)));
        }
    }
}
