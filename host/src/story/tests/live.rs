//! The table during a run: what nodes report, what is recorded of it, and going on elsewhere.

use super::play::{PHASES, scenario};
use super::*;
use crate::plan::{HOST, Placement, TablePlan, plan};
use crate::scenario::Scenario;
use illuminator_node::engine::{Engine, Snapshot};
use illuminator_node::value::Value;
use proptest::prelude::*;

const STEPS: u64 = 20;
const NODES: [&str; 3] = ["pv", "grid", "house"];
/// The phases of the story.
const NAMES: [&str; 3] = ["empty table", "house", "house and sun"];

/// What a node reports before a step.
#[derive(Clone, Debug)]
enum Report {
    /// It begins anew, as after a lost connection or a restart: whether it has boards, and of how many plugs it tells.
    Detects(bool, u16),
    Seen(u16, bool),
    /// A person forces a phase by its position, or lets the story go on.
    Force(Option<usize>),
}

/// Reports by step, node and what; 9 is no plug of the scenario.
fn reports() -> impl Strategy<Value = Vec<(u64, usize, Report)>> {
    let report = prop_oneof![
        1 => (any::<bool>(), 0_u16..3).prop_map(|(boards, plugs)| Report::Detects(boards, plugs)),
        3 => (prop::sample::select(vec![0_u16, 2, 4, 9]), any::<bool>()).prop_map(|(id, on)| Report::Seen(id, on)),
        1 => prop::option::of(0..NAMES.len()).prop_map(Report::Force),
    ];
    prop::collection::vec((0..STEPS, 0..NODES.len(), report), 0..80)
}

/// A table and the engine whose values it sets.
struct Run<'a> {
    plan: &'a TablePlan,
    table: LiveTable,
    engine: Engine,
}

impl<'a> Run<'a> {
    fn new(scenario: &Scenario, plan: &'a TablePlan, script: Option<EventLog>) -> Self {
        let table = LiveTable::new(scenario, plan, script).recording();
        Self { plan, table, engine: Engine::new(&plan.places[HOST]).expect("its models can be built") }
    }

    fn hear(&mut self, (_, node, report): &(u64, usize, Report)) {
        match *report {
            Report::Detects(boards, plugs) => self.table.detects(NODES[*node], boards, plugs),
            Report::Seen(id, on) => self.table.seen(NODES[*node], id, on),
            Report::Force(phase) => assert!(self.table.force_phase(phase.map(|phase| NAMES[phase]))),
        }
    }

    /// Everything that stands in a step: phase, plugs, what is set, and the values that are recorded.
    fn step(&mut self, step: u64) -> Vec<Option<Value>> {
        self.table.advance(step, self.engine.slots_mut());
        self.engine.run(step).expect("nothing fails");
        let story = self.plan.story.as_ref().expect("the scenario has one");
        let told = [story.phase].into_iter().chain(story.plugged.iter().chain(&story.targets).copied());
        let slots = told.chain(self.plan.cells.iter().flatten().copied());
        slots.map(|slot| self.engine.slots().value(slot)).collect()
    }

    /// The same run in another process, which has only what this one wrote down.
    fn elsewhere(&self, scenario: &Scenario) -> Self {
        let mut other = Self::new(scenario, self.plan, None);
        let memory = postcard::to_stdvec(&self.table.memory()).expect("it is plain data");
        let memory: TableMemory = postcard::from_bytes(&memory).expect("it is the same");
        assert!(other.table.restore(&memory), "it is of this scenario");
        let state = Snapshot::from_bytes(&self.engine.snapshot().to_bytes()).expect("it is a state");
        other.engine.restore(state).expect("it is of this plan");
        other
    }
}

fn story() -> Scenario {
    scenario(&format!("{PHASES}  - when: {{recently: {{plugged: 2, steps: 3}}}}\n    set: {{L.load: 9}}\n"))
}

fn local(scenario: &Scenario) -> TablePlan {
    plan(scenario, &Placement::local(scenario), &[]).expect("it can be planned")
}

