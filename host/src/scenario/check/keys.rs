//! The parameters of CSV models and Collectors, which are read here and not by a model.

use crate::scenario::inherit::{Arena, Sections};
use crate::scenario::report::{Located, Mark, Report, quote};
use illuminator_node::model::SectionKind;
use illuminator_node::value::Value;

/// The `parameters` of one model, own or inherited.
pub(super) struct Keys<'a> {
    pub(super) arena: &'a Arena,
    pub(super) sections: Sections,
    /// The model.
    pub(super) name: &'a Located<String>,
    /// Names of all models, by position in the file's model list.
    pub(super) names: &'a [Located<String>],
}

/// The key was there and of the wrong kind, or missing and required: the report says so.
pub(super) struct Reported;

impl<'a> Keys<'a> {
    /// A value and where it stands; `None` if the key is missing or null.
    pub(super) fn get(&self, key: &str) -> Option<(&'a Value, Mark)> {
        let shared = self.arena.get(self.sections.id(SectionKind::Parameters)?);
        let value = &shared.get(key)?.value;
        (value.value != Value::Null).then_some((&value.value, value.mark))
    }

    /// A text that is not empty, if the key is there.
    pub(super) fn text(
        &self,
        key: &str,
        report: &mut Report<'_>,
    ) -> Result<Option<(&'a str, Mark)>, Reported> {
        match self.get(key) {
            None => Ok(None),
            Some((Value::Text(text), mark)) if !text.is_empty() => Ok(Some((text, mark))),
            Some((other, mark)) => {
                let found = if other.as_text().is_some() { "empty" } else { other.describe() };
                report.error(mark, format!("`{key}` must be a text, not {found}{}", self.origin()));
                Err(Reported)
            }
        }
    }

    /// Reports a key that must be there.
    pub(super) fn missing(&self, key: &str, help: &str, report: &mut Report<'_>) -> Reported {
        let mark = self.sections.own(SectionKind::Parameters).map(|id| self.arena.get(id).section.mark);
        let message = format!("{} lacks the parameter `{key}`{}", quote(&self.name.value), self.origin());
        report.error_help(mark.unwrap_or(self.name.mark), message, help);
        Reported
    }

    /// Whose parameters these are, where they are not the model's own.
    pub(super) fn origin(&self) -> String {
        origin(self.arena, self.sections, SectionKind::Parameters, self.names)
    }
}

/// ` (<section> of <model>, which …)` where a section is inherited, else nothing; to end a message.
pub(super) fn origin(
    arena: &Arena,
    sections: Sections,
    kind: SectionKind,
    names: &[Located<String>],
) -> String {
    match sections.inherited(kind) {
        Some(id) => {
            let owner = &names[arena.get(id).owner].value;
            format!(" (without `{}` of its own it takes over those of {})", kind.key(), quote(owner))
        }
        None => String::new(),
    }
}
