//! The models one after the other, in file order, because each may inherit from those before it.

use super::cast::{Cast, Member, Role};
use super::keys::{Keys, origin};
use super::table_files::{Input, ParsedTables};
use super::{Run, recorders};
use crate::scenario::inherit::{Inheritance, Sections};
use crate::scenario::report::{Located, Mark, Report, list, quote};
use crate::scenario::schema::RawModel;
use crate::scenario::{Files, ModelEntry};
use illuminator_node::model::registry::{self, MODEL_TYPES};
use illuminator_node::model::{
    Build, BuildError, Built, KeyDefault, ModelType, Port, Section, SectionKind, Settings, Tables, Written,
};
use illuminator_node::value::Value;

/// The name of the result writer that the Python Illuminator adds to every scenario.
const RESERVED: &str = "Collector";
/// How many section entries all models may have together, inherited ones and values inside values included.
const ENTRIES_MAX: usize = 4_000_000;

/// All models of the file.
pub(super) fn resolve(
    raws: &mut [RawModel],
    monitor_file: &Located<String>,
    run: &Run,
    files: &mut dyn Files,
    parsed: &mut ParsedTables,
    report: &mut Report<'_>,
) -> Cast {
    let names: Vec<Located<String>> = raws.iter().map(|raw| raw.name.clone()).collect();
    let mut stage = Stage {
        run,
        names: &names,
        inheritance: Inheritance::default(),
        cast: Cast::default(),
        parsed,
        entries: 0,
        files,
        report,
    };
    for (index, raw) in raws.iter_mut().enumerate() {
        stage.name(&raw.name);
        let role = stage.model(index, raw).unwrap_or(Role::Broken);
        stage.cast.name(&raw.name.value, role);
    }
    stage.monitor(monitor_file);
    let mut cast = stage.cast;
    cast.arena = stage.inheritance.arena;
    cast
}

/// What is known while models are resolved.
struct Stage<'a, 'r> {
    run: &'a Run,
    names: &'a [Located<String>],
    inheritance: Inheritance,
    cast: Cast,
    parsed: &'a mut ParsedTables,
    /// Section entries of all models so far, counted as for [`ENTRIES_MAX`].
    entries: usize,
    files: &'a mut dyn Files,
    report: &'a mut Report<'r>,
}

/// What is settled of a model before it is built.
#[derive(Clone, Copy)]
struct Part {
    /// Position in the file's model list.
    index: usize,
    model_type: &'static ModelType,
    sections: Sections,
    step_size: u32,
}

impl Stage<'_, '_> {
    fn name(&mut self, name: &Located<String>) {
        if name.value == RESERVED {
            let message = format!("`{RESERVED}` is the name of the result writer");
            self.report.error_help(name.mark, message, "give the model another name");
        } else if self.cast.has(&name.value) {
            self.report.warning_help(
                name.mark,
                format!(
                    "there is an earlier model {}: connections and items mean this one",
                    quote(&name.value)
                ),
                "give each model a name of its own",
            );
        }
    }

    /// The model at `index` of the file; `None` after reporting what is wrong with it.
    fn model(&mut self, index: usize, raw: &mut RawModel) -> Option<Role> {
        let sections = self.inheritance.enter(index, raw);
        let model_type = self.model_type(&raw.type_name)?;
        let step_size = self.step_size(raw, model_type.step_size)?;
        let part = Part { index, model_type, sections, step_size };
        match &model_type.build {
            Build::Recorder => {
                self.check_clash(sections, &raw.name)?;
                let keys = keys(&self.inheritance, sections, &raw.name, self.names);
                let made = recorders::collector(&keys, self.run, step_size, self.files, self.report);
                self.cast.collectors.push(made.ok()?);
                Some(Role::Collector(self.cast.collectors.len() - 1))
            }
            Build::Anywhere(build) => {
                let connect = raw.connect.take().map(|connect| connect.value);
                let entry = self.build(raw, part, Tables::default(), *build)?;
                Some(self.enlist(ModelEntry { connect, ..entry }, sections, raw.name.mark, raw.name.mark))
            }
            Build::OnHost(build) => {
                let Input { tables, columns, mark } = self.tables(raw, sections, step_size)?;
                let sections = self.inheritance.add_columns(index, mark, &columns);
                if let Some(connect) = &raw.connect {
                    let message = format!("{} reads files, so it runs on the host", quote(&raw.name.value));
                    self.report.warning_help(
                        connect.mark,
                        message,
                        "remove `connect`: it has no effect here",
                    );
                }
                let entry = self.build(raw, Part { sections, ..part }, tables, *build)?;
                Some(self.enlist(entry, sections, raw.name.mark, mark))
            }
        }
    }

    fn enlist(&mut self, entry: ModelEntry, sections: Sections, mark: Mark, file_mark: Mark) -> Role {
        self.cast.models.push(Member { entry, sections, mark, file_mark });
        Role::Model(self.cast.models.len() - 1)
    }

