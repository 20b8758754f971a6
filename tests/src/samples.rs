//! Scenarios with known results: our own, the recorded vectors, and the foreign conformance folders.

use crate::programs::skipped;
use illuminator::plan::{self, Placement, TablePlan};
use illuminator::record::{Cell, CsvRecorder, ResultFormat};
use illuminator::scenario::{Scenario, load};
use illuminator::shell::DiskFiles;
use illuminator_node::engine::Engine;
use illuminator_node::model::Slots;
use std::path::{Path, PathBuf};

/// A folder of the project.
pub fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// The folder with the foreign conformance scenarios: where `ILLUMINATOR_CONFORMANCE` says, and there it must
/// be, else in the usual place. Where there is none the test is skipped, and says so.
pub fn conformance() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("ILLUMINATOR_CONFORMANCE").map(PathBuf::from) {
        assert!(folder.is_dir(), "ILLUMINATOR_CONFORMANCE: there is no folder {}", folder.display());
        return Some(folder);
    }
    let folder = project("../shared/conformance");
    if folder.is_dir() {
        return Some(folder);
    }
    skipped("the foreign conformance scenarios are not on this machine (ILLUMINATOR_CONFORMANCE)");
    None
}

/// Copies the files of a sample's folder to `into`. A small file that holds nothing but the relative path of
/// another file stands for that file.
pub fn stage(folder: &Path, into: &Path) {
    for entry in std::fs::read_dir(folder).expect("the sample's folder can be read") {
        let path = entry.expect("the sample's folder can be read").path();
        if path.is_file() {
            let name = path.file_name().expect("a file has a name");
            std::fs::copy(follow(&path), into.join(name)).expect("a sample's file can be copied");
        }
    }
}

fn follow(path: &Path) -> PathBuf {
    let small = std::fs::metadata(path).is_ok_and(|metadata| metadata.len() < 200);
    let named = small.then(|| std::fs::read_to_string(path).ok()).flatten();
    match named.and_then(|text| Some(path.parent()?.join(text.trim()))) {
        Some(target) if target.is_file() => target,
        _ => path.to_owned(),
    }
}

/// Loads a scenario of the project.
pub fn scenario(path: &str) -> Scenario {
    let path = project(path);
    let text = std::fs::read_to_string(&path).expect("the project's scenarios can be read");
    load(&text, &path.display().to_string(), &mut DiskFiles::beside(&path))
        .unwrap_or_else(|findings| panic!("{findings}"))
}

/// A model on `node` that says `power_kw` `[kW]` in every step, unless another one feeds it: an entry of `models:`.
pub fn dummy(name: &str, node: &str, power_kw: f64) -> String {
    format!(
        "- {{name: {name}, type: Dummy, connect: {{node: {node}}}, parameters: {{param1: {power_kw:?}}}, \
         inputs: {{in1: 0}}, outputs: {{out1: 0}}, states: {{state1: 0}}}}\n"
    )
}

/// Collects the result file of a run in memory.
pub struct Result {
    recorder: CsvRecorder,
    cells: Vec<u32>,
    /// The bytes of the file.
    pub bytes: Vec<u8>,
}

impl Result {
    /// The monitor's file of a planned scenario.
    pub fn new(scenario: &Scenario, plan: &TablePlan) -> Self {
        let recorder = &scenario.recorders[0];
        let names: Vec<String> = recorder.items.iter().map(|&item| scenario.item_name(item)).collect();
        let recorder = CsvRecorder::new(ResultFormat::Dev, recorder, scenario.resolution_s, &names)
            .expect("a checked scenario has a known time zone");
        let mut bytes = Vec::new();
        recorder.header(&mut bytes);
        Self { recorder, cells: plan.cells[0].clone(), bytes }
    }

    /// Adds the row of a step.
    pub fn row(&mut self, step: u64, values: &Slots) {
        if self.recorder.wants(step) {
            let cells = &self.cells;
            self.recorder.row(step, |item| Cell::of_slot(values, cells[item]), &mut self.bytes);
        }
    }
}

/// The result of a scenario in one process.
pub fn local_result(scenario: &Scenario) -> Vec<u8> {
    let plan = plan::plan(scenario, &Placement::local(scenario), &[]).expect("one place has one stage");
    let mut engine = Engine::new(&plan.places[0]).expect("a checked scenario's models can be built");
    let mut result = Result::new(scenario, &plan);
    for step in 0..plan.steps {
        engine.run(step).expect("the sample's models can be stepped");
        result.row(step, engine.slots());
    }
    result.bytes
}
