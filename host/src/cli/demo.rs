//! `illuminator demo`: the table without hardware.

use super::options::simulated;
use super::table_view::{Line, TableView};
use super::{Failure, note};
use crate::coordinator::Timing;
use crate::plan::{self, Placement};
use crate::record::ResultFormat;
use crate::scenario::{Files, Scenario, load};
use crate::shell::{
    Attendance, OutputError, Progress, ResultFiles, RunFailure, StepObserver, StopFlag, run_on_nodes,
};
use crate::story::LiveTable;
use illuminator_node::model::Slots;
use illuminator_protocol::Duration;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The scenario of the table and its data, inside the program so that it runs anywhere.
const TABLE: &str = include_str!("../../../scenarios/table.yaml");
const FILES: [(&str, &str); 4] = [
    ("./data/pv.csv", include_str!("../../../scenarios/data/pv.csv")),
    ("./data/wind.csv", include_str!("../../../scenarios/data/wind.csv")),
    ("./data/house.csv", include_str!("../../../scenarios/data/house.csv")),
    ("./data/office.csv", include_str!("../../../scenarios/data/office.csv")),
];

/// Show the table without hardware: six nodes in this process (wind, PV, battery, house, office, grid) over
/// real UDP on loopback, through one summer day, again and again until Ctrl-C.
#[derive(clap::Args)]
pub(super) struct Demo {
    /// One day as fast as possible, without the picture.
    #[arg(long)]
    headless: bool,
    /// Only the first N steps of the day (a step is a quarter of an hour).
    #[arg(long, value_name = "N")]
    steps: Option<u64>,
    /// Write the result to this file; `-` for the standard output.
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Real seconds per step of the picture; where there is none, steps follow as fast as possible.
    #[arg(long, value_name = "S", default_value = "0.25", value_parser = super::scenario::pace,
          conflicts_with = "headless")]
    pace: Duration,
}

impl Demo {
    pub(super) fn run(self) -> Result<(), Failure> {
        let stop = StopFlag::from_signals();
        let mut scenario =
            load(TABLE, "table.yaml", &mut Embedded).map_err(|error| Failure::new(1, error))?;
        if let Some(steps) = self.steps {
            if !(1..=scenario.steps).contains(&steps) {
                return Err(Failure::wrong_use(format_args!(
                    "--steps: the day has 1 to {} steps",
                    scenario.steps
                )));
            }
            scenario.steps = steps;
        }
        let to_stdout = self.output.as_deref() == Some(Path::new("-"));
        let picture = !self.headless && !to_stdout && std::io::stdout().is_terminal();
        loop {
            let done = self.day(&scenario, picture, &stop)?;
            if !picture {
                note(format_args!("{done} steps on 6 nodes over UDP"));
            }
            // A picture goes on day after day; a script wants an end.
            if !picture || stop.is_set() || self.steps.is_some() {
                return Ok(());
            }
        }
    }

    fn day(&self, scenario: &Scenario, picture: bool, stop: &StopFlag) -> Result<u64, Failure> {
        let placement = Placement::from_connect(scenario).map_err(Failure::wrong_use)?;
        let lines = Line::of_table(scenario, &placement);
        let watch: Vec<(usize, usize)> = lines.iter().flat_map(Line::attributes).collect();
        let plan = plan::plan(scenario, &placement, &watch).map_err(Failure::wrong_use)?;
        let table = simulated(&placement)?;
        let results = match &self.output {
            None => None,
            Some(path) => Some(ResultFiles::new(scenario, &plan, ResultFormat::Dev, Some(path.clone()))?),
        };
        let view = picture.then(|| TableView::new(scenario, lines, plan.watched.clone()));
        let mut observer = Observer { results, view };
        let pace = if picture { self.pace } else { Duration::ZERO };
        let timing = Timing { pace, ..Timing::default() };
        let mut progress = Progress::new(plan.steps, picture);
        let live = LiveTable::new(scenario, &plan, None);
        let attendance =
            Attendance { observer: &mut observer, progress: &mut progress, stop, conductor: None };
        let end = run_on_nodes(&plan, &table.targets, &table.key, timing, live, attendance);
        progress.finish();
        match end.and(observer.results.map_or(Ok(()), ResultFiles::finish)).done {
            Err(RunFailure::Output(error)) if error.is_closed_pipe() => Ok(0),
            other => {
                other.map_err(|failure| Failure::new(failure.exit_status(), format_args!("error: {failure}")))
            }
        }
    }
}

/// Writes the result and draws the picture.
struct Observer {
    results: Option<ResultFiles>,
    view: Option<TableView>,
}

impl StepObserver for Observer {
    fn step(&mut self, step: u64, values: &Slots) -> Result<(), OutputError> {
        if let Some(results) = &mut self.results {
            results.step(step, values)?;
        }
        if let Some(view) = &mut self.view {
            view.draw(step, values)?;
        }
        Ok(())
    }
}

/// The data files inside the program.
struct Embedded;

impl Files for Embedded {
    fn read(&mut self, path: &str) -> Result<Arc<str>, String> {
        FILES
            .iter()
            .find(|(name, _)| *name == path)
            .map(|(_, text)| Arc::from(*text))
            .ok_or_else(|| "no such file in this program".to_owned())
    }

    fn directory_exists(&mut self, _path: &str) -> bool {
        true
    }
}
