//! `illuminator serve`: a page that outlives its runs.

use super::audience::Audience;
use super::options::PlacementOptions;
use super::page::ServeWeb;
use super::scenario::Run;
use super::{Failure, note};
use crate::shell::{Conductor, Exhibit, Hall, RunExhibit, StopFlag};
use illuminator_protocol::Duration;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Serve a page on which people choose a scenario of a folder, run it, and then another one, until Ctrl-C. Results are
/// written as `scenario run` writes them.
#[derive(clap::Args)]
pub(super) struct ServeCommand {
    /// The folder with the scenario files.
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    #[command(flatten)]
    web: ServeWeb,
    #[command(flatten)]
    placement: PlacementOptions,
    /// File with the cluster's key, if the cluster file does not name one.
    #[arg(long, value_name = "FILE", env = "ILLUMINATOR_KEY")]
    key: Option<PathBuf>,
    /// Real seconds per co-simulation step at first; people may change it.
    #[arg(long, value_name = "S", value_parser = super::scenario::pace, default_value = "0.25")]
    pace: Duration,
}

impl ServeCommand {
    pub(super) fn run(self) -> Result<(), Failure> {
        let stop = StopFlag::from_signals();
        let conductor = Conductor::new(self.pace);
        let hall = Hall::new(&self.folder, conductor.clone(), stop).map_err(|error| {
            Failure::wrong_use(format_args!("cannot read the folder {}: {error}", self.folder.display()))
        })?;
        let hall = Arc::new(hall);
        let page = self.web.start(&(Arc::clone(&hall) as Arc<dyn Exhibit>))?;
        page.tell();
        while let Some(wish) = hall.next() {
            let run = Run::asked_for(wish.file, self.placement.clone(), self.key.clone());
            let mut audience = Visitors { hall: &hall, scenarios: hall.files() };
            let done = run.perform(&wish.stop, &conductor, &mut audience);
            let problem = done.err().map(|failure| failure.error);
            problem.iter().for_each(note);
            hall.over(problem.as_deref());
        }
        Ok(())
    }
}

/// Those who look at the page.
struct Visitors<'a> {
    hall: &'a Hall,
    scenarios: Vec<PathBuf>,
}

impl Audience for Visitors<'_> {
    fn is_wanted(&self) -> bool {
        true
    }

    fn show(&mut self, exhibit: &Arc<RunExhibit>, result: &str) -> Result<(), Failure> {
        let again = if Path::new(result).exists() { ", in the place of an older one" } else { "" };
        exhibit.notice(&format!("the result is written to {result}{again}"));
        self.hall.show(exhibit, result);
        Ok(())
    }

    fn scenarios(&self) -> &[PathBuf] {
        &self.scenarios
    }
}
