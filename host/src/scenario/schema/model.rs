//! One entry of `models`.

use super::fields::{self, Fields};
use crate::scenario::Connect;
use crate::scenario::report::{Located, Mark, Report, quote};
use crate::scenario::yaml::{Node, Yaml};
use illuminator_node::model::SectionKind;
use illuminator_node::value::Value;

/// The UDP port of a node unless the file gives one.
const DEFAULT_PORT: u16 = 5123;

/// A model as the file describes it.
#[derive(Clone)]
pub(in crate::scenario) struct RawModel {
    pub(in crate::scenario) name: Located<String>,
    pub(in crate::scenario) type_name: Located<String>,
    /// Its own sections, by [`SectionKind`].
    pub(in crate::scenario) sections: [Option<RawSection>; 4],
    pub(in crate::scenario) step_size: Option<Located<i64>>,
    pub(in crate::scenario) connect: Option<Located<Connect>>,
    /// `multi_parameters`, if it is there.
    pub(in crate::scenario) axes: Option<RawAxes>,
}

/// The key `multi_parameters` of a model.
#[derive(Clone)]
pub(in crate::scenario) struct RawAxes {
    /// Where it stands.
    pub(in crate::scenario) mark: Mark,
    /// Each parameter and its values: a list that is not empty, or the text of a range.
    pub(in crate::scenario) entries: Vec<(Located<String>, Node)>,
}

/// A section of a model: at least one entry.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct RawSection {
    /// Where its key stands.
    pub(in crate::scenario) mark: Mark,
    pub(in crate::scenario) entries: Vec<Entry>,
}

/// One name of a section and its value.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct Entry {
    pub(in crate::scenario) name: Located<String>,
    pub(in crate::scenario) value: Located<Value>,
}

pub(super) fn read(node: &Node, report: &mut Report<'_>) -> Option<RawModel> {
    let keys = [
        "name",
        "type",
        "parameters",
        "inputs",
        "outputs",
        "states",
        "multi_parameters",
        "triggers",
        "time_step_size",
        "connect",
    ];
    let fields = Fields::open(node, node.mark, "a model", &keys, report)?;
    let located_text = |key: &'static str, report: &mut Report<'_>| {
        let (_, node) = fields.required(key, report)?;
        Some(Located { value: fields::text(node, &format!("`{key}`"), report)?, mark: node.mark })
    };
    let name = located_text("name", report);
    let type_name = located_text("type", report);
    let sections = SectionKind::ALL.map(|kind| {
        let (key, node) = fields.get(kind.key())?;
        read_section(key.mark, node, kind.key(), report)
    });
    let axes = fields.get("multi_parameters").map(|(key, node)| read_axes(key.mark, node, report));
    if let Some((_, node)) = fields.get("triggers")
        && !matches!(&node.value, Yaml::List(items) if !items.is_empty())
    {
        report.error_help(
            node.mark,
            "`triggers` must be a list that is not empty",
            "remove it: triggers are ignored",
        );
    }
    let step_size = fields.get("time_step_size").and_then(|(_, node)| {
        Some(Located { value: fields::integer(node, "`time_step_size`", report)?, mark: node.mark })
    });
    let connect = fields.get("connect").and_then(|(key, node)| read_connect(key.mark, node, report));
    Some(RawModel { name: name?, type_name: type_name?, sections, step_size, connect, axes })
}

fn read_section(key: Mark, node: &Node, what: &str, report: &mut Report<'_>) -> Option<RawSection> {
    let entries = match &node.value {
        Yaml::Map(entries) if !entries.is_empty() => entries,
        other => {
            let found = if matches!(other, Yaml::Map(_)) { "empty" } else { other.describe() };
            report.error_help(
                node.mark,
                format!("`{what}` must be a mapping with at least one name, but it is {found}"),
                format!("list names with their values below `{what}:`, or remove the key"),
            );
            return None;
        }
    };
    let read = |(name, value): &(Node, Node)| {
        let Yaml::Text(text) = &name.value else {
            let message = format!("a name in `{what}` must be a text, not {}", name.value.describe());
            report.error_help(name.mark, message, "put it in quotes");
            return None;
        };
        Some(Entry {
            name: Located { value: text.clone(), mark: name.mark },
            value: Located { value: read_value(value, report)?, mark: value.mark },
        })
    };
    Some(RawSection { mark: key, entries: entries.iter().filter_map(read).collect() })
}

