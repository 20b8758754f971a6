//! Lowers a scenario to slots, stages and tasks.

use super::inputs::{self, Feed, Source};
use super::order::topological_order;
use super::show::place_name;
use super::{CablePlan, HOST, Import, PlaceId, Placement, TablePlan, Task};
use crate::scenario::{Cable, Scenario};
use illuminator_node::engine::{InputPlan, ModelPlan, PlacePlan, STAGES_MAX, Shadow, StagePlan};
use illuminator_node::model::Settings;
use illuminator_node::value::Value;
use std::collections::BTreeMap;

/// An attribute of the scenario: (model, attribute), both positions.
type AttributeId = (usize, usize);

/// Plans a run of `scenario` placed as `placement` says. Besides the recorders' items, the attributes in
/// `watch` (model and attribute positions) can be read after every step.
///
/// # Errors
/// [`PlanError`].
pub fn plan(
    scenario: &Scenario,
    placement: &Placement,
    watch: &[(usize, usize)],
) -> Result<TablePlan, PlanError> {
    if scenario.follows_plugs() {
        return Err(PlanError::Story);
    }
    let mut lowering = Lowering::new(scenario, placement);
    lowering.assign_stages()?;
    lowering.assign_slots();
    lowering.bind_inputs();
    Ok(lowering.finish(watch))
}

/// Why a placement cannot be carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// The scenario depends on what is plugged, which a plan does not know yet.
    #[error("this version checks stories and connections through cables, but does not run them")]
    Story,
    /// The values go back and forth between places too often in one step.
    #[error(
        "the models of {place} run in {stages} stages, because values go back and forth between places that often \
         in one step; at most {STAGES_MAX} are possible: place models that feed each other together"
    )]
    TooManyStages {
        /// The place.
        place: String,
        /// Its stages.
        stages: usize,
    },
}

/// One place while it is being planned.
#[derive(Default)]
struct PlaceDraft {
    plan: PlacePlan,
    /// Number of this place's first task.
    first_task: usize,
    /// Slots that show values of other places: source ▶ slot.
    imports: BTreeMap<Source, u32>,
    /// Slots that show this place's values of the step before: attribute ▶ slot.
    shadows: BTreeMap<AttributeId, u32>,
}

struct Lowering<'a> {
    scenario: &'a Scenario,
    placement: &'a Placement,
    feeds: Vec<Vec<Feed>>,
    /// Initial value of each time-shifted source attribute.
    initial: BTreeMap<AttributeId, Value>,
    /// Models in topological order.
    order: Vec<usize>,
    /// Stage of each model in its place.
    stage: Vec<usize>,
    /// Slot of each model's first attribute in its place.
    first_slot: Vec<u32>,
    /// Position of each model in its place's plan.
    position: Vec<usize>,
    places: Vec<PlaceDraft>,
    tasks: Vec<Task>,
    wires: BTreeMap<AttributeId, u32>,
}

impl<'a> Lowering<'a> {
    fn new(scenario: &'a Scenario, placement: &'a Placement) -> Self {
        let count = scenario.models.len();
        let order = topological_order(count, &inputs::edges(scenario))
            .expect("a checked scenario has no loop without time shift");
        let initial = scenario
            .connections
            .iter()
            .filter_map(|connection| {
                let value = connection.shifted.clone()?;
                Some(((connection.from_model, connection.from_attribute), value))
            })
            .collect();
        Self {
            scenario,
            placement,
            feeds: inputs::feeds(scenario),
            initial,
            order,
            stage: vec![0; count],
            first_slot: vec![0; count],
            position: vec![0; count],
            places: (0..=placement.nodes.len()).map(|_| PlaceDraft::default()).collect(),
            tasks: Vec::new(),
            wires: BTreeMap::new(),
        }
    }

    fn place(&self, model: usize) -> PlaceId {
        self.placement.of_model[model]
    }

