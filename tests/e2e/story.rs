//! The story of the table, with the visit that comes with it.

use crate::read;
use illuminator::scenario::Item;
use illuminator::story::{EventLog, StoryPlay, Topology};
use illuminator_tests::programs::{illuminator, stderr};
use illuminator_tests::samples::{project, scenario};
use std::collections::BTreeSet;
use std::path::Path;

/// With a battery that charges until 20:00 and supplies the town after that.
#[test]
fn the_visit_leads_through_every_phase() {
    let scenario = scenario("scenarios/story.yaml");
    let story = scenario.story.as_ref().expect("it tells a story");
    let mut topology = Topology::new(&scenario.cables, &scenario.tokens);
    let file = project("scenarios/story-events.csv");
    let text = std::fs::read_to_string(&file).expect("the project's files can be read");
    let visit =
        EventLog::parse(&text, "story-events.csv", &topology).unwrap_or_else(|findings| panic!("{findings}"));
    assert_eq!(scenario.recorders[0].items[0], Item::Phase);
    let mut play = StoryPlay::new(&scenario);
    let mut phases: Vec<&str> = Vec::new();
    for step in 0..scenario.steps {
        visit.of_step(step).iter().for_each(|event| assert!(topology.apply(event), "{event}"));
        let power_kw = if step < 56 { 10.0 } else { -10.0 };
        let standing = play.advance(step, &topology, |_| Some(power_kw));
        let phase = &story.phases[standing.phase.expect("there are phases")].name;
        if !phases.contains(&phase.as_str()) {
            phases.push(phase);
        }
    }
    assert_eq!(
        phases,
        [
            "the empty table",
            "a house on the grid",
            "an office on the grid",
            "a town on the grid",
            "wind for the town",
            "sun for the town",
            "the battery fills",
            "the battery helps",
            "winter",
            "the sun has set",
        ]
    );
    let last = visit.events().last().map(|event| event.step);
    assert!(last < Some(scenario.steps), "no event comes too late");
    assert!(scenario.plugs().all(|id| !topology.plugged(id)), "the table is cleared");
}

#[test]
fn a_scripted_visit_gives_the_same_bytes_everywhere_and_again_from_its_recording() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("text").to_owned();
    let play = |placement: &[&str], events: &str, name: &str| {
        let (result, recording) = (path(&format!("{name}.csv")), path(&format!("{name}.events")));
        let mut arguments = vec!["scenario", "run", "scenarios/story.yaml", "--events", events];
        arguments.extend(["-o", &result, "--record-events", &recording]);
        arguments.extend(placement);
        let run = illuminator(&project("."), &arguments);
        assert!(run.status.success(), "{name}: {}", stderr(&run));
        (read(Path::new(&result)), read(Path::new(&recording)))
    };
    let (local, recording) = play(&["--local"], "scenarios/story-events.csv", "local");
    let phases: BTreeSet<&str> = local.lines().skip(1).filter_map(|row| row.split(',').nth(1)).collect();
    assert_eq!(phases.len(), 10, "the visit leads through every phase: {phases:?}");
    for name in ["first", "second"] {
        let (on_nodes, heard) = play(&["--nodes", "sim:6"], "scenarios/story-events.csv", name);
        assert!(on_nodes == local && heard == recording, "{name} on nodes");
    }
    let (replayed, heard) = play(&["--nodes", "sim:6"], &path("local.events"), "replayed");
    assert!(replayed == local && heard == recording, "from the recording");
}

#[test]
fn nobody_plugs_anything_without_a_visit() {
    let run = illuminator(&project("."), &["scenario", "run", "scenarios/story.yaml", "--local", "-o", "-"]);
    assert!(run.status.success(), "{}", stderr(&run));
    let rows = String::from_utf8_lossy(&run.stdout).into_owned();
    assert_eq!(rows.lines().count(), 169);
    assert!(rows.lines().skip(1).all(|row| row.contains(",the empty table,0,")), "{rows}");
}

#[test]
fn a_mistake_in_an_events_file_is_located() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let events = folder.path().join("visit.csv");
    std::fs::write(&events, "step,cable,node,state\n0,44,,plugged\n").expect("it can be written");
    let events = events.to_str().expect("text");
    let arguments = ["scenario", "run", "scenarios/story.yaml", "--local", "-o", "-", "--events", events];
    let run = illuminator(&project("."), &arguments);
    assert_eq!(run.status.code(), Some(2));
    assert!(stderr(&run).contains("visit.csv:2:3") && run.stdout.is_empty(), "{}", stderr(&run));
}
