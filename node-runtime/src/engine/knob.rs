//! Parameters that change during a run.
//!
//! A model is built from its parameters. When one of them changes, the model is built anew and takes over what the
//! old one remembered; what it wrote stays in its slots.

use super::plan::{Knob, ModelPlan};
use crate::model::{Banks, Build, ModelType, Settings, Slots, Stand};
use crate::value::Value;
use core::ops::Range;

/// The models of one place whose parameters may change, in the order of the place.
#[derive(Default)]
pub(super) struct Knobs {
    models: Vec<KnobbedModel>,
}

struct KnobbedModel {
    /// Its position in the place.
    model: u32,
    /// As in the plan.
    settings: Settings,
    knobs: Vec<Knob>,
    /// The value of each knob with which the model was built; `None`: that of the settings.
    applied: Vec<Option<Value>>,
    /// Nothing is known of what the model was built with.
    unknown: bool,
}

impl Knobs {
    /// Notes the knobs of the model at position `model`.
    pub(super) fn add(&mut self, model: u32, plan: &ModelPlan) {
        if !plan.knobs.is_empty() {
            let (settings, knobs) = (plan.settings.clone(), plan.knobs.clone());
            let applied = vec![None; knobs.len()];
            self.models.push(KnobbedModel { model, settings, knobs, applied, unknown: false });
        }
    }

    /// Forgets what was applied: all knobs count as turned.
    pub(super) fn forget(&mut self) {
        self.models.iter_mut().for_each(|model| model.unknown = true);
    }

    /// The models of a range of which a parameter has changed, and their settings with the present values. What is
    /// taken counts as applied. Each model is looked at once: a parameter that is not a number never equals itself,
    /// and would count as changed without end.
    pub(super) fn turned(
        &mut self,
        models: Range<usize>,
        slots: &Slots,
    ) -> impl Iterator<Item = (usize, Settings)> {
        self.models
            .iter_mut()
            .filter(move |knobbed| models.contains(&(knobbed.model as usize)))
            .filter_map(|knobbed| Some((knobbed.model as usize, knobbed.turned(slots)?)))
    }
}

impl KnobbedModel {
    fn turned(&mut self, slots: &Slots) -> Option<Settings> {
        let mut changed = std::mem::take(&mut self.unknown);
        for (knob, applied) in self.knobs.iter().zip(&mut self.applied) {
            let present = slots.value(knob.slot).filter(|value| *value != Value::Null);
            if present != *applied {
                *applied = present;
                changed = true;
            }
        }
        changed.then(|| {
            let mut settings = self.settings.clone();
            for (knob, applied) in self.knobs.iter().zip(&self.applied) {
                if let Some(value) = applied {
                    settings.parameters.set(&knob.parameter, value.clone());
                }
            }
            settings
        })
    }
}

/// Puts a model built from `settings` in the place of the one at `stand`.
///
/// # Errors
/// Settings that the model type refuses, or that make another kind of model of it.
pub(super) fn rebuild(
    banks: &mut Banks,
    stand: Stand,
    model_type: &ModelType,
    settings: &Settings,
) -> Result<(), String> {
    let (Build::Anywhere(build) | Build::OnHost(build)) = model_type.build else {
        return Err("a Collector has no parameters that could change".to_owned());
    };
    settings.check_values().map_err(|error| error.problem)?;
    let mut model = build(settings).map_err(|error| error.problem)?.model;
    let kept = banks.model(stand).save();
    if !model.restore(&kept) || !model.replace(banks, stand) {
        return Err("a parameter was changed that cannot change during a run".to_owned());
    }
    Ok(())
}
