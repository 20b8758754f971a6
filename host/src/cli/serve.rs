//! `illuminator serve`: a page that outlives its runs.

use super::audience::Audience;
use super::options::PlacementOptions;
use super::page::ServeWeb;
use super::roster::Roster;
use super::scenario::Run;
use super::{Failure, note};
use crate::shell::{Conductor, Exhibit, Hall, IdleNodes, RunExhibit, StopFlag};
use illuminator_node::shell::spawn;
use illuminator_protocol::Duration;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

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
        // What is wrong with the file of the nodes is told at once, and not by a page that lacks them.
        let mut roster = self.roster()?;
        let hall = Hall::new(&self.folder, conductor.clone(), stop.clone()).map_err(|error| {
            Failure::wrong_use(format_args!("cannot read the folder {}: {error}", self.folder.display()))
        })?;
        let hall = Arc::new(hall);
        let page = self.web.start(&(Arc::clone(&hall) as Arc<dyn Exhibit>))?;
        page.tell();
        loop {
            let idle = roster.take().and_then(|roster| Resting::begin(roster, &hall, &stop));
            let wish = hall.next();
            drop(idle);
            let Some(wish) = wish else { return Ok(()) };
            let run = Run::asked_for(wish.file, self.placement.clone(), self.key.clone());
            let mut audience = Visitors { hall: &hall, scenarios: hall.files() };
            let done = run.perform(&wish.stop, &conductor, &mut audience);
            let problem = done.err().map(|failure| failure.error);
            problem.iter().for_each(note);
            hall.over(problem.as_deref());
            // What became wrong meanwhile keeps nobody from starting something.
            roster = self.roster().unwrap_or_else(|failure| {
                note(failure.error);
                None
            });
        }
    }

    /// The nodes of the cluster file, if scenarios run on those.
    fn roster(&self) -> Result<Option<Roster>, Failure> {
        let cluster = self.placement.cluster();
        cluster.map(|cluster| Roster::read(cluster, self.key.as_deref())).transpose()
    }
}

/// Nodes that are watched by a thread of their own. Dropped, it has ended, and they are free for a run.
struct Resting {
    nodes: Arc<IdleNodes>,
    thread: Option<JoinHandle<()>>,
}

impl Resting {
    /// Watches the nodes and shows them; says so where that cannot be.
    fn begin(roster: Roster, hall: &Hall, stop: &StopFlag) -> Option<Self> {
        let nodes = Arc::new(roster.idle(hall.title(), stop.within()));
        let watched = Arc::clone(&nodes);
        let thread = spawn("nodes", move || watched.watch().err().iter().for_each(note));
        let thread = thread.inspect_err(|error| note(error)).ok()?;
        hall.rest(&nodes);
        Some(Self { nodes, thread: Some(thread) })
    }
}

impl Drop for Resting {
    fn drop(&mut self) {
        self.nodes.end();
        // It has said what went wrong.
        let _ = self.thread.take().map(JoinHandle::join);
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