proptest! {
    #[test]
    fn a_recording_has_the_same_standings_as_what_nodes_reported(reports in reports()) {
        let scenario = story();
        let plan = local(&scenario);
        let mut live = Run::new(&scenario, &plan, None);
        let standings: Vec<_> = (0..STEPS)
            .map(|step| {
                reports.iter().filter(|report| report.0 == step).for_each(|report| live.hear(report));
                live.step(step)
            })
            .collect();
        let log = live.table.into_log();
        let mut replay = Run::new(&scenario, &plan, Some(log.clone()));
        for (step, standing) in (0..).zip(&standings) {
            // What nodes report counts no longer. Persons are not asked either.
            let again = reports.iter().filter(|report| report.0 == step);
            again.filter(|(.., report)| !matches!(report, Report::Force(_))).for_each(|report| replay.hear(report));
            prop_assert_eq!(&replay.step(step), standing, "step {}", step);
        }
        prop_assert_eq!(replay.table.into_log(), log);
    }

    #[test]
    fn a_table_that_goes_on_elsewhere_is_the_same(
        reports in reports(),
        breaks in prop::collection::vec(0..STEPS, 0..4),
    ) {
        let scenario = story();
        let plan = local(&scenario);
        let (mut undisturbed, mut broken) = (Run::new(&scenario, &plan, None), Run::new(&scenario, &plan, None));
        for step in 0..STEPS {
            let now: Vec<_> = reports.iter().filter(|report| report.0 == step).collect();
            let before = if breaks.contains(&step) { now.len() / 2 } else { now.len() };
            for run in [&mut undisturbed, &mut broken] {
                now[..before].iter().for_each(|report| run.hear(report));
            }
            // Also between two reports, when some of what a node has to tell is still to come.
            if breaks.contains(&step) {
                broken = broken.elsewhere(&scenario);
            }
            for run in [&mut undisturbed, &mut broken] {
                now[before..].iter().for_each(|report| run.hear(report));
            }
            prop_assert_eq!(undisturbed.step(step), broken.step(step), "step {}", step);
        }
        prop_assert_eq!(undisturbed.table.into_log(), broken.table.into_log());
    }
}

#[test]
fn the_reports_of_these_properties_change_what_stands() {
    let scenario = story();
    let plan = local(&scenario);
    let mut run = Run::new(&scenario, &plan, None);
    let empty = run.step(0);
    run.table.detects("house", true, 0);
    run.table.seen("house", 4, true);
    let house = run.step(1);
    assert_eq!((&empty[0], &house[0]), (&Some(text("empty table")), &Some(text("house"))));
    run.table.detects("house", true, 1);
    assert_eq!(run.step(2)[0], Some(text("house")), "a node that is heard again unplugs nothing");
    run.table.seen("house", 0, true);
    assert_eq!(run.step(3)[0], Some(text("empty table")), "it has told of all that it sees");
    let lines = run.table.into_log().to_string();
    assert_eq!(lines.lines().skip(1).collect::<Vec<_>>(), ["1,4,,plugged", "3,4,,unplugged", "3,0,,plugged"]);
}

#[test]
fn a_forced_phase_holds_from_the_next_step_until_it_is_released() {
    let scenario = story();
    let plan = local(&scenario);
    let mut run = Run::new(&scenario, &plan, None);
    let phase = |run: &mut Run<'_>, step| run.step(step)[0].clone();
    assert_eq!(phase(&mut run, 0), Some(text("empty table")));
    assert!(
        run.table.force_phase(Some("house and sun")) && run.table.forced_phase().is_none(),
        "not before a step"
    );
    assert_eq!(
        (phase(&mut run, 1), run.table.forced_phase()),
        (Some(text("house and sun")), Some("house and sun"))
    );
    run.table.seen("house", 4, true);
    assert_eq!(phase(&mut run, 2), Some(text("house and sun")), "whatever the conditions say");
    assert!(!run.table.force_phase(Some("hous")));
    assert!(run.table.poll_notice().is_some_and(|notice| notice.contains("`hous` cannot be forced")));
    assert_eq!(phase(&mut run, 3), Some(text("house and sun")), "a wrong name changes nothing");
    run.table.force_phase(None);
    assert_eq!(phase(&mut run, 4), Some(text("house")));
    run.table.force_phase(Some("house"));
    run.table.force_phase(None);
    phase(&mut run, 5);
    let lines = run.table.into_log().to_string();
    let expected = ["1,phase,house and sun,forced", "2,4,,plugged", "4,phase,,released"];
    assert_eq!(lines.lines().skip(1).collect::<Vec<_>>(), expected);
}

/// A person at the page has the last word of a step, and what he said before a break is not forgotten.
#[test]
fn a_person_may_overrule_a_script() {
    let scenario = story();
    let plan = local(&scenario);
    let script = "step,cable,node,state\n1,phase,house and sun,forced\n3,phase,house,forced\n";
    let topology = Topology::new(&scenario.cables, &scenario.tokens);
    let script = EventLog::parse(script, "e.csv", &topology, scenario.story.as_ref()).expect("it is right");
    let mut run = Run::new(&scenario, &plan, Some(script));
    let phases: Vec<_> = (0..5)
        .map(|step| {
            if step == 3 {
                run.table.force_phase(None);
            }
            run.step(step)[0].clone()
        })
        .collect();
    let [empty, sunny] = ["empty table", "house and sun"].map(|name| Some(text(name)));
    assert_eq!(phases, [empty.clone(), sunny.clone(), sunny, empty.clone(), empty]);
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}
