//! The story: what its conditions ask, and whether what it sets is there and is accepted.

use super::cables::Ids;
use super::cast::{Cast, Role};
use super::{inputs, sources};
use crate::scenario::report::{Located, Report, quote};
use crate::scenario::schema::{RawCondition, RawPhase, RawScenario, RawSetting, RawStory};
use crate::scenario::{Condition, Phase, Rule, STORY, Setting, Story, Target};
use illuminator_node::model::{Build, BuildError, Built, KeyDefault, SectionKind, Settings, Takes};
use illuminator_node::scalar::Scalar;
use illuminator_node::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// How many section entries the models that a story sets may have together, each counted once per `set` that gives it
/// parameters: so many are built to check them.
const ENTRIES_MAX: usize = 4_000_000;

/// Where the file uses the story or `via`, no model may have the story's name.
pub(super) fn reserve_name(raw: &RawScenario, report: &mut Report<'_>) {
    if raw.story.is_none() && raw.connections.iter().all(|connection| connection.via.is_none()) {
        return;
    }
    for model in raw.models.iter().filter(|model| model.name.value == STORY) {
        let message = format!("`{STORY}` is the name of the story in `monitor.items`");
        report.error_help(model.name.mark, message, "give the model another name");
    }
}

/// The story with all names resolved; `None` after reporting those that mean nothing.
pub(super) fn resolve(cast: &Cast, ids: &Ids, raw: &RawStory, report: &mut Report<'_>) -> Option<Story> {
    let errors = report.errors();
    let mut author = Author { cast, ids, phases: None, entries: 0, report };
    let phases: Vec<Phase> = raw.phases.iter().filter_map(|phase| author.phase(phase)).collect();
    let names = raw.phases.iter().enumerate().map(|(index, phase)| (phase.name.value.as_str(), index));
    author.phases = Some(names.collect());
    let rules = raw.rules.iter().filter_map(|rule| {
        let (when, set) = (author.condition(&rule.when), author.settings(&rule.set));
        Some(Rule { when: when?, set })
    });
    let rules = rules.collect();
    (report.errors() == errors).then_some(Story { phases, rules })
}

/// What names can mean.
struct Author<'a, 'r> {
    cast: &'a Cast,
    ids: &'a Ids,
    /// Positions of the phases by name; `None` while these are resolved themselves.
    phases: Option<BTreeMap<&'a str, usize>>,
    /// Counted as for [`ENTRIES_MAX`].
    entries: usize,
    report: &'a mut Report<'r>,
}

impl Author<'_, '_> {
    fn phase(&mut self, raw: &RawPhase) -> Option<Phase> {
        let when = match &raw.when {
            Some(when) => self.condition(when),
            None => Some(Condition::ALWAYS),
        };
        let set = self.settings(&raw.set);
        Some(Phase { name: raw.name.value.clone(), when: when?, set })
    }

    /// As deep as the schema's, which the YAML reader bounds.
    fn condition(&mut self, raw: &RawCondition) -> Option<Condition> {
        Some(match raw {
            RawCondition::All(raws) => Condition::All(self.conditions(raws)?),
            RawCondition::Any(raws) => Condition::Any(self.conditions(raws)?),
            RawCondition::Not(raw) => Condition::Not(Box::new(self.condition(raw)?)),
            RawCondition::Plugged(id) => Condition::Plugged(self.ids.find(id, self.report)?),
            RawCondition::Recently { plugged, steps } => {
                Condition::Recently { plugged: self.ids.find(plugged, self.report)?, steps: *steps }
            }
            RawCondition::Value { of, above, below } => {
                let of = sources::value(self.cast, of, self.report)?;
                Condition::Value { of, above: *above, below: *below }
            }
            RawCondition::Phase(name) => Condition::Phase(self.phase_named(name)?),
            RawCondition::Moment(moment) => Condition::Moment(*moment),
        })
    }

    /// All of them, or none if one is wrong; each is looked at.
    fn conditions(&mut self, raws: &[RawCondition]) -> Option<Vec<Condition>> {
        let conditions: Vec<_> = raws.iter().map(|raw| self.condition(raw)).collect();
        conditions.into_iter().collect()
    }

    fn phase_named(&mut self, name: &Located<String>) -> Option<usize> {
        let Some(phases) = &self.phases else {
            let message = "a phase cannot depend on the present phase";
            self.report.error_help(name.mark, message, "only rules know the phase");
            return None;
        };
        let found = phases.get(name.value.as_str()).copied();
        if found.is_none() {
            let message = format!("there is no phase {}", quote(&name.value));
            self.report.error_unknown(name.mark, message, &name.value, phases.keys().copied());
        }
        found
    }

    fn settings(&mut self, raws: &[RawSetting]) -> Vec<Setting> {
        let targets: Vec<Option<Target>> = raws.iter().map(|raw| self.target(raw)).collect();
        self.check_parameters(raws, &targets);
        let setting = |(raw, target): (&RawSetting, Option<Target>)| {
            Some(Setting { target: target?, value: raw.value.value.clone() })
        };
        raws.iter().zip(targets).filter_map(setting).collect()
    }

