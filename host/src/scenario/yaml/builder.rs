//! Events to a tree: open containers on a stack, finished ones attached to the container above.

use super::scalar::{self, TooLarge};
use super::{DEPTH_MAX, EXPANSION_MAX, Node, Problem, TEXT_PER_NODE, Yaml};
use crate::scenario::report::{Mark, Report, quote};
use granit_parser::{Event, ScalarStyle, Span, Tag};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The key that copies the entries of other mappings.
const MERGE: &str = "<<";

/// The tree so far.
#[derive(Default)]
pub(super) struct Builder {
    root: Option<Node>,
    open: Vec<Open>,
    anchors: BTreeMap<usize, Anchored>,
    documents: usize,
    expanded: usize,
}

/// A node that aliases may repeat.
struct Anchored {
    node: Node,
    cost: usize,
    depth: usize,
}

/// A list or mapping whose end has not come yet.
struct Open {
    mark: Mark,
    anchor: usize,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Map(OpenMap),
}

#[derive(Default)]
struct OpenMap {
    entries: Vec<(Node, Node)>,
    /// Position in `entries` by identity of the key.
    seen: BTreeMap<String, usize>,
    /// A key that waits for its value.
    key: Option<Node>,
    /// Values of merge keys.
    merged: Vec<Node>,
}

impl Builder {
    /// Takes the next event.
    pub(super) fn event(
        &mut self,
        event: Event<'_>,
        span: Span,
        report: &mut Report<'_>,
    ) -> Result<(), Problem> {
        let mark = mark_of(span);
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    let problem = Problem::new(mark, "a second document starts here");
                    return Err(problem.help("a scenario file holds one document: remove this `---`"));
                }
                Ok(())
            }
            Event::Scalar(text, style, anchor, tag) => {
                let value = scalar_value(text, style, tag.as_deref(), mark)?;
                self.finished(Node { value, mark }, anchor, report)
            }
            Event::Alias(anchor) => {
                let node = self.expand(anchor, mark)?;
                self.attach(node, report)
            }
            Event::SequenceStart(_, anchor, _) => self.open(Content::List(Vec::new()), anchor, mark),
            Event::MappingStart(_, anchor, _) => self.open(Content::Map(OpenMap::default()), anchor, mark),
            Event::SequenceEnd | Event::MappingEnd => {
                let open = self.open.pop().expect("the parser pairs starts and ends");
                let value = match open.content {
                    Content::List(items) => Yaml::List(items),
                    Content::Map(map) => Yaml::Map(self.merge(map)?),
                };
                self.finished(Node { value, mark: open.mark }, open.anchor, report)
            }
            // Ends, and what the parser is not asked for: comments, names of anchors.
            _ => Ok(()),
        }
    }

    /// The document; `None` if there was none.
    pub(super) fn finish(self) -> Option<Node> {
        self.root
    }

    fn open(&mut self, content: Content, anchor: usize, mark: Mark) -> Result<(), Problem> {
        if self.open.len() == DEPTH_MAX {
            return Err(too_deep(mark));
        }
        self.open.push(Open { mark, anchor, content });
        Ok(())
    }

    fn finished(&mut self, node: Node, anchor: usize, report: &mut Report<'_>) -> Result<(), Problem> {
        if anchor > 0 {
            let (cost, depth) = measure(&node);
            self.anchors.insert(anchor, Anchored { node: node.clone(), cost, depth });
        }
        self.attach(node, report)
    }

    /// Puts a finished node where it belongs.
    fn attach(&mut self, node: Node, report: &mut Report<'_>) -> Result<(), Problem> {
        match self.open.last_mut().map(|open| &mut open.content) {
            None => self.root = Some(node),
            Some(Content::List(items)) => items.push(node),
            Some(Content::Map(map)) => map.attach(node, report)?,
        }
        Ok(())
    }

    /// A copy of an anchored node.
    fn expand(&mut self, anchor: usize, mark: Mark) -> Result<Node, Problem> {
        let Some(anchored) = self.anchors.get(&anchor) else {
            return Err(Problem::new(mark, "this alias stands inside the value that it repeats"));
        };
        if self.open.len() + anchored.depth > DEPTH_MAX {
            return Err(too_deep(mark));
        }
        self.expanded += anchored.cost;
        if self.expanded > EXPANSION_MAX {
            return Err(Problem::new(mark, "aliases repeat too much: the file would grow without bounds"));
        }
        Ok(Node { value: anchored.node.value.clone(), mark })
    }

    /// The entries of a mapping behind those of its merge keys, which it overrides. Of several merged
    /// mappings the first that has a key gives its value.
    fn merge(&mut self, map: OpenMap) -> Result<Vec<(Node, Node)>, Problem> {
        if map.merged.is_empty() {
            return Ok(map.entries);
        }
        let mut entries: Vec<(Node, Node)> = Vec::new();
        let mut position: BTreeMap<String, usize> = BTreeMap::new();
        for node in map.merged {
            let mark = node.mark;
            let sources = match node.value {
                Yaml::List(items) => items,
                value => vec![Node { value, mark }],
            };
            for source in sources {
                let Yaml::Map(pairs) = source.value else {
                    let problem = Problem::new(source.mark, "`<<` takes a mapping or a list of mappings");
                    return Err(problem.help("write `<<: *name` with the anchor `&name` at a mapping"));
                };
                for (key, value) in pairs {
                    let id = identity(&key.value);
                    position.entry(id).or_insert_with(|| {
                        entries.push((key, value));
                        entries.len() - 1
                    });
                }
            }
        }
        for (key, value) in map.entries {
            match position.get(&identity(&key.value)) {
                Some(&index) => entries[index] = (key, value),
                None => entries.push((key, value)),
            }
        }
        Ok(entries)
    }
}

