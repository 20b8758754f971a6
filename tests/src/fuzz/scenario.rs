//! Target `scenario`: the text of a scenario, and the data file beside it.

use illuminator::plan::{self, HOST, Placement, TablePlan};
use illuminator::record::{Cell, CsvRecorder, ResultFormat};
use illuminator::scenario::{Files, Scenario, load};
use illuminator::story::LiveTable;
use illuminator_node::engine::{Engine, PlacePlan};
use std::sync::Arc;

/// Divides the scenario from the content of a data file; without it, all data files are those of the project.
const CUT: &str = "\n=== data ===\n";
/// Steps that are computed of a scenario that can run.
const STEPS_MAX: u64 = 3;
/// Simulated nodes of the second plan.
const NODES: usize = 3;
/// Longest text that a person is told of a finding `[bytes]`.
const TOLD_MAX: usize = 4_000;
/// Most findings that a report shows, and the line that says how many there were.
const FINDINGS_MAX: usize = 101;
/// The data files that scenarios find here, by the end of their path.
const DATA: [(&str, &str); 5] = [
    ("pv.csv", include_str!("../../../scenarios/data/pv.csv")),
    ("wind.csv", include_str!("../../../scenarios/data/wind.csv")),
    ("house.csv", include_str!("../../../scenarios/data/house.csv")),
    ("office.csv", include_str!("../../../scenarios/data/office.csv")),
    ("x.csv", "x\nTime,u\n2015-05-04 00:00:00,1\n2015-05-04 00:15:00,2\n2015-05-04 00:30:00,3\n"),
];

/// Reads, checks and plans a scenario, and computes its first steps.
///
/// Promise: no panic; the findings are few, each with a place in the text and few words, none of which a
/// terminal carries out; a scenario that passes every check can be
/// planned in one process and on nodes, its models can be built, and its plans are the same behind the wire.
pub fn scenario(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let (text, data) = text.split_once(CUT).map_or((text, None), |(text, data)| (text, Some(data)));
    match load(text, "s.yaml", &mut Memory { data }) {
        Ok(scenario) => planned(&scenario),
        Err(findings) => {
            assert!((1..=FINDINGS_MAX).contains(&findings.0.len()));
            // The end of the text is a place, and for YAML a carriage return alone ends a line, too.
            let lines = text.split(['\n', '\r']).count() as u32;
            for finding in &findings.0 {
                assert!(finding.file != "s.yaml" || finding.line <= lines, "{finding}");
                let told =
                    [&finding.message, &finding.excerpt, finding.help.as_ref().unwrap_or(&finding.message)];
                let fit = |told: &String| told.len() <= TOLD_MAX && !told.contains(char::is_control);
                assert!(told.into_iter().all(fit), "{finding:?}");
            }
        }
    }
}

/// The project's scenario files, or one data file for all.
pub(super) struct Memory<'a> {
    pub(super) data: Option<&'a str>,
}

impl Files for Memory<'_> {
    fn read(&mut self, path: &str) -> Result<Arc<str>, String> {
        let known = DATA.iter().find(|(name, _)| path.ends_with(name)).map(|(_, text)| *text);
        self.data.or(known).map(Arc::from).ok_or_else(|| "there is none".to_owned())
    }

    fn directory_exists(&mut self, path: &str) -> bool {
        path != "nowhere"
    }
}

fn planned(scenario: &Scenario) {
    let local = Placement::local(scenario);
    let plan = plan::plan(scenario, &local, &[]).expect("one place has one stage");
    run(scenario, &plan);
    let placements =
        [Some(local), Placement::from_connect(scenario).ok(), Some(Placement::simulated(scenario, NODES))];
    for placement in placements.into_iter().flatten() {
        let Ok(plan) = plan::plan(scenario, &placement, &[]) else { continue };
        for place in &plan.places[HOST + 1..] {
            let bytes = place.to_bytes();
            let read = PlacePlan::from_bytes(&bytes).expect("a plan that was written can be read");
            assert_eq!(read.to_bytes(), bytes);
            Engine::new(&read).expect("a checked scenario's models can be built on a node");
        }
        let _ = plan::to_text(scenario, &placement, &plan);
        let _ = plan::to_json(scenario, &placement, &plan);
        let _ = plan::to_dot(scenario, &placement);
    }
}

/// The first steps, and their rows.
fn run(scenario: &Scenario, plan: &TablePlan) {
    let mut engine = Engine::new(&plan.places[HOST]).expect("a checked scenario's models can be built");
    let mut table = LiveTable::new(scenario, plan, None);
    let formats = [ResultFormat::Dev, ResultFormat::Main];
    let mut rows = Vec::new();
    for step in 0..plan.steps.min(STEPS_MAX) {
        table.advance(step, engine.slots_mut());
        if engine.run(step).is_err() {
            return;
        }
        for (recorder, cells) in scenario.recorders.iter().zip(&plan.cells) {
            let names: Vec<String> = recorder.items.iter().map(|&item| scenario.item_name(item)).collect();
            for format in formats {
                let recorder = CsvRecorder::new(format, recorder, scenario.resolution_s, &names)
                    .expect("a checked scenario has a known time zone");
                recorder.row(step, |item| Cell::of_slot(engine.slots(), cells[item]), &mut rows);
            }
        }
    }
}
