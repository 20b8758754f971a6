//! Executes a [`PlacePlan`].

use super::gather::Gathers;
use super::knob::{self, Knobs};
use super::plan::{InputPlan, ModelPlan, PlacePlan, StagePlan};
use crate::model::{
    Attribute, Banks, Build, BuildError, Input, Io, Model, Origin, Slots, Stand, StepError, registry,
};
use crate::value::Value;
use core::ops::Range;

/// Most slots of one place: 256 MiB of scalars, several million models.
const SLOTS_MAX: u32 = 1 << 24;

/// Most stages of one place: a frame counts them in 16 bits.
pub const STAGES_MAX: usize = 1 << 16;

/// A model in its place.
struct Placed {
    stand: Stand,
    step_size: u32,
    first_slot: u32,
    inputs: Range<u32>,
    gathers: Range<u32>,
}

/// The models of one place, ready to step.
pub struct Engine {
    pub(super) slots: Slots,
    placed: Vec<Placed>,
    banks: Banks,
    inputs: Vec<Input>,
    gathers: Gathers,
    knobs: Knobs,
    stages: Vec<Stage>,
    shadows: Vec<(u32, u32)>,
    board_lines: Vec<u32>,
    names: Vec<ModelName>,
}

struct Stage {
    models: Range<u32>,
    imports: Vec<u32>,
    exports: Vec<u32>,
}

struct ModelName {
    name: String,
    model_type: &'static crate::model::ModelType,
}

/// Why a place could not be made ready or could not go on: which model, and what happened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("model `{model}`: {reason}")]
pub struct EngineError {
    /// The model's name in the scenario; empty if the plan itself is at fault.
    pub model: String,
    /// What happened, with input names.
    pub reason: String,
}

impl Engine {
    /// Builds the models of a plan.
    ///
    /// # Errors
    /// An unknown model type, settings that a model refuses, or slots outside the plan.
    pub fn new(plan: &PlacePlan) -> Result<Self, EngineError> {
        check(plan)?;
        let mut engine = Self {
            slots: Slots::new(plan.slots as usize),
            placed: Vec::with_capacity(plan.models.len()),
            banks: Banks::default(),
            inputs: Vec::new(),
            gathers: Gathers::default(),
            knobs: Knobs::default(),
            stages: stages(&plan.stages),
            shadows: plan.shadows.iter().map(|shadow| (shadow.of, shadow.slot)).collect(),
            board_lines: Vec::new(),
            names: Vec::with_capacity(plan.models.len()),
        };
        for shadow in &plan.shadows {
            engine.slots.set_value(shadow.slot, shadow.initial.clone());
        }
        for model in &plan.models {
            engine.place(model, plan.slots)?;
        }
        Ok(engine)
    }

    fn place(&mut self, plan: &ModelPlan, slots: u32) -> Result<(), EngineError> {
        let fail = |reason: String| EngineError { model: plan.name.clone(), reason };
        let model_type = registry::find(&plan.model_type)
            .ok_or_else(|| fail(format!("its type `{}` is not known here", plan.model_type)))?;
        let build = match model_type.build {
            Build::Anywhere(build) | Build::OnHost(build) => build,
            Build::Recorder => return Err(fail("a Collector is not stepped".to_owned())),
        };
        plan.settings.check_values().map_err(|error| fail(error.problem))?;
        let built = build(&plan.settings).map_err(|BuildError { problem, .. }| fail(problem))?;
        if u64::from(plan.first_slot) + built.attributes.len() as u64 > u64::from(slots)
            || plan.inputs.len() != model_type.inputs.len()
            || plan.settings.step_size == 0
        {
            return Err(fail("the plan does not fit its type".to_owned()));
        }
        let first_input = self.inputs.len() as u32;
        let first_gather = self.gathers.len();
        for input in &plan.inputs {
            self.bind(input);
        }
        self.placed.push(Placed {
            stand: built.model.store(&mut self.banks),
            step_size: plan.settings.step_size,
            first_slot: plan.first_slot,
            inputs: first_input..self.inputs.len() as u32,
            gathers: first_gather..self.gathers.len(),
        });
        let to_boards = |attribute: &Attribute| {
            model_type.states.iter().any(|port| port.of_table && port.name == attribute.name)
        };
        let positions = (0..).zip(&built.attributes).filter(|(_, attribute)| to_boards(attribute));
        self.board_lines.extend(positions.map(|(position, _)| plan.first_slot + position));
        self.knobs.add(self.names.len() as u32, plan);
        self.names.push(ModelName { name: plan.name.clone(), model_type });
        Ok(())
    }

