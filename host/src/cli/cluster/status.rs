//! `illuminator cluster status`: how the nodes do, without a run.

use crate::cli::page::StatusWeb;
use crate::cli::roster::Roster;
use crate::cli::{Failure, note, print};
use crate::control::ANSWER_WITHIN;
use crate::shell::{Attendance, Exhibit, Nodes, OutputError, Progress, StepObserver, StopFlag, watch_nodes};
use crate::view::{Health, LinkState, NodeHealth, status};
use illuminator_node::model::Slots;
use illuminator_node::shell::Clock;
use illuminator_protocol::Instant;
use std::path::PathBuf;
use std::sync::Arc;

/// How all nodes of a cluster file do: state, temperature, load, memory, throttling, link, version. None of them is taken
/// from a host that has a run on it. The exit status is 3 if one did not answer.
#[derive(clap::Args)]
pub(in crate::cli) struct Status {
    /// File with the nodes' names, addresses and key.
    #[arg(long, value_name = "FILE")]
    cluster: PathBuf,
    /// File with the cluster's key, unless the cluster file names one.
    #[arg(long, value_name = "FILE", env = "ILLUMINATOR_KEY")]
    key: Option<PathBuf>,
    /// What each node said, as JSON on the standard output.
    #[arg(long, conflicts_with = "web")]
    json: bool,
    #[command(flatten)]
    web: StatusWeb,
}

impl Status {
    pub(super) fn run(self) -> Result<(), Failure> {
        let stop = StopFlag::from_signals();
        let roster = Roster::read(&self.cluster, self.key.as_deref())?;
        if self.web.is_wanted() {
            return self.keep(roster, stop);
        }
        let health = ask(&roster, &stop.within())?;
        if stop.is_set() {
            // Of whoever had no time to answer nothing is known.
            return Err(Failure::new(1, "error: interrupted before all nodes had answered"));
        }
        if self.json {
            let json = serde_json::to_string_pretty(&health)?;
            print(&format!("{json}\n"))?;
        } else {
            print(&status(&health))?;
        }
        let absent: Vec<&NodeHealth> =
            health.nodes.iter().filter(|node| node.link != LinkState::Live).collect();
        for node in &absent {
            let NodeHealth { name, address, problem, .. } = node;
            match problem {
                Some(problem) => note(format_args!("error: {problem}")),
                None => note(format_args!("error: node {name} at {address} does not answer")),
            }
        }
        if absent.is_empty() { Ok(()) } else { Err(Failure::new(3, "")) }
    }

    /// Serves a page of the nodes until Ctrl-C.
    fn keep(&self, roster: Roster, stop: StopFlag) -> Result<(), Failure> {
        let title = self.cluster.file_stem().unwrap_or_default().to_string_lossy();
        let nodes = Arc::new(roster.idle(&title, stop));
        let page = self.web.start(&(Arc::clone(&nodes) as Arc<dyn Exhibit>))?;
        let watched = nodes.watch();
        drop(page);
        Ok(watched?)
    }
}

/// Asks all nodes, until each has told how it does or the time for it is over.
fn ask(roster: &Roster, stop: &StopFlag) -> Result<Health, Failure> {
    let clock = Clock::start();
    let mut survey = Survey { nodes: roster.nodes.clone(), stop, clock, until: clock.now() + ANSWER_WITHIN };
    let mut progress = Progress::new(0, true);
    let nodes = Nodes { targets: &roster.targets, spares: &[], key: &roster.key };
    watch_nodes(nodes, "host", Attendance::new(&mut survey, &mut progress, stop)).done?;
    Ok(Health { nodes: survey.nodes })
}

/// Hears how nodes do, and ends that once all is known.
struct Survey<'a> {
    nodes: Vec<NodeHealth>,
    stop: &'a StopFlag,
    clock: Clock,
    until: Instant,
}

impl StepObserver for Survey<'_> {
    fn step(&mut self, _: u64, _: &Slots) -> Result<(), OutputError> {
        Ok(())
    }

    fn health(&mut self, health: &Health) {
        for node in &health.nodes {
            self.nodes
                .iter_mut()
                .filter(|known| known.name == node.name)
                .for_each(|known| known.clone_from(node));
        }
        // What a node tells of its machine comes a second after it was reached.
        let is_known = |node: &NodeHealth| node.link == LinkState::Live && node.uptime_s.is_some();
        if self.nodes.iter().all(is_known) || self.clock.now() >= self.until {
            self.stop.set();
        }
    }
}
