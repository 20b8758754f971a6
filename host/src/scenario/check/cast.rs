//! The models of a scenario by name, with all that connections and items ask of them.

use crate::scenario::inherit::{Arena, Sections};
use crate::scenario::report::{Mark, Report, quote};
use crate::scenario::schema::{Endpoint, Entry};
use crate::scenario::{ModelEntry, Recorder};
use illuminator_node::model::{Origin, SectionKind};
use std::collections::BTreeMap;

/// Everybody in the scenario.
#[derive(Default)]
pub(super) struct Cast {
    /// The models that work, in file order.
    pub(super) models: Vec<Member>,
    /// The result file of `monitor`, once it is added.
    pub(super) monitor: Option<Recorder>,
    /// The result files of Collectors in the model list.
    pub(super) collectors: Vec<Recorder>,
    pub(super) arena: Arena,
    names: BTreeMap<String, Vec<Role>>,
}

/// A model and where it comes from.
pub(super) struct Member {
    pub(super) entry: ModelEntry,
    pub(super) sections: Sections,
    /// Where its name stands.
    pub(super) mark: Mark,
    /// Where it names its input files, if it reads files.
    pub(super) file_mark: Mark,
}

/// What a name of the model list stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A position in [`Cast::models`].
    Model(usize),
    /// A position in [`Cast::collectors`].
    Collector(usize),
    /// A model with an error of its own.
    Broken,
}

impl Cast {
    /// Adds a name. Where a name occurs again, the later model takes the earlier one's place in connections.
    pub(super) fn name(&mut self, name: &str, role: Role) {
        self.names.entry(name.to_owned()).or_default().push(role);
    }

    /// Whether a model of this name is there already.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    /// Whether any model has an error of its own.
    pub(super) fn has_broken(&self) -> bool {
        self.names.values().flatten().any(|role| *role == Role::Broken)
    }

    /// Whether several models have this name.
    pub(super) fn is_ambiguous(&self, name: &str) -> bool {
        self.names.get(name).is_some_and(|roles| roles.len() > 1)
    }

    /// Who is called so; reports an unknown name.
    pub(super) fn find(&self, endpoint: &Endpoint, report: &mut Report<'_>) -> Option<Role> {
        let role = self.names.get(&endpoint.model).and_then(|roles| roles.last()).copied();
        if role.is_none() {
            let message = format!("there is no model {}", quote(&endpoint.model));
            report.error_unknown(
                endpoint.mark,
                message,
                &endpoint.model,
                self.names.keys().map(String::as_str),
            );
        }
        role
    }

    /// The entry of a name in a section of the model's own.
    pub(super) fn own_entry(&self, model: usize, kind: SectionKind, name: &str) -> Option<&Entry> {
        self.models[model].sections.own(kind).and_then(|id| self.arena.get(id).get(name))
    }

    /// Whether a section of the model's own lists the name.
    pub(super) fn own_lists(&self, model: usize, kind: SectionKind, name: &str) -> bool {
        self.own_entry(model, kind, name).is_some()
    }

    /// Output or state, for a model's attribute.
    pub(super) fn origin(&self, model: usize, attribute: usize) -> Origin {
        self.models[model].entry.attributes[attribute].origin
    }
}

impl Member {
    /// Whether a name is in one of the sections that connections may use.
    pub(super) fn declares(&self, name: &str) -> bool {
        let settings = &self.entry.settings;
        [&settings.inputs, &settings.outputs, &settings.states]
            .into_iter()
            .any(|section| section.contains(name))
    }
}
