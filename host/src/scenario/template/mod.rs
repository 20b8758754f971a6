//! A scenario file as the pattern of many scenarios: `multi_parameters`, `align_parameters` (spec/scenario-format.md
//! section 10).
//!
//! ```text
//!   text ─▶ tree ─▶ raw scenario ─┬─ values chosen, id ─▶ check ─▶ Scenario            (what is run)
//!                     └─ axes     └─ values chosen, id ─▶ the text of a file of its own (what is kept)
//! ```
//!
//! The file is read once. A scenario is the raw one with the chosen values as ordinary parameters, and with names of its
//! own for all files that it writes: `<stem>_<id><ext>`. Invariants: the kept text, run by itself, is that scenario; a
//! mistake is located in the pattern, at the value that makes it.

mod axes;
mod changes;
mod emit;
mod names;
mod range;
#[cfg(test)]
mod tests;
mod text;

pub use axes::Axis;
pub use changes::Change;
pub use names::numbered;
pub use text::ScenarioTexts;

use super::check::{self, ParsedTables};
use super::report::{Located, Mark, Report as Findings};
use super::schema::{self, Entry, RawModel, RawScenario, RawSection};
use super::yaml;
use super::{Diagnostic, Diagnostics, Files, Scenario};
use changes::Reader;
use illuminator_node::model::registry;
use illuminator_node::model::{Build, RESULTS_DIR, SectionKind};
use illuminator_node::value::Value;

/// The parameter that names the file of a Collector, which it writes, or of a CSV model, which it reads.
const FILE_PATH: &str = "file_path";

/// A scenario file whose `multi_parameters` have several values.
pub struct Template {
    file: String,
    text: String,
    /// Without its keys for sweeps.
    raw: RawScenario,
    axes: Vec<Axis>,
    aligned: bool,
    outputs: Vec<Output>,
    /// For each entry of the model list, who has its parameters.
    readers: Vec<Vec<Reader>>,
    texts: ScenarioTexts,
    warnings: Vec<Diagnostic>,
}

/// One of the scenarios: its number, and of each axis the position of its value.
#[derive(Clone, Copy, Debug)]
pub struct Choice<'a> {
    /// From 1.
    pub id: u64,
    /// One for each axis.
    pub values: &'a [usize],
}

/// A parameter that names what a model writes: each scenario has its own.
struct Output {
    /// Position of the model in the file.
    model: usize,
    key: &'static str,
}

/// A value of a scenario that is not that of the pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    /// The chosen value of an axis.
    Axis(usize),
    /// The name of an output: its position among the outputs.
    Output(usize),
    /// `monitor.file`.
    Monitor,
}

impl Template {
    /// Reads a pattern; `file` is what messages call it. What only a check of its scenarios can find is not found here.
    ///
    /// # Errors
    /// Every mistake that was found, located, together with the warnings.
    pub fn read(text: &str, file: &str) -> Result<Self, Diagnostics> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut findings = Findings::new(file, yaml::lines(text));
        let read = yaml::parse(text, &mut findings).and_then(|tree| {
            let mut raw = schema::read(&tree, &mut findings)?;
            let axes = axes::take(&mut raw, &mut findings)?;
            let aligned = axes::is_aligned(&mut raw, &axes, &mut findings)?;
            let outputs = outputs(&raw, &axes);
            let texts = ScenarioTexts::new(text, &tree, &axes, &outputs);
            Some((raw, axes, aligned, outputs, texts))
        });
        let ((raw, axes, aligned, outputs, texts), warnings) = findings.finish(read)?;
        let (file, text) = (file.to_owned(), text.to_owned());
        let mut template =
            Self { file, text, raw, axes, aligned, outputs, readers: Vec::new(), texts, warnings };
        // The values that are chosen change nothing here, only which sections there are.
        let first = vec![0; template.axes.len()];
        template.readers = changes::readers(template.raw_scenario(Choice { id: 1, values: &first }));
        Ok(template)
    }

    /// What the scenarios differ in, in the order of the file.
    pub fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// Whether the first values of all axes belong together, and so on; else every value is combined with every other.
    pub fn is_aligned(&self) -> bool {
        self.aligned
    }

    /// `monitor.file` of the pattern.
    pub fn monitor_file(&self) -> &str {
        &self.raw.monitor_file.value
    }

    /// The text that was read.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What deserves a look, whatever is chosen.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// The names of all data files that any scenario may read.
    pub fn data_files(&self) -> Vec<&str> {
        let sections = self.raw.models.iter().filter(|model| !is_recorder(model)).filter_map(parameters);
        let written =
            sections.filter_map(|section| entry(section, FILE_PATH)).map(|entry| &entry.value.value);
        let chosen = self.axes.iter().filter(|axis| axis.key == FILE_PATH).flat_map(|axis| &axis.values);
        let mut names: Vec<&str> = written.chain(chosen).flat_map(texts_of).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// One scenario, checked. `files` gives the data files; what was `parsed` before is not parsed again.
    ///
    /// # Errors
    /// As [`load`](super::load); located in the pattern.
    ///
    /// # Panics
    /// If an axis has no such value.
    pub fn scenario(
        &self,
        choice: Choice<'_>,
        files: &mut dyn Files,
        parsed: &mut ParsedTables,
    ) -> Result<Scenario, Diagnostics> {
        let mut findings = Findings::new(&self.file, yaml::lines(&self.text));
        let scenario = check::check(self.raw_scenario(choice), files, parsed, &mut findings);
        let (scenario, warnings) = findings.finish(scenario)?;
        Ok(Scenario { warnings, ..scenario })
    }

    /// The file of one scenario: the pattern without its keys for sweeps, the rest of it as it is written, comments
    /// included where that is possible.
    ///
    /// # Panics
    /// If an axis has no such value.
    pub fn scenario_text(&self, choice: Choice<'_>) -> String {
        self.texts.of(|slot| self.slot_value(slot, choice))
    }

    fn raw_scenario(&self, choice: Choice<'_>) -> RawScenario {
        let mut raw = self.raw.clone();
        for (axis, &value) in self.axes.iter().zip(choice.values) {
            let located = Located { value: axis.values[value].clone(), mark: axis.marks[value] };
            set_parameter(&mut raw.models[axis.position], &axis.key, located);
        }
        for (number, output) in self.outputs.iter().enumerate() {
            let model = &mut raw.models[output.model];
            let mark = parameters(model).and_then(|section| entry(section, output.key));
            let mark = mark.map_or(Mark::default(), |entry| entry.value.mark);
            let value = self.slot_value(Slot::Output(number), choice);
            set_parameter(model, output.key, Located { value, mark });
        }
        if let Value::Text(file) = self.slot_value(Slot::Monitor, choice) {
            raw.monitor_file.value = file;
        }
        raw
    }

    /// What a scenario has in the place of a value of the pattern.
    fn slot_value(&self, slot: Slot, choice: Choice<'_>) -> Value {
        slot_value(&self.axes, &self.outputs, &self.raw, slot, choice)
    }
}