impl OpenMap {
    fn attach(&mut self, mut node: Node, report: &mut Report<'_>) -> Result<(), Problem> {
        let Some(key) = self.key.take() else {
            if matches!(node.value, Yaml::List(_) | Yaml::Map(_)) {
                let message = format!("a key must be a single word or number, not {}", node.value.describe());
                return Err(Problem::new(node.mark, message).help("put the key in quotes"));
            }
            self.key = Some(node);
            return Ok(());
        };
        if node.value == Yaml::Null {
            // Nothing is written there: the key is what a message can point at.
            node.mark = key.mark;
        }
        if key.value == Yaml::Text(MERGE.to_owned()) {
            self.merged.push(node);
            return Ok(());
        }
        match self.seen.get(&identity(&key.value)) {
            Some(&first) => {
                let name = match &key.value {
                    Yaml::Text(name) => quote(name),
                    other => other.describe().to_owned(),
                };
                let line = self.entries[first].0.mark.line;
                report.error_help(
                    key.mark,
                    format!("the key {name} is there twice; the first one is on line {line}"),
                    "remove or rename one of them",
                );
            }
            None => {
                self.seen.insert(identity(&key.value), self.entries.len());
                self.entries.push((key, node));
            }
        }
        Ok(())
    }
}

/// Tells keys apart: 1 from "1", and every scalar from every other.
fn identity(key: &Yaml) -> String {
    match key {
        Yaml::Null => "null".to_owned(),
        Yaml::Bool(b) => format!("bool {b}"),
        Yaml::Int(i) => format!("int {i}"),
        Yaml::Float(f) => format!("float {f:?}"),
        Yaml::Text(text) => format!("text {text}"),
        Yaml::Date(text) => format!("date {text}"),
        Yaml::List(_) | Yaml::Map(_) => unreachable!("a key is a scalar: OpenMap::attach refuses others"),
    }
}

fn scalar_value(
    text: Cow<'_, str>,
    style: ScalarStyle,
    tag: Option<&Tag>,
    mark: Mark,
) -> Result<Yaml, Problem> {
    match tag {
        None if style == ScalarStyle::Plain => scalar::resolve(&text).map_err(|TooLarge| {
            let problem = Problem::new(mark, "this integer does not fit 64 bits");
            problem.help("write it with a decimal point or in quotes")
        }),
        None => Ok(Yaml::Text(text.into_owned())),
        Some(tag) if tag.is_yaml_core_schema_tag("str") => Ok(Yaml::Text(text.into_owned())),
        Some(tag) => {
            let problem =
                Problem::new(mark, format!("the tag {} means nothing here", quote(&tag.to_string())));
            Err(problem.help("remove the tag; quotes make a text"))
        }
    }
}

/// What a copy costs (see [`EXPANSION_MAX`]) and how many levels of lists and mappings it has.
fn measure(node: &Node) -> (usize, usize) {
    let inside = |nodes: &mut dyn Iterator<Item = &Node>| {
        let (cost, depth) = nodes.map(measure).fold((0, 0), |sum, one| (sum.0 + one.0, sum.1.max(one.1)));
        (1 + cost, 1 + depth)
    };
    match &node.value {
        Yaml::Text(text) | Yaml::Date(text) => (1 + text.len() / TEXT_PER_NODE, 0),
        Yaml::List(items) => inside(&mut items.iter()),
        Yaml::Map(entries) => inside(&mut entries.iter().flat_map(|(key, value)| [key, value])),
        Yaml::Null | Yaml::Bool(_) | Yaml::Int(_) | Yaml::Float(_) => (1, 0),
    }
}

fn too_deep(mark: Mark) -> Problem {
    Problem::new(mark, format!("lists and mappings are nested more than {DEPTH_MAX} levels deep"))
}

fn mark_of(span: Span) -> Mark {
    let one_line = span.start.line() == span.end.line();
    Mark {
        line: span.start.line() as u32,
        column: span.start.col() as u32 + 1,
        width: if one_line { span.len() as u32 } else { 1 },
    }
}
