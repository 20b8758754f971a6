//! Runs in the hands of somebody: pace, hold, single steps, phases, what nodes are asked for.

use illuminator::coordinator::Timing;
use illuminator::plan::{self, Placement, TablePlan};
use illuminator::scenario::{Item, Scenario};
use illuminator::shell::{
    Attendance, Conductor, Nodes, OutputError, Progress, RunEnd, SimulatedNodes, StepObserver, StopFlag,
    Target, Tempo, run_local, run_on_nodes,
};
use illuminator::story::LiveTable;
use illuminator::view::{Health, LinkState};
use illuminator_node::model::Slots;
use illuminator_node::value::Value;
use illuminator_protocol::{ClusterKey, Control, Duration};
use illuminator_tests::programs::until;
use illuminator_tests::samples::scenario;
use std::sync::{Mutex, MutexGuard};

/// What a run shows to whoever conducts it.
#[derive(Default)]
struct Shown(Mutex<Seen>);

#[derive(Default)]
struct Seen {
    /// The phase of each row.
    phases: Vec<String>,
    notices: Vec<String>,
    /// Every change of the phase that is forced.
    forced: Vec<Option<String>>,
    health: Health,
}

impl Shown {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().expect("no test panics with it")
    }

    fn rows(&self) -> usize {
        self.seen().phases.len()
    }

    /// Waits until there was a notice with this text, and forgets all that were there.
    fn says(&self, text: &str) {
        until(text, || self.seen().notices.iter().any(|notice| notice.contains(text)));
        self.seen().notices.clear();
    }
}

struct Observer<'a> {
    shown: &'a Shown,
    phase: u32,
}

impl StepObserver for Observer<'_> {
    fn step(&mut self, step: u64, values: &Slots) -> Result<(), OutputError> {
        let mut seen = self.shown.seen();
        assert_eq!(step, seen.phases.len() as u64, "rows come in order");
        let Some(Value::Text(phase)) = values.value(self.phase) else { panic!("no phase in step {step}") };
        seen.phases.push(phase);
        Ok(())
    }

    fn forced(&mut self, phase: Option<&str>) {
        self.shown.seen().forced.push(phase.map(str::to_owned));
    }

    fn health(&mut self, health: &Health) {
        self.shown.seen().health.clone_from(health);
    }

    fn notice(&mut self, text: &str) {
        self.shown.seen().notices.push(text.to_owned());
    }
}

/// Ends the run, also if the test fails.
struct End<'a>(&'a StopFlag);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.set();
    }
}

/// The story of the table and where it runs: on six nodes, or in this process.
fn story(on_nodes: bool) -> (Scenario, TablePlan) {
    let scenario = scenario("scenarios/story.yaml");
    let nodes = Placement::from_connect(&scenario).expect("every model has its node");
    let placement = if on_nodes { nodes } else { Placement::local(&scenario) };
    let plan = plan::plan(&scenario, &placement, &[]).expect("it can be planned");
    (scenario, plan)
}

/// Lets `act` conduct a run of the story that has done its first step and waits, and ends the run then.
fn conduct(on_nodes: bool, act: impl FnOnce(&Conductor, &Shown)) -> RunEnd {
    let (scenario, plan) = story(on_nodes);
    let nodes = SimulatedNodes::start(&plan.nodes, &ClusterKey::OPEN).expect("nodes can be started");
    let target = |(name, &address): (&String, _)| Target { name: name.clone(), address };
    let targets: Vec<Target> = plan.nodes.iter().zip(nodes.addresses()).map(target).collect();
    let nodes = Nodes { targets: &targets, spares: &[], key: &ClusterKey::OPEN };
    let is_phase = |item: &Item| *item == Item::Phase;
    let phase = scenario.recorders[0].items.iter().position(is_phase).expect("the phase is recorded");
    let (shown, stop, conductor) = (Shown::default(), StopFlag::default(), Conductor::new(STILL));
    let mut observer = Observer { shown: &shown, phase: plan.cells[0][phase] };
    let mut progress = Progress::new(plan.steps, true);
    let table = LiveTable::new(&scenario, &plan, None).recording();
    std::thread::scope(|scope| {
        let run = scope.spawn(|| {
            let attendance = Attendance::new(&mut observer, &mut progress, &stop);
            let attendance = Attendance { conductor: Some(&conductor), ..attendance };
            if on_nodes {
                run_on_nodes(&plan, nodes, Timing { pace: STILL, ..Timing::default() }, table, attendance)
            } else {
                run_local(&plan, STILL, table, attendance)
            }
        });
        let end = End(&stop);
        until("the first row", || shown.rows() == 1);
        act(&conductor, &shown);
        drop(end);
        run.join().expect("the run does not panic")
    })
}

