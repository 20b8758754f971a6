//! A whole run in this process.

use super::tempo::{self, Listener, Orders, Request};
use super::{Attendance, Conductor, OutputError, RunEnd, RunFailure};
use crate::checkpoint::{Checkpoint, OtherRun};
use crate::pacer::Pacer;
use crate::plan::{HOST, TablePlan};
use crate::story::LiveTable;
use crate::view::Health;
use illuminator_node::engine::{Engine, Snapshot};
use illuminator_node::shell::{Clock, random_id, runtime};
use illuminator_protocol::{Duration, Instant, RunId};
use std::io;
use tokio::runtime::Runtime;

/// Runs a local plan at `table`, one step per `pace` (zero: as fast as possible).
pub fn run_local(
    plan: &TablePlan,
    pace: Duration,
    mut table: LiveTable,
    mut attendance: Attendance<'_>,
) -> RunEnd {
    let done = run(plan, pace, &mut table, &mut attendance);
    RunEnd { done, events: table.into_log(), telemetry: Vec::new(), health: Health::default() }
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
    let mut gate = Gate::new(pace, first, attendance.conductor)?;
    let mut forced = None;
    for step in first..plan.steps {
        gate.wait_for(step, table, attendance)?;
        let stop = attendance.stop.is_set();
        if stop || attendance.observer.wants_checkpoint() {
            let notice = attendance.observer.checkpoint(checkpoint(run, step, &engine, table))?;
            notice.iter().for_each(|notice| attendance.progress.note(notice));
        }
        if stop {
            return Ok(step);
        }
        table.advance(step, engine.slots_mut());
        tell(table, &mut forced, attendance);
        engine.run(step).map_err(|error| RunFailure::Model { step, error })?;
        attendance.observer.step(step, engine.slots())?;
        attendance.progress.at(step + 1);
    }
    Ok(plan.steps)
}

/// Tells what the table has to tell: notices, and the phase that is `forced`, when that changes.
fn tell(table: &mut LiveTable, forced: &mut Option<String>, attendance: &mut Attendance<'_>) {
    let phase = table.forced_phase();
    if phase != forced.as_deref() {
        *forced = phase.map(str::to_owned);
        attendance.observer.forced(phase);
    }
    while let Some(notice) = table.poll_notice() {
        attendance.progress.note(&notice);
        attendance.observer.notice(&notice);
    }
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

/// Holds steps back until they are due, and listens to whoever conducts.
struct Gate {
    clock: Clock,
    pacer: Pacer,
    /// Steps before this one may start without another look at the clock.
    open: u64,
    conducted: Option<Conducted>,
}

/// What it takes to listen while it waits.
struct Conducted {
    listener: Listener,
    runtime: Runtime,
}

/// How often the stop flag is looked at while a step is not due `[us]`.
const STOP_POLL_US: u64 = 50_000;

impl Gate {
    /// A gate of a run that begins with step `first`, now.
    fn new(pace: Duration, first: u64, conductor: Option<&Conductor>) -> io::Result<Self> {
        let clock = Clock::start();
        let mut pacer = Pacer::new(pace);
        pacer.start(clock.now(), first);
        let conducted = match conductor {
            Some(conductor) => Some(Conducted { listener: conductor.listen(), runtime: runtime()? }),
            None => None,
        };
        Ok(Self { clock, pacer, open: first, conducted })
    }

    /// Waits until `step` may start, or the run is to end. All steps before it are done.
    fn wait_for(
        &mut self,
        step: u64,
        table: &mut LiveTable,
        attendance: &mut Attendance<'_>,
    ) -> Result<(), OutputError> {
        let mut news = self.conducted.as_mut().and_then(|conducted| conducted.listener.poll());
        while step >= self.open || news.is_some() {
            if let Some(orders) = news.take() {
                self.obey(orders, step, table);
            }
            let now = self.clock.now();
            self.open = self.pacer.admit(now);
            if step < self.open || attendance.stop.is_set() {
                return Ok(());
            }
            let due = self.pacer.next_due().min(now + Duration::from_micros(STOP_POLL_US));
            news = self.sleep(due);
            attendance.observer.idle()?;
        }
        Ok(())
    }

    /// `step` is the one that comes next: none is under way.
    fn obey(&mut self, Orders { tempo, steps, asked }: Orders, step: u64, table: &mut LiveTable) {
        for request in asked {
            match request {
                // What cannot be done is told by a notice.
                Request::Phase(name) => drop(table.force_phase(name.as_deref())),
                Request::Node(node, _) | Request::Action(node, _) => {
                    table.notice(&node, "cannot be asked: this run has no nodes");
                }
            }
        }
        let now = self.clock.now();
        self.pacer.set_pace(now, tempo.pace, step);
        self.pacer.hold(now, tempo.held, step);
        self.pacer.step(steps, step);
    }

    /// Waits until `due`, or until there are orders.
    #[expect(clippy::disallowed_methods, reason = "pacing is real time, at the edge")]
    fn sleep(&mut self, due: Instant) -> Option<Orders> {
        let Some(Conducted { listener, runtime }) = &mut self.conducted else {
            let wait = due.saturating_since(self.clock.now());
            std::thread::sleep(std::time::Duration::from_micros(wait.as_micros()));
            return None;
        };
        let until = self.clock.system(due).into();
        runtime.block_on(async {
            tokio::select! {
                orders = tempo::next(Some(listener)) => Some(orders),
                () = tokio::time::sleep_until(until) => None,
            }
        })
    }
}
