//! An observer that lets people see what it observes.

use super::RunExhibit;
use crate::checkpoint::Checkpoint;
use crate::coordinator::Sight;
use crate::shell::{OutputError, StepObserver};
use crate::view::Health;
use illuminator_node::model::Slots;
use illuminator_node::shell::Clock;

/// Hands every step on to another observer first, and then shows it, if there is somebody to show it to.
pub struct Watching<'a> {
    inner: &'a mut dyn StepObserver,
    exhibit: Option<&'a RunExhibit>,
    /// Where the values stand that people see.
    cells: &'a [u32],
}

impl<'a> Watching<'a> {
    /// `cells` are those of the plan's watched items.
    pub fn new(inner: &'a mut dyn StepObserver, exhibit: Option<&'a RunExhibit>, cells: &'a [u32]) -> Self {
        Self { inner, exhibit, cells }
    }
}

impl StepObserver for Watching<'_> {
    fn step(&mut self, step: u64, values: &Slots) -> Result<(), OutputError> {
        self.inner.step(step, values)?;
        if let Some(exhibit) = self.exhibit {
            exhibit.step(step, values, self.cells);
        }
        Ok(())
    }

    fn idle(&mut self) -> Result<(), OutputError> {
        self.inner.idle()
    }

    fn checkpoint(&mut self, checkpoint: Checkpoint) -> Result<Option<String>, OutputError> {
        self.inner.checkpoint(checkpoint)
    }

    fn wants_checkpoint(&self) -> bool {
        self.inner.wants_checkpoint()
    }

    fn forced(&mut self, phase: Option<&str>) {
        if let Some(exhibit) = self.exhibit {
            exhibit.force(phase.is_some());
        }
        self.inner.forced(phase);
    }

    fn health(&mut self, health: &Health) {
        if let Some(exhibit) = self.exhibit {
            exhibit.hear(health);
        }
        self.inner.health(health);
    }

    fn wants_sight(&self) -> bool {
        self.exhibit.is_some_and(RunExhibit::wants_sight)
    }

    fn sight(&mut self, sight: Sight, clock: Clock) {
        if let Some(exhibit) = self.exhibit {
            exhibit.sight(sight, clock);
        }
    }

    fn notice(&mut self, text: &str) {
        if let Some(exhibit) = self.exhibit {
            exhibit.notice(text);
        }
        self.inner.notice(text);
    }
}
