//! A tree as YAML text.

use crate::scenario::report::Report;
use crate::scenario::yaml::{self, Node, Yaml};
use std::fmt::Write as _;

/// A tree in block style, from this column on; scalars as [`scalar`] writes them.
pub(super) fn block(node: &Node, indent: usize) -> String {
    let mut text = String::new();
    match &node.value {
        Yaml::Map(entries) if !entries.is_empty() => {
            for (key, value) in entries {
                let _ = write!(text, "{:indent$}{}:", "", scalar(&key.value, true));
                push_value(&mut text, value, indent);
            }
        }
        Yaml::List(items) if !items.is_empty() => {
            for item in items {
                match &item.value {
                    Yaml::Map(_) | Yaml::List(_) if !is_flat(item) => {
                        // The first line of the item stands behind its dash.
                        let inside = block(item, indent + 2);
                        let _ = write!(text, "{:indent$}- {}", "", &inside[indent + 2..]);
                    }
                    _ => {
                        let _ = write!(text, "{:indent$}-", "");
                        push_value(&mut text, item, indent);
                    }
                }
            }
        }
        _ => {
            let _ = writeln!(text, "{:indent$}{}", "", flow(node));
        }
    }
    text
}

fn push_value(text: &mut String, value: &Node, indent: usize) {
    match &value.value {
        Yaml::Null => text.push('\n'),
        _ if is_flat(value) => {
            let _ = writeln!(text, " {}", flow(value));
        }
        _ => {
            text.push('\n');
            text.push_str(&block(value, indent + 2));
        }
    }
}

/// Whether a node is written on one line.
fn is_flat(node: &Node) -> bool {
    match &node.value {
        Yaml::Map(entries) => entries.is_empty(),
        Yaml::List(items) => items.is_empty(),
        _ => true,
    }
}

/// A tree on one line.
fn flow(node: &Node) -> String {
    match &node.value {
        Yaml::List(items) => {
            let items: Vec<String> = items.iter().map(flow).collect();
            format!("[{}]", items.join(", "))
        }
        Yaml::Map(entries) => {
            let entry =
                |(key, value): &(Node, Node)| format!("{}: {}", scalar(&key.value, true), flow(value));
            let entries: Vec<String> = entries.iter().map(entry).collect();
            format!("{{{}}}", entries.join(", "))
        }
        other => scalar(other, true),
    }
}

/// A value on one line; `inside` brackets, where commas part entries.
pub(super) fn inline(value: &Yaml, inside: bool) -> String {
    match value {
        Yaml::List(_) | Yaml::Map(_) => flow(&Node { value: value.clone(), mark: Default::default() }),
        other => scalar(other, inside),
    }
}

/// A scalar: a text is plain if it then reads back as itself.
fn scalar(value: &Yaml, inside: bool) -> String {
    match value {
        Yaml::Null => "null".to_owned(),
        Yaml::Bool(value) => value.to_string(),
        Yaml::Int(value) => value.to_string(),
        Yaml::Float(value) if value.is_nan() => ".nan".to_owned(),
        Yaml::Float(value) if value.is_infinite() => if *value > 0.0 { ".inf" } else { "-.inf" }.to_owned(),
        Yaml::Float(value) => format!("{value:?}"),
        Yaml::Date(text) => text.clone(),
        Yaml::Text(text) if is_plain(text, inside) => text.clone(),
        Yaml::Text(text) if text.chars().any(char::is_control) => double_quoted(text),
        Yaml::Text(text) => format!("'{}'", text.replace('\'', "''")),
        Yaml::List(_) | Yaml::Map(_) => unreachable!("a scalar is no list or mapping"),
    }
}

fn is_plain(text: &str, inside: bool) -> bool {
    let is_common = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '/' | '-');
    if text.chars().any(char::is_control) || text.trim() != text {
        return false;
    }
    // Most texts are names and paths, of which only the words of YAML are something else.
    let common = text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(is_common);
    let words = ["null", "true", "false"];
    if common && !words.iter().any(|word| text.eq_ignore_ascii_case(word)) {
        return true;
    }
    let document = if inside { format!("{{k: {text}, l: 0}}\n") } else { format!("k: {text}\nl: 0\n") };
    let read = yaml::parse(&document, &mut Report::new("", yaml::lines(&document)));
    let Some(Yaml::Map(entries)) = read.map(|node| node.value) else { return false };
    matches!(&entries[..], [(_, value), _] if value.value == Yaml::Text(text.to_owned()))
}

/// A text with escapes, for what no other style can hold.
fn double_quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