    /// The input or else parameter of this name.
    fn target(&mut self, raw: &RawSetting) -> Option<Target> {
        let (mark, name) = (raw.target.mark, raw.target.attribute.as_str());
        let model = match self.cast.find(&raw.target, self.report)? {
            Role::Model(model) => model,
            Role::Collector(_) => {
                let message =
                    format!("{} is a Collector: a story sets models only", quote(&raw.target.model));
                self.report.error(mark, message);
                return None;
            }
            Role::Broken => return None,
        };
        let entry = &self.cast.models[model].entry;
        let (who, model_type) = (quote(&entry.name), entry.model_type);
        let mut ports = model_type.inputs.iter();
        if let Some(input) = ports.position(|port| port.name == name && !port.is_hidden()) {
            if model_type.inputs[input].takes == Takes::AnyWithSources {
                let message = format!("the input `{name}` of {who} must know who sends to it");
                self.report.error_help(mark, message, "a story cannot set it: connect a model");
                return None;
            }
            let value = &raw.value.value;
            let is_number = value.as_scalar().is_some_and(Scalar::is_number);
            if inputs::computes(model_type, input) && !is_number {
                let message = format!("the input `{name}` of {who} needs a number, not {}", value.describe());
                self.report.error(raw.value.mark, message);
            } else if !value.is_bounded() {
                self.report.error(raw.value.mark, format!("this value is too large for the input `{name}`"));
            }
            return Some(Target::Input { model, input });
        }
        let Some(parameter) = model_type.parameters.iter().find(|parameter| parameter.name == name) else {
            let message = format!("{who} has no input and no parameter {}", quote(name));
            let shown = model_type.inputs.iter().filter(|port| !port.is_hidden());
            let inputs = shown.map(|port| port.name);
            let parameters = model_type.parameters.iter().map(|parameter| parameter.name);
            self.report.error_unknown(mark, message, name, inputs.chain(parameters));
            return None;
        };
        match (&parameter.key_default, &model_type.build) {
            (_, Build::OnHost(_)) => {
                let message =
                    format!("{who} reads its files before the run: `{name}` cannot change any more");
                self.report.error_help(mark, message, "of such a model a story sets inputs only");
                return None;
            }
            (KeyDefault::Unused, _) => {
                let message = format!("{who} never reads the parameter `{name}`");
                self.report.warning_help(mark, message, "this setting has no effect");
            }
            _ => {}
        }
        Some(Target::Parameter { model, name: name.to_owned() })
    }

    /// Builds every model with all parameters that one `set` gives it.
    fn check_parameters(&mut self, raws: &[RawSetting], targets: &[Option<Target>]) {
        let mut of_model: BTreeMap<usize, Vec<&RawSetting>> = BTreeMap::new();
        for (raw, target) in raws.iter().zip(targets) {
            if let Some(Target::Parameter { model, .. }) = target {
                of_model.entry(*model).or_default().push(raw);
            }
        }
        for (model, raws) in of_model {
            self.check_build(model, &raws);
        }
    }

    fn check_build(&mut self, model: usize, raws: &[&RawSetting]) {
        let entry = &self.cast.models[model].entry;
        let (Build::Anywhere(build), Some(first)) = (&entry.model_type.build, raws.first()) else { return };
        let was_bounded = self.entries <= ENTRIES_MAX;
        if was_bounded {
            let values = SectionKind::ALL.iter().flat_map(|kind| &entry.settings.section(*kind).0);
            self.entries += values.map(|(_, value)| 1 + value.items()).sum::<usize>();
        }
        if self.entries > ENTRIES_MAX {
            if was_bounded {
                let message = "the story sets parameters of large models too often to check them all";
                self.report.error_help(first.target.mark, message, "set inputs, or use fewer rules");
            }
            return;
        }
        let mut settings = entry.settings.clone();
        for raw in raws {
            set(&mut settings, &raw.target.attribute, &raw.value.value);
        }
        let (who, type_name) = (quote(&entry.name), entry.model_type.name);
        let built: Result<Built, BuildError> = settings.check_values().and_then(|()| build(&settings));
        match built {
            Err(error) => {
                let at = raws.iter().find(|raw| raw.target.attribute == error.key).unwrap_or(first);
                let message = format!("{who} ({type_name}): {}", error.problem);
                self.report.error(at.value.mark, message);
            }
            Ok(built) if built.attributes != entry.attributes => {
                let changed = difference(&built, entry.attributes.iter().map(|a| a.name.as_str()));
                let message = format!("with these parameters {who} writes other values: {changed}");
                let help = "a story cannot change which outputs and states a model writes";
                self.report.error_help(first.target.mark, message, help);
            }
            Ok(_) => {}
        }
    }
}

/// Gives a parameter another value.
fn set(settings: &mut Settings, name: &str, value: &Value) {
    let parameters = &mut settings.parameters.0;
    match parameters.iter_mut().find(|(known, _)| known == name) {
        Some((_, old)) => old.clone_from(value),
        None => parameters.push((name.to_owned(), value.clone())),
    }
}

/// The attributes that come or go, for messages.
fn difference<'a>(built: &Built, before: impl Iterator<Item = &'a str>) -> String {
    let before: BTreeSet<&str> = before.collect();
    let after: BTreeSet<&str> = built.attributes.iter().map(|attribute| attribute.name.as_str()).collect();
    let names: Vec<&str> = before.symmetric_difference(&after).copied().collect();
    if names.is_empty() {
        "in another order".to_owned()
    } else {
        crate::scenario::report::list(&names, "and")
    }
}