    fn bind(&mut self, input: &InputPlan) {
        self.inputs.push(match *input {
            InputPlan::Open => Input::NONE,
            InputPlan::One { slot, origin: Origin::Output } => Input::output(slot),
            InputPlan::One { slot, origin: Origin::State } => Input::state(slot),
            InputPlan::Several { ref slots, origin, into } => {
                self.gathers.add(slots, origin, into);
                Input::state(into)
            }
            InputPlan::Gated { ref sources, origin, set, into } => {
                self.gathers.add_gated(sources, origin, set, into);
                Input::state(into)
            }
        });
    }

    /// Number of stages in one co-simulation step.
    pub fn stages(&self) -> usize {
        self.stages.len()
    }

    /// Lets `fill` write the slots that a stage needs from outside: it is given the values of this place and
    /// the slots in the order of the values in the frame.
    pub fn import<R>(&mut self, stage: usize, fill: impl FnOnce(&mut Slots, &[u32]) -> R) -> R {
        fill(&mut self.slots, &self.stages[stage].imports)
    }

    /// The slots to send after a stage ran, in the order of the values in the frame.
    pub fn exports(&self, stage: usize) -> &[u32] {
        &self.stages[stage].exports
    }

    /// The slots with what models tell the boards of cables: lists of a cable's id, or null, and a line.
    pub fn board_lines(&self) -> &[u32] {
        &self.board_lines
    }

    /// The values of this place.
    pub fn slots(&self) -> &Slots {
        &self.slots
    }

    /// The values of this place, for what is written from outside before a step.
    pub fn slots_mut(&mut self) -> &mut Slots {
        &mut self.slots
    }

    /// Runs every stage of co-simulation step `step`; for a place that needs nothing from outside.
    ///
    /// # Errors
    /// The first model that cannot be stepped.
    pub fn run(&mut self, step: u64) -> Result<(), EngineError> {
        (0..self.stages.len()).try_for_each(|stage| self.run_stage(step, stage))
    }

    /// Runs one stage of co-simulation step `step`. Stages are run in order, steps from 0 on.
    ///
    /// # Errors
    /// The first model that cannot be stepped.
    pub fn run_stage(&mut self, step: u64, stage: usize) -> Result<(), EngineError> {
        if stage == 0 && step > 0 {
            for &(of, slot) in &self.shadows {
                self.slots.copy(of, slot);
            }
        }
        let Stage { models, .. } = &self.stages[stage];
        let models = models.start as usize..models.end as usize;
        self.turn_knobs(models.clone())?;
        for (index, placed) in self.placed[models.clone()].iter().enumerate() {
            if placed.step_size != 1 && !step.is_multiple_of(u64::from(placed.step_size)) {
                continue;
            }
            if let Err(found) = self.gathers.run(placed.gathers.clone(), &mut self.slots) {
                return Err(self.names[models.start + index].sum_error(found));
            }
            let inputs = &self.inputs[placed.inputs.start as usize..placed.inputs.end as usize];
            let mut io = Io::new(&mut self.slots, inputs, placed.first_slot, step);
            if let Err(error) = self.banks.step(placed.stand, &mut io) {
                return Err(self.names[models.start + index].step_error(&error));
            }
        }
        Ok(())
    }

