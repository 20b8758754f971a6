//! A page that outlives its runs: people choose a scenario of a folder, and one run follows the other.
//!
//! ```text
//!   a person ─ start ─▶ Hall ─ next ─▶ whoever runs ─ show ─▶ Hall ─▶ page
//!                        └─ end ─▶ StopFlag of the run ─▶ over ──┘
//! ```
//!
//! While no run goes on, the nodes of the cluster file are shown as they do then ([`IdleNodes`]), and asked for things.
//!
//! Invariants: at most one run goes on; only files that the folder has are started; what was shown last stays until
//! another run begins.

use super::still::Still;
use super::{Exhibit, IdleNodes, RunExhibit, lock};
use crate::shell::{Conductor, StopFlag, Tempo};
use crate::view::{
    Command, Health, Layout, Moment, NodeHealth, NodeScene, Offer, Offered, Refusal, RunState, Scene, Series,
};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Scenarios that are offered at most.
const OFFERED_MAX: usize = 1_000;
/// How often the stop flag is looked at while nobody starts anything.
const STOP_POLL: Duration = Duration::from_millis(50);
/// Notices that are shown.
const NOTICES_MAX: usize = 20;
/// Lines of a problem that are told at most.
const PROBLEM_LINES_MAX: usize = 20;

/// The hall.
pub struct Hall {
    folder: PathBuf,
    title: String,
    conductor: Conductor,
    /// Set when the program ends.
    stop: StopFlag,
    now: Mutex<Now>,
    asked: Condvar,
}

/// What it shows, and what is to come.
struct Now {
    exhibit: Arc<dyn Exhibit>,
    /// The nodes, while no run goes on.
    idle: Option<Arc<IdleNodes>>,
    /// The scenario that is shown.
    name: Option<String>,
    /// Whether somebody has asked for it and nobody has begun.
    is_asked: bool,
    /// Ends the run that goes on, from when it was asked for.
    running: Option<StopFlag>,
    problem: Vec<String>,
    result: String,
}

/// A run that is to be made.
pub struct Wish {
    /// The scenario's file.
    pub file: PathBuf,
    /// Set when somebody wants it to end.
    pub stop: StopFlag,
}

impl Hall {
    /// Offers the scenarios of `folder`; their runs are conducted by `conductor`, and `stop` ends all.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub fn new(folder: &Path, conductor: Conductor, stop: StopFlag) -> std::io::Result<Self> {
        std::fs::read_dir(folder)?;
        let title = folder.canonicalize()?.file_name().map(|name| name.to_string_lossy().into_owned());
        let title = title.unwrap_or_default();
        let now = Now {
            exhibit: Arc::new(Still::new(&title, RunState::Idle, Vec::new())),
            idle: None,
            name: None,
            is_asked: false,
            running: None,
            problem: Vec::new(),
            result: String::new(),
        };
        let (folder, now, asked) = (folder.to_owned(), Mutex::new(now), Condvar::new());
        Ok(Self { folder, title, conductor, stop, now, asked })
    }

    /// What it is called while nothing is shown.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Shows the nodes as they do while no run goes on, until the [next](Self::next) one is to be made.
    pub fn rest(&self, idle: &Arc<IdleNodes>) {
        let mut now = lock(&self.now);
        if now.name.is_none() {
            now.exhibit = Arc::clone(idle) as _;
        }
        now.idle = Some(Arc::clone(idle));
    }

    /// Waits until somebody starts a scenario; nothing once the program ends.
    pub fn next(&self) -> Option<Wish> {
        let mut now = lock(&self.now);
        loop {
            if self.stop.is_set() {
                return None;
            }
            if let (true, Some(name), Some(stop)) = (now.is_asked, &now.name, &now.running) {
                let wish = Wish { file: self.folder.join(name), stop: stop.clone() };
                (now.is_asked, now.idle) = (false, None);
                return Some(wish);
            }
            let waited = self.asked.wait_timeout(now, STOP_POLL);
            now = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Shows a run whose result goes to `result`.
    pub fn show(&self, exhibit: &Arc<RunExhibit>, result: &str) {
        let mut now = lock(&self.now);
        now.exhibit = Arc::clone(exhibit) as _;
        result.clone_into(&mut now.result);
    }

    /// The run is over; `problem` is why it did not come to its end, if it did not.
    pub fn over(&self, problem: Option<&str>) {
        let mut now = lock(&self.now);
        if now.is_asked {
            // Somebody has started the next one already.
            return;
        }
        now.running = None;
        let lines = problem.into_iter().flat_map(str::lines).take(PROBLEM_LINES_MAX);
        now.problem = lines.map(str::to_owned).collect();
        // One that never began has nothing else to show.
        if now.exhibit.moment().state == RunState::Starting {
            let title = now.exhibit.scene().title.clone();
            let state = if problem.is_some() { RunState::Failed } else { RunState::Ended };
            now.exhibit = Arc::new(Still::new(&title, state, now.problem.clone()));
        }
    }

    /// The scenario files of the folder, by name.
    pub fn files(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let is_scenario = |path: &PathBuf| {
            let ending = path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml");
            let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
            ending && !hidden && path.is_file()
        };
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_scenario).collect();
        files.sort();
        files
    }

    fn offered(&self) -> Vec<Offered> {
        let offered = |path: &PathBuf| {
            let name = path.file_name()?.to_str()?.to_owned();
            Some(Offered { title: path.file_stem()?.to_string_lossy().into_owned(), name })
        };
        self.files().iter().filter_map(offered).take(OFFERED_MAX).collect()
    }

    fn start(&self, scenario: &str) -> Result<(), Refusal> {
        if !self.offered().iter().any(|offered| offered.name == *scenario) {
            let error = format!("there is no scenario `{scenario}` in the folder");
            return Err(Refusal::new(error, "see /api/v1/scenarios"));
        }
        let mut now = lock(&self.now);
        // One that is over may still be letting its nodes go: the next one waits for that.
        let is_over = matches!(now.exhibit.moment().state, RunState::Ended | RunState::Failed);
        if now.running.is_some() && !is_over {
            return Err(Refusal::new("a run goes on", "end it first"));
        }
        // A hold was meant for the run before.
        self.conductor.set(Tempo { held: false, ..self.conductor.tempo() });
        *now = Now {
            exhibit: Arc::new(Still::new(scenario, RunState::Starting, Vec::new())),
            idle: None,
            name: Some(scenario.to_owned()),
            is_asked: true,
            running: Some(self.stop.within()),
            problem: Vec::new(),
            result: String::new(),
        };
        self.asked.notify_all();
        Ok(())
    }

    fn idle(&self) -> Option<Arc<IdleNodes>> {
        lock(&self.now).idle.clone()
    }

    fn exhibit(&self) -> Arc<dyn Exhibit> {
        Arc::clone(&lock(&self.now).exhibit)
    }
}

