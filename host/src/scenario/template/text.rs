//! The texts of the scenarios: the pattern's text with other values in a few places.
//!
//! ```text
//!   text, tree ─▶ edits of the text ──────┬─▶ pieces ─▶ the text of each scenario
//!                   └ not the same tree ──▶ the edited tree, written anew
//! ```
//!
//! Invariant: with any values, a text reads as the edited tree. Where the edits of the text do not give that (keys on
//! one line with others, shared anchors), the tree is written anew and comments are lost.

use super::emit;
use super::{Axis, Output, Slot};
use crate::scenario::report::{Mark, Report};
use crate::scenario::yaml::{self, Node, Yaml};
use illuminator_node::value::Value;
use std::ops::Range;

/// The texts of all scenarios of a pattern.
pub struct ScenarioTexts(Vec<Piece>);

enum Piece {
    Text(String),
    /// A value; `inside` brackets or not.
    Value {
        slot: Slot,
        inside: bool,
    },
}

/// A change of the text.
struct Edit {
    /// The bytes that go.
    at: Range<usize>,
    /// What comes instead.
    pieces: Vec<Piece>,
}

impl ScenarioTexts {
    pub(super) fn new(text: &str, tree: &Node, axes: &[Axis], outputs: &[Output]) -> Self {
        let changes = Changes { axes, outputs };
        let edited = changes.edits(text, tree).map(|edits| Self::of_edits(text, edits));
        // Words that no scenario has: a place that was missed, or met twice, is noticed.
        let probe = |slot: Slot| Value::Text(format!("{PROBE}{slot:?}"));
        let wanted = changes.tree(tree, &|slot| to_yaml(&probe(slot)));
        match edited.filter(|texts| parse(&texts.of(probe)).as_ref() == Some(&wanted)) {
            Some(texts) => texts,
            None => changes.anew(tree),
        }
    }

    /// The text with these values.
    pub(super) fn of(&self, value: impl Fn(Slot) -> Value) -> String {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(part) => text.push_str(part),
                Piece::Value { slot, inside } => {
                    text.push_str(&emit::inline(&to_yaml(&value(*slot)), *inside));
                }
            }
        }
        text
    }

    fn of_edits(text: &str, mut edits: Vec<Edit>) -> Self {
        edits.sort_by_key(|edit| (edit.at.start, edit.at.end));
        let mut pieces = Vec::new();
        let mut done = 0;
        for edit in edits {
            let start = edit.at.start.max(done);
            pieces.push(Piece::Text(text[done..start].to_owned()));
            pieces.extend(edit.pieces);
            done = edit.at.end.max(start);
        }
        pieces.push(Piece::Text(text[done..].to_owned()));
        Self(pieces)
    }
}

/// What begins the words by which places are found.
const PROBE: &str = "illuminator sweep ";

fn parse(text: &str) -> Option<Node> {
    yaml::parse(text, &mut Report::new("", yaml::lines(text)))
}

/// What becomes of the pattern.
struct Changes<'a> {
    axes: &'a [Axis],
    outputs: &'a [Output],
}

