//! Nothing to look at: no run yet, one that is being made ready, or one that could not begin.

use super::Exhibit;
use crate::view::{Command, Health, Layout, Moment, Refusal, RunState, Scene, Series};
use illuminator_node::shell::random_id;
use std::sync::Arc;

/// An empty table with a title.
pub(super) struct Still {
    scene: Arc<Scene>,
    state: RunState,
    notices: Vec<String>,
}

impl Still {
    pub(super) fn new(title: &str, state: RunState, notices: Vec<String>) -> Self {
        let run = format!("{:016x}", random_id());
        let scene = Arc::new(Scene { run, title: title.to_owned(), ..Scene::default() });
        Self { scene, state, notices }
    }
}

impl Exhibit for Still {
    fn scene(&self) -> Arc<Scene> {
        Arc::clone(&self.scene)
    }

    fn moment(&self) -> Moment {
        let (state, notices) = (self.state, self.notices.clone());
        Moment { run: self.scene.run.clone(), state, notices, ..Moment::default() }
    }

    fn health(&self) -> Health {
        Health::default()
    }

    fn series(&self, items: &[String], _: u64, _: u64, points: usize) -> Result<Series, Refusal> {
        super::positions(&self.scene, items, points).map(|_| Series::default())
    }

    fn command(&self, _: &Command) -> Result<(), Refusal> {
        Err(Refusal::new("no run goes on", "start one"))
    }

    fn layout(&self) -> Layout {
        Layout::default()
    }

    fn arrange(&self, _: Layout) -> Result<(), Refusal> {
        Err(Refusal::new("there is nothing to arrange", "start a run"))
    }
}
