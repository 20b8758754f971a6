//! The nodes while no run goes on: how they do, and what they are asked for.
//!
//! ```text
//!   watch_nodes ─ health, notices ─▶ IdleNodes ─▶ page
//!        ▲                               │ identify, restart, shut down, own actions
//!        └────── Conductor ◀─ Operator ◀─┘
//! ```
//!
//! Invariant: what was accepted before the [end](IdleNodes::end) is asked of its node before the watch ends, and nothing is
//! accepted after it.

use super::operator::Operator;
use super::{Exhibit, lock};
use crate::shell::{Attendance, Conductor, Nodes, OutputError, Progress, RunFailure, StepObserver, StopFlag};
use crate::shell::{Target, watch_nodes};
use crate::view::{
    Command, Health, Layout, Moment, NodeHealth, NodeScene, Rack, Refusal, RunState, Scene, Series,
};
use illuminator_node::model::Slots;
use illuminator_node::shell::random_id;
use illuminator_protocol::{ClusterKey, Duration, WATCH};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

/// Notices that are kept.
const NOTICES_MAX: usize = 20;

/// The nodes of a cluster file, or why nobody can be at the address of one.
pub struct IdleNodes {
    scene: Arc<Scene>,
    /// Those that can be reached, and their key.
    targets: Vec<Target>,
    key: ClusterKey,
    conductor: Conductor,
    /// Carries out commands, from when somebody listens to the end.
    operator: Mutex<Option<Operator>>,
    stop: StopFlag,
    health: Mutex<Health>,
    notices: Mutex<VecDeque<String>>,
}

impl IdleNodes {
    /// The nodes of a cluster file, by name and address, in its order. Those among them that `targets` has are reached, with
    /// `key`; how the others do stays as it is said here. `stop` ends it.
    pub fn new(
        title: &str,
        nodes: Vec<NodeHealth>,
        (targets, key): (Vec<Target>, ClusterKey),
        rack: Option<Rack>,
        stop: StopFlag,
    ) -> Self {
        let node = |node: &NodeHealth| NodeScene { name: node.name.clone(), address: node.address.clone() };
        let scene = Scene {
            run: format!("{:016x}", random_id()),
            title: title.to_owned(),
            nodes: nodes.iter().map(node).collect(),
            rack,
            ..Scene::default()
        };
        Self {
            scene: Arc::new(scene),
            targets,
            key,
            conductor: Conductor::new(Duration::ZERO),
            operator: Mutex::default(),
            stop,
            health: Mutex::new(Health { nodes }),
            notices: Mutex::default(),
        }
    }

    /// Keeps in touch with the nodes until the end; takes none from anybody.
    ///
    /// # Errors
    /// A socket that does not work.
    pub fn watch(&self) -> Result<(), RunFailure> {
        let mut progress = Progress::new(0, true);
        let mut observer = self;
        let attendance = Attendance::new(&mut observer, &mut progress, &self.stop);
        let attendance = Attendance { conductor: Some(&self.conductor), ..attendance };
        let nodes = Nodes { targets: &self.targets, spares: &[], key: &self.key };
        let watched = watch_nodes(nodes, WATCH, attendance).done.map(|_| ());
        // However it ended, nobody hears commands any more.
        self.end();
        watched
    }

    /// Ends the watch soon.
    pub fn end(&self) {
        let mut operator = lock(&self.operator);
        *operator = None;
        self.stop.set();
    }

    /// What there was to tell lately, the last one last.
    pub(super) fn notices(&self) -> Vec<String> {
        lock(&self.notices).iter().cloned().collect()
    }
}

impl StepObserver for &IdleNodes {
    fn step(&mut self, _: u64, _: &Slots) -> Result<(), OutputError> {
        Ok(())
    }

    fn health(&mut self, health: &Health) {
        let mut operator = lock(&self.operator);
        if operator.is_none() && !self.stop.is_set() {
            *operator = Some(Operator::new(self.conductor.clone(), self.stop.clone(), None));
        }
        drop(operator);
        let mut shown = lock(&self.health);
        for node in &health.nodes {
            if let Some(known) = shown.nodes.iter_mut().find(|known| known.name == node.name) {
                known.clone_from(node);
            }
        }
    }

    fn notice(&mut self, text: &str) {
        let mut notices = lock(&self.notices);
        if notices.len() == NOTICES_MAX {
            notices.pop_front();
        }
        notices.push_back(text.to_owned());
    }
}

impl Exhibit for IdleNodes {
    fn scene(&self) -> Arc<Scene> {
        Arc::clone(&self.scene)
    }

    fn moment(&self) -> Moment {
        let (run, notices) = (self.scene.run.clone(), self.notices());
        Moment { run, state: RunState::Idle, notices, ..Moment::default() }
    }

    fn health(&self) -> Health {
        lock(&self.health).clone()
    }

    fn series(&self, items: &[String], _: u64, _: u64, points: usize) -> Result<Series, Refusal> {
        super::positions(&self.scene, items, points).map(|_| Series::default())
    }

    fn command(&self, command: &Command) -> Result<(), Refusal> {
        let Some(nodes) = command.nodes() else {
            return Err(Refusal::new("no run goes on", "only nodes can be asked for something"));
        };
        super::known(&self.scene, nodes)?;
        match &mut *lock(&self.operator) {
            Some(operator) => operator.obey(command, 0),
            None => Err(Refusal::new("the nodes are not watched now", "ask again in a moment")),
        }
    }

    fn layout(&self) -> Layout {
        Layout::default()
    }

    fn arrange(&self, _: Layout) -> Result<(), Refusal> {
        Err(Refusal::new("there is nothing to arrange", "start a run"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_taken_while_somebody_listens_and_for_nodes_only() {
        let node = NodeHealth { name: "wind".to_owned(), ..NodeHealth::default() };
        let health = Health { nodes: vec![node.clone()] };
        let reached = (Vec::new(), ClusterKey::OPEN);
        let idle = IdleNodes::new("table", vec![node], reached, None, StopFlag::default());
        let identify = |name: &str| {
            idle.command(&Command::Identify { nodes: vec![name.to_owned()], on: true }).map_err(|no| no.error)
        };
        assert_eq!(identify("wind"), Err("the nodes are not watched now".to_owned()));
        StepObserver::health(&mut &idle, &health);
        let mut listener = idle.conductor.listen();
        listener.poll();
        assert_eq!(identify("wind"), Ok(()));
        assert_eq!(listener.poll().map(|orders| orders.asked.len()), Some(1));
        assert_eq!(identify("pv"), Err("there is no node `pv` here".to_owned()));
        assert!(idle.command(&Command::Hold { held: true }).is_err());
        idle.end();
        StepObserver::health(&mut &idle, &health);
        assert_eq!(identify("wind"), Err("the nodes are not watched now".to_owned()));
    }
}
