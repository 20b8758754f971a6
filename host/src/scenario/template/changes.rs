//! What a checked scenario of a pattern has to be given to become another one, where that is parameters and names of
//! results alone.

use super::{Choice, FILE_PATH, RawScenario, Slot, Template};
use crate::scenario::inherit::Inheritance;
use illuminator_node::model::{Build, RESULTS_DIR, SectionKind, registry};
use illuminator_node::value::Value;

/// A value that another scenario of the pattern has otherwise.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A parameter of a model, one that it has already.
    Parameter {
        /// Position in [`Scenario::models`](crate::scenario::Scenario::models).
        model: usize,
        /// Its name.
        key: String,
        /// Its value there.
        value: Value,
    },
    /// The path of a result file.
    File {
        /// Position in [`Scenario::recorders`](crate::scenario::Scenario::recorders).
        recorder: usize,
        /// Its path there.
        path: String,
    },
}

/// Who has the parameters of an entry of the model list: itself, and those that inherit them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reader {
    /// A model that its settings alone make: its position in the scenario.
    Model(usize),
    /// One that reads files by them.
    Files,
    /// A result file: its position in the scenario.
    Recorder(usize),
}

/// For each entry of the model list, who has its parameters. Of a type that is not known nobody asks: no scenario with it
/// can run.
pub(super) fn readers(mut raw: RawScenario) -> Vec<Vec<Reader>> {
    let mut readers = vec![Vec::new(); raw.models.len()];
    let mut inheritance = Inheritance::default();
    // The first recorder is that of `monitor`.
    let (mut models, mut recorders) = (0, 1);
    for (index, model) in raw.models.iter_mut().enumerate() {
        let sections = inheritance.enter(index, model);
        let Some(model_type) = registry::find(&model.type_name.value) else { continue };
        let (reader, count) = match model_type.build {
            Build::Anywhere(_) => (Reader::Model(models), &mut models),
            Build::OnHost(_) => (Reader::Files, &mut models),
            Build::Recorder => (Reader::Recorder(recorders), &mut recorders),
        };
        *count += 1;
        if let Some(section) = sections.id(SectionKind::Parameters) {
            readers[inheritance.arena.get(section).owner].push(reader);
        }
    }
    readers
}

impl Template {
    /// What makes the checked scenario `to` of `from`. `None` where a value may change more than parameters and names of
    /// results: which files are read, how, and where results go. Whether the models still write the same with the new
    /// parameters is not looked at here.
    ///
    /// # Panics
    /// If an axis has no such value.
    pub fn changes(&self, from: Choice<'_>, to: Choice<'_>) -> Option<Vec<Change>> {
        let mut changes = Vec::new();
        if let Value::Text(path) = self.slot_value(Slot::Monitor, to) {
            changes.push(Change::File { recorder: 0, path });
        }
        for (number, axis) in self.axes.iter().enumerate() {
            if from.values[number] == to.values[number] {
                continue;
            }
            // The folders of these would have to be looked for.
            if [FILE_PATH, RESULTS_DIR].contains(&axis.key.as_str()) {
                return None;
            }
            let value = self.slot_value(Slot::Axis(number), to);
            self.change(axis.position, &axis.key, &value, &mut changes)?;
        }
        for (number, output) in self.outputs.iter().enumerate() {
            let value = self.slot_value(Slot::Output(number), to);
            self.change(output.model, output.key, &value, &mut changes)?;
        }
        Some(changes)
    }

    /// Adds what becomes of a parameter of an entry of the model list, wherever it is read.
    fn change(&self, entry: usize, key: &str, value: &Value, changes: &mut Vec<Change>) -> Option<()> {
        for &reader in &self.readers[entry] {
            changes.push(match (reader, value) {
                (Reader::Model(model), _) => {
                    Change::Parameter { model, key: key.to_owned(), value: value.clone() }
                }
                (Reader::Recorder(recorder), Value::Text(path)) if key == FILE_PATH => {
                    Change::File { recorder, path: path.clone() }
                }
                (Reader::Recorder(_) | Reader::Files, _) => return None,
            });
        }
        Some(())
    }
}
