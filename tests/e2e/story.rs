//! The story of the table, with the visit that comes with it.

use crate::read;
use illuminator::scenario::Item;
use illuminator::story::{EventLog, StoryPlay, Topology};
use illuminator_tests::programs::{command, illuminator, stderr, until};
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
    let visit = EventLog::parse(&text, "story-events.csv", &topology, scenario.story.as_ref())
        .unwrap_or_else(|findings| panic!("{findings}"));
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

/// A visit in which a person forces the winter for a while, in June.
const FORCED: &str = "step,cable,node,state
2,4,,plugged
10,phase,winter,forced
12,1,,plugged
120,phase,,released
";

/// The phase of each row.
fn phases(result: &str) -> Vec<&str> {
    result.lines().skip(1).map(|row| row.split(',').nth(1).unwrap_or_default()).collect()
}

#[test]
fn a_forced_phase_is_recorded_and_repeats_wherever_it_runs_and_however_often_it_is_resumed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("forced.events"), FORCED).expect("it can be written");
    let story = project("scenarios/story.yaml").display().to_string();
    let arguments = |placement: &str, events: &str, more: &[&str]| {
        let all = ["scenario", "run", &story, "--nodes", placement, "--events", events, "-o", "out.csv"];
        let all = [&all[..], &["--record-events", "again.events"], more].concat();
        all.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let play = |placement: &str, events: &str, more: &[&str]| {
        let run = illuminator(folder.path(), &arguments(placement, events, more));
        assert!(run.status.success(), "{}", stderr(&run));
        (read(&path("out.csv")), read(&path("again.events")))
    };
    let (once, recording) = play("sim:1", "forced.events", &[]);
    let phases = phases(&once);
    assert_eq!([phases[9], phases[10], phases[119]], ["a house on the grid", "winter", "winter"]);
    assert_eq!(phases[120], "wind for the town", "what is plugged counts again");
    assert_eq!(recording, FORCED);
    for placement in ["sim:1", "sim:6"] {
        std::fs::write(path("replay.events"), &recording).expect("it can be written");
        assert!(play(placement, "replay.events", &[]) == (once.clone(), recording.clone()), "{placement}");
        // Killed after the phase was forced, and in time to be seen to be released.
        let mut running =
            command(folder.path(), &arguments(placement, "forced.events", &["--pace", "0.03", "-q"]))
                .spawn()
                .expect("the program starts");
        until("a journal of the winter", || {
            path("out.csv.journal").is_file() && read(&path("out.csv")).contains(",winter,")
        });
        let ended = running.try_wait().expect("it is ours");
        assert!(ended.is_none() && read(&path("out.csv")).lines().count() < 120, "it goes on");
        running.kill().expect("it is there");
        running.wait().expect("it ends");
        assert!(
            play(placement, "forced.events", &["--resume"]) == (once.clone(), recording.clone()),
            "{placement}"
        );
    }
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