    fn model_type(&mut self, name: &Located<String>) -> Option<&'static ModelType> {
        let found = registry::find(&name.value);
        if found.is_none() {
            let message = format!("unknown model type {}", quote(&name.value));
            let known = MODEL_TYPES.iter().map(|model_type| model_type.name);
            self.report.error_unknown(name.mark, message, &name.value, known);
        }
        found
    }

    /// `time_step_size`: own, else inherited, else `default`. A wrong one is reported where it is declared.
    fn step_size(&mut self, raw: &RawModel, default: u32) -> Option<u32> {
        let steps = self.inheritance.step_size().map_or(i64::from(default), |step_size| step_size.steps);
        let fits = u32::try_from(steps).ok().filter(|steps| *steps > 0);
        if let (None, Some(own)) = (fits, &raw.step_size) {
            let message = format!("`time_step_size` must be between 1 and {}, not {steps}", u32::MAX);
            self.report.error_help(own.mark, message, "it counts steps of `time_resolution`");
        }
        fits
    }

    fn tables(&mut self, raw: &RawModel, sections: Sections, step_size: u32) -> Option<Input> {
        let keys = keys(&self.inheritance, sections, &raw.name, self.names);
        self.parsed.read(&keys, self.run, step_size, self.files, self.report).ok()
    }

    fn build(
        &mut self,
        raw: &RawModel,
        part: Part,
        tables: Tables,
        build: fn(&Settings) -> Result<Built, BuildError>,
    ) -> Option<ModelEntry> {
        let Part { model_type, sections, step_size, .. } = part;
        self.check_clash(sections, &raw.name)?;
        let section = |kind: SectionKind| match sections.id(kind) {
            Some(id) => {
                let entries = &self.inheritance.arena.get(id).section.entries;
                Section(
                    entries
                        .iter()
                        .map(|entry| (entry.name.value.clone(), entry.value.value.clone()))
                        .collect(),
                )
            }
            None => model_type.class_section(kind),
        };
        let settings = Settings {
            parameters: section(SectionKind::Parameters),
            inputs: section(SectionKind::Inputs),
            outputs: section(SectionKind::Outputs),
            states: section(SectionKind::States),
            step_size,
            resolution_s: self.run.resolution_s,
            tables,
            ..Settings::default()
        };
        let values = SectionKind::ALL.iter().flat_map(|kind| &settings.section(*kind).0);
        self.entries += values.map(|(_, value)| 1 + value.items()).sum::<usize>();
        if self.entries > ENTRIES_MAX {
            let message = "the models inherit too much: their sections would grow without bounds";
            self.report.error_help(raw.name.mark, message, "give each model sections of its own");
            return None;
        }
        match settings.check_values().and_then(|()| build(&settings)) {
            Ok(built) => {
                self.warn_of_inheritance(raw, part, &settings);
                let (name, attributes) = (raw.name.value.clone(), built.attributes);
                Some(ModelEntry { name, model_type, settings, attributes, connect: None })
            }
            Err(error) => {
                self.report_build_error(raw, sections, &with_all_missing(model_type, &settings, error));
                None
            }
        }
    }

    /// An error of a model's settings, at the key if it is there, else at its own section, else at the model.
    fn report_build_error(&mut self, raw: &RawModel, sections: Sections, error: &BuildError) {
        let arena = &self.inheritance.arena;
        let mark = match sections.id(error.section).map(|id| arena.get(id)) {
            Some(shared) => {
                let own = sections.own(error.section).map_or(raw.name.mark, |_| shared.section.mark);
                shared.get(&error.key).map_or(own, |entry| entry.value.mark)
            }
            None => raw.name.mark,
        };
        let origin = origin(arena, sections, error.section, self.names);
        let (name, type_name) = (quote(&raw.name.value), &raw.type_name.value);
        let message = format!("{name} ({type_name}): {}{origin}", error.problem);
        if sections.id(error.section).is_none() {
            let help = format!("{name} has no `{}`, so class defaults hold", error.section.key());
            self.report.error_help(mark, message, help);
        } else {
            self.report.error(mark, message);
        }
    }

    /// No name may be both an output and a state of a model.
    fn check_clash(&mut self, sections: Sections, who: &Located<String>) -> Option<()> {
        let arena = &self.inheritance.arena;
        let (Some(outputs), Some(states)) =
            (sections.id(SectionKind::Outputs), sections.id(SectionKind::States))
        else {
            return Some(());
        };
        let outputs = arena.get(outputs);
        let clash =
            arena.get(states).section.entries.iter().find(|entry| outputs.get(&entry.name.value).is_some());
        let Some(entry) = clash else { return Some(()) };
        // Point at what the model itself says, if it says either.
        let own = if sections.own(SectionKind::States).is_some() {
            Some(entry.name.mark)
        } else {
            sections
                .own(SectionKind::Outputs)
                .and(outputs.get(&entry.name.value))
                .map(|entry| entry.name.mark)
        };
        let [from_outputs, from_states] =
            [SectionKind::Outputs, SectionKind::States].map(|kind| origin(arena, sections, kind, self.names));
        let message = format!(
            "{} is both an output{from_outputs} and a state{from_states} of {}",
            quote(&entry.name.value),
            quote(&who.value)
        );
        self.report.error_help(
            own.unwrap_or(who.mark),
            message,
            "rename one of them, or give the model sections of its own",
        );
        None
    }

    /// Names the earlier models whose settings take effect in this one.
    fn warn_of_inheritance(&mut self, raw: &RawModel, part: Part, settings: &Settings) {
        let Part { index, model_type, sections, .. } = part;
        let mut taken: Vec<(usize, &str)> = Vec::new();
        for kind in SectionKind::ALL {
            if let Some(id) = sections.inherited(kind)
                && matters(model_type, kind, settings.section(kind))
            {
                taken.push((self.inheritance.arena.get(id).owner, kind.key()));
            }
        }
        if let Some(step_size) = self.inheritance.step_size()
            && raw.step_size.is_none()
            && settings.step_size != model_type.step_size
        {
            taken.push((step_size.owner, "time_step_size"));
        }
        // A CSV model may be the owner of the states that it has just started.
        taken.retain(|(owner, _)| *owner != index);
        let Some((first, _)) = taken.first().copied() else { return };
        let parts: Vec<String> = taken
            .iter()
            .map(|(owner, key)| format!("`{key}` of {}", quote(&self.names[*owner].value)))
            .collect();
        self.report.warning_help(
            raw.name.mark,
            format!("{} takes over {}", quote(&raw.name.value), parts.join(", ")),
            format!(
                "it lacks these, so those of the nearest earlier model hold: if this is not meant, write {} \
                 here (see line {})",
                list(&taken.iter().map(|(_, key)| *key).collect::<Vec<_>>(), "and"),
                self.names[first].mark.line
            ),
        );
    }

    /// The result writer comes last, so it inherits from the whole list.
    fn monitor(&mut self, file: &Located<String>) {
        let sections = self.inheritance.current();
        let writer = Located { value: RESERVED.to_owned(), mark: Mark::default() };
        // Where a model clashes in the same way it has been reported already.
        if self.report.errors() == 0 {
            self.check_clash(sections, &writer);
        }
        let declared = self.inheritance.step_size();
        let step_size = declared.map_or(1, |step_size| u32::try_from(step_size.steps).unwrap_or(1).max(1));
        if let Some(declared) = declared
            && step_size > 1
        {
            let owner = &self.names[declared.owner];
            self.report.warning_help(
                file.mark,
                format!(
                    "the result file gets a row every {step_size} steps: it takes over `time_step_size` of {}",
                    quote(&owner.value)
                ),
                "put a model with `time_step_size: 1` at the end of the list for a row every step",
            );
        }
        self.cast.monitor = recorders::monitor(file, self.run, step_size, self.files, self.report);
    }
}