    /// A model can run once its sources have run, one *round* later if they are elsewhere. The rounds in
    /// which a place has models are its stages.
    fn assign_stages(&mut self) -> Result<(), PlanError> {
        let mut round = vec![0_usize; self.scenario.models.len()];
        let mut followers = vec![Vec::new(); self.scenario.models.len()];
        for (before, after) in inputs::edges(self.scenario) {
            followers[before].push(after);
        }
        for &model in &self.order {
            for &follower in &followers[model] {
                let hop = usize::from(self.place(model) != self.place(follower));
                round[follower] = round[follower].max(round[model] + hop);
            }
        }
        for place in 0..self.places.len() {
            let mut rounds: Vec<usize> = self.placement.models_of(place).map(|model| round[model]).collect();
            rounds.sort_unstable();
            rounds.dedup();
            if rounds.len() > STAGES_MAX {
                let place = place_name(self.placement, place);
                return Err(PlanError::TooManyStages { place, stages: rounds.len() });
            }
            for model in self.placement.models_of(place) {
                self.stage[model] = rounds.partition_point(|&other| other < round[model]);
            }
            self.places[place].first_task = self.tasks.len();
            self.places[place].plan.stages = vec![StagePlan::default(); rounds.len()];
            self.tasks.extend((0..rounds.len()).map(|stage| Task { place, stage, ..Task::default() }));
        }
        Ok(())
    }

    fn assign_slots(&mut self) {
        let mut order = self.order.clone();
        order.sort_by_key(|&model| (self.place(model), self.stage[model]));
        for model in order {
            let entry = &self.scenario.models[model];
            let sources = inputs::source_ids(self.scenario, model, &self.feeds[model]);
            let plan = &mut self.places[self.placement.of_model[model]].plan;
            self.first_slot[model] = plan.slots;
            self.position[model] = plan.models.len();
            plan.slots += entry.attributes.len() as u32;
            plan.stages[self.stage[model]].models += 1;
            plan.models.push(ModelPlan {
                name: entry.name.clone(),
                model_type: entry.model_type.name.to_owned(),
                settings: Settings { sources, ..entry.settings.clone() },
                first_slot: self.first_slot[model],
                inputs: vec![InputPlan::Open; entry.model_type.inputs.len()],
                knobs: Vec::new(),
            });
        }
    }

    fn bind_inputs(&mut self) {
        for model in 0..self.scenario.models.len() {
            for feed in std::mem::take(&mut self.feeds[model]) {
                let slots: Vec<u32> =
                    feed.sources.iter().map(|&source| self.slot_of(source, model)).collect();
                let plan = &mut self.places[self.placement.of_model[model]].plan;
                let bound = match slots[..] {
                    [slot] => InputPlan::One { slot, origin: feed.origin },
                    _ => InputPlan::Several { slots, origin: feed.origin, into: new_slot(plan) },
                };
                plan.models[self.position[model]].inputs[feed.input] = bound;
            }
        }
    }

    /// The slot in which `reader`'s place finds the value of `source`.
    fn slot_of(&mut self, source: Source, reader: usize) -> u32 {
        let place = self.place(reader);
        let attribute = (source.model, source.attribute);
        let from = self.place(source.model);
        if from != place {
            return self.import(source, reader);
        }
        let slot = self.first_slot[source.model] + source.attribute as u32;
        if !source.shifted {
            return slot;
        }
        let draft = &mut self.places[place];
        *draft.shadows.entry(attribute).or_insert_with(|| {
            let shadow = new_slot(&mut draft.plan);
            draft.plan.shadows.push(Shadow {
                of: slot,
                slot: shadow,
                initial: self.initial[&attribute].clone(),
            });
            shadow
        })
    }

    /// The slot that shows another place's value. It is filled before the first stage that reads it; later
    /// stages of the same step find it there, and one filled in time for an early stage serves a late one.
    fn import(&mut self, source: Source, reader: usize) -> u32 {
        let place = self.place(reader);
        let stage = self.stage[reader];
        if let Some(&slot) = self.places[place].imports.get(&source) {
            self.advance_import(place, source, slot, stage);
            return slot;
        }
        let slot = new_slot(&mut self.places[place].plan);
        self.places[place].imports.insert(source, slot);
        self.add_import(place, source, slot, stage);
        slot
    }

