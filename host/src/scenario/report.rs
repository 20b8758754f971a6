//! Collects what is wrong with a scenario, or with a file beside it, while it is read and checked.
//!
//! Invariants: at most [`SHOWN_MAX`] messages are kept, each with a bounded excerpt and bounded quotations, so
//! that the report on a hostile file stays small; messages come out in the order of the file.

use super::{Diagnostic, Diagnostics, Severity};

/// So many messages are kept; a summary replaces the rest.
const SHOWN_MAX: usize = 100;
/// A line longer than this is not shown as an excerpt `[characters]`.
const EXCERPT_MAX: usize = 160;
/// A quotation from the file is cut at this length `[characters]`.
const QUOTE_MAX: usize = 60;
/// How alike two names must be for one to be suggested for the other (Jaro-Winkler, 0 to 1).
const LIKENESS_MIN: f64 = 0.75;

/// A place in the file, as in [`Diagnostic`]. The default is the file as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mark {
    /// Line from 1; 0 for the file as a whole.
    pub(crate) line: u32,
    /// Column from 1, in characters.
    pub(crate) column: u32,
    /// Characters to underline.
    pub(crate) width: u32,
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Located<T> {
    pub(crate) value: T,
    pub(crate) mark: Mark,
}

/// The messages so far.
pub(crate) struct Report<'a> {
    file: &'a str,
    lines: Vec<&'a str>,
    kept: Vec<Diagnostic>,
    errors: usize,
    hidden: usize,
}

impl<'a> Report<'a> {
    /// No messages yet about the file of these `lines`, which the user calls `file`.
    pub(crate) fn new(file: &'a str, lines: impl Iterator<Item = &'a str>) -> Self {
        Self { file, lines: lines.collect(), kept: Vec::new(), errors: 0, hidden: 0 }
    }

    /// How many errors there are.
    pub(crate) fn errors(&self) -> usize {
        self.errors
    }

    /// An error at a place of the file.
    pub(crate) fn error(&mut self, mark: Mark, message: impl Into<String>) {
        self.add(Severity::Error, mark, message.into(), None);
    }

    /// An error and what to do about it.
    pub(crate) fn error_help(&mut self, mark: Mark, message: impl Into<String>, help: impl Into<String>) {
        self.add(Severity::Error, mark, message.into(), Some(help.into()));
    }

    /// An error about a name that does not exist, with the most similar of the `known` names.
    pub(crate) fn error_unknown<'n>(
        &mut self,
        mark: Mark,
        message: impl Into<String>,
        name: &str,
        known: impl IntoIterator<Item = &'n str>,
    ) {
        let help = self.suggestion(name, known);
        self.add(Severity::Error, mark, message.into(), help);
    }

    /// A warning and what to do about it.
    pub(crate) fn warning_help(&mut self, mark: Mark, message: impl Into<String>, help: impl Into<String>) {
        self.add(Severity::Warning, mark, message.into(), Some(help.into()));
    }

    /// A warning about a name that nothing has, with the most similar of the `known` names.
    pub(crate) fn warning_unknown<'n>(
        &mut self,
        mark: Mark,
        message: impl Into<String>,
        name: &str,
        known: impl IntoIterator<Item = &'n str>,
    ) {
        let help = self.suggestion(name, known);
        self.add(Severity::Warning, mark, message.into(), help);
    }

    /// A message about any file.
    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        self.errors += usize::from(diagnostic.severity == Severity::Error);
        if self.kept.len() < SHOWN_MAX {
            self.kept.push(diagnostic);
        } else {
            self.hidden += 1;
        }
    }

    /// What was read and the warnings, or all messages if nothing was read or there are errors.
    pub(crate) fn finish<T>(mut self, read: Option<T>) -> Result<(T, Vec<Diagnostic>), Diagnostics> {
        let file = self.file;
        self.kept.sort_by(|a, b| {
            ((a.file != file), &a.file, a.line, a.column).cmp(&((b.file != file), &b.file, b.line, b.column))
        });
        if self.hidden > 0 {
            let severity = if self.errors > 0 { Severity::Error } else { Severity::Warning };
            let message = format!("{} more messages are not shown", self.hidden);
            let summary = self.diagnostic(severity, Mark::default(), message, None);
            self.kept.push(summary);
        }
        match read {
            Some(read) if self.errors == 0 => Ok((read, self.kept)),
            _ => Err(Diagnostics(self.kept)),
        }
    }

    /// The search is linear in the known names: not for messages that nobody sees.
    fn suggestion<'n>(&self, name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<String> {
        if self.kept.len() < SHOWN_MAX { suggestion(name, known) } else { None }
    }

    fn add(&mut self, severity: Severity, mark: Mark, message: String, help: Option<String>) {
        let diagnostic = self.diagnostic(severity, mark, message, help);
        self.push(diagnostic);
    }

    fn diagnostic(
        &self,
        severity: Severity,
        mark: Mark,
        message: String,
        help: Option<String>,
    ) -> Diagnostic {
        let line = (mark.line as usize).checked_sub(1).and_then(|index| self.lines.get(index));
        Diagnostic {
            severity,
            file: self.file.to_owned(),
            line: mark.line,
            column: mark.column,
            excerpt: line.map(|line| excerpt(line)).unwrap_or_default(),
            width: mark.width.max(1),
            message,
            help,
        }
    }
}

/// A line as it can be shown above a marker: one character per column; empty if it is too long.
pub(crate) fn excerpt(line: &str) -> String {
    let line = line.trim_end();
    if line.chars().nth(EXCERPT_MAX).is_some() {
        return String::new();
    }
    line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A text from the file, in backticks, cut where it is long.
pub(crate) fn quote(text: &str) -> String {
    let mut quoted: String =
        text.chars().take(QUOTE_MAX).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(QUOTE_MAX).is_some() {
        quoted.push('…');
    }
    format!("`{quoted}`")
}

/// Names in backticks, joined with commas and a final word: `` `a`, `b` and `c` ``.
pub(crate) fn list(names: &[&str], last: &str) -> String {
    let quoted: Vec<String> = names.iter().map(|name| quote(name)).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((end, rest)) => format!("{} {last} {end}", rest.join(", ")),
    }
}

/// "did you mean …?" with the most similar name, if one is similar; else the known names, if they are few.
pub(crate) fn suggestion<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<String> {
    let short: String = name.chars().take(QUOTE_MAX).collect();
    let folded = short.to_lowercase();
    let known: Vec<&str> = known.into_iter().collect();
    let best = known
        .iter()
        .map(|candidate| (strsim::jaro_winkler(&folded, &candidate.to_lowercase()), *candidate))
        .filter(|(likeness, _)| *likeness >= LIKENESS_MIN)
        // The first of the most similar ones.
        .reduce(|best, next| if next.0 > best.0 { next } else { best });
    match best {
        Some((_, candidate)) => Some(format!("did you mean {}?", quote(candidate))),
        None if !known.is_empty() && known.len() <= 12 => {
            Some(format!("known here: {}", list(&known, "and")))
        }
        None => None,
    }
}
