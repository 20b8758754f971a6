//! Target `events_file`: the two small files beside a scenario, the events of a visit and the nodes of a cluster.

use super::scenario::Memory;
use illuminator::scenario::{Scenario, load};
use illuminator::shell::ClusterFile;
use illuminator::story::{EventLog, Topology};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::OnceLock;

/// Nodes that are looked up.
const NODES_MAX: usize = 100;
/// Steps for which the events are looked up.
const STEPS: u64 = 200;

/// Reads text as an events file for the project's story, and as a cluster file.
///
/// Promise: no panic; a mistake has its place in the text; events that were read are written as a file that reads the
/// same, and can be played; the nodes of a cluster have names of their own.
pub fn events_file(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    events(text);
    if let Ok(cluster) = ClusterFile::parse(text, Path::new("c.toml")) {
        let names: BTreeSet<&str> = cluster.nodes.iter().map(|node| node.name.as_str()).collect();
        assert_eq!(names.len(), cluster.nodes.len());
        for node in cluster.nodes.iter().take(NODES_MAX) {
            assert_eq!(cluster.node(&node.name), Some(node));
            let address = node.address_with_port();
            assert!(address.starts_with(&node.address) && address.contains(':'));
        }
    }
}

fn events(text: &str) {
    let scenario = scenario();
    let (mut topology, story) = (topology(scenario), scenario.story.as_ref());
    match EventLog::parse(text, "e.csv", &topology, story) {
        Ok(log) => {
            let written = log.to_string();
            assert_eq!(EventLog::parse(&written, "e.csv", &topology, story).as_ref(), Ok(&log), "{written}");
            let played: usize = (0..STEPS)
                .map(|step| log.of_step(step).iter().filter(|event| topology.apply(event)).count())
                .sum();
            assert!(played <= log.events().len());
            topology.changes();
            topology.notices();
        }
        Err(findings) => {
            let lines = text.lines().count().max(1) as u32;
            assert!(
                !findings.0.is_empty() && findings.0.iter().all(|finding| finding.line <= lines),
                "{findings}"
            );
        }
    }
}

/// The project's story.
fn scenario() -> &'static Scenario {
    static STORY: OnceLock<Scenario> = OnceLock::new();
    STORY.get_or_init(|| {
        let text = include_str!("../../../scenarios/story.yaml");
        load(text, "story.yaml", &mut Memory { data: None }).expect("the project's story can run")
    })
}

fn topology(scenario: &Scenario) -> Topology {
    Topology::new(&scenario.cables, &scenario.tokens)
}