    /// Moves an import to an earlier stage if `stage` reads it before the stage that now receives it.
    fn advance_import(&mut self, place: PlaceId, source: Source, slot: u32, stage: usize) {
        let stages = &mut self.places[place].plan.stages;
        let (now, position) = stages
            .iter()
            .enumerate()
            .find_map(|(stage, plan)| Some((stage, plan.imports.iter().position(|&other| other == slot)?)))
            .expect("an import stands in one stage");
        if stage < now {
            stages[now].imports.remove(position);
            let first = self.places[place].first_task;
            self.tasks[first + now].imports.remove(position);
            self.add_import(place, source, slot, stage);
        }
    }

    fn add_import(&mut self, place: PlaceId, source: Source, slot: u32, stage: usize) {
        let wire = self.wire((source.model, source.attribute));
        let shifted = source.shifted.then(|| self.initial[&(source.model, source.attribute)].clone());
        self.places[place].plan.stages[stage].imports.push(slot);
        let task = self.places[place].first_task + stage;
        self.tasks[task].imports.push(Import { wire, shifted });
    }

    /// The wire of an attribute, which its place then exports.
    fn wire(&mut self, attribute: AttributeId) -> u32 {
        if let Some(&wire) = self.wires.get(&attribute) {
            return wire;
        }
        let wire = self.wires.len() as u32;
        self.wires.insert(attribute, wire);
        let (model, position) = attribute;
        let draft = &mut self.places[self.placement.of_model[model]];
        draft.plan.stages[self.stage[model]].exports.push(self.first_slot[model] + position as u32);
        self.tasks[draft.first_task + self.stage[model]].exports.push(wire);
        wire
    }

    fn finish(mut self, watch: &[AttributeId]) -> TablePlan {
        let scenario = self.scenario;
        let cells = (scenario.recorders.iter())
            .map(|recorder| recorder.attributes().map(|attribute| self.cell(attribute)).collect())
            .collect();
        let cables = self.cables();
        let watched = watch.iter().map(|&attribute| self.cell(attribute)).collect();
        self.link_tasks();
        TablePlan {
            places: self.places.into_iter().map(|draft| draft.plan).collect(),
            tasks: self.tasks,
            wires: self.wires.len() as u32,
            cells,
            watched,
            cables,
            steps: scenario.steps,
        }
    }

    /// The cables, if there are nodes that could show them.
    fn cables(&mut self) -> Vec<CablePlan> {
        let scenario = self.scenario;
        let nodes = &self.placement.nodes;
        if nodes.is_empty() {
            return Vec::new();
        }
        let place =
            |end: &String| nodes.iter().position(|node| node.to_string() == *end).map(|node| node + 1);
        let cable = |cable: &Cable| CablePlan {
            id: cable.id,
            wire: self.wire(cable.shows),
            places: cable.ends.each_ref().map(place),
            full_scale_kw: cable.full_scale_kw,
            carrier: cable.carrier,
            palette: cable.palette,
        };
        scenario.cables.iter().map(cable).collect()
    }

    /// Where the value of an attribute can be read after a step.
    fn cell(&mut self, attribute: AttributeId) -> u32 {
        if self.places.len() == 1 {
            self.first_slot[attribute.0] + attribute.1 as u32
        } else {
            self.wire(attribute)
        }
    }

    /// Notes for each task which others must have run before it.
    fn link_tasks(&mut self) {
        let mut producer = vec![0; self.wires.len()];
        for (index, task) in self.tasks.iter().enumerate() {
            for &wire in &task.exports {
                producer[wire as usize] = index;
            }
        }
        for task in &mut self.tasks {
            let sources = |shifted: bool| {
                let mut sources: Vec<usize> = (task.imports.iter())
                    .filter(|import| import.shifted.is_some() == shifted)
                    .map(|import| producer[import.wire as usize])
                    .collect();
                sources.sort_unstable();
                sources.dedup();
                sources
            };
            (task.after, task.after_previous) = (sources(false), sources(true));
        }
    }
}

fn new_slot(plan: &mut PlacePlan) -> u32 {
    plan.slots += 1;
    plan.slots - 1
}

const _: () = assert!(HOST == 0, "place numbers count from the host");