fn keys<'a>(
    inheritance: &'a Inheritance,
    sections: Sections,
    name: &'a Located<String>,
    names: &'a [Located<String>],
) -> Keys<'a> {
    Keys { arena: &inheritance.arena, sections, name, names }
}

/// Whether what an inherited section says takes effect in a model of this type.
fn matters(model_type: &ModelType, kind: SectionKind, section: &Section) -> bool {
    let writes = |ports: &[Port]| {
        ports.iter().any(|port| port.written != Written::Never && section.contains(port.name))
    };
    match kind {
        SectionKind::Parameters => {
            model_type.parameters.iter().any(|parameter| !matches!(parameter.key_default, KeyDefault::Unused))
        }
        // Of the inputs of a model that reads files only the number of the file has an effect, and 0 has none.
        SectionKind::Inputs if matches!(model_type.build, Build::OnHost(_)) => {
            model_type.inputs.iter().filter_map(|port| section.get(port.name)).any(Value::is_truthy)
        }
        SectionKind::Inputs => model_type.inputs.iter().any(|port| section.contains(port.name)),
        SectionKind::Outputs => writes(model_type.outputs),
        SectionKind::States => writes(model_type.states),
    }
}

/// An error about a missing parameter, of all that are missing.
fn with_all_missing(model_type: &ModelType, settings: &Settings, error: BuildError) -> BuildError {
    let given = &settings.parameters;
    if error.section != SectionKind::Parameters || given.contains(&error.key) {
        return error;
    }
    let required = model_type.parameters.iter().filter(|of| matches!(of.key_default, KeyDefault::Required));
    let missing: Vec<&str> = required.map(|of| of.name).filter(|name| !given.contains(name)).collect();
    if missing.len() < 2 {
        return error;
    }
    let problem = format!("`{}` are missing in `parameters`", missing.join("`, `"));
    BuildError { problem, ..error }
}
