//! `illuminator demo`: the story of the table without hardware.
//!
//! ```text
//!   headless:  visit as a script ─▶ run on simulated nodes ─▶ result
//!
//!   keys ─▶ Hands ─▶ plugs ─▶ simulated nodes ⇄ UDP ⇄ run ─▶ RunExhibit ─▶ picture in the terminal, page
//!             ▲ steps             └─▶ strips ───────────────────┘
//! ```

mod embedded;
mod hands;
mod live;

use super::options::simulated;
use super::overwriting::identity;
use super::page::DemoWeb;
use super::recording::RecordOption;
use super::{Failure, note};
use crate::coordinator::Timing;
use crate::plan::{self, Placement, TablePlan};
use crate::record::ResultFormat;
use crate::scenario::Scenario;
use crate::shell::{
    Attendance, Conductor, LayoutFile, OutputError, Progress, ResultFiles, RunExhibit, RunFailure,
    StepObserver, StopFlag, Watching, run_on_nodes,
};
use crate::story::LiveTable;
use crate::view;
use illuminator_node::model::Slots;
use illuminator_protocol::Duration;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Show the story of the table without hardware: six nodes in this process (wind, PV, battery, house, office, grid)
/// over real UDP on loopback. In a terminal a visit to the table plays by itself, again and again, until a key is
/// pressed: then the table is yours.
#[derive(clap::Args)]
#[command(after_help = KEYS)]
pub(super) struct Demo {
    /// The visit once, as fast as possible, without the picture.
    #[arg(long)]
    headless: bool,
    /// Only the first N steps of the story (a step is a quarter of an hour), once.
    #[arg(long, value_name = "N")]
    steps: Option<u64>,
    /// Write the result to this file; `-` for the standard output.
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Real seconds per step of the picture; where there is none, steps follow as fast as possible.
    #[arg(long, value_name = "S", default_value = "0.25", value_parser = super::scenario::pace,
          conflicts_with = "headless")]
    pace: Duration,
    #[command(flatten)]
    web: DemoWeb,
    #[command(flatten)]
    record: RecordOption,
}

const KEYS: &str = "\
Keys:
  1 to 5   plug a cable in or out
  0        put the winter token in, or take it out
  space    pause, go on
  .        one step, then pause
  + -      faster, slower
  arrows   select a node
  i        the selected node says which one it is
  e        press the emergency stop of the node in the middle, release it; asks first
  Tab      the table, or the nodes
  ?        what the keys do
  q        end (or Ctrl-C)

Without a key for two minutes the visit plays again from the next round on.";

impl Demo {
    pub(super) fn run(self) -> Result<(), Failure> {
        let mut scenario = embedded::story()?;
        if let Some(steps) = self.steps {
            if !(1..=scenario.steps).contains(&steps) {
                return Err(Failure::wrong_use(format_args!(
                    "--steps: the story has 1 to {} steps",
                    scenario.steps
                )));
            }
            scenario.steps = steps;
        }
        let [record, output] = [self.record.path(), self.output.as_deref()].map(|path| path.map(identity));
        if record.is_some() && record == output {
            return Err(Failure::wrong_use("the result and the recording need a file each"));
        }
        let to_stdout = self.output.as_deref() == Some(Path::new("-"));
        if self.headless || to_stdout || !std::io::stdout().is_terminal() {
            self.headless(&scenario)
        } else {
            self.live(&scenario)
        }
    }

    /// The visit as a script, as fast as possible.
    fn headless(&self, scenario: &Scenario) -> Result<(), Failure> {
        let record_file = self.record.open()?;
        let stop = StopFlag::from_signals();
        let placement = Placement::from_connect(scenario).map_err(Failure::wrong_use)?;
        let watched = if self.record.is_wanted() { view::watched(scenario) } else { Vec::new() };
        let plan = plan::plan(scenario, &placement, &watched).map_err(Failure::wrong_use)?;
        let table = simulated(&placement)?;
        let exhibit = self.record.is_wanted().then(|| {
            let (conductor, layout) = (Conductor::new(Duration::ZERO), LayoutFile::in_memory());
            let scene = table.scene(scenario, &placement, false);
            let orders = Box::new(|_: &view::Command| Ok(()));
            Arc::new(RunExhibit::new(scenario, scene, None, conductor, orders, layout))
        });
        let mut results = Results(self.results(scenario, &plan)?);
        let mut progress = Progress::new(plan.steps, false);
        let live = LiveTable::new(scenario, &plan, Some(embedded::visit(scenario)?));
        let recorded = RecordOption::start(record_file, exhibit.as_ref(), scenario)?;
        let mut watching = Watching::new(&mut results, exhibit.as_deref(), &plan.watched);
        let attendance = Attendance::new(&mut watching, &mut progress, &stop);
        let end = run_on_nodes(&plan, table.nodes(), Timing::default(), live, attendance);
        progress.finish();
        let failure = end.done.as_ref().err().map(RunFailure::to_string);
        exhibit.iter().for_each(|exhibit| exhibit.end(failure.as_deref()));
        drop(recorded);
        let done = match end.and(results.0.map_or(Ok(()), ResultFiles::finish)).done {
            Err(RunFailure::Output(error)) if error.is_closed_pipe() => return Ok(()),
            other => other.map_err(|failure| failed(&failure))?,
        };
        note(format_args!("{done} steps on {} nodes over UDP", placement.nodes.len()));
        Ok(())
    }

    /// The result files, if a result is wanted.
    fn results(&self, scenario: &Scenario, plan: &TablePlan) -> Result<Option<ResultFiles>, Failure> {
        let new = |path: &PathBuf| ResultFiles::new(scenario, plan, ResultFormat::Dev, Some(path.clone()));
        Ok(self.output.as_ref().map(new).transpose()?)
    }
}

fn failed(failure: &RunFailure) -> Failure {
    Failure::new(failure.exit_status(), format_args!("error: {failure}"))
}

/// Writes the result, if one is wanted.
struct Results(Option<ResultFiles>);

impl StepObserver for Results {
    fn step(&mut self, step: u64, values: &Slots) -> Result<(), OutputError> {
        self.0.as_mut().map_or(Ok(()), |results| results.step(step, values))
    }

    fn idle(&mut self) -> Result<(), OutputError> {
        self.0.as_mut().map_or(Ok(()), ResultFiles::idle)
    }
}