    /// Applies the parameters that have changed to the models of a range.
    fn turn_knobs(&mut self, models: Range<usize>) -> Result<(), EngineError> {
        for (model, settings) in self.knobs.turned(models, &self.slots) {
            let ModelName { name, model_type } = &self.names[model];
            let stand = self.placed[model].stand;
            knob::rebuild(&mut self.banks, stand, model_type, &settings)
                .map_err(|reason| EngineError { model: name.clone(), reason })?;
        }
        Ok(())
    }

    pub(super) fn models(&self) -> impl Iterator<Item = &dyn Model> {
        self.placed.iter().map(|placed| self.banks.model(placed.stand))
    }

    /// Forgets which parameters were applied: all that may change are applied before the next step.
    pub(super) fn forget_knobs(&mut self) {
        self.knobs.forget();
    }

    /// Gives every model, in order, to `change`, until one refuses.
    pub(super) fn change_models(&mut self, mut change: impl FnMut(&mut dyn Model) -> bool) -> bool {
        self.placed.iter().all(|placed| change(self.banks.model_mut(placed.stand)))
    }
}

fn stages(plan: &[StagePlan]) -> Vec<Stage> {
    let mut next = 0;
    plan.iter()
        .map(|stage| {
            let models = next..next + stage.models;
            next = models.end;
            Stage { models, imports: stage.imports.clone(), exports: stage.exports.clone() }
        })
        .collect()
}

/// A plan comes from the network: every slot and count must lie inside it.
fn check(plan: &PlacePlan) -> Result<(), EngineError> {
    let in_stages: u64 = plan.stages.iter().map(|stage| u64::from(stage.models)).sum();
    let slot_ok = |slot: &u32| *slot < plan.slots;
    let fits = plan.slots <= SLOTS_MAX
        && plan.stages.len() <= STAGES_MAX
        && in_stages == plan.models.len() as u64
        && plan.stages.iter().all(|stage| stage.imports.iter().chain(&stage.exports).all(slot_ok))
        && plan.shadows.iter().all(|shadow| slot_ok(&shadow.of) && slot_ok(&shadow.slot))
        && plan.models.iter().flat_map(|model| &model.inputs).all(|input| match input {
            InputPlan::Open => true,
            InputPlan::One { slot, .. } => slot_ok(slot),
            InputPlan::Several { slots, into, .. } => slots.iter().all(slot_ok) && slot_ok(into),
            InputPlan::Gated { sources, set, into, .. } => {
                sources.iter().all(|source| {
                    slot_ok(&source.slot)
                        && source.gate.iter().all(slot_ok)
                        && source.otherwise.iter().all(Value::is_bounded)
                }) && set.iter().all(slot_ok)
                    && slot_ok(into)
            }
        })
        && plan.models.iter().flat_map(|model| &model.knobs).all(|knob| slot_ok(&knob.slot));
    if fits {
        Ok(())
    } else {
        Err(EngineError { model: String::new(), reason: "the plan contradicts itself".to_owned() })
    }
}

impl ModelName {
    #[cold]
    fn sum_error(&self, found: &str) -> EngineError {
        EngineError {
            model: self.name.clone(),
            reason: format!("the sources of one of its inputs give {found}"),
        }
    }

    #[cold]
    fn step_error(&self, error: &StepError) -> EngineError {
        let input = |index: usize| self.model_type.inputs.get(index).map_or("?", |port| port.name);
        let reason = match *error {
            StepError::MissingInput { input: index } => {
                format!("input `{}` is not connected", input(index))
            }
            StepError::NotANumber { input: index, found } => {
                format!("input `{}` needs a number and got {found}", input(index))
            }
            StepError::DivisionByZero(_) | StepError::Other(_) => error.to_string(),
        };
        EngineError { model: self.name.clone(), reason }
    }
}