impl Changes<'_> {
    /// The parameters of the model at this position that change, in order; names of outputs come last, as they replace
    /// what an axis says.
    fn of_model(&self, model: usize) -> Vec<(&str, Slot)> {
        let outputs = self.outputs.iter().enumerate().filter(|(_, output)| output.model == model);
        let outputs: Vec<_> = outputs.map(|(number, output)| (output.key, Slot::Output(number))).collect();
        let is_output = |key: &str| outputs.iter().any(|(output, _)| *output == key);
        let axes =
            self.axes.iter().enumerate().filter(|(_, axis)| axis.position == model && !is_output(&axis.key));
        let axes = axes.map(|(number, axis)| (axis.key.as_str(), Slot::Axis(number)));
        axes.chain(outputs.iter().copied()).collect()
    }

    /// The tree of a scenario.
    fn tree(&self, pattern: &Node, value: &dyn Fn(Slot) -> Yaml) -> Node {
        let mut tree = pattern.clone();
        if let Some(scenario) = get_mut(&mut tree, "scenario") {
            remove(scenario, ALIGN);
        }
        if let Some(Yaml::List(models)) = get_mut(&mut tree, "models").map(|node| &mut node.value) {
            for (position, model) in models.iter_mut().enumerate() {
                remove(model, AXES);
                for (key, slot) in self.of_model(position) {
                    if get_mut(model, PARAMETERS).is_none() {
                        set(model, PARAMETERS, Yaml::Map(Vec::new()));
                    }
                    if let Some(parameters) = get_mut(model, PARAMETERS) {
                        set(parameters, key, value(slot));
                    }
                }
            }
        }
        if let Some(monitor) = get_mut(&mut tree, "monitor") {
            set(monitor, "file", value(Slot::Monitor));
        }
        tree
    }

    /// The texts from the tree alone.
    fn anew(&self, pattern: &Node) -> ScenarioTexts {
        let slots = self.slots();
        // A word of letters stays as it is, whatever stands around it.
        let word = |slot: Slot| {
            let number = slots.iter().position(|other| *other == slot).unwrap_or_default();
            format!("IlluminatorSweepValue{number}End")
        };
        let text = emit::block(&self.tree(pattern, &|slot| Yaml::Text(word(slot))), 0);
        let edits = slots.iter().flat_map(|&slot| {
            let word = word(slot);
            let found: Vec<Range<usize>> =
                text.match_indices(&word).map(|(at, _)| at..at + word.len()).collect();
            found.into_iter().map(move |at| Edit { at, pieces: vec![Piece::Value { slot, inside: false }] })
        });
        ScenarioTexts::of_edits(&text, edits.collect())
    }

    fn slots(&self) -> Vec<Slot> {
        let axes = (0..self.axes.len()).map(Slot::Axis);
        axes.chain((0..self.outputs.len()).map(Slot::Output)).chain([Slot::Monitor]).collect()
    }

    /// The edits of the text; `None` where it is written in another way than in blocks, a key on a line.
    fn edits(&self, text: &str, tree: &Node) -> Option<Vec<Edit>> {
        let text = Lines::new(text);
        let mut edits = Vec::new();
        if let Some((key, _)) = get(get(tree, "scenario")?.1, ALIGN) {
            edits.push(text.removal(key)?);
        }
        let Yaml::List(models) = &get(tree, "models")?.1.value else { return None };
        for (position, model) in models.iter().enumerate() {
            if let Some((key, _)) = get(model, AXES) {
                edits.push(text.removal(key)?);
            }
            let changes = self.of_model(position);
            match get(model, PARAMETERS) {
                Some((section, parameters)) => {
                    for (key, slot) in changes {
                        edits.push(match get(parameters, key) {
                            Some((_, value)) => text.replacement(value, slot)?,
                            None => text.addition(section, first_key(parameters)?, key, slot)?,
                        });
                    }
                }
                None if changes.is_empty() => {}
                None => edits.push(text.section(first_key(model)?, &changes)?),
            }
        }
        edits.push(text.replacement(get(get(tree, "monitor")?.1, "file")?.1, Slot::Monitor)?);
        Some(edits)
    }
}

const ALIGN: &str = "align_parameters";
const AXES: &str = "multi_parameters";
const PARAMETERS: &str = "parameters";

