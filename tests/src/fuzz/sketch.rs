//! Plans and values that a fuzzer draws: each follows from a few bytes, and most of them nearly make sense.
//!
//! A model begins as the example of its type, from which the sketch then departs: so a plan reaches the models, and is
//! not refused for what every model lacks.

use arbitrary::Arbitrary;
use illuminator::scenario::{self, Files};
use illuminator_node::engine::{GatedSource, InputPlan, Knob, ModelPlan, PlacePlan, Shadow, StagePlan};
use illuminator_node::model::registry::MODEL_TYPES;
use illuminator_node::model::{ModelType, Origin, Section, SectionKind, Settings, Takes};
use illuminator_node::value::Value;
use std::sync::{Arc, LazyLock};

/// Most models of a plan.
const MODELS_MAX: usize = 8;
/// The first slots are filled from outside before each step; what a model needs and nobody drew comes from them.
const INLETS: u32 = 4;
/// Slots beside those that the models write.
const SPARE_SLOTS: u32 = 16;
/// Texts that mean something to a model, or to nobody.
const TEXTS: [&str; 12] = [
    "energy",
    "power",
    "",
    "0",
    "True",
    "m0-0.time-based_0",
    "m1",
    "NaN",
    "1e400",
    "3g1\n",
    "ü",
    "2015-05-04",
];
/// Numbers at which arithmetic has its edges.
const EDGES: [f64; 14] = [
    0.0,
    -0.0,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
    f64::MAX,
    f64::MIN_POSITIVE,
    5e-324,
    1e-9,
    0.5,
    1.5,
    4_294_967_296.0,
    9_007_199_254_740_993.0,
    -1e300,
];

/// A value.
#[derive(Clone, Debug, Arbitrary)]
pub(super) enum ValueSketch {
    Null,
    Bool(bool),
    Small(i8),
    Int(i64),
    Tenths(i16),
    Float(f64),
    Numpy(f64),
    Edge(u8),
    Known(u8),
    Text(String),
    List(Vec<ValueSketch>),
    Map(Vec<(ValueSketch, ValueSketch)>),
}

impl ValueSketch {
    /// The value; null in the place of one that is too large to be handed from model to model.
    pub(super) fn value(&self) -> Value {
        Some(self.any()).filter(Value::is_bounded).unwrap_or(Value::Null)
    }

    fn any(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(bool) => Value::Bool(*bool),
            Self::Small(int) => Value::Int((*int).into()),
            Self::Int(int) => Value::Int(*int),
            Self::Tenths(tenths) => Value::Float(f64::from(*tenths) / 10.0),
            Self::Float(float) => Value::Float(*float),
            Self::Numpy(float) => Value::Numpy(*float),
            Self::Edge(edge) => Value::Float(*pick(&EDGES, *edge)),
            Self::Known(text) => Value::Text((*pick(&TEXTS, *text)).to_owned()),
            Self::Text(text) => Value::Text(text.clone()),
            Self::List(items) => Value::List(items.iter().map(Self::any).collect()),
            Self::Map(entries) => {
                Value::Map(entries.iter().map(|(key, value)| (key.any(), value.any())).collect())
            }
        }
    }
}

/// What one place executes.
#[derive(Clone, Debug, Arbitrary)]
pub(super) struct PlanSketch {
    models: Vec<ModelSketch>,
    stages: u8,
    /// (stage, slot)
    imports: Vec<(u8, u8)>,
    exports: Vec<(u8, u8)>,
    shadows: Vec<(u8, u8, ValueSketch)>,
}

#[derive(Clone, Debug, Arbitrary)]
struct ModelSketch {
    model_type: u8,
    changes: Vec<Change>,
    step_size: u8,
    resolution_s: u16,
    inputs: Vec<InputSketch>,
    /// (parameter, slot)
    knobs: Vec<(u8, u8)>,
}

/// How the settings of a model depart from the example of its type.
#[derive(Clone, Debug, Arbitrary)]
enum Change {
    /// (section, key, value)
    Set(u8, u8, ValueSketch),
    Remove(u8, u8),
    Add(u8, String, ValueSketch),
}

