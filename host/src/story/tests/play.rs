//! The story step by step.

use super::*;
use crate::scenario::{Files, Item, Scenario, load};
use illuminator_node::value::Value;
use proptest::prelude::*;
use std::sync::Arc;

/// A scenario that reads nothing.
struct NoFiles;

impl Files for NoFiles {
    fn read(&mut self, path: &str) -> Result<Arc<str>, String> {
        Err(format!("{path} is not needed"))
    }

    fn directory_exists(&mut self, _: &str) -> bool {
        true
    }
}

/// Four hours from 18:00 on the last evening of November, in steps of 15 minutes, with this story. `D` feeds `L`.
fn scenario_from(start: &str, end: &str, story: &str) -> Scenario {
    let text = format!(
        "\
scenario: {{name: s, start_time: '{start}', end_time: '{end}', time_resolution: 900}}
models:
- name: D
  type: Dummy
  connect: {{node: house}}
  parameters: {{param1: 1}}
  inputs: {{in1: 0}}
  outputs: {{out1: 0}}
  states: {{state1: 0}}
- name: L
  type: Load
  connect: {{node: grid}}
  parameters: {{houses: 2}}
  inputs: {{load: 0}}
  outputs: {{load_dem: 0}}
  states: {{unused: 0}}
- name: M
  type: Load
  connect: {{node: pv}}
  parameters: {{houses: 1}}
  inputs: {{load: 0}}
  outputs: {{load_dem: 0}}
  states: {{unused: 0}}
connections:
- {{from: D.state1, to: L.load, via: {{cable: 4}}}}
monitor: {{file: out.csv, items: [story.phase, L.load_dem]}}
cables:
- {{id: 4, plugged: false, ends: [house, grid], shows: L.load_dem, full_scale: 1}}
- {{id: 2, plugged: false, ends: [pv, grid], shows: M.load_dem, full_scale: 1}}
- {{id: 0, name: winter}}
story:
{story}"
    );
    load(&text, "s.yaml", &mut NoFiles).unwrap_or_else(|messages| panic!("{messages}"))
}

pub(super) fn scenario(story: &str) -> Scenario {
    scenario_from("2023-11-30 18:00:00", "2023-12-02 00:00:00", story)
}

fn topology(scenario: &Scenario) -> Topology {
    Topology::new(&scenario.cables, &scenario.tokens)
}

/// The steps out of `0..steps` in which a rule with this condition applies, nothing being plugged.
fn steps_of(scenario: &Scenario, steps: u64) -> Vec<u64> {
    let (mut play, topology) = (StoryPlay::new(scenario), topology(scenario));
    (0..steps).filter(|&step| play.advance(step, &topology, |_| None).set == [Some(Value::Int(1))]).collect()
}

fn rule(when: &str) -> String {
    format!("  phases: [{{name: only}}]\n  rules: [{{when: {when}, set: {{L.load: 1}}}}]\n")
}

pub(super) const PHASES: &str = "  phases:
  - name: empty table
  - name: house
    when: {plugged: 4}
    set: {L.load: 0.5, L.houses: 3}
  - name: house and sun
    when: {plugged: [4, 2]}
    set: {L.load: 0.8}
  rules:
  - when: {plugged: 0}
    set: {L.load: 2, M.load: 7}
  - when: {phase: house and sun, plugged: 0}
    set: {L.load: 3}
";

#[test]
fn the_last_phase_that_holds_is_present_and_rules_win() {
    let scenario = scenario(PHASES);
    let (mut play, mut table) = (StoryPlay::new(&scenario), topology(&scenario));
    assert_eq!(scenario.recorders[0].items[0], Item::Phase);
    assert_eq!(play.targets().len(), 3, "L.load, L.houses, M.load");
    let mut now = |step, table: &Topology| play.advance(step, table, |_| None).clone();
    let load = |value| Some(Value::Float(value));
    let int = |value| Some(Value::Int(value));
    let standing = |phase, plugged: [bool; 3], set: [Option<Value>; 3]| Standing {
        phase: Some(phase),
        plugged: plugged.to_vec(),
        set: set.to_vec(),
    };
    assert_eq!(now(0, &table), standing(0, [false; 3], [None, None, None]));
    table.set(2, true);
    assert_eq!(now(1, &table), standing(0, [false, true, false], [None, None, None]));
    table.set(4, true);
    assert_eq!(now(2, &table), standing(2, [true, true, false], [load(0.8), None, None]));
    table.set(0, true);
    assert_eq!(now(3, &table), standing(2, [true, true, true], [int(3), None, int(7)]));
    table.set(2, false);
    assert_eq!(now(4, &table), standing(1, [true, false, true], [int(2), int(3), int(7)]));
    table.set(0, false);
    assert_eq!(now(5, &table), standing(1, [true, false, false], [load(0.5), int(3), None]));
    table.set(4, false);
    assert_eq!(now(6, &table), standing(0, [false; 3], [None, None, None]));
}

