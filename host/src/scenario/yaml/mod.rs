//! YAML text to a tree of values with positions.
//!
//! ```text
//!   text ─▶ events (granit-parser) ─▶ Builder: containers, anchors, merge keys ─▶ Node
//!                                        └ plain scalars ─▶ scalar::resolve
//! ```
//!
//! The dialect is that of spec/scenario-format.md section 1: YAML 1.2, one document, no duplicate keys,
//! anchors, aliases and merge keys; brackets need no indentation, as in the Python parsers. Invariants: the
//! tree has at most [`DEPTH_MAX`] levels; aliases add at most [`EXPANSION_MAX`] nodes, so that the size of the
//! text bounds that of the tree; mappings keep their order.

mod builder;
mod scalar;
#[cfg(test)]
mod tests;

use super::report::{Mark, Report};
use builder::Builder;
use granit_parser::{ErrorKind, Parser, ScanError};

/// The longest scenario file `[bytes]`. 100,000 models take about a third of it.
pub const TEXT_BYTES_MAX: usize = 64 << 20;
/// How deep lists and mappings may be nested, aliases expanded.
const DEPTH_MAX: usize = 32;
/// How many nodes aliases and merge keys may add. A text counts one more per [`TEXT_PER_NODE`] bytes.
const EXPANSION_MAX: usize = 200_000;
/// See [`EXPANSION_MAX`].
const TEXT_PER_NODE: usize = 64;

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) value: Yaml,
    /// A value that is left empty has the position of its key.
    pub(super) mark: Mark,
}

/// What YAML 1.2 makes of a node.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Yaml {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    /// An unquoted date or date-time, as written. Nothing in a scenario takes it: dates are texts there.
    Date(String),
    List(Vec<Node>),
    /// In order of appearance, keys distinct. Keys are scalars.
    Map(Vec<(Node, Node)>),
}

impl PartialEq for Node {
    /// Compares values, not positions.
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Yaml {
    /// What it is, for messages.
    pub(super) fn describe(&self) -> &'static str {
        match self {
            Self::Null => "empty",
            Self::Bool(_) => "a boolean",
            Self::Int(_) => "an integer",
            Self::Float(_) => "a number with a decimal point",
            Self::Text(_) => "a text",
            Self::Date(_) => "a date",
            Self::List(_) => "a list",
            Self::Map(_) => "a mapping",
        }
    }
}

/// Something wrong with the YAML itself.
struct Problem {
    mark: Mark,
    message: String,
    help: Option<&'static str>,
}

impl Problem {
    fn new(mark: Mark, message: impl Into<String>) -> Self {
        Self { mark, message: message.into(), help: None }
    }

    fn help(self, help: &'static str) -> Self {
        Self { help: Some(help), ..self }
    }

    fn tell(self, report: &mut Report<'_>) {
        match self.help {
            Some(help) => report.error_help(self.mark, self.message, help),
            None => report.error(self.mark, self.message),
        }
    }
}

/// The one document of `text`; `None` after reporting why there is none.
pub(super) fn parse(text: &str, report: &mut Report<'_>) -> Option<Node> {
    if text.len() > TEXT_BYTES_MAX {
        let limit_mib = TEXT_BYTES_MAX >> 20;
        report.error(Mark::default(), format!("the file is longer than {limit_mib} MiB"));
        return None;
    }
    let errors = report.errors();
    let mut builder = Builder::default();
    let options = granit_parser::options! { emit_comments: false };
    for event in Parser::new_from_str_with_options(text, options) {
        let outcome = match event {
            Ok((event, span)) => builder.event(event, span, report),
            Err(error) => Err(syntax_problem(text, &error)),
        };
        if let Err(problem) = outcome {
            problem.tell(report);
            return None;
        }
    }
    match builder.finish() {
        Some(root) => (report.errors() == errors).then_some(root),
        None => {
            report.error_help(
                Mark::default(),
                "the file is empty",
                "a scenario has the keys `scenario`, `models`, `connections` and `monitor`",
            );
            None
        }
    }
}

/// The lines as YAML counts them: a carriage return alone ends one, too.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().flat_map(|line| line.split('\r'))
}

/// What the scanner could not read, with a guess at the mistake behind it.
fn syntax_problem(text: &str, error: &ScanError) -> Problem {
    let marker = error.marker();
    let count = lines(text).count();
    let mark = if marker.line() > count {
        // Behind the last line: that line is what can be shown.
        Mark { line: count as u32, column: 0, width: 1 }
    } else {
        Mark { line: marker.line() as u32, column: marker.col() as u32 + 1, width: 1 }
    };
    let info = error.info();
    let problem = Problem::new(mark, format!("this is not valid YAML: {info}"));
    // The scanner notices a tab at its own line or, where the line before stays open, one line late.
    let indented_by_tab = |line: &str| line[..line.len() - line.trim_start().len()].contains('\t');
    let tab_near = lines(text).skip(marker.line().saturating_sub(2)).take(2).any(indented_by_tab);
    let entry = lines(text).nth(marker.line().saturating_sub(1)).unwrap_or_default().trim_start();
    let begins_list = matches!(error.kind(), ErrorKind::ExpectedBlockMappingKey) && entry.starts_with("- ");
    problem.help(match error.kind() {
        _ if begins_list => "a list begins here: its key, such as `models:`, must stand on the line above it",
        _ if tab_near => "indent with spaces; YAML does not allow tabs",
        ErrorKind::TabNotAllowed | ErrorKind::TabInBlockIndentation | ErrorKind::TabInPlainScalar => {
            "YAML does not allow tabs here: use spaces"
        }
        ErrorKind::UnclosedFlowCollection { .. } => "close it",
        ErrorKind::UnclosedQuotedScalar | ErrorKind::InvalidQuotedScalarIndent => {
            "close the quote on its line; inside single quotes write a quote twice"
        }
        ErrorKind::ExpectedFlowMappingSeparator | ErrorKind::ExpectedFlowSequenceSeparator => {
            "separate entries with commas and close each `{` and `[`"
        }
        ErrorKind::MappingValueNotAllowed => {
            "put a text that contains `: ` in quotes; a nested mapping starts on a line of its own"
        }
        ErrorKind::UnknownAnchor => "an anchor `&name` must stand before its alias `*name`",
        ErrorKind::UnexpectedCharacter { .. } => "put a text that starts with this character in quotes",
        _ => "check the indentation: all entries of one list or mapping start in the same column",
    })
}