#[derive(Clone, Debug, Arbitrary)]
enum InputSketch {
    Open,
    Output(u8),
    State(u8),
    Sum(Vec<u8>, u8),
    List(Vec<u8>, u8),
    /// (slot, gate, what arrives otherwise), what is set, where to
    Gated(Vec<(u8, Option<u8>, Option<ValueSketch>)>, bool, Option<u8>, u8),
}

impl PlanSketch {
    /// The plan. Its slots and counts lie inside it; all else is as it was drawn.
    pub(super) fn plan(&self) -> PlacePlan {
        let sketches = &self.models[..self.models.len().min(MODELS_MAX)];
        let written = |sketch: &ModelSketch| {
            let model_type = sketch.model_type();
            (model_type.outputs.len() + model_type.states.len()) as u32
        };
        let slots = sketches.iter().map(written).sum::<u32>() + INLETS + SPARE_SLOTS;
        let mut first_slot = INLETS;
        let models: Vec<ModelPlan> = (0..)
            .zip(sketches)
            .map(|(number, sketch)| {
                let model = sketch.plan(number, first_slot, slots);
                first_slot += written(sketch);
                model
            })
            .collect();
        let count = 1 + usize::from(self.stages % 3);
        let mut stages = vec![StagePlan::default(); count];
        for model in 0..models.len() {
            stages[model * count / models.len()].models += 1;
        }
        stages[0].imports.extend(0..INLETS);
        for (stage, slot) in &self.imports {
            stages[usize::from(*stage) % count].imports.push(u32::from(*slot) % slots);
        }
        for (stage, slot) in &self.exports {
            stages[usize::from(*stage) % count].exports.push(u32::from(*slot) % slots);
        }
        let shadows = (self.shadows.iter())
            .map(|(of, slot, initial)| Shadow {
                of: u32::from(*of) % slots,
                slot: u32::from(*slot) % slots,
                initial: initial.value(),
            })
            .collect();
        PlacePlan { slots, models, stages, shadows }
    }
}

impl ModelSketch {
    fn model_type(&self) -> &'static ModelType {
        let model_type: &&ModelType = pick(MODEL_TYPES, self.model_type);
        model_type
    }

    fn plan(&self, number: u32, first_slot: u32, slots: u32) -> ModelPlan {
        let model_type = self.model_type();
        let mut settings = example(model_type);
        settings.step_size = u32::from(self.step_size.max(1));
        settings.resolution_s = u32::from(self.resolution_s.max(1));
        self.changes.iter().for_each(|change| change.apply(&mut settings));
        let inputs: Vec<InputPlan> = (0..)
            .zip(model_type.inputs)
            .map(|(input, port)| match self.inputs.get(input as usize) {
                Some(sketch) => sketch.plan(slots),
                None if port.required => InputPlan::One { slot: input % INLETS, origin: Origin::Output },
                None => InputPlan::Open,
            })
            .collect();
        for (port, input) in model_type.inputs.iter().zip(&inputs) {
            if port.takes == Takes::AnyWithSources {
                let count = match input {
                    InputPlan::Open => 0,
                    InputPlan::One { .. } => 1,
                    InputPlan::Several { slots, .. } => slots.len(),
                    InputPlan::Gated { sources, .. } => sources.len(),
                };
                let ids = (0..count).map(|source| format!("m{source}-0.time-based_0")).collect();
                settings.sources.insert(port.name.to_owned(), ids);
            }
        }
        let knobs = (self.knobs.iter())
            .filter_map(|(parameter, slot)| {
                let parameters = Some(model_type.parameters).filter(|parameters| !parameters.is_empty())?;
                let parameter = pick(parameters, *parameter).name.to_owned();
                Some(Knob { parameter, slot: u32::from(*slot) % slots })
            })
            .collect();
        let (name, model_type) = (format!("m{number}"), model_type.name.to_owned());
        ModelPlan { name, model_type, settings, first_slot, inputs, knobs }
    }
}

impl Change {
    fn apply(&self, settings: &mut Settings) {
        match self {
            Self::Set(section, key, value) => {
                let entries = &mut section_mut(settings, *section).0;
                if !entries.is_empty() {
                    let at = usize::from(*key) % entries.len();
                    entries[at].1 = value.value();
                }
            }
            Self::Remove(section, key) => {
                let entries = &mut section_mut(settings, *section).0;
                if !entries.is_empty() {
                    entries.remove(usize::from(*key) % entries.len());
                }
            }
            Self::Add(section, key, value) => section_mut(settings, *section).set(key, value.value()),
        }
    }
}

