//! What the demo plays: the story of the table with its data and a visit to it, inside the program so that it runs
//! anywhere.

use crate::cli::Failure;
use crate::scenario::{Files, Scenario, load};
use crate::story::{EventLog, Topology};
use std::sync::Arc;

const STORY: &str = include_str!("../../../../scenarios/story.yaml");
const VISIT: &str = include_str!("../../../../scenarios/story-events.csv");
const FILES: [(&str, &str); 4] = [
    ("./data/pv.csv", include_str!("../../../../scenarios/data/pv.csv")),
    ("./data/wind.csv", include_str!("../../../../scenarios/data/wind.csv")),
    ("./data/house.csv", include_str!("../../../../scenarios/data/house.csv")),
    ("./data/office.csv", include_str!("../../../../scenarios/data/office.csv")),
];

/// The story, checked.
pub(super) fn story() -> Result<Scenario, Failure> {
    load(STORY, "story.yaml", &mut Embedded).map_err(|error| Failure::new(1, error))
}

/// The visit to it.
pub(super) fn visit(scenario: &Scenario) -> Result<EventLog, Failure> {
    let topology = Topology::new(&scenario.cables, &scenario.tokens);
    EventLog::parse(VISIT, "story-events.csv", &topology, scenario.story.as_ref())
        .map_err(|error| Failure::new(1, error))
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