#[test]
fn without_a_story_only_plugs_stand() {
    let mut scenario = scenario(PHASES);
    scenario.story = None;
    let (mut play, mut table) = (StoryPlay::new(&scenario), topology(&scenario));
    table.set(4, true);
    let standing = Standing { phase: None, plugged: vec![true, false, false], set: vec![] };
    assert_eq!(*play.advance(0, &table, |_| None), standing);
    assert!(play.watched().is_empty() && play.targets().is_empty());
}

#[test]
fn steps_and_every_count_co_simulation_steps() {
    assert_eq!(steps_of(&scenario(&rule("{steps: [3, 6]}")), 100), [3, 4, 5]);
    assert_eq!(steps_of(&scenario(&rule("{every: {steps: 5, from: 1, to: 3}}")), 12), [1, 2, 6, 7, 11]);
    assert_eq!(steps_of(&scenario(&rule("{every: {steps: 4, to: 1}, steps: [4, 9]}")), 100), [4, 8]);
}

#[test]
fn hours_go_by_the_simulated_clock_and_over_midnight() {
    // Step 0 is at 18:00, step 8 at 20:00, step 24 at midnight, step 48 at 6:00.
    let night = steps_of(&scenario(&rule("{hours: ['20:00', '06:00']}")), 110);
    assert_eq!(night, (8..48).chain(104..110).collect::<Vec<_>>());
    let day = steps_of(&scenario(&rule("{hours: ['06:00', '20:00']}")), 110);
    assert_eq!(day, (0..8).chain(48..104).collect::<Vec<_>>());
    // A time between two steps counts from the next one on.
    assert_eq!(steps_of(&scenario(&rule("{hours: ['18:10', '18:40']}")), 90), [1, 2]);
    assert_eq!(steps_of(&scenario(&rule("{hours: ['23:50', '00:00']}")), 90), [] as [u64; 0]);
    assert_eq!(steps_of(&scenario(&rule("{hours: ['00:00', '00:01']}")), 90), [24]);
}

#[test]
fn months_go_by_the_simulated_date() {
    // December begins with step 24.
    assert_eq!(steps_of(&scenario(&rule("{months: [12, 1, 2]}")), 30), (24..30).collect::<Vec<_>>());
    assert_eq!(steps_of(&scenario(&rule("{months: [11]}")), 30), (0..24).collect::<Vec<_>>());
    let leap = scenario_from("2024-02-28 23:00:00", "2024-03-02 00:00:00", &rule("{months: [3]}"));
    assert_eq!(steps_of(&leap, 150)[0], 4 + 96, "the 29th comes before March");
}

#[test]
fn a_clock_does_not_overflow() {
    let far = scenario(&rule("{months: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]}"));
    let (mut play, table) = (StoryPlay::new(&far), topology(&far));
    for step in [u64::MAX, u64::MAX / 900, u64::MAX - 1] {
        assert_eq!(play.advance(step, &table, |_| None).set, [None], "no month lies there");
    }
    let night = scenario(&rule("{hours: ['20:00', '06:00']}"));
    let (mut play, table) = (StoryPlay::new(&night), topology(&night));
    // 2^64 - 1 steps of 900 s, counted from 18:00: by hand.
    let time_s = (18 * 3600 + u128::from(u64::MAX) * 900) % 86_400;
    let is_night = !(6 * 3600..20 * 3600).contains(&time_s);
    assert_eq!(play.advance(u64::MAX, &table, |_| None).set[0].is_some(), is_night);
}

#[test]
fn values_are_those_of_the_step_before() {
    let story = "  phases: [{name: only}]\n  rules:\n  - when: {value: {of: L.load_dem, above: 5, below: 8}}\n    set: {M.load: 1}\n  \
                 - when: {not: {value: {of: D.state1, below: 0}}}\n    set: {M.houses: 2}\n";
    let scenario = scenario(story);
    let (mut play, table) = (StoryPlay::new(&scenario), topology(&scenario));
    assert_eq!(play.watched(), [(1, 0), (0, 0)]);
    let mut holds = |load: Option<f64>, state: Option<f64>| {
        let set = &play.advance(0, &table, |number| [load, state][number]).set;
        [set[0].is_some(), set[1].is_some()]
    };
    assert_eq!(holds(None, None), [false, true], "no step before");
    assert_eq!(holds(Some(6.0), Some(-1.0)), [true, false]);
    assert_eq!(holds(Some(5.0), Some(0.0)), [false, true], "bounds are exclusive");
    assert_eq!(holds(Some(8.0), Some(f64::NEG_INFINITY)), [false, false]);
    assert_eq!(holds(Some(f64::NAN), Some(f64::NAN)), [false, true], "NaN is neither above nor below");
}