impl Exhibit for Hall {
    fn scene(&self) -> Arc<Scene> {
        self.exhibit().scene()
    }

    fn moment(&self) -> Moment {
        let Some(idle) = self.idle() else { return self.exhibit().moment() };
        let mut moment = self.exhibit().moment();
        if moment.state != RunState::Idle {
            moment.notices.extend(idle.notices());
            moment.notices.drain(..moment.notices.len().saturating_sub(NOTICES_MAX));
        }
        moment
    }

    fn health(&self) -> Health {
        let Some(idle) = self.idle() else { return self.exhibit().health() };
        let mut others = idle.health().nodes;
        // Those of what is shown come first, in its order.
        let shown = |node: &NodeScene| match others.iter().position(|other| other.name == node.name) {
            Some(position) => others.remove(position),
            None => {
                NodeHealth { name: node.name.clone(), address: node.address.clone(), ..NodeHealth::default() }
            }
        };
        let mut nodes: Vec<NodeHealth> = self.scene().nodes.iter().map(shown).collect();
        nodes.append(&mut others);
        Health { nodes }
    }

    fn series(&self, items: &[String], from: u64, to: u64, points: usize) -> Result<Series, Refusal> {
        self.exhibit().series(items, from, to, points)
    }

    fn command(&self, command: &Command) -> Result<(), Refusal> {
        if let (Some(_), Some(idle)) = (command.nodes(), self.idle()) {
            return idle.command(command);
        }
        let running = lock(&self.now).running.clone();
        match (command, running) {
            (Command::Start { scenario }, _) => self.start(scenario),
            (_, None) => Err(Refusal::new("no run goes on", "start one")),
            (Command::End, Some(stop)) => {
                stop.set();
                Ok(())
            }
            (command, Some(_)) => self.exhibit().command(command),
        }
    }

    fn layout(&self) -> Layout {
        self.exhibit().layout()
    }

    fn arrange(&self, layout: Layout) -> Result<(), Refusal> {
        self.exhibit().arrange(layout)
    }

    fn offer(&self) -> Offer {
        let scenarios = self.offered();
        let now = lock(&self.now);
        let (shown, problem, result) = (now.name.clone(), now.problem.clone(), now.result.clone());
        Offer { scenarios, shown, problem, result }
    }
}
