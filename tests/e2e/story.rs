//! The story of the table, with the visit that comes with it.

use illuminator::scenario::Item;
use illuminator::story::{EventLog, StoryPlay, Topology};
use illuminator_tests::programs::{illuminator, stderr};
use illuminator_tests::samples::{project, scenario};

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
fn a_story_is_not_run_without_what_it_says() {
    let run = illuminator(&project("."), &["scenario", "run", "scenarios/story.yaml", "--local", "-o", "-"]);
    assert_eq!(run.status.code(), Some(2));
    assert!(run.stdout.is_empty() && stderr(&run).contains("does not run them"), "{}", stderr(&run));
}
