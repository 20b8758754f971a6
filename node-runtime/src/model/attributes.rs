//! What follows from a model type's tables of ports: its class sections and the attributes that an instance
//! writes. Every build takes its attributes from here, so that the rule of spec/models.md 0.4 (a model may
//! only write names that its resolved sections declare) stands in one place.

use super::settings::{BuildError, Section, SectionKind, Settings};
use super::types::{Attribute, ModelType, Origin, Port, Written};

impl ModelType {
    /// The section that holds if no model entry up to this one has it: the names that the class lists, with
    /// their values (spec/models.md 0.2, rule 3).
    pub fn class_section(&self, kind: SectionKind) -> Section {
        let ports = |ports: &[Port]| {
            ports
                .iter()
                .filter_map(|port| Some((port.name.to_owned(), port.class_default.value()?)))
                .collect()
        };
        Section(match kind {
            SectionKind::Parameters => self
                .parameters
                .iter()
                .filter_map(|parameter| Some((parameter.name.to_owned(), parameter.class_default.value()?)))
                .collect(),
            SectionKind::Inputs => ports(self.inputs),
            SectionKind::Outputs => ports(self.outputs),
            SectionKind::States => ports(self.states),
        })
    }

    /// The attributes that an instance with these settings writes: outputs and then states, in the order of
    /// this type's tables.
    ///
    /// # Errors
    /// A name that the model always writes is missing in its resolved section.
    pub fn attributes(&self, settings: &Settings) -> Result<Vec<Attribute>, BuildError> {
        self.attributes_but(settings, &[])
    }

    /// Like [`attributes`](Self::attributes), without the names in `unwritten`, which these settings switch
    /// off; those need not be declared either.
    ///
    /// # Errors
    /// A name that the model always writes is missing in its resolved section.
    pub fn attributes_but(
        &self,
        settings: &Settings,
        unwritten: &[&str],
    ) -> Result<Vec<Attribute>, BuildError> {
        let outputs = self.outputs.iter().map(|port| (port, Origin::Output, SectionKind::Outputs));
        let states = self.states.iter().map(|port| (port, Origin::State, SectionKind::States));
        let mut attributes = Vec::new();
        let mut undeclared: Vec<(SectionKind, &str)> = Vec::new();
        for (port, origin, kind) in outputs.chain(states).filter(|(port, ..)| !unwritten.contains(&port.name))
        {
            let declared = port.is_hidden() || settings.section(kind).contains(port.name);
            match port.written {
                Written::Always if !declared => undeclared.push((kind, port.name)),
                Written::Always | Written::IfDeclared if declared => {
                    attributes.push(Attribute { name: port.name.to_owned(), origin });
                }
                _ => {}
            }
        }
        let Some(&(kind, _)) = undeclared.first() else { return Ok(attributes) };
        let names: Vec<&str> =
            undeclared.iter().filter(|(of, _)| *of == kind).map(|(_, name)| *name).collect();
        Err(self.undeclared(kind, &names))
    }

    /// The error for names, at least one, that the model writes and the section `kind` does not list.
    pub(crate) fn undeclared(&self, kind: SectionKind, names: &[&str]) -> BuildError {
        let (model, key) = (self.name, kind.key());
        let article = if model.starts_with(['A', 'E', 'I', 'O']) { "an" } else { "a" };
        let them = if names.len() == 1 { "it" } else { "them" };
        let listed = names.join("`, `");
        let problem = format!("{article} {model} model writes `{listed}`: add {them} under `{key}:`");
        BuildError::new(kind, names[0], problem)
    }
}

impl Attribute {
    /// The number of the attribute called `name`, if it is among these.
    pub fn position(attributes: &[Self], name: &str) -> Option<usize> {
        attributes.iter().position(|attribute| attribute.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::registry::MODEL_TYPES;
    use crate::models::grid::grid_connection;
    use crate::value::Value;

    fn declared(names: &[&str]) -> Section {
        Section(names.iter().map(|name| ((*name).to_owned(), Value::Null)).collect())
    }

    #[test]
    fn class_sections_declare_what_the_class_writes() {
        for model_type in MODEL_TYPES {
            let settings = Settings {
                outputs: model_type.class_section(SectionKind::Outputs),
                states: model_type.class_section(SectionKind::States),
                ..Settings::default()
            };
            let ports = model_type.outputs.iter().chain(model_type.states);
            let always = ports.filter(|port| port.written == Written::Always).count();
            assert_eq!(model_type.attributes(&settings).unwrap().len(), always, "{}", model_type.name);
        }
    }

    #[test]
    fn an_extra_name_is_written_only_where_declared() {
        let mut settings =
            Settings { states: declared(&["flag_warning", "flag_critical"]), ..Settings::default() };
        let flags = [Attribute::state("flag_critical"), Attribute::state("flag_warning")];
        assert_eq!(grid_connection::TYPE.attributes(&settings).unwrap(), flags);

        settings.outputs = declared(&["residual"]);
        let attributes = grid_connection::TYPE.attributes(&settings).unwrap();
        assert_eq!(attributes[0], Attribute::output("residual"));
        assert_eq!(attributes[1..], flags);
    }

    #[test]
    fn an_undeclared_name_is_named_with_its_section() {
        let settings = Settings { states: declared(&["flag_warning"]), ..Settings::default() };
        let error = grid_connection::TYPE.attributes(&settings).unwrap_err();
        assert_eq!((error.section, error.key.as_str()), (SectionKind::States, "flag_critical"));
        assert!(error.problem.contains("add it under `states:`"), "{error}");
    }

    #[test]
    fn all_undeclared_names_of_a_section_are_named_at_once() {
        let settings = Settings { states: declared(&["other"]), ..Settings::default() };
        let error = grid_connection::TYPE.attributes(&settings).unwrap_err();
        let wanted =
            "a GridConnection model writes `flag_critical`, `flag_warning`: add them under `states:`";
        assert_eq!(error.problem, wanted);
    }

    #[test]
    fn a_name_that_is_switched_off_need_not_be_declared() {
        let settings = Settings { states: declared(&["flag_warning"]), ..Settings::default() };
        let attributes = grid_connection::TYPE.attributes_but(&settings, &["flag_critical"]).unwrap();
        assert_eq!(attributes, [Attribute::state("flag_warning")]);
    }
}