fn slot_value(
    axes: &[Axis],
    outputs: &[Output],
    raw: &RawScenario,
    slot: Slot,
    Choice { id, values: chosen }: Choice<'_>,
) -> Value {
    match slot {
        Slot::Axis(axis) => axes[axis].values[chosen[axis]].clone(),
        Slot::Monitor => Value::Text(numbered(&raw.monitor_file.value, id)),
        Slot::Output(output) => {
            let Output { model, key } = outputs[output];
            let axis = axes.iter().position(|axis| axis.position == model && axis.key == key);
            let own = parameters(&raw.models[model]).and_then(|section| entry(section, key));
            let value = match axis {
                Some(axis) => Some(&axes[axis].values[chosen[axis]]),
                None => own.map(|entry| &entry.value.value),
            };
            match value {
                Some(Value::Text(path)) if !path.is_empty() => Value::Text(numbered(path, id)),
                // A mistake: the check finds it.
                other => other.cloned().unwrap_or(Value::Null),
            }
        }
    }
}

/// The parameters by which models name what they write, in their own sections: who inherits one inherits the new name.
fn outputs(raw: &RawScenario, axes: &[Axis]) -> Vec<Output> {
    let mut outputs = Vec::new();
    for (model, raw_model) in raw.models.iter().enumerate() {
        let Some(model_type) = registry::find(&raw_model.type_name.value) else { continue };
        let key = if is_recorder(raw_model) {
            FILE_PATH
        } else if model_type.parameters.iter().any(|parameter| parameter.name == RESULTS_DIR) {
            RESULTS_DIR
        } else {
            continue;
        };
        let swept = axes.iter().any(|axis| axis.position == model && axis.key == key);
        let own = parameters(raw_model).and_then(|section| entry(section, key));
        if swept || own.is_some_and(|entry| entry.value.value != Value::Null) {
            outputs.push(Output { model, key });
        }
    }
    outputs
}

fn is_recorder(model: &RawModel) -> bool {
    registry::find(&model.type_name.value).is_some_and(|found| matches!(found.build, Build::Recorder))
}

fn parameters(model: &RawModel) -> Option<&RawSection> {
    model.sections[SectionKind::Parameters as usize].as_ref()
}

fn entry<'a>(section: &'a RawSection, key: &str) -> Option<&'a Entry> {
    section.entries.iter().find(|entry| entry.name.value == key)
}

/// Sets an ordinary parameter: in its place, or behind the others; makes the section if there is none.
fn set_parameter(model: &mut RawModel, key: &str, value: Located<Value>) {
    let mark = value.mark;
    let section = model.sections[SectionKind::Parameters as usize]
        .get_or_insert_with(|| RawSection { mark, entries: Vec::new() });
    match section.entries.iter_mut().find(|entry| entry.name.value == key) {
        Some(entry) => entry.value = value,
        None => section.entries.push(Entry { name: Located { value: key.to_owned(), mark }, value }),
    }
}

/// The texts in a value: itself, or those of a list.
fn texts_of(value: &Value) -> Vec<&str> {
    match value {
        Value::Text(text) => vec![text],
        Value::List(items) => items.iter().filter_map(Value::as_text).collect(),
        _ => Vec::new(),
    }
}
