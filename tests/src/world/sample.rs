//! The scenarios that are run in the world, and what their results must be.

use super::plan::Size;
use crate::ring::Ring;
use crate::samples::{Result as Rows, local_result, project, scenario};
use illuminator::plan::{self, HOST, Placement, TablePlan};
use illuminator::scenario::{Scenario, load};
use illuminator::shell::DiskFiles;
use illuminator::story::{EventLog, LiveTable};
use illuminator_node::engine::Engine;
use std::fmt::Write;

/// A planned scenario and its result in one process.
pub struct Sample {
    /// For messages.
    pub name: &'static str,
    /// The scenario.
    pub scenario: Scenario,
    /// On its nodes.
    pub plan: TablePlan,
    /// The same scenario on a single node: what another host wants of a node that it takes.
    pub alone: TablePlan,
    /// The result; `None` if it follows from what visitors do.
    expected: Option<Vec<u8>>,
    weight: u64,
}

impl Sample {
    /// All samples.
    pub fn all() -> Vec<Self> {
        let ring = |nodes, steps| Ring { nodes, steps }.scenario();
        vec![
            Self::new("the table", scenario("scenarios/table.yaml"), 8, false),
            Self::new("the story, with visitors", scenario("scenarios/story.yaml"), 3, true),
            Self::new("feedback between two nodes", text(&feedback(2, 40)), 3, false),
            Self::new("feedback through six nodes", text(&feedback(6, 20)), 4, false),
            Self::new("a ring of two nodes", text(&ring(2, 300)), 2, false),
            Self::new("a ring of twelve nodes", text(&ring(12, 100)), 3, false),
            Self::new("a ring of 49 nodes", text(&ring(49, 30)), 1, false),
        ]
    }

    fn new(name: &'static str, scenario: Scenario, weight: u64, live: bool) -> Self {
        let placement = Placement::from_connect(&scenario).expect("every sample says where its models are");
        let plan = plan::plan(&scenario, &placement, &[]).expect("few stages");
        let alone = plan::plan(&scenario, &Placement::simulated(&scenario, 1), &[]).expect("few stages");
        let expected = (!live).then(|| local_result(&scenario));
        Self { name, plan, alone, expected, weight, scenario }
    }

    /// What a plan of faults must know of it.
    pub fn size(&self) -> Size {
        let plugs = if self.expected.is_none() { self.scenario.plugs().count() } else { 0 };
        Size { nodes: self.plan.nodes.len(), steps: self.plan.steps, plugs, weight: self.weight }
    }

    /// Its table before the first step.
    pub fn table(&self) -> LiveTable {
        LiveTable::new(&self.scenario, &self.plan, None).recording()
    }

    /// What the result must be, given what was recorded of the visitors.
    pub fn expected(&self, log: EventLog) -> Vec<u8> {
        self.expected.clone().unwrap_or_else(|| self.repeated(log))
    }

    /// The result in one process that is told these events.
    fn repeated(&self, log: EventLog) -> Vec<u8> {
        let plan = plan::plan(&self.scenario, &Placement::local(&self.scenario), &[]).expect("one stage");
        let mut table = LiveTable::new(&self.scenario, &plan, Some(log));
        let mut engine = Engine::new(&plan.places[HOST]).expect("a checked scenario's models can be built");
        let mut rows = Rows::new(&self.scenario, &plan);
        for step in 0..plan.steps {
            table.advance(step, engine.slots_mut());
            engine.run(step).expect("the models can be stepped");
            rows.row(step, engine.slots());
        }
        rows.bytes
    }
}

fn text(text: &str) -> Scenario {
    let beside = project("scenarios/generated.yaml");
    load(text, "generated", &mut DiskFiles::beside(&beside)).unwrap_or_else(|findings| panic!("{findings}"))
}

/// Batteries on as many nodes, the controller of each on the next node, and every controller knows the one before: a
/// step goes through all nodes, and its decisions come back in the next one.
fn feedback(nodes: usize, steps: u64) -> String {
    let (hour, minute) = (steps / 4, steps % 4 * 15);
    let mut text = format!(
        "scenario:\n  name: feedback\n  start_time: '2024-06-20 00:00:00'\n  \
         end_time: '2024-06-20 {hour:02}:{minute:02}:00'\n  time_resolution: 900\nmodels:\n"
    );
    for (name, file) in [("House", "house"), ("Office", "office")] {
        let _ = writeln!(
            text,
            "- {{name: {name}, type: CSV, parameters: {{file_path: './data/{file}.csv', delimiter: ',', \
             date_format: 'YYYY-MM-DD HH:mm:ss'}}, states: {{load: 0}}}}"
        );
    }
    let (mut connections, mut items) = (String::new(), Vec::new());
    for number in 0..nodes {
        let next = (number + 1) % nodes;
        let _ = writeln!(
            text,
            "- {{name: B{number}, type: Battery, connect: {{node: n{number}}}, parameters: {{max_p: 0.8, min_p: -0.8, \
             max_energy: 0.{number}5, charge_efficiency: 90, discharge_efficiency: 90, soc_min: 10, soc_max: 90}}, \
             inputs: {{flow2b: 0}}, outputs: {{p_out: 0, p_in: 0}}, states: {{soc: 50, flag: 0, mod: 0}}}}\n\
             - {{name: C{number}, type: Controller_T1, connect: {{node: n{next}}}, parameters: {{soc_min: 10, soc_max: 90, \
             max_p: 0.8, battery_active: true}}, inputs: {{wind_gen: 0, pv_gen: 0, load_dem: 0, soc: 0}}, \
             outputs: {{flow2b: 0, res_load: 0, dump: 0}}, states: {{unused: 0}}}}"
        );
        let before = number.checked_sub(1).map_or("Office.load".to_owned(), |one| format!("C{one}.dump"));
        let _ = writeln!(
            connections,
            "- {{from: House.load, to: C{number}.load_dem}}\n- {{from: House.load, to: C{number}.wind_gen}}\n\
             - {{from: {before}, to: C{number}.pv_gen}}\n- {{from: B{number}.soc, to: C{number}.soc}}\n\
             - {{from: C{number}.flow2b, to: B{number}.flow2b, time_shifted: true}}"
        );
        items.extend([format!("B{number}.soc"), format!("C{number}.dump")]);
    }
    let _ = writeln!(
        text,
        "connections:\n{connections}monitor:\n  file: out.csv\n  items: [{}]",
        items.join(", ")
    );
    text + "cables:\n- {id: 1, ends: [n0, n1], shows: B0.p_out, full_scale: 1}\n"
}