/// Any value a section may hold.
pub(in crate::scenario) fn read_value(node: &Node, report: &mut Report<'_>) -> Option<Value> {
    Some(match &node.value {
        Yaml::Null => Value::Null,
        Yaml::Bool(b) => Value::Bool(*b),
        Yaml::Int(i) => Value::Int(*i),
        Yaml::Float(f) => Value::Float(*f),
        Yaml::Text(text) => Value::Text(text.clone()),
        Yaml::Date(date) => {
            let message = "YAML reads this as a date, which no model takes";
            report.error_help(node.mark, message, format!("put it in quotes: '{date}'"));
            return None;
        }
        Yaml::List(items) => {
            Value::List(items.iter().map(|item| read_value(item, report)).collect::<Option<_>>()?)
        }
        Yaml::Map(entries) => {
            let pair =
                |(key, value): &(Node, Node)| Some((read_value(key, report)?, read_value(value, report)?));
            Value::Map(entries.iter().map(pair).collect::<Option<_>>()?)
        }
    })
}

/// Values of sweeps: a list, or `range(a,b,c)`. A plain run ignores what they are.
fn read_axes(mark: Mark, node: &Node, report: &mut Report<'_>) -> RawAxes {
    let mut axes = RawAxes { mark, entries: Vec::new() };
    let Yaml::Map(entries) = &node.value else {
        let message = format!("`multi_parameters` must be a mapping, not {}", node.value.describe());
        report.error(node.mark, message);
        return axes;
    };
    if entries.is_empty() {
        report.error(node.mark, "`multi_parameters` must not be empty");
    }
    for (key, value) in entries {
        match &key.value {
            Yaml::Text(name) if !name.is_empty() => {
                axes.entries.push((Located { value: name.clone(), mark: key.mark }, value.clone()));
            }
            _ => report.error(key.mark, "a name in `multi_parameters` must be a text that is not empty"),
        }
        let accepted = match &value.value {
            Yaml::List(items) => !items.is_empty(),
            Yaml::Text(text) => is_range(text),
            _ => false,
        };
        if !accepted {
            report.error_help(
                value.mark,
                "values of `multi_parameters` must be a list that is not empty, or a range",
                "for example `[1, 2, 5]` or `range(1, 10, 2)` (first, end, step)",
            );
        }
    }
    axes
}

/// `range(a,b,c)` with digits, blanks and minus signs.
fn is_range(text: &str) -> bool {
    let Some(inside) = text.strip_prefix("range(").and_then(|rest| rest.strip_suffix(')')) else {
        return false;
    };
    let parts: Vec<&str> = inside.split(',').collect();
    let is_part = |part: &&str| {
        !part.is_empty() && part.chars().all(|c| c == '-' || c.is_whitespace() || c.is_ascii_digit())
    };
    parts.len() == 3 && parts.iter().all(is_part)
}

fn read_connect(key: Mark, node: &Node, report: &mut Report<'_>) -> Option<Located<Connect>> {
    let fields = Fields::open(node, key, "`connect`", &["ip", "port", "node"], report)?;
    let port = match fields.get("port") {
        Some((_, node)) => read_port(node, report),
        None => Some(DEFAULT_PORT),
    };
    match (fields.get("ip"), fields.get("node")) {
        (Some((_, node)), None) => {
            let ip = fields::text(node, "`ip`", report)?;
            check_ip(&ip, node.mark, report)?;
            Some(Located { value: Connect::Address { ip, port: port? }, mark: key })
        }
        (None, Some((_, node))) => {
            if let Some((key, _)) = fields.get("port") {
                report.error_help(
                    key.mark,
                    "`port` belongs to `ip`",
                    "the cluster file gives the address of a node",
                );
            }
            Some(Located { value: Connect::Node(fields::text(node, "`node`", report)?), mark: key })
        }
        (Some(_), Some((node, _))) => {
            report.error_help(node.mark, "`connect` has both `ip` and `node`", "remove one of them");
            None
        }
        (None, None) => {
            report.error_help(
                key,
                "`connect` lacks the key `ip`",
                "give `ip:` (and `port:`), or `node:` with the name of a node of the cluster file",
            );
            None
        }
    }
}

fn read_port(node: &Node, report: &mut Report<'_>) -> Option<u16> {
    let number = fields::integer(node, "`port`", report)?;
    let port = u16::try_from(number).ok().filter(|port| *port > 0);
    if port.is_none() {
        report.error(node.mark, format!("`port` must be between 1 and 65535, not {number}"));
    }
    port
}

/// Four groups of one to three digits. An address beyond 255 is only a warning: without nodes the scenario
/// runs.
fn check_ip(ip: &str, mark: Mark, report: &mut Report<'_>) -> Option<()> {
    let groups: Vec<&str> = ip.split('.').collect();
    let is_group = |group: &&str| (1..=3).contains(&group.len()) && group.bytes().all(|b| b.is_ascii_digit());
    if groups.len() != 4 || !groups.iter().all(is_group) {
        let message = format!("{} is not an IPv4 address", quote(ip));
        report.error_help(
            mark,
            message,
            "four numbers from 0 to 255 with dots between, for example 192.168.0.11",
        );
        return None;
    }
    if groups.iter().any(|group| group.parse::<u8>().is_err()) {
        let message = format!("no node can have the address {}", quote(ip));
        report.warning_help(mark, message, "the model runs here only, with --local");
    }
    Some(())
}
