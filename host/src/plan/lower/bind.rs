//! Binds inputs and parameters to the slots in which they find their values, at their own place or from another.

use super::super::inputs::{Feed, Source, ValueId, When};
use super::super::story::{StoryValues, boards_input, node_name};
use super::super::{Import, PlaceId};
use super::Lowering;
use crate::scenario::{Story, Target};
use illuminator_node::engine::{GatedSource, InputPlan, Knob, ModelPlan, PlacePlan, Shadow};
use illuminator_node::model::Origin;
use illuminator_node::value::Value;

impl Lowering<'_> {
    pub(super) fn bind_inputs(&mut self) {
        for model in 0..self.scenario.models.len() {
            for feed in std::mem::take(&mut self.feeds[model]) {
                let bound = self.bind(model, &feed);
                self.model_plan(model).inputs[feed.input] = bound;
            }
            self.bind_boards(model);
        }
    }

    /// Lets a model that drives boards know which ones there are at its node.
    fn bind_boards(&mut self, model: usize) {
        let entry = &self.scenario.models[model];
        if let (Some(input), Some(node)) = (boards_input(entry), node_name(entry)) {
            let slot = self.story_slot(model, |story| story.seen_at(&node));
            self.model_plan(model).inputs[input] = InputPlan::One { slot, origin: Origin::State };
        }
    }

    fn bind(&mut self, model: usize, feed: &Feed) -> InputPlan {
        let origin = feed.origin;
        let slots: Vec<u32> = feed.sources.iter().map(|&(source, _)| self.slot_of(source, model)).collect();
        if feed.target.is_none() && feed.sources.iter().all(|(_, via)| via.is_none()) {
            return match slots[..] {
                [slot] => InputPlan::One { slot, origin },
                _ => InputPlan::Several { slots, origin, into: self.new_slot(model) },
            };
        }
        let sources = (slots.into_iter().zip(&feed.sources))
            .map(|(slot, (_, via))| GatedSource {
                slot,
                gate: via.as_ref().map(|via| self.story_slot(model, |story| story.plugged(via.cable))),
                otherwise: via.as_ref().and_then(|via| via.otherwise.clone()),
            })
            .collect();
        let set = feed.target.map(|number| self.story_slot(model, |story| story.target(number)));
        InputPlan::Gated { sources, origin, set, into: self.new_slot(model) }
    }

    /// Lets the parameters that the story sets follow it.
    pub(super) fn bind_parameters(&mut self) {
        let targets = self.scenario.story.as_ref().map(Story::targets).unwrap_or_default();
        for (number, target) in targets.into_iter().enumerate() {
            if let Target::Parameter { model, name } = target {
                let slot = self.story_slot(model, |story| story.target(number));
                self.model_plan(model).knobs.push(Knob { parameter: name, slot });
            }
        }
    }

    fn model_plan(&mut self, model: usize) -> &mut ModelPlan {
        &mut self.places[self.placement.of_model[model]].plan.models[self.position[model]]
    }

    fn new_slot(&mut self, model: usize) -> u32 {
        new_slot(&mut self.places[self.placement.of_model[model]].plan)
    }

    /// The slot in which `reader`'s place finds a value of the story.
    fn story_slot(&mut self, reader: usize, value: impl FnOnce(&StoryValues) -> ValueId) -> u32 {
        let story = self.story.as_ref().expect("a scenario that asks for the story has one");
        self.slot_of(Source { value: value(story), when: When::Now }, reader)
    }

    /// The slot in which `reader`'s place finds the value of `source`.
    fn slot_of(&mut self, source: Source, reader: usize) -> u32 {
        let place = self.place(reader);
        let (from, _, slot) = self.origin(source.value);
        if from != place {
            return self.import(source, place, self.stage[reader]);
        }
        let (ValueId::Attribute(model, attribute), When::Shifted) = (source.value, source.when) else {
            return slot;
        };
        let attribute = (model, attribute);
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

    /// The slot of a place that shows another place's value. It is filled before the first stage that reads it;
    /// later stages of the same step find it there, and one filled in time for an early stage serves a late one.
    pub(super) fn import(&mut self, source: Source, place: PlaceId, stage: usize) -> u32 {
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
        let wire = self.wire(source.value);
        let shifted = match (source.when, source.value) {
            (When::Now, _) => None,
            (When::Shifted, ValueId::Attribute(model, attribute)) => {
                Some(self.initial[&(model, attribute)].clone())
            }
            (When::Before | When::Shifted, _) => Some(Value::Null),
        };
        self.places[place].plan.stages[stage].imports.push(slot);
        let task = self.places[place].first_task + stage;
        self.tasks[task].imports.push(Import { wire, shifted });
    }

    /// The wire of a value, which its place then exports.
    pub(super) fn wire(&mut self, value: ValueId) -> u32 {
        if let Some(&wire) = self.wires.get(&value) {
            return wire;
        }
        let wire = self.wires.len() as u32;
        self.wires.insert(value, wire);
        let (place, stage, slot) = self.origin(value);
        let draft = &mut self.places[place];
        draft.plan.stages[stage].exports.push(slot);
        self.tasks[draft.first_task + stage].exports.push(wire);
        wire
    }
}

fn new_slot(plan: &mut PlacePlan) -> u32 {
    plan.slots += 1;
    plan.slots - 1
}
