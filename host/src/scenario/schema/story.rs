//! The key `story`, one of our own: phases and rules, with their conditions and what they set.

use super::condition::{self, RawCondition};
use super::fields::{self, Fields};
use super::model::read_value;
use super::{Endpoint, read_endpoint};
use crate::scenario::report::{Located, Mark, Report, quote};
use crate::scenario::yaml::{Node, Yaml};
use illuminator_node::value::Value;
use std::collections::BTreeMap;

/// A story as the file tells it. It has at least one phase or rule.
#[derive(Clone, Default)]
pub(in crate::scenario) struct RawStory {
    /// With distinct names.
    pub(in crate::scenario) phases: Vec<RawPhase>,
    pub(in crate::scenario) rules: Vec<RawRule>,
}

/// One entry of `phases`.
#[derive(Clone)]
pub(in crate::scenario) struct RawPhase {
    pub(in crate::scenario) name: Located<String>,
    /// `None` for the first one only.
    pub(in crate::scenario) when: Option<RawCondition>,
    pub(in crate::scenario) set: Vec<RawSetting>,
}

/// One entry of `rules`.
#[derive(Clone)]
pub(in crate::scenario) struct RawRule {
    pub(in crate::scenario) when: RawCondition,
    pub(in crate::scenario) set: Vec<RawSetting>,
}

/// One name of `set` and its value.
#[derive(Clone)]
pub(in crate::scenario) struct RawSetting {
    /// A model and one of its inputs or parameters.
    pub(in crate::scenario) target: Endpoint,
    pub(in crate::scenario) value: Located<Value>,
}

/// The story; `None` after reporting what is wrong with it.
pub(super) fn read(key: Mark, node: &Node, report: &mut Report<'_>) -> Option<RawStory> {
    let fields = Fields::open(node, key, "`story`", &["phases", "rules"], report)?;
    let mut story = RawStory::default();
    if let Some((key, node)) = fields.get("phases") {
        story.phases = read_phases(key.mark, node, report)?;
    }
    if let Some((key, node)) = fields.get("rules") {
        story.rules = fields::items(node, key.mark, "rules", report, read_rule)?;
    }
    if fields.get("phases").is_none() && fields.get("rules").is_none() {
        report.error_help(key, "`story` is empty", "give it `phases:`, `rules:` or both");
        return None;
    }
    Some(story)
}

fn read_phases(key: Mark, node: &Node, report: &mut Report<'_>) -> Option<Vec<RawPhase>> {
    let mut lines: BTreeMap<String, u32> = BTreeMap::new();
    let mut is_first = true;
    fields::items(node, key, "phases", report, |item, report| {
        read_phase(item, std::mem::take(&mut is_first), &mut lines, report)
    })
}

fn read_phase(
    node: &Node,
    is_first: bool,
    lines: &mut BTreeMap<String, u32>,
    report: &mut Report<'_>,
) -> Option<RawPhase> {
    let fields = Fields::open(node, node.mark, "a phase", &["name", "when", "set"], report)?;
    let name = fields.required("name", report).and_then(|(_, node)| {
        let name = fields::text(node, "`name`", report)?;
        let line = *lines.entry(name.clone()).or_insert(node.mark.line);
        if line != node.mark.line {
            let message = format!("there are two phases {}; the first one is on line {line}", quote(&name));
            report.error_help(node.mark, message, "give each phase a name of its own");
        }
        Some(Located { value: name, mark: node.mark })
    });
    let when = match (fields.get("when"), is_first) {
        (Some((key, _)), true) => {
            let help = "remove `when`: the first phase is present until another one is";
            report.error_help(key.mark, "the first phase must always hold", help);
            None
        }
        (Some((key, node)), false) => Some(condition::read(key.mark, node, report)?),
        (None, true) => None,
        (None, false) => {
            let help = "add `when:`: without it none of the phases before would ever be present";
            report.error_help(node.mark, "a phase lacks the key `when`", help);
            None
        }
    };
    let set = match fields.get("set") {
        Some((key, node)) => read_set(key.mark, node, report)?,
        None => Vec::new(),
    };
    Some(RawPhase { name: name?, when, set })
}

fn read_rule(node: &Node, report: &mut Report<'_>) -> Option<RawRule> {
    let fields = Fields::open(node, node.mark, "a rule", &["when", "set"], report)?;
    let when =
        fields.required("when", report).and_then(|(key, node)| condition::read(key.mark, node, report));
    let set = fields.required("set", report).and_then(|(key, node)| read_set(key.mark, node, report));
    Some(RawRule { when: when?, set: set? })
}

fn read_set(key: Mark, node: &Node, report: &mut Report<'_>) -> Option<Vec<RawSetting>> {
    let entries = match &node.value {
        Yaml::Map(entries) if !entries.is_empty() => entries,
        other => {
            let found = if matches!(other, Yaml::Map(_)) { "empty" } else { other.describe() };
            report.error_help(
                if *other == Yaml::Null { key } else { node.mark },
                format!("`set` must be a mapping with at least one name, but it is {found}"),
                "for example `{House1.load: 0.4}`: a model, and its input or parameter",
            );
            return None;
        }
    };
    let read = |(name, value): &(Node, Node)| {
        let target = read_endpoint(name, "a name in `set`", report);
        let value = Located { value: read_value(value, report)?, mark: value.mark };
        Some(RawSetting { target: target?, value })
    };
    Some(entries.iter().filter_map(read).collect())
}