impl InputSketch {
    fn plan(&self, slots: u32) -> InputPlan {
        let slot = |slot: &u8| u32::from(*slot) % slots;
        let several = |sources: &[u8], origin, into: &u8| InputPlan::Several {
            slots: sources.iter().map(slot).collect(),
            origin,
            into: slot(into),
        };
        match self {
            Self::Open => InputPlan::Open,
            Self::Output(of) => InputPlan::One { slot: slot(of), origin: Origin::Output },
            Self::State(of) => InputPlan::One { slot: slot(of), origin: Origin::State },
            Self::Sum(sources, into) => several(sources, Origin::Output, into),
            Self::List(sources, into) => several(sources, Origin::State, into),
            Self::Gated(sources, state, set, into) => InputPlan::Gated {
                sources: (sources.iter())
                    .map(|(of, gate, otherwise)| GatedSource {
                        slot: slot(of),
                        gate: gate.as_ref().map(slot),
                        otherwise: otherwise.as_ref().map(ValueSketch::value),
                    })
                    .collect(),
                origin: if *state { Origin::State } else { Origin::Output },
                set: set.as_ref().map(slot),
                into: slot(into),
            },
        }
    }
}

fn section_mut(settings: &mut Settings, section: u8) -> &mut Section {
    match pick(&SectionKind::ALL, section) {
        SectionKind::Parameters => &mut settings.parameters,
        SectionKind::Inputs => &mut settings.inputs,
        SectionKind::Outputs => &mut settings.outputs,
        SectionKind::States => &mut settings.states,
    }
}

/// Settings with which a model of a type can run: those of the example that `models show` prints.
fn example(model_type: &ModelType) -> Settings {
    static EXAMPLES: LazyLock<Vec<Settings>> =
        LazyLock::new(|| MODEL_TYPES.iter().map(|model_type| settings_of_example(model_type)).collect());
    let types = MODEL_TYPES.iter().zip(EXAMPLES.iter());
    let found = types.filter(|(other, _)| other.name == model_type.name).map(|(_, settings)| settings).next();
    found.cloned().unwrap_or_default()
}

/// A Collector is no model of a scenario, and has none.
fn settings_of_example(model_type: &ModelType) -> Settings {
    let text = scenario::example(model_type);
    // The data file stands in its comments.
    let data: String =
        text.lines().filter_map(|line| line.strip_prefix("#   ")).flat_map(|line| [line, "\n"]).collect();
    let checked = scenario::load(&text, "example", &mut DataFile(data.into()))
        .unwrap_or_else(|error| panic!("{error}"));
    let model = checked.models.into_iter().find(|model| model.model_type.name == model_type.name);
    model.map(|model| model.settings).unwrap_or_default()
}

struct DataFile(Arc<str>);

impl Files for DataFile {
    fn read(&mut self, _: &str) -> Result<Arc<str>, String> {
        Ok(self.0.clone())
    }

    fn directory_exists(&mut self, _: &str) -> bool {
        true
    }
}

fn pick<T>(among: &[T], number: u8) -> &T {
    &among[usize::from(number) % among.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use illuminator_node::engine::Engine;

    #[test]
    fn the_sketch_of_every_type_that_is_stepped_can_be_built() {
        let mut built = 0;
        for model_type in 0..MODEL_TYPES.len() as u8 {
            let (changes, inputs, knobs) = (Vec::new(), Vec::new(), Vec::new());
            let model = ModelSketch { model_type, changes, step_size: 1, resolution_s: 900, inputs, knobs };
            let (imports, exports, shadows) = (Vec::new(), Vec::new(), Vec::new());
            let plan = PlanSketch { models: vec![model], stages: 0, imports, exports, shadows }.plan();
            match Engine::new(&plan) {
                Ok(_) => built += 1,
                // A data file is not in a plan, and a Collector is not stepped.
                Err(error) => assert!(matches!(&*plan.models[0].model_type, "CSV" | "Collector"), "{error}"),
            }
        }
        assert!(built + 2 >= MODEL_TYPES.len(), "{built}");
    }
}
