//! A whole run in this process.

use super::{Progress, RunFailure, StepObserver, StopFlag};
use crate::plan::{HOST, TablePlan};
use illuminator_node::engine::Engine;
use illuminator_node::shell::Clock;
use illuminator_protocol::Duration;

/// Runs a local plan, one step per `pace` (zero: as fast as possible); every step goes to `observer`. Returns
/// the number of steps done: fewer than planned if `stop` was set.
///
/// # Errors
/// A model that cannot be built or stepped, or a result that cannot be written.
pub fn run_local(
    plan: &TablePlan,
    pace: Duration,
    observer: &mut dyn StepObserver,
    progress: &mut Progress,
    stop: &StopFlag,
) -> Result<u64, RunFailure> {
    assert!(plan.is_local(), "a plan with nodes needs a coordinator");
    let mut engine = Engine::new(&plan.places[HOST]).map_err(RunFailure::Build)?;
    let pacer = Pacer::start(pace);
    for step in 0..plan.steps {
        pacer.wait_for(step, stop);
        if stop.is_set() {
            return Ok(step);
        }
        engine.run(step).map_err(|error| RunFailure::Model { step, error })?;
        observer.step(step, engine.slots())?;
        progress.at(step + 1);
    }
    Ok(plan.steps)
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
