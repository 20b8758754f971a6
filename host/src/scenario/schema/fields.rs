//! The keys of a mapping and the kinds of their values, with messages.

use crate::scenario::report::{Mark, Report, list, quote};
use crate::scenario::yaml::{Node, Yaml};

/// A mapping whose keys are known by name.
pub(super) struct Fields<'a> {
    what: &'a str,
    mark: Mark,
    entries: &'a [(Node, Node)],
}

impl<'a> Fields<'a> {
    /// The mapping in `node`, called `what` in messages; keys other than `known` are reported. `None` if it
    /// is no mapping.
    pub(super) fn open(
        node: &'a Node,
        mark: Mark,
        what: &'a str,
        known: &[&'static str],
        report: &mut Report<'_>,
    ) -> Option<Self> {
        let Yaml::Map(entries) = &node.value else {
            report.error_help(
                node.mark,
                format!("{what} must be a mapping, not {}", node.value.describe()),
                format!("write `key: value` lines with the keys {}", list(known, "and")),
            );
            return None;
        };
        for (key, _) in entries {
            match &key.value {
                Yaml::Text(name) if known.contains(&name.as_str()) => {}
                Yaml::Text(name) => {
                    let message = format!("unknown key {} in {what}", quote(name));
                    report.error_unknown(key.mark, message, name, known.iter().copied());
                }
                other => report
                    .error(key.mark, format!("a key in {what} must be a text, not {}", other.describe())),
            }
        }
        Some(Self { what, mark, entries })
    }

    /// A key and its value.
    pub(super) fn get(&self, key: &str) -> Option<(&'a Node, &'a Node)> {
        let found =
            self.entries.iter().find(|(name, _)| matches!(&name.value, Yaml::Text(name) if name == key));
        found.map(|(key, value)| (key, value))
    }

    /// A key that must be there, and its value.
    pub(super) fn required(&self, key: &str, report: &mut Report<'_>) -> Option<(&'a Node, &'a Node)> {
        let found = self.get(key);
        if found.is_none() {
            report.error(self.mark, format!("{} lacks the key `{key}`", self.what));
        }
        found
    }
}

/// The items of a list, each read by `read`. An item that cannot be read is left out: `read` reports it.
pub(super) fn items<T>(
    node: &Node,
    key: Mark,
    what: &str,
    report: &mut Report<'_>,
    mut read: impl FnMut(&Node, &mut Report<'_>) -> Option<T>,
) -> Option<Vec<T>> {
    let Yaml::List(items) = &node.value else {
        report.error_help(
            if node.value == Yaml::Null { key } else { node.mark },
            format!("`{what}` must be a list, not {}", node.value.describe()),
            format!("start each entry with `- `, or write `{what}: []` for an empty list"),
        );
        return None;
    };
    Some(items.iter().filter_map(|item| read(item, report)).collect())
}

/// A text that is not empty; `what` is what messages call it.
pub(super) fn text(node: &Node, what: &str, report: &mut Report<'_>) -> Option<String> {
    match &node.value {
        Yaml::Text(text) if !text.is_empty() => return Some(text.clone()),
        Yaml::Text(_) => report.error(node.mark, format!("{what} must not be empty")),
        Yaml::Date(date) => report.error_help(
            node.mark,
            format!("{what} must be a text, but YAML reads an unquoted date as a date"),
            format!("put it in quotes: '{date}'"),
        ),
        Yaml::Null => report.error(node.mark, format!("{what} must be a text, but nothing is written there")),
        other @ (Yaml::Bool(_) | Yaml::Int(_) | Yaml::Float(_)) => report.error_help(
            node.mark,
            format!("{what} must be a text, not {}", other.describe()),
            "put it in quotes",
        ),
        other => report.error(node.mark, format!("{what} must be a text, not {}", other.describe())),
    }
    None
}

/// An integer; a boolean, a float and a quoted number are none.
pub(super) fn integer(node: &Node, what: &str, report: &mut Report<'_>) -> Option<i64> {
    match &node.value {
        Yaml::Int(int) => return Some(*int),
        Yaml::Text(text) if text.parse::<i64>().is_ok() => report.error_help(
            node.mark,
            format!("{what} must be an integer, not a text"),
            format!("remove the quotes: {text}"),
        ),
        other => report.error(node.mark, format!("{what} must be an integer, not {}", other.describe())),
    }
    None
}

/// A number, also NaN or infinite; a boolean and a quoted number are none.
pub(super) fn number(node: &Node, what: &str, report: &mut Report<'_>) -> Option<f64> {
    match &node.value {
        Yaml::Int(int) => return Some(*int as f64),
        Yaml::Float(float) => return Some(*float),
        Yaml::Text(text) if text.parse().is_ok_and(f64::is_finite) => report.error_help(
            node.mark,
            format!("{what} must be a number, not a text"),
            format!("remove the quotes: {text}"),
        ),
        other => report.error(node.mark, format!("{what} must be a number, not {}", other.describe())),
    }
    None
}

/// `true` or `false`.
pub(super) fn boolean(node: &Node, what: &str, report: &mut Report<'_>) -> Option<bool> {
    match &node.value {
        Yaml::Bool(value) => return Some(*value),
        other => report.error_help(
            node.mark,
            format!("{what} must be true or false, not {}", other.describe()),
            "in YAML 1.2 words like yes, no, on and off are texts",
        ),
    }
    None
}
