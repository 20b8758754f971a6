//! The thin shell around the pure parts: files, sockets, clock, signals, progress.

mod cluster_file;
mod control;
mod distributed;
mod exhibit;
mod files;
mod influx;
mod journal;
mod lines;
mod local;
mod progress;
mod report_files;
mod results;
mod simulated;
mod simulated_table;
mod stop;
pub mod sweep;
mod tempo;
pub mod terminal;
pub mod watch;
mod web;

pub use cluster_file::{ClusterFile, ClusterFileError, ClusterNode};
pub use control::{CallFailure, NodeCaller, ask_all};
pub use distributed::{Nodes, Target, run_on_nodes, watch_nodes};
pub use exhibit::{
    Exhibit, Hall, IdleNodes, LayoutFile, NoRecordFile, Operator, Orders, RecordFile, Recorder, Replay,
    RunExhibit, Watching, Wish,
};
pub use files::{DATA_FILE_MAX, DiskFiles, TEXT_FILE_MAX, read_file};
pub use influx::{InfluxTarget, InfluxWriter, WrongTarget, read_influx_token};
pub use journal::{Journal, JournalError};
pub use lines::LineFile;
pub use local::run_local;
pub use progress::{Progress, printable};
pub use report_files::ReportFiles;
pub use results::{OutputError, ResultFiles};
pub use simulated::SimulatedNodes;
pub use simulated_table::{STRIP_LEDS, SimulatedTable};
pub use stop::StopFlag;
pub use tempo::{Conductor, Tempo};
pub use web::{Access, AccessError, WebServer, WebToken, is_taken};

use crate::checkpoint::{Checkpoint, OtherRun};
use crate::coordinator::{RunError, Sight};
use crate::story::EventLog;
use crate::view::Health;
use illuminator_node::engine::EngineError;
use illuminator_node::model::Slots;
use illuminator_node::shell::Clock;
use illuminator_protocol::Telemetry;

/// Takes the values of each step, in order, as the run makes them.
pub trait StepObserver {
    /// Step `step` is complete; `values` are numbered as in [`TablePlan::cells`](crate::plan::TablePlan::cells).
    ///
    /// # Errors
    /// A result that cannot be written ends the run.
    fn step(&mut self, step: u64, values: &Slots) -> Result<(), OutputError>;

    /// No step has come for a moment: what was kept back for the next one need not wait for it.
    ///
    /// # Errors
    /// A result that cannot be written ends the run.
    fn idle(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    /// The run can go on from here: every step before the checkpoint's was given to [`step`](Self::step), and no other.
    /// Returns what there is to tell of that.
    ///
    /// # Errors
    /// A result that cannot be written ends the run.
    fn checkpoint(&mut self, _checkpoint: Checkpoint) -> Result<Option<String>, OutputError> {
        Ok(None)
    }

    /// Whether a checkpoint is wanted now. A run that is ended gives one without being asked, if it can.
    fn wants_checkpoint(&self) -> bool {
        false
    }

    /// From the next step that is computed on this phase is forced, or none any more. Told when it changes.
    fn forced(&mut self, _phase: Option<&str>) {}

    /// How the nodes do; twice a second in a run on nodes.
    fn health(&mut self, _health: &Health) {}

    /// Whether it wants to know now how the table of a run on nodes stands.
    fn wants_sight(&self) -> bool {
        false
    }

    /// How it stands; `clock` is the one that its light moves by.
    fn sight(&mut self, _sight: Sight, _clock: Clock) {}

    /// There is something to tell the person at the table. Unless overridden, only [`Progress`] tells it.
    fn notice(&mut self, _text: &str) {}
}

/// What a run is watched by and listens to.
pub struct Attendance<'a> {
    /// Takes every step.
    pub observer: &'a mut dyn StepObserver,
    /// Shows how far it is.
    pub progress: &'a mut Progress,
    /// Ends it.
    pub stop: &'a StopFlag,
    /// Changes its pace, holds it, lets it do single steps, forces phases and asks nodes; `None`: nobody does.
    pub conductor: Option<&'a Conductor>,
    /// Where it goes on, if it was begun before.
    pub resume: Option<Checkpoint>,
}

impl<'a> Attendance<'a> {
    /// A run from its beginning, which nobody conducts.
    pub fn new(observer: &'a mut dyn StepObserver, progress: &'a mut Progress, stop: &'a StopFlag) -> Self {
        Self { observer, progress, stop, conductor: None, resume: None }
    }
}

/// What remains of a run.
pub struct RunEnd {
    /// Steps done, fewer than planned if it was stopped; or why it ended early.
    pub done: Result<u64, RunFailure>,
    /// What was plugged and unplugged, by step.
    pub events: EventLog,
    /// How the nodes did when they last said so, by name.
    pub telemetry: Vec<(String, Telemetry)>,
    /// How the nodes stood with the host at the end; empty without nodes.
    pub health: Health,
}

impl RunEnd {
    /// The same, but for a result that could not be written to its end.
    #[must_use]
    pub fn and(self, written: Result<(), OutputError>) -> Self {
        Self { done: self.done.and_then(|done| Ok(written.map(|()| done)?)), ..self }
    }

    fn early(failure: RunFailure) -> Self {
        Self {
            done: Err(failure),
            events: EventLog::default(),
            telemetry: Vec::new(),
            health: Health::default(),
        }
    }
}

/// Why a run ended early.
#[derive(Debug, thiserror::Error)]
pub enum RunFailure {
    /// The result could not be written (exit status 4).
    #[error(transparent)]
    Output(#[from] OutputError),
    /// A node is at fault, or a model on one.
    #[error(transparent)]
    Nodes(#[from] RunError),
    /// A model cannot be stepped in this process.
    #[error("step {step}: {error}; the rows before that step are kept")]
    Model {
        /// In which step.
        step: u64,
        /// Which model, and what happened.
        error: EngineError,
    },
    /// A model cannot be made ready.
    #[error("{0}")]
    Build(EngineError),
    /// It cannot go on from where it should.
    #[error(transparent)]
    OtherRun(#[from] OtherRun),
    /// A socket does not work.
    #[error("{0}")]
    Network(#[from] std::io::Error),
}

impl RunFailure {
    /// The exit status of the program: 3 a node was lost, 4 output could not be written, 2 wrong scenario or
    /// placement, 1 anything else.
    pub fn exit_status(&self) -> u8 {
        match self {
            Self::Output(_) => 4,
            Self::Nodes(error) if error.is_node() => 3,
            Self::Nodes(RunError::Rejected { .. }) | Self::Build(_) | Self::OtherRun(_) => 2,
            Self::Nodes(_) | Self::Model { .. } | Self::Network(_) => 1,
        }
    }
}
