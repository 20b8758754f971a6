//! Lowers a scenario to slots, stages and tasks.

mod bind;

use super::inputs::{self, Feed, Source, ValueId, When};
use super::order::topological_order;
use super::show::place_name;
use super::story::StoryValues;
use super::{CablePlan, HOST, PlaceId, Placement, StoryPlan, TablePlan, Task};
use crate::scenario::{Cable, Item, Scenario, Story};
use illuminator_node::engine::{InputPlan, ModelPlan, PlacePlan, STAGES_MAX, StagePlan};
use illuminator_node::model::Settings;
use illuminator_node::value::Value;
use std::collections::BTreeMap;

/// An attribute of the scenario: (model, attribute), both positions.
type AttributeId = (usize, usize);

/// Plans a run of `scenario` placed as `placement` says. Besides the recorders' items, those in `watch` can be read
/// after every step; of the story only where the scenario [can be plugged](Scenario::plugs) or has one.
///
/// # Errors
/// [`PlanError`].
pub fn plan(scenario: &Scenario, placement: &Placement, watch: &[Item]) -> Result<TablePlan, PlanError> {
    let mut lowering = Lowering::new(scenario, placement);
    lowering.assign_stages()?;
    lowering.assign_slots();
    lowering.bind_inputs();
    lowering.bind_parameters();
    Ok(lowering.finish(watch))
}

/// The models of `scenario` in the order in which its plan has them where all run in this process.
pub(crate) fn local_order(scenario: &Scenario) -> Vec<usize> {
    topological_order(scenario.models.len(), &inputs::edges(scenario))
        .expect("a checked scenario has no loop without time shift")
}

/// Why a placement cannot be carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
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
    wires: BTreeMap<ValueId, u32>,
    /// What the host says before each step, if anything depends on what is plugged.
    story: Option<StoryValues>,
    /// The host's slot of the first of the story's values.
    story_slot: u32,
}

impl<'a> Lowering<'a> {
    fn new(scenario: &'a Scenario, placement: &'a Placement) -> Self {
        let count = scenario.models.len();
        let order = local_order(scenario);
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
            story: StoryValues::of(scenario),
            story_slot: 0,
        }
    }

    fn place(&self, model: usize) -> PlaceId {
        self.placement.of_model[model]
    }

    /// Where a value comes from: place, stage there, and slot.
    fn origin(&self, value: ValueId) -> (PlaceId, usize, u32) {
        match value {
            ValueId::Attribute(model, attribute) => {
                (self.place(model), self.stage[model], self.first_slot[model] + attribute as u32)
            }
            ValueId::Story(number) => (HOST, 0, self.story_slot + number as u32),
        }
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
            if place == HOST && self.story.is_some() {
                // The story is told before the first models run.
                rounds.push(0);
            }
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
        if let Some(story) = &self.story {
            let host = &mut self.places[HOST].plan;
            self.story_slot = host.slots;
            host.slots += story.len() as u32;
        }
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

    fn finish(mut self, watch: &[Item]) -> TablePlan {
        let scenario = self.scenario;
        let cells = (scenario.recorders.iter())
            .map(|recorder| recorder.items.iter().map(|&item| self.item_cell(item)).collect())
            .collect();
        let cables = self.cables();
        let watched = watch.iter().map(|&item| self.item_cell(item)).collect();
        let reports = scenario.reports.iter().map(|report| report.attribute);
        let reports = reports.map(|(model, name)| self.cell(ValueId::Attribute(model, name))).collect();
        let story = self.story_plan();
        self.link_tasks();
        TablePlan {
            places: self.places.into_iter().map(|draft| draft.plan).collect(),
            nodes: self.placement.nodes.iter().map(ToString::to_string).collect(),
            tasks: self.tasks,
            wires: self.wires.len() as u32,
            cells,
            watched,
            reports,
            cables,
            story,
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
            wire: self.wire(ValueId::Attribute(cable.shows.0, cable.shows.1)),
            places: cable.ends.each_ref().map(place),
            full_scale_kw: cable.full_scale_kw,
            carrier: cable.carrier,
            palette: cable.palette,
        };
        scenario.cables.iter().map(cable).collect()
    }

    /// Where the values of the story stand, and those that it needs itself.
    fn story_plan(&mut self) -> Option<StoryPlan> {
        self.story.as_ref()?;
        let watched = self.scenario.story.as_ref().map(Story::watched).unwrap_or_default();
        let watched = watched.into_iter().map(|(model, attribute)| {
            let value = ValueId::Attribute(model, attribute);
            match self.origin(value) {
                // Before a step, a slot of the host still has the value of the step before.
                (HOST, _, slot) => slot,
                _ => self.import(Source { value, when: When::Before }, HOST, 0),
            }
        });
        let watched = watched.collect();
        Some(self.story.as_ref()?.plan(self.story_slot, watched))
    }

    fn item_cell(&mut self, item: Item) -> u32 {
        let story = self.story.as_ref();
        let value = match item {
            Item::Attribute { model, attribute } => ValueId::Attribute(model, attribute),
            Item::Phase => StoryValues::PHASE,
            Item::Plugged(id) => story.expect("who records plugs has a story").plugged(id),
        };
        self.cell(value)
    }

    /// Where a value can be read after a step.
    fn cell(&mut self, value: ValueId) -> u32 {
        if self.places.len() == 1 { self.origin(value).2 } else { self.wire(value) }
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

const _: () = assert!(HOST == 0, "place numbers count from the host");