/// So slow that a run does nothing by itself but its first step.
const STILL: Duration = Duration::from_secs(3_600);

#[test]
fn every_step_that_is_asked_for_is_one_row() {
    for (on_nodes, pace) in [false, true].into_iter().flat_map(|way| [(way, Duration::ZERO), (way, STILL)]) {
        let end = conduct(on_nodes, |conductor, shown| {
            conductor.set(Tempo { pace, held: true });
            let mut rows = 1;
            for pressed in [1, 1, 5, 1, 20] {
                (0..pressed).for_each(|_| conductor.step());
                rows += pressed;
                until(&format!("{rows} rows"), || shown.rows() >= rows);
                assert_eq!(shown.rows(), rows);
            }
        });
        assert_eq!(done(end), 29, "on nodes {on_nodes}, {pace:?}");
    }
}

#[test]
fn a_run_follows_its_conductor_wherever_it_runs() {
    for on_nodes in [false, true] {
        let end = conduct(on_nodes, |conductor, shown| {
            conductor.set(Tempo { pace: Duration::ZERO, held: false });
            until("all rows", || shown.rows() == 168);
        });
        assert_eq!(done(end), 168, "on nodes {on_nodes}");
    }
}

fn done(end: RunEnd) -> u64 {
    end.done.unwrap_or_else(|failure| panic!("{failure}"))
}

/// Two runs of the same deeds: by hand, and from the recording of that.
#[test]
fn a_phase_is_forced_by_hand_and_the_recording_repeats_it() {
    for on_nodes in [false, true] {
        let mut rows = Vec::new();
        let end = conduct(on_nodes, |conductor, shown| {
            let step = |phase: &str| {
                let before = shown.rows();
                conductor.step();
                until("a row", || shown.rows() > before);
                assert_eq!(shown.seen().phases[before], phase);
            };
            assert!(conductor.force_phase(Some("winter")));
            step("winter");
            assert!(conductor.force_phase(Some("no such phase")));
            step("winter");
            shown.says("`no such phase` cannot be forced: the story has none of that name");
            assert!(conductor.force_phase(None));
            step("the empty table");
            until("the release", || shown.seen().forced.len() == 2);
            assert_eq!(shown.seen().forced, [Some("winter".to_owned()), None]);
            rows.clone_from(&shown.seen().phases);
        });
        assert_eq!(
            end.events.to_string(),
            "step,cable,node,state\n1,phase,winter,forced\n3,phase,,released\n"
        );
        let (scenario, plan) = story(on_nodes);
        let mut table = LiveTable::new(&scenario, &plan, Some(end.events));
        let mut slots = Slots::new(plan.places[0].slots as usize);
        for (step, phase) in (0..).zip(rows) {
            table.advance(step, &mut slots);
            let slot = plan.story.as_ref().expect("it tells a story").phase;
            assert_eq!(slots.value(slot), Some(Value::Text(phase)), "step {step}");
        }
    }
}

#[test]
fn a_node_is_asked_through_the_run_and_its_answer_is_told() {
    let end = conduct(true, |conductor, shown| {
        assert!(conductor.ask("wind", Control::Identify { on: true }));
        shown.says("node `wind`: identify on: done");
        let identifying = || {
            let seen = shown.seen();
            let nodes = seen.health.nodes.iter().filter(|node| node.identifying);
            nodes.map(|node| node.name.clone()).collect::<Vec<_>>()
        };
        until("the health of the one that says so", || identifying() == ["wind"]);
        assert!(shown.seen().health.nodes.iter().all(|node| node.link == LinkState::Live));
        assert!(conductor.ask("wind", Control::Identify { on: false }));
        shown.says("node `wind`: identify off: done");
        until("no node that says so", || identifying().is_empty());
        // A simulated node has no machine to halt, and no relay.
        assert!(conductor.ask("pv", Control::Shutdown));
        shown.says("node `pv`: shutdown: `shutdown` is not allowed");
        assert!(conductor.ask("grid", Control::Relay { relay: 3, on: true }));
        shown.says("node `grid`: relay 3 on: the node cannot do that");
        assert!(conductor.ask("nobody", Control::Reboot));
        shown.says("node `nobody`: cannot be asked (reboot): it is not in this run");
        assert!(conductor.ask("wind", Control::EmergencyStop { on: true }));
        shown.says("node `wind`: cannot be asked (emergency stop on): it is not for one node");
        conductor.step();
        until("a row", || shown.rows() == 2);
    });
    assert_eq!(done(end), 2, "none of it disturbs the run");
    conduct(false, |conductor, shown| {
        assert!(conductor.ask("wind", Control::Reboot));
        conductor.step();
        shown.says("node `wind`: cannot be asked: this run has no nodes");
    });
}