#[test]
fn any_all_and_not_nest() {
    let when =
        "{any: [{all: [{plugged: 4}, {unplugged: 2}]}, {not: {any: [{unplugged: [4, 2]}, {plugged: 4}]}}]}";
    let scenario = scenario(&rule(when));
    for (four, two, expected) in
        [(false, false, false), (true, false, true), (false, true, true), (true, true, false)]
    {
        let (mut play, mut table) = (StoryPlay::new(&scenario), topology(&scenario));
        table.set(4, four);
        table.set(2, two);
        let set = &play.advance(0, &table, |_| None).set;
        assert_eq!(set[0].is_some(), expected, "4: {four}, 2: {two}");
    }
}

#[test]
fn a_short_visit_between_two_steps_is_recent() {
    let scenario = scenario(&rule("{recently: {plugged: 0, steps: 2}}"));
    let (mut play, mut table) = (StoryPlay::new(&scenario), topology(&scenario));
    let mut holds = |step, table: &Topology| play.advance(step, table, |_| None).set[0].is_some();
    assert!(!holds(0, &table));
    table.seen("pv", 0, true);
    table.seen("pv", 0, false);
    assert_eq!([1, 2, 3].map(|step| holds(step, &table)), [true, true, false]);
}

#[test]
fn a_story_goes_on_where_it_was() {
    let scenario = scenario(&rule("{recently: {plugged: 0, steps: 4}}"));
    let (mut play, mut table) = (StoryPlay::new(&scenario), topology(&scenario));
    table.set(0, true);
    play.advance(0, &table, |_| None);
    table.set(0, false);
    play.advance(1, &table, |_| None);
    let memory = play.snapshot();
    let mut again = StoryPlay::new(&scenario);
    assert!(again.restore(&memory));
    for step in 2..8 {
        assert_eq!(play.advance(step, &table, |_| None), again.advance(step, &table, |_| None), "{step}");
        assert_eq!(play.snapshot(), again.snapshot());
    }
    let mut other = StoryPlay::new(&self::scenario(PHASES));
    assert!(!other.restore(&memory), "another story has other memories");
    let bytes = serde_json::to_string(&memory).expect("it is plain data");
    assert_eq!(serde_json::from_str::<StoryMemory>(&bytes).expect("it is the same"), memory);
}

proptest! {
    #[test]
    fn recently_is_what_it_says(
        held in prop::collection::vec(any::<bool>(), 1..40),
        within in 1_u64..8,
    ) {
        let scenario = scenario(&rule(&format!("{{recently: {{plugged: 0, steps: {within}}}}}")));
        let (mut play, mut table) = (StoryPlay::new(&scenario), topology(&scenario));
        for (step, &plugged) in (0_u64..).zip(&held) {
            table.set(0, plugged);
            let first = step.saturating_sub(within - 1);
            let expected = held[first as usize..=step as usize].iter().any(|held| *held);
            let set = &play.advance(step, &table, |_| None).set;
            prop_assert_eq!(set[0].is_some(), expected, "step {}", step);
        }
    }

    #[test]
    fn a_recorded_visit_has_the_same_standings(
        visits in prop::collection::vec((0_u64..20, prop::sample::select(vec![0_u16, 2, 4]), any::<bool>()), 0..60),
    ) {
        let story = format!("{PHASES}  - when: {{recently: {{plugged: 2, steps: 3}}}}\n    set: {{L.load: 9}}\n");
        let scenario = scenario(&story);
        let (mut live, mut log) = (topology(&scenario), EventLog::default());
        let mut play = StoryPlay::new(&scenario);
        let mut standings = Vec::new();
        for step in 0..20 {
            for (_, id, plugged) in visits.iter().filter(|(at, _, _)| *at == step) {
                let nodes = live.ends(*id).cloned().unwrap_or_else(|| ["pv".to_owned(), "pv".to_owned()]);
                nodes.iter().for_each(|node| live.seen(node, *id, *plugged));
            }
            for (cable, plugged) in live.changes() {
                let what = Happening::Plug { cable, node: None, plugged };
                log.push(Event { step, what }).expect("steps ascend");
            }
            standings.push(play.advance(step, &live, |_| None).clone());
        }
        let (mut again, mut replay) = (topology(&scenario), StoryPlay::new(&scenario));
        for (step, standing) in (0..).zip(&standings) {
            log.of_step(step).iter().for_each(|event| { again.apply(event); });
            prop_assert_eq!(replay.advance(step, &again, |_| None), standing);
        }
    }
}