/// A text by lines.
struct Lines<'a> {
    text: &'a str,
    /// Where each line begins, and the end of the text.
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        let mut starts = vec![0];
        starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
        if starts.last() != Some(&text.len()) {
            starts.push(text.len());
        }
        Self { text, starts }
    }

    fn line(&self, index: usize) -> &'a str {
        &self.text[self.starts[index]..self.starts[index + 1]]
    }

    /// The position of a mark `[bytes]`, and its width.
    fn place(&self, mark: Mark) -> Option<Range<usize>> {
        let index = (mark.line as usize).checked_sub(1).filter(|index| index + 1 < self.starts.len())?;
        let line = self.line(index);
        let byte = |column: usize| {
            let at = line.char_indices().nth(column).map(|(at, _)| at);
            at.or_else(|| (line.chars().count() == column).then_some(line.len()))
        };
        let column = (mark.column as usize).checked_sub(1)?;
        let start = self.starts[index];
        Some(start + byte(column)?..start + byte(column + mark.width as usize)?)
    }

    /// What stands on its line before a place.
    fn before(&self, place: usize) -> &'a str {
        let line = self.starts.partition_point(|&start| start <= place) - 1;
        &self.text[self.starts[line]..place]
    }

    /// The index of the first line behind the block of a key that stands on this line in this column (from 0): behind
    /// the last line with something that stands further to the right.
    fn end_of_block(&self, line: usize, column: usize) -> usize {
        let mut end = line + 1;
        for index in line + 1..self.starts.len() - 1 {
            let content = self.line(index).trim_start_matches(' ');
            if content.trim().is_empty() || content.starts_with('#') {
                continue;
            }
            if self.line(index).len() - content.len() <= column {
                break;
            }
            end = index + 1;
        }
        end
    }

    /// Takes away a key that begins its line, with its value.
    fn removal(&self, key: &Node) -> Option<Edit> {
        let start = self.place(key.mark)?.start;
        let before = self.before(start);
        if !before.trim().is_empty() {
            return None;
        }
        let line = key.mark.line as usize - 1;
        let end = self.end_of_block(line, before.len());
        Some(Edit { at: self.starts[line]..self.starts[end], pieces: Vec::new() })
    }

    /// Puts a value in the place of a scalar.
    fn replacement(&self, value: &Node, slot: Slot) -> Option<Edit> {
        if matches!(value.value, Yaml::List(_) | Yaml::Map(_) | Yaml::Null) {
            return None;
        }
        let at = self.place(value.mark)?;
        let inside = self.before(at.start).contains(['{', '[']);
        Some(Edit { at, pieces: vec![Piece::Value { slot, inside }] })
    }

    /// Adds a parameter behind those of a section; `first` is the first of its keys.
    fn addition(&self, section: &Node, first: &Node, key: &str, slot: Slot) -> Option<Edit> {
        let indent = self.before(self.place(first.mark)?.start);
        let column = self.before(self.place(section.mark)?.start).len();
        if !indent.trim().is_empty() {
            return None;
        }
        let at = self.starts[self.end_of_block(section.mark.line as usize - 1, column)];
        let mut pieces = vec![Piece::Text(format!("{}{indent}{}: ", self.break_before(at), name(key)))];
        pieces.extend([Piece::Value { slot, inside: false }, Piece::Text("\n".to_owned())]);
        Some(Edit { at: at..at, pieces })
    }

    /// Adds a section behind the others of a model; `first` is the first of the model's keys.
    fn section(&self, first: &Node, changes: &[(&str, Slot)]) -> Option<Edit> {
        let column = self.before(self.place(first.mark)?.start).len();
        let at = self.starts[self.end_of_block(first.mark.line as usize - 1, column.checked_sub(1)?)];
        let indent = " ".repeat(column);
        let mut pieces = vec![Piece::Text(format!("{}{indent}{PARAMETERS}:\n", self.break_before(at)))];
        for (key, slot) in changes {
            pieces.push(Piece::Text(format!("{indent}  {}: ", name(key))));
            pieces.extend([Piece::Value { slot: *slot, inside: false }, Piece::Text("\n".to_owned())]);
        }
        Some(Edit { at: at..at, pieces })
    }

    /// The line break that the last line of the text may lack.
    fn break_before(&self, at: usize) -> &'static str {
        if self.text[..at].ends_with('\n') { "" } else { "\n" }
    }
}

fn name(key: &str) -> String {
    emit::inline(&Yaml::Text(key.to_owned()), true)
}

fn first_key(node: &Node) -> Option<&Node> {
    match &node.value {
        Yaml::Map(entries) => entries.first().map(|(key, _)| key),
        _ => None,
    }
}

fn is(key: &Node, name: &str) -> bool {
    matches!(&key.value, Yaml::Text(text) if text == name)
}

fn get<'a>(node: &'a Node, name: &str) -> Option<(&'a Node, &'a Node)> {
    match &node.value {
        Yaml::Map(entries) => entries.iter().find(|(key, _)| is(key, name)).map(|(key, value)| (key, value)),
        _ => None,
    }
}

fn get_mut<'a>(node: &'a mut Node, name: &str) -> Option<&'a mut Node> {
    match &mut node.value {
        Yaml::Map(entries) => entries.iter_mut().find(|(key, _)| is(key, name)).map(|(_, value)| value),
        _ => None,
    }
}

fn remove(node: &mut Node, name: &str) {
    if let Yaml::Map(entries) = &mut node.value {
        entries.retain(|(key, _)| !is(key, name));
    }
}

fn set(node: &mut Node, name: &str, value: Yaml) {
    if let Some(old) = get_mut(node, name) {
        old.value = value;
    } else if let Yaml::Map(entries) = &mut node.value {
        let mark = node.mark;
        entries.push((Node { value: Yaml::Text(name.to_owned()), mark }, Node { value, mark }));
    }
}

fn to_yaml(value: &Value) -> Yaml {
    let node = |value: &Value| Node { value: to_yaml(value), mark: Mark::default() };
    match value {
        Value::Null => Yaml::Null,
        Value::Bool(value) => Yaml::Bool(*value),
        Value::Int(value) => Yaml::Int(*value),
        Value::Float(value) | Value::Numpy(value) => Yaml::Float(*value),
        Value::Text(text) => Yaml::Text(text.clone()),
        Value::List(items) => Yaml::List(items.iter().map(node).collect()),
        Value::Map(entries) => {
            Yaml::Map(entries.iter().map(|(key, value)| (node(key), node(value))).collect())
        }
    }
}
