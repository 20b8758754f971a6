//! Every scenario with known results goes on from a snapshot, after each of its steps, as if nothing had happened.

use illuminator::plan::{self, HOST, Placement};
use illuminator::scenario::{Scenario, load};
use illuminator::shell::DiskFiles;
use illuminator::story::{EventLog, LiveTable, TableMemory, Topology};
use illuminator_node::engine::{Engine, Snapshot};
use illuminator_tests::samples::{Result, conformance, project, scenario, stage};
use std::path::{Path, PathBuf};

/// More steps of a scenario tell nothing new.
const STEPS_MAX: u64 = 400;

#[test]
fn every_vector_goes_on_from_a_snapshot() {
    let count = all_in(&project("tests/vectors/engine"));
    assert!(count >= 17, "{count} vectors");
}

#[test]
fn every_conformance_scenario_goes_on_from_a_snapshot() {
    let Some(folder) = conformance() else { return };
    let count = all_in(&folder);
    assert!(count >= 13, "{count} scenarios");
}

#[test]
fn every_scenario_of_the_project_goes_on_from_a_snapshot() {
    for path in [
        "scenarios/battery_day.yaml",
        "scenarios/house.yaml",
        "scenarios/story.yaml",
        "scenarios/table.yaml",
        "tests/scenarios/hydrogen/scenario.yaml",
        "tests/scenarios/kit_story.yaml",
        "tests/scenarios/multi_energy/scenario.yaml",
    ] {
        goes_on(path, &scenario(path), None);
    }
}

#[test]
fn a_story_with_visitors_goes_on_from_a_snapshot() {
    let story = scenario("scenarios/story.yaml");
    let events = std::fs::read_to_string(project("scenarios/story-events.csv")).expect("it is there");
    let topology = Topology::new(&story.cables, &story.tokens);
    let log = EventLog::parse(&events, "story-events.csv", &topology, story.story.as_ref())
        .expect("it can be read");
    assert!(log.events().len() > 10);
    goes_on("the story with visitors", &story, Some(&log));
}

/// All scenarios in the folders of a folder. Returns how many there were.
fn all_in(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    let folders = entries.map(|entry| entry.expect("the folder can be read").path());
    let samples: Vec<PathBuf> = folders.filter(|path| path.join("scenario.yaml").is_file()).collect();
    for sample in &samples {
        let copy = tempfile::tempdir().expect("a temporary folder");
        stage(sample, copy.path());
        let path = copy.path().join("scenario.yaml");
        let text = std::fs::read_to_string(&path).expect("it was copied");
        let name = sample.display().to_string();
        let scenario = load(&text, &name, &mut DiskFiles::beside(&path));
        goes_on(&name, &scenario.unwrap_or_else(|findings| panic!("{findings}")), None);
    }
    samples.len()
}

/// Runs a scenario twice: once through, and once with a new engine and a new table in every step, which know what the
/// ones before them gave as bytes and nothing else.
fn goes_on(name: &str, scenario: &Scenario, script: Option<&EventLog>) {
    let plan = plan::plan(scenario, &Placement::local(scenario), &[]).expect("one place has one stage");
    let engine = || Engine::new(&plan.places[HOST]).expect("a checked scenario's models can be built");
    let table = || LiveTable::new(scenario, &plan, script.cloned());
    let (mut through, mut through_table) = (engine(), table());
    let (mut bytes, mut memory): (Option<Vec<u8>>, Option<TableMemory>) = (None, None);
    let recorded = || (!scenario.recorders.is_empty()).then(|| Result::new(scenario, &plan));
    let (mut rows, mut rows_anew) = (recorded(), recorded());
    for step in 0..plan.steps.min(STEPS_MAX) {
        let (mut anew, mut anew_table) = (engine(), table());
        if let (Some(bytes), Some(memory)) = (&bytes, &memory) {
            let snapshot = Snapshot::from_bytes(bytes).expect("it was made by an engine");
            anew.restore(snapshot).unwrap_or_else(|error| panic!("{name}, step {step}: {error}"));
            assert!(anew_table.restore(memory), "{name}, step {step}: the table");
        }
        for (engine, table, rows) in
            [(&mut through, &mut through_table, &mut rows), (&mut anew, &mut anew_table, &mut rows_anew)]
        {
            table.advance(step, engine.slots_mut());
            engine.run(step).unwrap_or_else(|error| panic!("{name}, step {step}: {error}"));
            rows.iter_mut().for_each(|rows| rows.row(step, engine.slots()));
        }
        let snapshot = anew.snapshot().to_bytes();
        assert!(snapshot == through.snapshot().to_bytes(), "{name}: another state after step {step}");
        (bytes, memory) = (Some(snapshot), Some(anew_table.memory()));
    }
    assert!(rows.map(|rows| rows.bytes) == rows_anew.map(|rows| rows.bytes), "{name}: other rows");
}
