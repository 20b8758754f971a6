//! A scenario of a sweep that is ready to run, and how it becomes the next one.
//!
//! ```text
//!   file ─▶ check ─▶ plan ─▶ Planned(1) ─ parameters ─▶ Planned(2) ─ parameters ─▶ Planned(3) …
//!                              ▲              └ other values written, other files read
//!                              └───────────────────────────┘ anew from the file
//! ```
//!
//! Most scenarios of a sweep differ in parameters, which neither move a slot nor open another file: they share what was
//! resolved, connected and planned. Invariant: however a scenario came about, it is what the file says of it; where that
//! is not certain it is made of the file.

use super::Sweep;
use crate::plan::{self, HOST, Placement, PlanError, TablePlan};
use crate::scenario::template::Change;
use crate::scenario::{Diagnostics, Files, ParsedTables, Scenario, Story, Target};
use illuminator_node::model::{Build, RESULTS_DIR, Settings};
use illuminator_node::value::Value;
use std::collections::BTreeMap;

/// A scenario, checked and planned for this process.
#[derive(Clone)]
pub struct Planned {
    id: u64,
    scenario: Scenario,
    plan: TablePlan,
    /// Where each model stands in the plan.
    position: Vec<usize>,
}

/// Why a scenario cannot run.
#[derive(Debug, thiserror::Error)]
pub enum Unplanned {
    /// Its mistakes, located in the file of the sweep.
    #[error("{0}")]
    Wrong(Diagnostics),
    /// It cannot be carried out.
    #[error("error: {0}")]
    Plan(#[from] PlanError),
}

impl Planned {
    /// Scenario `id`, from the file.
    ///
    /// # Errors
    /// [`Unplanned`].
    pub fn new(
        sweep: &Sweep,
        id: u64,
        files: &mut dyn Files,
        parsed: &mut ParsedTables,
    ) -> Result<Self, Unplanned> {
        let scenario = sweep.scenario(id, files, parsed).map_err(Unplanned::Wrong)?;
        let plan = plan::plan(&scenario, &Placement::local(&scenario), &[])?;
        let mut position = vec![0; scenario.models.len()];
        for (place, model) in plan::local_order(&scenario).into_iter().enumerate() {
            position[model] = place;
        }
        Ok(Self { id, scenario, plan, position })
    }

    /// The scenario. Its warnings are those of the one that was made of the file.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// Its plan.
    pub fn plan(&self) -> &TablePlan {
        &self.plan
    }

    /// Becomes scenario `id` of the same sweep, if that has nothing but other parameters and names of results, and its
    /// models write the same values with them. Says whether it has; if not, it stays what it was.
    pub fn turn_into(&mut self, sweep: &Sweep, id: u64) -> bool {
        let Some(changes) = sweep.changes(self.id, id) else { return false };
        let Some(settings) = self.settings_after(&changes) else { return false };
        for (model, settings) in settings {
            self.set(model, settings);
        }
        for change in changes {
            if let Change::File { recorder, path } = change {
                self.scenario.recorders[recorder].file = path;
            }
        }
        self.id = id;
        true
    }

    /// The settings of the models that get other parameters; `None` if one of them cannot be built with these, or is
    /// another kind of model then.
    fn settings_after(&self, changes: &[Change]) -> Option<BTreeMap<usize, Settings>> {
        let mut after: BTreeMap<usize, Settings> = BTreeMap::new();
        for change in changes {
            let Change::Parameter { model, key, value } = change else { continue };
            let settings =
                after.entry(*model).or_insert_with(|| self.scenario.models[*model].settings.clone());
            let old = settings.parameters.get(key)?;
            // All values together have a limit, which is not counted again here.
            if value.items() > old.items() {
                return None;
            }
            settings.parameters.set(key, value.clone());
        }
        let told = self.scenario.story.as_ref().map(Story::targets).unwrap_or_default();
        let is_told = |model: usize| {
            told.iter()
                .any(|target| matches!(target, Target::Parameter { model: told, .. } if *told == model))
        };
        // What a story sets was tried with the old parameters.
        let same = |(&model, settings): (&usize, &Settings)| !is_told(model) && self.is_same(model, settings);
        after.iter().all(same).then_some(after)
    }

    /// Whether a model with these settings can be built, and writes what it wrote before.
    fn is_same(&self, model: usize, settings: &Settings) -> bool {
        let entry = &self.scenario.models[model];
        let Build::Anywhere(build) = entry.model_type.build else { return false };
        let built = settings.check_values().and_then(|()| build(settings));
        built.is_ok_and(|built| built.attributes == entry.attributes)
    }

    fn set(&mut self, model: usize, settings: Settings) {
        let directory = settings.parameters.get(RESULTS_DIR).and_then(Value::as_text).unwrap_or_default();
        let reports = self.scenario.reports.iter_mut().filter(|report| report.attribute.0 == model);
        reports.for_each(|report| directory.clone_into(&mut report.directory));
        let planned = &mut self.plan.places[HOST].models[self.position[model]];
        planned.settings.parameters = settings.parameters.clone();
        self.scenario.models[model].settings = settings;
    }
}

#[cfg(test)]
mod tests;
